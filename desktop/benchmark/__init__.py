"""Measurements of the whole desktop: each way of it in a process of its own, side by side in one run."""
