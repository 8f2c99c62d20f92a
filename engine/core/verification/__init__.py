"""Verification: what must hold after any message, judged from facts and never by the code that decided."""
