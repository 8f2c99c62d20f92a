"""What the positions keep from one frame to the next: what did not change since is neither asked for nor made again."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import PortfolioId
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, Price
from engine.views.expiry_pricing import ExpiryLadder, expiry_ladder
from engine.views.foreign_positions import BrokersBooks
from engine.views.held_legs import Book, HeldLeg, Order, held_legs
from engine.views.portfolios import PortfolioRow
from engine.views.position_groups import KeptGroups
from engine.views.position_legs import leg_row
from engine.views.position_rows import PositionRow

_NUMBER = attrgetter("number")

_STEADY = 1_000
"""A margin stands until its underlying moved by one part in so many; an estimate is no better than that."""


Compared = Callable[[Book], tuple[int, int]]
"""What our books say that the broker holds of a contract in an account, and what he says himself."""


class _Margin(msgspec.Struct, frozen=True, eq=False):
    """What a portfolio's row was estimated to block, and at which price of its underlying."""

    row: PortfolioRow
    price: Price
    amount: Money


class KeptPositions:
    """Memory of one table of positions, handed to each of its books; rows are known by their identity.

    Attributes:
        groups: What was added up of groups in the frame before.
    """

    def __init__(self) -> None:
        self._master: ContractMaster | None = None
        self._on = date.min
        self._with_closed = False
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[PortfolioId, PortfolioRow] = {}
        self._number: dict[PortfolioId, int] = {}
        """Of each portfolio, in the order in which they came."""
        self._orders: list[Order] = []
        self._listed: dict[Order, list[HeldLeg]] = {}
        """The legs of an underlying and expiry."""
        self._portfolios: dict[PortfolioId, tuple[HeldLeg, ...]] = {}
        self._closed: dict[Book, dict[int, HeldLeg]] = {}
        self._new: list[HeldLeg] = []
        self._ladders: dict[tuple[str, date], ExpiryLadder] = {}
        self._margins: dict[PortfolioId, _Margin] = {}
        self._books: tuple[Mapping[Book, int], BrokersBooks] | None = None
        self.groups = KeptGroups()

    def legs(
        self,
        portfolios: Iterable[PortfolioRow],
        master: ContractMaster,
        on: date,
        *,
        with_closed: bool,
        told: Iterable[PortfolioRow] | None = None,
    ) -> list[HeldLeg]:
        """Answer the legs that are held, nearest expiry first, and those closed on the day ``on`` where asked for.

        Another day, other contracts or another choice of legs begin anew. ``told`` are the rows that were told since
        the last call, where that is known and none went away: the others are not looked at.
        """
        if (self._master, self._on, self._with_closed) != (master, on, with_closed):
            self._forget()
            self._master, self._on, self._with_closed = master, on, with_closed
            told = None
        if told is None:
            rows = {row.portfolio_id: row for row in portfolios}
            for name in self._rows.keys() - rows.keys():
                self._drop(name)
                del self._rows[name]
                # It has the place of a new one if it comes again.
                del self._number[name]
            told = rows.values()
        for row in told:
            if self._rows.get(row.portfolio_id) is not row:
                self._drop(row.portfolio_id)
                self._rows[row.portfolio_id] = row
                self._list(row, master)
        return [leg for order in self._orders for leg in self._listed[order]]

    @property
    def underlyings(self) -> Sequence[str]:
        """The underlyings of all legs that were listed last, in their order."""
        return tuple(dict.fromkeys(underlying for underlying, _expiry in self._orders))

    def closed_rows(
        self,
        legs: Iterable[HeldLeg],
        ours: Mapping[Book, int],
        brokers: BrokersBooks,
        compared: Compared,
    ) -> list[PositionRow | None]:
        """Answer the lines of closed legs, None for open ones; made again where the books say something else.

        ``ours`` is our ledger by contract and account.
        """
        for held in self._new:
            held.closed_row = leg_row(held, self._on, compared(held.book))
        self._new.clear()
        for book in self._others(ours, brokers):
            says = compared(book)
            for held in self._closed.get(book, {}).values():
                row = held.closed_row
                if row is not None and (row.ledger_quantity, row.brokers_quantity) != says:
                    held.closed_row = replace(row, ledger_quantity=says[0], brokers_quantity=says[1])
        self._books = dict(ours), brokers
        return [held.closed_row for held in legs]

    def _others(self, ours: Mapping[Book, int], brokers: BrokersBooks) -> Iterable[Book]:
        """Answer the contracts of which the books may say something else than before."""
        if self._books is None or self._books[1] != brokers:
            return list(self._closed)
        before = self._books[0]
        return [book for book in {*before, *ours} if before.get(book) != ours.get(book)]

    def ladder(self, master: ContractMaster, rules: MarketRules, underlying: str, expiry: date) -> ExpiryLadder:
        """Answer the ladder of an expiry among the contracts with which ``legs`` was asked."""
        found = self._ladders.get((underlying, expiry))
        if found is None:
            found = self._ladders[underlying, expiry] = expiry_ladder(master, rules, underlying, expiry)
        return found

    def margin(self, row: PortfolioRow, price: Price, estimate: Callable[[], Money]) -> Money:
        """Answer the estimated margin of a portfolio; made again once it was told anew or its underlying moved."""
        before = self._margins.get(row.portfolio_id)
        if before is not None and before.row is row and abs(price - before.price) * _STEADY <= before.price:
            return before.amount
        self._margins[row.portfolio_id] = made = _Margin(row, price, estimate())
        return made.amount

    def _list(self, row: PortfolioRow, master: ContractMaster) -> None:
        number = self._number.setdefault(row.portfolio_id, len(self._number))
        legs = held_legs(row, number, master, self._on, with_closed=self._with_closed)
        self._portfolios[row.portfolio_id] = legs
        for leg in legs:
            if leg.order not in self._listed:
                self._listed[leg.order] = []
                insort(self._orders, leg.order)
            insort(self._listed[leg.order], leg, key=_NUMBER)
            if not leg.is_open:
                self._new.append(leg)
                self._closed.setdefault(leg.book, {})[id(leg)] = leg

    def _drop(self, portfolio: PortfolioId) -> None:
        self._margins.pop(portfolio, None)
        for leg in self._portfolios.pop(portfolio, ()):
            beside = self._listed[leg.order]
            # All legs of a portfolio have one number; the first of them is the first to go.
            del beside[bisect_left(beside, leg.number, key=_NUMBER)]
            if not beside:
                del self._listed[leg.order]
                self._orders.remove(leg.order)
            if not leg.is_open:
                self._closed[leg.book].pop(id(leg))
