"""Hedges: bought protection that follows the portfolio, and futures that keep its delta in a band."""
