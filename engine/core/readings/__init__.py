"""Readings: questions about the state that several stages ask; they decide nothing."""
