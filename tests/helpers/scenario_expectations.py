"""What a scenario expects: facts in their order, states, levels and positions, and the log for where it fails."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from engine.domain import facts as f
from engine.domain.facts.codec import kind_of
from engine.domain.instant import clock_text
from engine.domain.money import SCALE, plain_text
from engine.views.messages import MessageWriter


def log_of(facts: Iterable[f.AnyFact]) -> str:
    """Answer facts as a trader reads them, with their kinds."""
    writer = MessageWriter()
    rows = [writer.message(fact) for fact in facts]
    return "\n".join(f"  {clock_text(row.at)} {row.kind:24} {row.portfolio:12} {row.sentence}" for row in rows)


class FactMatcher:
    """Says whether a fact is one that a scenario expects."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        """Ids of portfolios by their names."""
        self._orders: dict[str, f.OrderRequested] = {}

    def remember(self, facts: Iterable[f.AnyFact]) -> None:
        """Take note of requested orders, so that later facts about them can be told by their leg."""
        for fact in facts:
            if isinstance(fact, f.OrderRequested):
                self._orders[fact.order_id] = fact

    def matches(self, wanted: Mapping[str, Any], fact: f.AnyFact) -> bool:
        """Say whether a fact has everything that is wanted."""
        if wanted["fact"] != kind_of(fact):
            return False
        return all(
            self._is_portfolio(fact, value) if name == "portfolio" else equal(self._field(fact, name), value)
            for name, value in wanted.items()
            if name not in ("fact", "times")
        )

    def _field(self, fact: f.AnyFact, name: str) -> Any:
        about: Any = fact
        short = {"leg": "leg_id", "portfolio": "portfolio_id"}.get(name, name)
        if isinstance(fact, f.OrderFact) and not hasattr(fact, short) and fact.order_id in self._orders:
            about = self._orders[fact.order_id]
        if not hasattr(about, short):
            raise AssertionError(f"{kind_of(fact)} has no field {name}")
        return getattr(about, short)

    def _is_portfolio(self, fact: f.AnyFact, name: str) -> bool:
        return bool(self._field(fact, "portfolio_id") == self._names.get(name, name))


def equal(actual: Any, wanted: Any) -> bool:
    """Say whether a value is what a scenario wrote: prices as strings, instants as clock texts, parts of texts."""
    match actual:
        case None:
            return wanted in ("none", "", False)
        case Enum():
            return str(wanted) in (str(actual.value), actual.name)
        case bool():
            return actual is wanted
        case int() if isinstance(wanted, str):
            if wanted == "none":
                return False
            return clock_text(actual) == wanted if ":" in wanted else Decimal(actual) == Decimal(wanted) * SCALE
        case str():
            # An instrument ends in its strike and type, so that 24850CE means it.
            return str(wanted) in actual
        case tuple() | list():
            return len(actual) == len(wanted) and all(map(equal, actual, wanted))
        case msgspec.Struct() if isinstance(wanted, Mapping):
            return all(equal(getattr(actual, name), value) for name, value in wanted.items())
        case msgspec.Struct() if hasattr(actual, "value"):
            return equal(actual.value, wanted)
        case _:
            return bool(actual == wanted)


def missing_fact(matcher: FactMatcher, wanted: Iterable[Mapping[str, Any]], facts: list[f.AnyFact]) -> str | None:
    """Answer a sentence about the first expected fact that did not come in its order; None where all came."""
    position = 0
    for one in wanted:
        if "times" in one:
            times = sum(matcher.matches(one, fact) for fact in facts)
            if times != one["times"]:
                return f"{_said(one)} came {times} times"
            continue
        found = next((i for i in range(position, len(facts)) if matcher.matches(one, facts[i])), None)
        if found is None:
            same = [fact for fact in facts if kind_of(fact) == one["fact"]]
            near = "".join(f"\n    there was {_shown(fact)}" for fact in same[:8])
            return f"{_said(one)} did not come{' after the one before it' if position else ''}{near}"
        position = found + 1
    return None


def _said(wanted: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in wanted.items())


def _shown(fact: f.AnyFact) -> str:
    text = repr(fact)
    return text if len(text) < 400 else f"{text[:400]}…"


def shown_value(value: Any) -> str:
    """Answer a value as a scenario would write it."""
    match value:
        case None:
            return "none"
        case Enum():
            return str(value.value)
        case bool():
            return str(value)
        case int():
            return f"{value} ({plain_text(value)})"
        case _:
            return str(value)
