"""The brokers that a run can trade at, as the trader chooses between them."""

from typing import NamedTuple

from desktop.composition.accounts import load_hierarchy
from desktop.composition.desk_choice import PAPER_TRADING, PRACTICE_ZERODHA, ZERODHA


class RunBroker(NamedTuple):
    """One of them: its name on the command line, what it is called, and what trading there means."""

    name: str
    title: str
    detail: str
    why_not: str = ""
    """What is lacking before a run can trade there; empty where nothing is."""


def run_brokers() -> tuple[RunBroker, ...]:
    """Answer all of them. Raises as reading the accounts does."""
    accounts = [account.id for account in load_hierarchy().accounts if account.broker == ZERODHA]
    named = ", ".join(accounts)
    return (
        RunBroker(PAPER_TRADING, "Simulated market", "Simulated prices and a paper broker, in this program."),
        RunBroker(
            PRACTICE_ZERODHA,
            "Practice Kite",
            "Simulated prices behind Zerodha's own API on this machine: logins, feed and orders as in earnest, without "
            "an account.",
        ),
        RunBroker(
            ZERODHA,
            "Zerodha",
            f"Real orders, with real money, in {named}." if named else "Real orders, with real money.",
            "" if named else "There is no account at Zerodha yet: add one in Accounts, with the broker zerodha.",
        ),
    )
