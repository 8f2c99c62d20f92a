"""The rules by which a leg's expiry is chosen; resolved at the entry, never at the save (executor reference §1.2.3)."""

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class CurrentWeek(Declared, frozen=True, kw_only=True, tag="CW"):
    """Current week.

    The nearest listed expiry; what expires today counts as the portfolio says under “On expiry day”.
    """


class NextWeek(Declared, frozen=True, kw_only=True, tag="NW"):
    """Next week."""


class SecondWeek(Declared, frozen=True, kw_only=True, tag="W2"):
    """Two weeks ahead."""


class ThirdWeek(Declared, frozen=True, kw_only=True, tag="W3"):
    """Three weeks ahead."""


class FourthWeek(Declared, frozen=True, kw_only=True, tag="W4"):
    """Four weeks ahead."""


class CurrentMonth(Declared, frozen=True, kw_only=True, tag="CM"):
    """Current month."""


class NextMonth(Declared, frozen=True, kw_only=True, tag="NM"):
    """Next month."""


class FarMonth(Declared, frozen=True, kw_only=True, tag="FM"):
    """Far month."""


class Quarterly(Declared, frozen=True, kw_only=True, tag="quarterly"):
    """Quarter's end.

    The nearest monthly expiry of March, June, September or December.
    """


class FixedDate(Declared, frozen=True, kw_only=True, tag="date"):
    """Fixed date."""

    on: Annotated[date, ask("Expiry date", "The expiry itself; it must be listed.")]


ExpiryRule = (
    CurrentWeek
    | NextWeek
    | SecondWeek
    | ThirdWeek
    | FourthWeek
    | CurrentMonth
    | NextMonth
    | FarMonth
    | Quarterly
    | FixedDate
)
"""Every expiry rule."""

WEEKS_AHEAD: dict[type, int] = {CurrentWeek: 0, NextWeek: 1, SecondWeek: 2, ThirdWeek: 3, FourthWeek: 4}
"""How many expiries each weekly rule lies behind the nearest."""

MONTHS_AHEAD: dict[type, int] = {CurrentMonth: 0, NextMonth: 1, FarMonth: 2}
"""How many monthly expiries each monthly rule lies behind the nearest."""

_MONTH_OF_WEEK: dict[type, ExpiryRule] = {
    CurrentWeek: CurrentMonth(),
    NextWeek: NextMonth(),
    SecondWeek: FarMonth(),
}
"""What weekly rules become on an underlying without weekly expiries."""

_QUARTER_ENDS = (3, 6, 9, 12)

_HOLIDAYS = 4
"""Days by which holidays may move two weekly expiries apart."""


class UseCurrent(Declared, frozen=True, kw_only=True, tag="current"):
    """Today's expiry."""


class UseNext(Declared, frozen=True, kw_only=True, tag="next"):
    """The next expiry."""


class UseCurrentUntil(Declared, frozen=True, kw_only=True, tag="current_until"):
    """Today's until a time."""

    until: Annotated[time, ask("Until", "From this time on the next expiry is used.")] = time(13, 0)


OnExpiryDay = UseCurrent | UseNext | UseCurrentUntil
"""What the expiry rules mean on a day on which something expires; a fixed date means what it says."""


def usable_expiries(listed: Sequence[date], on: date, at: time, use: OnExpiryDay) -> tuple[date, ...]:
    """Answer the expiries that rules count from at a time of a day, nearest first; ``listed`` is in order."""
    match use:
        case UseCurrent():
            rolled = False
        case UseNext():
            rolled = True
        case UseCurrentUntil(until=until):
            rolled = at >= until
    return tuple(expiry for expiry in listed if expiry > on or (expiry == on and not rolled))


def mapped(rule: ExpiryRule, *, weekly: bool, map_weeks: bool) -> ExpiryRule | None:
    """Answer the rule to resolve on an underlying with or without weekly expiries; None where it has no meaning."""
    if weekly or type(rule) not in WEEKS_AHEAD:
        return rule
    return _MONTH_OF_WEEK.get(type(rule)) if map_weeks else None


def resolve(
    rule: ExpiryRule, usable: Sequence[date], listed: Sequence[date], is_monthly: Callable[[date], bool]
) -> date | None:
    """Answer the expiry that a rule means; None where there is no such expiry.

    ``usable`` are the expiries that codes count from, ``listed`` those that a fixed date may name, both nearest first.
    """
    if isinstance(rule, FixedDate):
        return rule.on if rule.on in listed else None
    if isinstance(rule, Quarterly):
        return next((day for day in usable if day.month in _QUARTER_ENDS and is_monthly(day)), None)
    ahead = WEEKS_AHEAD.get(type(rule))
    if ahead is not None:
        return _week(usable, ahead)
    monthly = [day for day in usable if is_monthly(day)]
    ahead = MONTHS_AHEAD[type(rule)]
    return monthly[ahead] if ahead < len(monthly) else None


def _week(usable: Sequence[date], ahead: int) -> date | None:
    """Answer the expiry some weeks behind the nearest; None where the list jumps to the months before that."""
    if ahead >= len(usable) or (usable[ahead] - usable[0]).days > 7 * ahead + _HOLIDAYS:
        return None
    return usable[ahead]
