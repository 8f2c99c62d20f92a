"""Accounts: what accounts and strategy tags permit, and portfolios that stand on several."""
