"""Positions with Greeks: underlying → expiry → portfolio → leg, with subtotals and a total."""

from datetime import date
from enum import IntEnum

import msgspec

from engine.domain.identifiers import InstrumentId, LegId, PortfolioId
from engine.domain.money import Money, Price


class PositionLevel(IntEnum):
    """How deep a line of the positions stands."""

    TOTAL = 0
    UNDERLYING = 1
    EXPIRY = 2
    PORTFOLIO = 3
    LEG = 4


class PositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the positions. Money in 1/10,000 ₹; Greeks of the whole position: unit Greek × signed quantity.

    ``delta`` in units of the underlying (₹ per index point), ``gamma`` units per point, ``theta`` ₹ per calendar day,
    ``vega`` ₹ per volatility point. None: a price or a volatility is missing.
    """

    key: tuple[str, ...]
    """Underlying, expiry, portfolio, leg: as far as the level goes; empty for the total."""
    level: PositionLevel
    name: str
    underlying: str
    expiry: date | None
    portfolio_id: PortfolioId | None
    leg_id: LegId | None
    instrument: InstrumentId | None
    row: int
    """Row in the quote board; -1 on subtotals."""
    net_quantity: int | None
    """Signed; None on lines that join different contracts."""
    average_price: Price | None
    last_price: Price | None
    tick_size: Price
    mtm: Money | None
    """Profit still open."""
    booked: Money
    volatility: float | None
    """Per year; legs only."""
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    has_children: bool
