"""Runs, gold, grades and feedback, as files beside the index."""
