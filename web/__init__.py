"""Results → pages."""
