"""The legs of a portfolio that are held, or were held on a day."""

from datetime import date

import msgspec

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instant import ist_date
from engine.views.contracts import contract_name
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.position_rows import PositionRow

Book = tuple[AccountId, InstrumentId]
"""A contract in an account."""

Order = tuple[str, date]
"""Underlying and expiry: legs stand by these, nearest expiry first."""


class HeldLeg(msgspec.Struct, eq=False):
    """One leg that is held, or was, and the portfolio it belongs to."""

    portfolio: PortfolioRow
    leg: LegRow
    contract: str
    """In words."""
    book: Book
    """The contract in the account, by which the broker's books are compared."""
    order: Order
    number: int
    """Of its portfolio, in the order in which they came: its legs stay together."""
    is_open: bool
    """Whether it holds something."""
    closed_row: PositionRow | None = None
    """The line of a closed leg once it is made: nothing of it moves but the quantities of the books."""


def held_legs(
    row: PortfolioRow, number: int, master: ContractMaster, on: date, *, with_closed: bool
) -> tuple[HeldLeg, ...]:
    """Answer the legs that a portfolio holds, and those closed on the day ``on`` where asked for.

    ``number`` is the portfolio's in the order in which they came.
    """
    held = (leg for leg in row.legs if leg.row >= 0 and (leg.net_quantity or (with_closed and _was_held(row, leg, on))))
    return tuple(_held(row, number, leg, master) for leg in held)


def _held(row: PortfolioRow, number: int, leg: LegRow, master: ContractMaster) -> HeldLeg:
    contract = master.instruments[leg.row]
    return HeldLeg(
        portfolio=row,
        leg=leg,
        contract=contract_name(contract),
        book=(row.account, contract.id),
        order=(row.underlying, leg.expiry or date.max),
        number=number,
        is_open=bool(leg.net_quantity),
    )


def _was_held(portfolio: PortfolioRow, leg: LegRow, on: date) -> bool:
    ended = leg.closed_at or portfolio.closed_at
    return leg.entered > 0 and (ended is None or ist_date(ended) == on)
