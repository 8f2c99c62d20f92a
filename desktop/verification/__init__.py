"""Whole simulated days with faults, and the checks that nothing goes wrong in them."""
