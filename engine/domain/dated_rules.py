"""Choose the rule that holds on a date from rules that each say from when they hold."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar


class UnknownRuleError(LookupError):
    """No exchange rule is known for a date; the message is a sentence that says which, and what to do."""


def refuse_negative(name: str, value: Decimal | None, *, zero: bool = True) -> None:
    """Raise ValueError where a number of the data files is not finite, is negative, or is zero and may not be."""
    if value is None:
        return
    if not value.is_finite() or value < 0 or (value == 0 and not zero):
        raise ValueError(f"{name} of {value} is impossible; it must be {'zero or more' if zero else 'above zero'}")


class Dated(Protocol):
    """Anything that holds from a date on."""

    @property
    def since(self) -> date:
        """Answer the first date on which it holds."""


Rule = TypeVar("Rule", bound=Dated)


def latest(rules: Iterable[Rule], on: date) -> Rule | None:
    """Answer the rule in force on a date; of two that start on the same day the later in the file; None before all."""
    found: Rule | None = None
    for rule in rules:
        if rule.since <= on and (found is None or rule.since >= found.since):
            found = rule
    return found
