"""Saved index → results, and the HTTP API over them."""
