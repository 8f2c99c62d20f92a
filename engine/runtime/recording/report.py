"""Say what an import changed or left out: stated rules, counted, never silent."""

from enum import Enum
from typing import SupportsInt

import msgspec


class Rule(Enum):
    """One cleaning rule; the value is its name in the report, RULE_SENTENCES says what is done."""

    UNREADABLE = "unreadable"
    TOTAL_ROW = "total_row"
    IMPOSSIBLE_STAMP = "impossible_stamp"
    NO_MARKET_RULE = "no_market_rule"
    OUTSIDE_SESSION = "outside_session"
    OUT_OF_ORDER = "out_of_order"
    DUPLICATE = "duplicate"
    CONFLICTING = "conflicting"
    WRONG_INSTRUMENT = "wrong_instrument"
    EXPIRED = "expired"
    OLD_PAGE = "old_page"
    SPLICE = "splice"
    BAD_BAR = "bad_bar"
    IMPOSSIBLE_PRICE = "impossible_price"
    IMPOSSIBLE_QUANTITY = "impossible_quantity"
    HALF_SIDE = "half_side"
    OFF_TICK = "off_tick"
    CROSSED = "crossed"
    EMPTY_BOOK = "empty_book"
    VOLUME_FELL = "volume_fell"
    SEVERAL_SPOTS = "several_spots"
    NO_SPOT = "no_spot"
    SAME_SECOND = "same_second"


RULE_SENTENCES: dict[Rule, str] = {
    Rule.UNREADABLE: "rows that cannot be read: left out",
    Rule.TOTAL_ROW: "total lines of a page (no strike or no expiry): left out",
    Rule.IMPOSSIBLE_STAMP: "rows stamped before 1990, such as 1970-01-01: left out",
    Rule.NO_MARKET_RULE: "rows of a date that the market data has no session for: left out",
    Rule.OUTSIDE_SESSION: "rows outside trading hours or on a holiday: left out",
    Rule.OUT_OF_ORDER: "rows stamped before the row above them: sorted",
    Rule.DUPLICATE: "rows that repeat another exactly: left out",
    Rule.CONFLICTING: "rows for the same instrument and stamp with other values: the last in the source is kept",
    Rule.WRONG_INSTRUMENT: "rows of another instrument than the source is named for: left out",
    Rule.EXPIRED: "rows of a contract that had expired: left out",
    Rule.OLD_PAGE: "rows of a page that was served before, unchanged: left out",
    Rule.SPLICE: "rows whose index level belongs to another instrument or day: left out",
    Rule.BAD_BAR: "bars whose open or close lies outside high and low: left out",
    Rule.IMPOSSIBLE_PRICE: "prices of zero, below zero or above ₹1 crore: taken as unknown",
    Rule.IMPOSSIBLE_QUANTITY: "quantities below zero or beyond reason: taken as zero",
    Rule.HALF_SIDE: "sides with a price but no quantity, or a quantity but no price: emptied",
    Rule.OFF_TICK: "prices off the tick: bid rounded down, ask up, last to the nearest",
    Rule.CROSSED: "quotes with the bid above the ask: both sides emptied",
    Rule.EMPTY_BOOK: "quotes with neither bid, ask nor last price: left out",
    Rule.VOLUME_FELL: "volumes below an earlier one of the day: kept at the highest so far",
    Rule.SEVERAL_SPOTS: "stamps with several index levels: that of the nearest expiry is kept",
    Rule.NO_SPOT: "stamps without an index level: recorded without one",
    Rule.SAME_SECOND: "ticks sharing a second with another of the same instrument: spread over it in order",
}


class CleaningReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one import read, kept, changed and left out.

    ``rows_read`` counts rows or lines of the sources. A chain row becomes a call and a put quote and a bar four quotes,
    so ``quotes_kept`` can exceed it. ``counts`` holds every rule that applied, by its name, in the order of Rule; a
    rule on a page or bar counts source rows, a rule on a side, price or stamp counts those.
    """

    rows_read: int
    quotes_kept: int
    counts: dict[str, int]
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """Answer the report for reading, one sentence a line: ``"43,800 rows …: left out"``."""
        lines = [f"{self.rows_read:,} rows read, {self.quotes_kept:,} quotes kept"]
        lines += [f"{self.counts[rule.value]:,} {text}" for rule, text in RULE_SENTENCES.items() if self.of(rule)]
        return [*lines, *self.notes]

    def of(self, rule: Rule) -> int:
        """Answer how often a rule applied."""
        return self.counts.get(rule.value, 0)


class Tally:
    """Counts while an import runs."""

    def __init__(self) -> None:
        self.rows_read = 0
        self.notes: list[str] = []
        self._counts = dict.fromkeys(Rule, 0)

    def add(self, rule: Rule, times: SupportsInt) -> None:
        """Count a rule ``times`` more."""
        self._counts[rule] += int(times)

    def report(self, quotes_kept: int) -> CleaningReport:
        """Answer the finished report."""
        counts = {rule.value: times for rule, times in self._counts.items() if times}
        return CleaningReport(
            rows_read=self.rows_read, quotes_kept=quotes_kept, counts=counts, notes=tuple(dict.fromkeys(self.notes))
        )
