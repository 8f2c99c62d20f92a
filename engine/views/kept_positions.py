"""What the positions keep from one frame to the next: what did not change since is neither asked for nor made again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter

import msgspec

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import ist_date
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, Price
from engine.views.contracts import contract_name
from engine.views.expiry_pricing import ExpiryLadder, expiry_ladder
from engine.views.foreign_positions import BrokersBooks
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.position_groups import KeptGroups
from engine.views.position_rows import PositionRow

_STEADY = 1_000
"""A margin stands until its underlying moved by one part in so many; an estimate is no better than that."""


class HeldLeg(msgspec.Struct, eq=False):
    """One leg that is held, or was, and the portfolio it belongs to."""

    portfolio: PortfolioRow
    leg: LegRow
    contract: str
    """In words."""
    book: tuple[AccountId, InstrumentId]
    """The contract in the account, by which the broker's books are compared."""
    order: tuple[str, date]
    """Nearest expiry first; a portfolio's legs stay together inside it."""
    closed_row: PositionRow | None = None
    """The line of a closed leg once it is made: nothing of it moves but the quantities of the books."""


class _Portfolio(msgspec.Struct, frozen=True, eq=False):
    """The legs of a portfolio's row."""

    row: PortfolioRow
    legs: tuple[HeldLeg, ...]


class _Margin(msgspec.Struct, frozen=True, eq=False):
    """What a portfolio's row was estimated to block, and at which price of its underlying."""

    row: PortfolioRow
    price: Price
    amount: Money


class KeptPositions:
    """Memory of one table of positions, handed to each of its books; rows are known by their identity.

    Attributes:
        groups: What was added up of groups in which nothing is open.
        books: Our ledger and the brokers' books with which the lines of closed legs were compared last.
    """

    def __init__(self) -> None:
        self._master: ContractMaster | None = None
        self._on = date.min
        self._with_closed = False
        self._portfolios: dict[PortfolioId, _Portfolio] = {}
        self._ladders: dict[tuple[str, date], ExpiryLadder] = {}
        self._margins: dict[PortfolioId, _Margin] = {}
        self.groups = KeptGroups()
        self.books: tuple[Mapping[tuple[AccountId, InstrumentId], int], BrokersBooks] | None = None

    def legs(
        self, portfolios: Iterable[PortfolioRow], master: ContractMaster, on: date, *, with_closed: bool
    ) -> list[HeldLeg]:
        """Answer the legs that are held, nearest expiry first, and those closed on the day ``on`` where asked for.

        Another day, other contracts or another choice of legs begin anew; a portfolio that was told again does, too.
        """
        if (self._master, self._on, self._with_closed) != (master, on, with_closed):
            self._forget()
            self._master, self._on, self._with_closed = master, on, with_closed
        found: dict[PortfolioId, _Portfolio] = {}
        known = self._portfolios
        for row in portfolios:
            before = known.get(row.portfolio_id)
            found[row.portfolio_id] = before if before is not None and before.row is row else self._listed(row, master)
        self._portfolios = found
        return sorted((leg for one in found.values() for leg in one.legs), key=attrgetter("order"))

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

    def _listed(self, row: PortfolioRow, master: ContractMaster) -> _Portfolio:
        self._margins.pop(row.portfolio_id, None)
        held = (
            leg
            for leg in row.legs
            if leg.row >= 0 and (leg.net_quantity or (self._with_closed and _was_held(row, leg, self._on)))
        )
        return _Portfolio(row, tuple(_held(row, leg, master) for leg in held))

    def _forget(self) -> None:
        self._portfolios, self._ladders, self._margins = {}, {}, {}
        self.groups = KeptGroups()


def _held(row: PortfolioRow, leg: LegRow, master: ContractMaster) -> HeldLeg:
    contract = master.instruments[leg.row]
    return HeldLeg(
        portfolio=row,
        leg=leg,
        contract=contract_name(contract),
        book=(row.account, contract.id),
        order=(row.underlying, leg.expiry or date.max),
    )


def _was_held(portfolio: PortfolioRow, leg: LegRow, on: date) -> bool:
    ended = leg.closed_at or portfolio.closed_at
    return leg.entered > 0 and (ended is None or ist_date(ended) == on)
