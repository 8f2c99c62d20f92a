"""Exits: levels, what hits them, and how what is held is closed."""
