"""Entries: when a portfolio and each of its legs may open, and for how many lots."""
