"""What the legs of a portfolio say about each other: actions that name legs, lazy legs, times (Appendix G 3, 7)."""

from collections.abc import Iterator, Mapping, Sequence

from engine.domain.multileg.actions import (
    ExecuteLeg,
    ExecuteOther,
    PortfolioAction,
    SquareOffLeg,
    SquareOffOther,
    StartOther,
)
from engine.domain.multileg.leg import LazyLeg, Leg, LegAction
from engine.domain.multileg.schedule import Schedule
from engine.schema.declared import FieldError

MOST_LAZY = 10
"""Lazy legs inside lazy legs."""


def link_errors(legs: Sequence[Leg], schedule: Schedule, name: str) -> Iterator[FieldError]:
    """Yield the contradictions between legs, each beside the field to change."""
    if legs and all(leg.idle for leg in legs):
        yield FieldError("legs", "at least one leg must not be idle, or nothing is ever entered")
    yield from _execute_circles(legs)
    for index, leg in enumerate(legs):
        path = f"legs[{index}]"
        yield from _leg_times(path, leg, schedule)
        for inner, holder, depth in _with_lazy(path, leg, 0):
            if depth > MOST_LAZY:
                yield FieldError(inner, f"lazy legs are at most {MOST_LAZY} deep; end the chain here")
            if depth and (holder.idle or holder.lots == 0):
                field = "idle" if holder.idle else "lots"
                yield FieldError(f"{inner}.{field}", "a lazy leg is entered at once; it must not be idle or of 0 lots")
            for where, action in actions_of(holder):
                yield from _named(f"{inner}.{where}", action, index + 1 if depth == 0 else None, legs, name)


def names_itself(field: str, actions: Sequence[PortfolioAction], name: str) -> Iterator[FieldError]:
    """Yield the actions of a whole portfolio that name the portfolio itself."""
    for number, action in enumerate(actions):
        if isinstance(action, SquareOffOther | ExecuteOther | StartOther) and action.portfolio == name:
            yield FieldError(f"{field}[{number}].portfolio", _ITSELF)


_ITSELF = "this is the portfolio itself; use Square off or Re-execute the portfolio"


def actions_of(leg: Leg) -> Iterator[tuple[str, LegAction]]:
    """Answer a leg's actions with their places: ``"on_stop[0]"``."""
    for field, actions in (("on_stop", leg.on_stop), ("on_target", leg.on_target)):
        for number, action in enumerate(actions):
            yield f"{field}[{number}]", action


def all_actions(legs: Sequence[Leg]) -> Iterator[tuple[str, LegAction]]:
    """Answer every action of the legs and of their lazy legs, with its whole path."""
    for index, leg in enumerate(legs):
        for inner, holder, _ in _with_lazy(f"legs[{index}]", leg, 0):
            for where, action in actions_of(holder):
                yield f"{inner}.{where}", action


def every_leg(legs: Sequence[Leg]) -> Iterator[Leg]:
    """Answer the legs and all of their lazy legs."""
    for leg in legs:
        yield from (holder for _, holder, _ in _with_lazy("", leg, 0))


def _with_lazy(path: str, leg: Leg, depth: int) -> Iterator[tuple[str, Leg, int]]:
    yield path, leg, depth
    if depth > MOST_LAZY:
        return
    for where, action in actions_of(leg):
        if isinstance(action, LazyLeg):
            yield from _with_lazy(f"{path}.{where}.leg", action.leg, depth + 1)


def _leg_times(path: str, leg: Leg, schedule: Schedule) -> Iterator[FieldError]:
    first, last = schedule.start, schedule.end
    if leg.start is not None and not first <= leg.start <= last:
        yield FieldError(f"{path}.start", f"the leg's Start must lie between Start {first} and End {last}")
    if leg.last_entry is not None and not first <= leg.last_entry <= last:
        yield FieldError(f"{path}.last_entry", f"Last entry must lie between Start {first} and End {last}")


def _named(path: str, action: LegAction, own: int | None, legs: Sequence[Leg], name: str) -> Iterator[FieldError]:
    match action:
        case ExecuteLeg(leg=number):
            if number > len(legs):
                yield FieldError(f"{path}.leg", f"there is no leg {number}; the portfolio has {len(legs)}")
            elif not legs[number - 1].idle:
                yield FieldError(f"{path}.leg", f"leg {number} is not idle; mark it idle, or choose another leg")
        case SquareOffLeg(leg=number):
            if number > len(legs):
                yield FieldError(f"{path}.leg", f"there is no leg {number}; the portfolio has {len(legs)}")
            elif number == own:
                yield FieldError(f"{path}.leg", f"leg {number} is this leg; use Square off")
        case SquareOffOther(portfolio=other) | ExecuteOther(portfolio=other) | StartOther(portfolio=other):
            if other == name:
                yield FieldError(f"{path}.portfolio", _ITSELF)
        case _:
            return


def _execute_circles(legs: Sequence[Leg]) -> Iterator[FieldError]:
    """Refuse idle legs that execute each other in a circle: none of them could execute twice."""
    follows = {
        index + 1: [(where, action.leg) for where, action in actions_of(leg) if isinstance(action, ExecuteLeg)]
        for index, leg in enumerate(legs)
    }
    for number, edges in follows.items():
        for where, first in edges:
            if _reaches(first, number, follows, set()):
                words = f"leg {first} leads back to leg {number}: legs must not execute each other in a circle"
                yield FieldError(f"legs[{number - 1}].{where}.leg", words)


def _reaches(start: int, wanted: int, follows: Mapping[int, list[tuple[str, int]]], seen: set[int]) -> bool:
    if start == wanted:
        return True
    if start in seen:
        return False
    seen.add(start)
    return any(_reaches(after, wanted, follows, seen) for _, after in follows.get(start, []))
