"""Strikes: which contract a leg or a hedge means, now."""
