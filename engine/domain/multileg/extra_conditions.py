"""What else must be so before a portfolio enters (executor reference §1.5)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.condition import Condition
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class OnUnmet(Enum):
    """What a condition that does not hold leads to."""

    STOP = "end for today"
    SKIP_LEG = "leave the leg out"
    WAIT = "keep waiting"


class MissingData(Enum):
    """What a condition counts as whose figures are not known."""

    UNMET = "not met"
    IGNORED = "left out"


class InterestSince(Enum):
    """What a change of open interest is counted from."""

    PREVIOUS_CLOSE = "the previous day's close"
    FIRST_SEEN = "the first figure of today"


class NumberRange(Declared, frozen=True, kw_only=True):
    """Range of a number.

    Both ends belong to it; an end that is off does not bound it.
    """

    low: Annotated[Decimal | None, ask("From", "The smallest value that is allowed.", ge=-1_000_000)] = None
    high: Annotated[Decimal | None, ask("To", "The largest value that is allowed.", ge=-1_000_000)] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a range without ends, or with its ends turned round."""
        if self.low is None and self.high is None:
            yield FieldError("low", "a range needs at least one end")
        if self.low is not None and self.high is not None and self.low > self.high:
            yield FieldError("high", f"To must not be below From ({self.low})")

    def holds(self, value: Decimal) -> bool:
        """Say whether a value lies in the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def words(self) -> str:
        """Answer the range in signs: ``"0.2 … 0.8"``, ``"≥ 0.2"``."""
        if self.low is None:
            return f"≤ {self.high}"
        return f"≥ {self.low}" if self.high is None else f"{self.low} … {self.high}"


class DayOpen(Enum):
    """Where the day's open of the underlying must lie."""

    ABOVE_HIGH = "above the previous day's high"
    BELOW_LOW = "below the previous day's low"
    BETWEEN = "inside the previous day's range"


class LegOpen(Enum):
    """Where the day's open of a leg's contract must lie."""

    ABOVE_CLOSE = "above its previous close"
    BELOW_CLOSE = "below its previous close"


class FilteredLegs(Enum):
    """Which legs a filter is about."""

    ALL = "all legs"
    CALLS = "calls"
    PUTS = "puts"


class LegFilter(Declared, frozen=True, kw_only=True):
    """Filter on contracts.

    Tested on the chosen contract before its first order. A new weekly contract may have no previous close.
    """

    legs: Annotated[FilteredLegs, ask("Legs", "Which legs it is about.")] = FilteredLegs.ALL
    day_open: Annotated[LegOpen | None, ask("Day's open", "Where the contract must have opened today.")] = None
    day_change: Annotated[
        NumberRange | None, ask("Change today", "The price against the previous close, in percent, with its sign.")
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a filter that tests nothing."""
        if self.day_open is None and self.day_change is None:
            yield FieldError("day_change", "a filter must test the day's open or the change today")


class ExtraConditions(Declared, frozen=True, kw_only=True):
    """Conditions before the entry.

    Tested once at the start, before what makes the portfolio enter; those of legs before the leg's first order.
    """

    gap_up: Annotated[
        NumberRange | None,
        ask("Gap up", "A day that opens above the previous close must have done so by so many percent.", unit="%"),
    ] = None
    gap_down: Annotated[
        NumberRange | None,
        ask("Gap down", "A day that opens below the previous close must have done so by so many percent.", unit="%"),
    ] = None
    day_open: Annotated[
        DayOpen | None, ask("Day's open", "Where the underlying must have opened against the day before.")
    ] = None
    vix: Annotated[NumberRange | None, ask("India VIX", "Range in which India VIX must be.")] = None
    volatility: Annotated[
        NumberRange | None,
        ask("Implied volatility", "Range of the volatility at the money of the portfolio's expiry.", unit="%"),
    ] = None
    volatility_rank: Annotated[
        NumberRange | None,
        ask(
            "IV rank",
            "Where the volatility of thirty days lies between the lowest and the highest close of the last 252 days.",
            unit="%",
        ),
    ] = None
    volatility_percentile: Annotated[
        NumberRange | None,
        ask(
            "IV percentile",
            "How many percent of the last 252 days closed with a volatility of thirty days below the present one.",
            unit="%",
        ),
    ] = None
    put_call_ratio: Annotated[
        NumberRange | None,
        ask("Put-call ratio", "Open interest of puts over calls of the portfolio's expiry."),
    ] = None
    call_interest: Annotated[
        NumberRange | None,
        ask(
            "Open interest of calls",
            "Range of its change today, with its sign, over all strikes of the portfolio's expiry.",
            unit="%",
        ),
    ] = None
    put_interest: Annotated[
        NumberRange | None,
        ask(
            "Open interest of puts",
            "Range of its change today, with its sign, over all strikes of the portfolio's expiry.",
            unit="%",
        ),
    ] = None
    interest_since: Annotated[
        InterestSince,
        ask(
            "Open interest changed since",
            "The previous day's close, known where that day was seen, or the first figure of today. Strikes without "
            "that figure are left out; without any, the change is not known.",
        ),
    ] = InterestSince.PREVIOUS_CLOSE
    condition: Annotated[
        Condition | None, ask("Condition", "Prices and indicators at the close of bars that must hold.")
    ] = None
    most_running: Annotated[
        int | None,
        ask("Other portfolios at most", "Does not enter while so many others of the account are.", ge=1, le=500),
    ] = None
    leg_filters: Annotated[
        tuple[LegFilter, ...], ask("Filters on contracts", "What the chosen contracts must have done today.", le=10)
    ] = ()
    unmet: Annotated[
        OnUnmet,
        ask("If one does not hold", "End for today, leave out the leg it is about, or wait until it holds."),
    ] = OnUnmet.STOP
    missing: Annotated[
        MissingData, ask("Unknown figures", "What a condition counts as whose figures are not known.")
    ] = MissingData.UNMET

    def tests_legs(self) -> bool:
        """Say whether something is tested of each leg."""
        return bool(self.leg_filters)
