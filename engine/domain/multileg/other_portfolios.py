"""What portfolios say about each other: actions that name another one, and rings of starts."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.domain.multileg.actions import ExecuteOther, SquareOffOther, StartOther
from engine.domain.multileg.leg_links import all_actions
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import FieldError

_NamesOther = SquareOffOther | ExecuteOther | StartOther


def names_others(portfolio: MultilegPortfolio) -> bool:
    """Say whether any action names another portfolio."""
    return next(_naming_others(portfolio), None) is not None


def unknown_portfolios(portfolio: MultilegPortfolio, known: Collection[str]) -> list[FieldError]:
    """Answer the actions that name a portfolio which is not among ``known``, the names a trader has."""
    return [
        FieldError(
            f"{path}.portfolio", f"there is no portfolio {action.portfolio!r}; add it first, or correct the name"
        )
        for path, action in _naming_others(portfolio)
        if action.portfolio not in (*known, portfolio.name)
    ]


def rings(portfolio: MultilegPortfolio, others: Mapping[str, MultilegPortfolio]) -> list[FieldError]:
    """Answer warnings beside the actions that start a portfolio which, by some way, starts this one again.

    Such a ring is not refused: every start counts against the executions a day of the one that is started.
    """
    starts = {name: _starts(other) for name, other in others.items()} | {portfolio.name: _starts(portfolio)}
    found = []
    for path, action in _naming_others(portfolio):
        way = None if isinstance(action, SquareOffOther) else _way(action.portfolio, portfolio.name, starts)
        if way is not None and len(way) > 1:
            words = " → ".join((portfolio.name, *way))
            found.append(
                FieldError(
                    f"{path}.portfolio",
                    f"these portfolios start each other in a ring, {words}; only their executions a day end it",
                )
            )
    return found


def unknown_tag(portfolio: MultilegPortfolio, tags: Collection[str]) -> list[FieldError]:
    """Answer the error of a strategy tag that does not exist: it blocks the portfolio."""
    if portfolio.tag in tags:
        return []
    there = ", ".join(tags)
    return [FieldError("tag", f"there is no strategy tag {portfolio.tag!r}; there are {there}; choose one, or add it")]


def _naming_others(portfolio: MultilegPortfolio) -> Iterator[tuple[str, _NamesOther]]:
    """Answer every action that names another portfolio, with its path."""
    named = [
        *all_actions(portfolio.legs),
        *((f"on_stop[{number}]", action) for number, action in enumerate(portfolio.on_stop)),
        *((f"on_target[{number}]", action) for number, action in enumerate(portfolio.on_target)),
    ]
    for path, action in named:
        if isinstance(action, _NamesOther):
            yield path, action


def _starts(portfolio: MultilegPortfolio) -> list[str]:
    return [one.portfolio for _, one in _naming_others(portfolio) if not isinstance(one, SquareOffOther)]


def _way(begin: str, end: str, starts: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """Answer the shortest way of starts from one name to another, both included; None where there is none."""
    ways: list[tuple[str, ...]] = [(begin,)]
    seen = {begin}
    for way in ways:
        if way[-1] == end:
            return way
        for after in starts.get(way[-1], ()):
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))
    return None
