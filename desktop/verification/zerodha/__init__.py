"""Seeded days of the Zerodha adapter against the practice Kite, on virtual time."""
