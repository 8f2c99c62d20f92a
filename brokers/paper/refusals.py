"""Why the paper broker says no: a code that can be classified and a sentence for the trader."""

from enum import Enum


class Refusal(Enum):
    """The classes of refusals (executor reference §2.4); every wording begins with the name and a colon."""

    ACCOUNT = "no such account"
    BOOKS = "the order is not in the books"
    CONTRACT = "the contract is not listed"
    EXPIRED = "the contract has expired"
    LOT = "not a whole number of lots"
    MARGIN = "not enough funds"
    MARKET_CLOSED = "outside the exchange's hours"
    MODIFICATIONS = "changed too often"
    NO_QUOTE = "nothing to trade against"
    PRICE_BAND = "outside the price protection"
    QTY_FREEZE = "above the freeze quantity"
    RATE_LIMIT = "too many requests"
    RESTRICTED = "not allowed by the broker"
    SESSION = "not logged in"
    SYSTEM = "trouble at the broker"
    TICK = "not a multiple of the tick"
    TRIGGER = "the trigger is passed already, or beyond the limit"
    TOO_LATE = "the order is finished"


RETRYABLE = frozenset({Refusal.MARGIN, Refusal.NO_QUOTE, Refusal.RATE_LIMIT, Refusal.SESSION, Refusal.SYSTEM})
"""Refusals that the same request may escape a little later."""


def wording(refusal: Refusal, sentence: str) -> str:
    """Answer the broker's words: ``"MARGIN: ₹1,00,000.00 are needed …"``."""
    return f"{refusal.name}: {sentence}"


def refusal_of(text: str) -> Refusal | None:
    """Answer the class of a wording of this broker; None for anything else."""
    return Refusal.__members__.get(text.partition(":")[0])
