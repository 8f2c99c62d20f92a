"""Which facts of a journal belong to a portfolio: its own, those of its legs, and those of its orders."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from desktop.commands.journal_export import fact_of
from desktop.composition.failures import MisuseError
from desktop.composition.journals import ChainedEntry
from engine.domain.facts import OrderRequested, PortfolioAdded, PortfolioEdited

_DECLARES = frozenset(str(fact.__struct_config__.tag) for fact in (PortfolioAdded, PortfolioEdited))
_ORDERS = str(OrderRequested.__struct_config__.tag)
_SHOWN = 6


class Belonging(msgspec.Struct, frozen=True):
    """The ids of the portfolios that are meant, and of all their orders."""

    portfolios: frozenset[str]
    orders: frozenset[str]

    def includes(self, fact: object) -> bool:
        """Say whether a fact, as plain data, is about one of the portfolios or one of their orders."""
        if not isinstance(fact, dict):
            return False
        return fact.get("portfolio_id") in self.portfolios or fact.get("order_id") in self.orders


def belonging(history: Iterable[ChainedEntry], portfolio: str) -> Belonging:
    """Answer what a name or an id means in a whole journal.

    A name means every portfolio that ever had it, an id that portfolio, and the id that the copies of a strategy tag
    have in common all of them. Raises MisuseError naming the nearest names where there is no such portfolio.
    """
    meant: set[str] = set()
    names: set[str] = set()
    orders: dict[str, str] = {}
    for row in history:
        if row.entry.kind not in _DECLARES and row.entry.kind != _ORDERS:
            continue
        fact = fact_of(row.entry.body)
        if not isinstance(fact, dict):
            continue  # A body that was damaged belongs to nobody; verify names it.
        known_as, declared = str(fact.get("portfolio_id")), fact.get("portfolio")
        if row.entry.kind == _ORDERS:
            orders[str(fact.get("order_id"))] = known_as
        elif isinstance(declared, dict):
            names.add(str(declared.get("name")))
            if portfolio in (declared.get("name"), known_as, fact.get("parent")):
                meant.add(known_as)
    if not meant:
        raise MisuseError(_unknown(portfolio, names))
    return Belonging(frozenset(meant), frozenset(order for order, owner in orders.items() if owner in meant))


def _unknown(portfolio: str, names: set[str]) -> str:
    if not names:
        return f"There is no portfolio {portfolio!r} in this journal; nothing was ever added to it"
    near = get_close_matches(portfolio, names, n=_SHOWN, cutoff=0.5) or sorted(names)[:_SHOWN]
    return f"There is no portfolio {portfolio!r} in this journal, by name or by id; there are {', '.join(near)}"
