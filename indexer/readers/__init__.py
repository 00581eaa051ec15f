"""One module per file format: bytes → :class:`indexer.records.SourceText`."""
