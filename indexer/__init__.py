"""Raw file → saved index.  Imports nothing of ours outside itself."""
