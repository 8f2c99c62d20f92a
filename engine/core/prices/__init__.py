"""Prices: what the core remembers of the market, and between which prices nothing needs a look."""
