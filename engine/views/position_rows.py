"""One line of the positions: a leg, a group with its sub-totals, or a position that is not ours."""

from datetime import date
from enum import IntEnum

import msgspec

from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.instrument import Kind
from engine.domain.money import Money, Price
from engine.domain.multileg.states import LegOrigin, LegState
from engine.domain.order import Product, Side


class PositionLevel(IntEnum):
    """What a line of the positions stands for."""

    TOTAL = 0
    UNDERLYING = 1
    EXPIRY = 2
    PORTFOLIO = 3
    LEG = 4
    CONTRACT = 5
    ACCOUNT = 6
    TAG = 7
    NOT_OURS = 8
    """The group of what the broker holds beyond our ledger."""
    FOREIGN = 9
    """One contract of that group."""


class PositionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the positions. Money in 1/10,000 ₹; Greeks of the whole position: unit Greek × signed quantity.

    ``delta`` in units of the underlying (₹ per index point), ``gamma`` units per point, ``theta`` ₹ per calendar day,
    ``vega`` ₹ per volatility point. ``cash_delta`` in ₹ per move of 1 % of the underlying, ``cash_gamma`` by how many ₹
    that changes with such a move. None: a price or a volatility is missing.
    """

    key: tuple[str, ...]
    """The groups it stands in, as far as its level goes; empty for the total."""
    level: PositionLevel
    name: str
    contract: str = ""
    """The contract in words, whatever the line is called; empty on lines that join several."""
    has_children: bool = False
    underlying: str = ""
    """Empty on lines that join several, like the other things that legs have."""
    expiry: date | None = None
    days: int | None = None
    """Calendar days to the expiry."""
    portfolio_id: PortfolioId | None = None
    portfolio: str = ""
    """Its portfolio's name, with the account where there are copies in several."""
    account: AccountId = AccountId("")
    tag: str = ""
    product: Product | None = None
    """In which it is held; of a group where all of it is in one."""
    leg_id: LegId | None = None
    state: LegState | None = None
    origin: LegOrigin | None = None
    instrument: InstrumentId | None = None
    row: int = -1
    """Row in the quote board; -1 on subtotals."""
    net_quantity: int | None = None
    """Signed; None on lines that join different contracts."""
    lot_size: int = 1
    lots_entered: int | None = None
    """Of the entry; of several legs of a portfolio their greatest common divisor. Profits per lot are divided by it."""
    brokers_quantity: int | None = None
    """What the broker holds of the whole contract in the account; None on lines that join different contracts."""
    ledger_quantity: int | None = None
    """What our books say he holds; differs from ``brokers_quantity`` only while nobody has explained why."""
    average_price: Price | None = None
    """Of the entry."""
    exit_price: Price | None = None
    """Average of what was closed; None before the first exit and on subtotals."""
    last_price: Price | None = None
    tick_size: Price = Price(500)
    mtm: Money | None = None
    """Profit still open."""
    booked: Money = Money(0)
    entry_value: Money = Money(0)
    """Average entry price times the quantity entered, bought and sold added up."""
    margin: Money | None = None
    """Estimated margin of whole portfolios, each for itself; None on lines that divide one."""
    volatility: float | None = None
    """Per year; legs only."""
    forward: float | None = None
    """Of its expiry, index points; legs only."""
    years: float | None = None
    """To its expiry; legs only."""
    kind: Kind | None = None
    strike: Price | None = None
    side: Side | None = None
    scale: int = 1
    """Units of quantity in one unit of the underlying."""
    delta: float | None = None
    gamma: float | None = None
    theta: float | None = None
    vega: float | None = None
    cash_delta: float | None = None
    cash_gamma: float | None = None

    @property
    def profit(self) -> Money | None:
        """Answer open and booked profit together; None where a price is missing."""
        return None if self.mtm is None else Money(self.mtm + self.booked)

    @property
    def percent(self) -> float | None:
        """Answer the profit as a fraction of the entry value; None where one of them is missing."""
        profit = self.profit
        return None if profit is None or self.entry_value <= 0 else profit / self.entry_value

    @property
    def per_lot(self) -> Money | None:
        """Answer the profit of one lot; None where lots do not add up or a price is missing."""
        profit = self.profit
        return None if profit is None or not self.lots_entered else Money(profit // self.lots_entered)

    @property
    def lots(self) -> int | None:
        """Answer the signed lots held; None on lines that join different contracts."""
        return None if self.net_quantity is None else abs(self.net_quantity) // self.lot_size * _sign(self.net_quantity)

    @property
    def differs(self) -> bool:
        """Say whether the broker's books show another quantity of the contract than ours."""
        return self.brokers_quantity is not None and self.brokers_quantity != self.ledger_quantity


def _sign(quantity: int) -> int:
    return -1 if quantity < 0 else 1
