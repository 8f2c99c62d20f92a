"""Rows of portfolios and their legs, as the desktop is told them."""

from datetime import date

import msgspec

from engine.core import ledger, portfolio_monitor
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Kind
from engine.domain.money import Money, Price
from engine.domain.multileg.levels import gains_when_underlying_rises
from engine.domain.multileg.portfolio import MultilegPortfolio, PriceType
from engine.domain.multileg.states import FINAL, ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Side
from engine.views.contracts import contract_name


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A price at which a leg is closed."""

    price: Price
    on_underlying: bool
    """The underlying is watched and not the leg's own premium."""
    when_rising: bool
    """It is reached from below."""
    reason: ExitReason
    """The reason that a hit will carry: shows whether a stop is the first one, trailed, or at cost."""


class LegRow(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a portfolio in its present cycle. Quantities in units, prices in 1/10,000 ₹."""

    portfolio_id: PortfolioId
    leg_id: LegId
    cycle: int
    state: LegState
    side: Side
    kind: Kind
    lots: int
    instrument: InstrumentId | None
    """None while its contract is not chosen."""
    contract: str
    """The contract in words, or the rule that will choose it."""
    expiry: date | None
    strike: Price | None
    row: int
    """Row of the contract in the quote board; -1 while there is none."""
    scale: int
    """Units of quantity in one unit of the underlying."""
    lot_size: int
    tick_size: Price
    wanted: int
    entered: int
    net_quantity: int
    cash: Money
    """What its trades brought so far, sold less bought: with the open quantity at its mark, its profit."""
    average_entry: Price | None
    average_exit: Price | None
    entered_at: Instant | None
    closed_at: Instant | None
    stop: Level | None
    target: Level | None
    trail_steps: int
    underlying_at_entry: Price | None
    exit_reason: ExitReason | None
    exit_why: str
    denied: str
    """Our last refusal of an order of this leg, in words, while it stands."""
    failure: str
    attempt: int
    again_at: Instant
    """When a failed leg is tried again."""
    behind_bought_legs: bool
    """A sold leg that waits for the bought legs to be filled first."""
    working_orders: tuple[OrderId, ...]
    unknown_orders: int


class PortfolioRow(msgspec.Struct, frozen=True, kw_only=True):
    """One portfolio. Money and prices in 1/10,000 ₹, times as instants (0: not known yet)."""

    portfolio_id: PortfolioId
    account: AccountId
    name: str
    underlying: str
    underlying_row: int
    """Row of the spot in the quote board; -1 where none is listed."""
    state: PortfolioState
    entry: str
    """The entry rule in words."""
    portfolio: MultilegPortfolio
    """The whole declaration, for the editor and for cloning."""
    price_type: PriceType
    added_at: Instant
    starts_at: Instant
    ends_at: Instant
    square_off_at: Instant
    started_at: Instant | None
    running_since: Instant | None
    closed_at: Instant | None
    legs: tuple[LegRow, ...]
    orders: int
    combined_premium: Price | None
    """Combined premium at the entry, sold less bought, per unit of ``base_quantity``."""
    base_quantity: int
    stop: Money | None
    """Profit (a loss is negative) at which the combined stop closes all."""
    stop_trailed: bool
    target: Money | None
    floor: Money | None
    """Profit at which the profit lock closes all; None before it is on."""
    lock_reach: Money | None
    """Profit that switches the lock on."""
    realised: Money
    """What the legs that are flat came to, before charges."""
    exit_reason: ExitReason | None
    exit_why: str
    hold_seconds: int
    """Pause between the last bought fill and the first sale."""

    @property
    def is_done(self) -> bool:
        """Say whether it is flat and over."""
        return self.state in FINAL and not any(leg.net_quantity for leg in self.legs)

    @property
    def open_legs(self) -> int:
        """Answer how many legs hold something."""
        return sum(leg.net_quantity != 0 for leg in self.legs)

    @property
    def waiting_legs(self) -> int:
        """Answer how many legs are still to be entered."""
        return sum(leg.state in (LegState.WAITING, LegState.RESOLVED, LegState.ENTERING) for leg in self.legs)

    @property
    def closed_legs(self) -> int:
        """Answer how many legs were entered and are closed."""
        return sum(leg.state is LegState.CLOSED for leg in self.legs)
