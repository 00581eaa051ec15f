"""Measure retrieval and answers with a benchmark set."""
