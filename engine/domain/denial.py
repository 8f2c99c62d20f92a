"""Why we refuse an order ourselves: one code, one sentence each."""

from enum import Enum


class DenialReason(Enum):
    """A refusal by our own risk gate; the value is its sentence for the trader."""

    KILL_SWITCH = "The kill switch is on: no new openings until it is released with a reason."
    ACCOUNT_NOT_OPEN = "The account is not connected in this session: nothing can be sent for it."
    ACCOUNT_OFF = "The account is switched off: nothing is opened in it."
    EXIT_ONLY = "The account is in exit-only mode: nothing is opened until it is taken back."
    ACCOUNT_HALTED = "A limit of the account's day is reached: nothing is opened until the next day."
    TAG_MISSING = "There is no such strategy tag."
    TAG_OFF = "The strategy tag is switched off: its portfolios are not entered."
    TAG_HALTED = "A limit of the strategy tag's day is reached: nothing is opened until the next day."
    MARKET_CLOSED = "The market is closed at this time: orders are sent only inside the exchange's hours."
    RULES_UNCONFIRMED = "The exchange rules of this date are not confirmed: live orders are refused."
    NO_QUOTE = "There is no usable quote for this contract yet."
    STALE_QUOTE = "The last quote is older than the feed's stale limit: waiting for a fresh one."
    IMPOSSIBLE_QUOTE = "The quote cannot be right: crossed, off its band, or an option above its underlying."
    PRICE_BAND = "The price is too far from the market: outside the band that protects from typing errors."
    ORDER_LOTS = "The order is larger than the limit of lots per order."
    POSITION_LOTS = "The position would be larger than the limit of lots per contract."
    NOTIONAL = "The contracts' notional value would be larger than the limit."
    NOT_A_LOT = "The quantity is not a whole number of lots."
    FREEZE_QUANTITY = "The order is larger than the exchange's freeze quantity."
    ORDER_BUDGET = "The day's or the minute's budget of orders is used up."
    DUPLICATE_START = "The same portfolio was started a moment ago: a second start is ignored."
    MARGIN = "The account's funds do not cover the margin."
    WOULD_FLIP = "The order would turn the position round instead of closing it."
    BASKET_UNKNOWN = "An order of this portfolio has an unknown outcome: nothing more is opened until it is known."
    NAKED_SHORT = "The bought leg that protects this sale is not filled: a naked sale is not sent."
    UNRECONCILED = "Our books and the broker's differ: nothing is opened until they agree."
    RECOVERING = "The engine is still comparing its books with the broker's after the start."
    JOURNAL = "The journal cannot be written, or its disk is nearly full: nothing is opened until there is room."
    BROKER_DOWN = "The broker is not connected."


RETRYABLE = frozenset(
    {
        DenialReason.NO_QUOTE,
        DenialReason.STALE_QUOTE,
        DenialReason.IMPOSSIBLE_QUOTE,
        DenialReason.PRICE_BAND,
        DenialReason.BASKET_UNKNOWN,
        DenialReason.UNRECONCILED,
        DenialReason.RECOVERING,
        DenialReason.BROKER_DOWN,
        DenialReason.NAKED_SHORT,
    }
)
"""Refusals that time may cure: the order is tried again while its leg may still be entered."""
