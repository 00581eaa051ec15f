"""Vocabulary as data (YAML-free: TSV and JSON), with examples that tests run both ways."""
