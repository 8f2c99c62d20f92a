"""Rows of portfolios and their legs, as the desktop is told them."""

from datetime import date

import msgspec

from engine.core import ledger
from engine.core.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.denial import DenialReason
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Kind
from engine.domain.money import Money, Price, exact_units
from engine.domain.multileg.exit import CombinedLoss, CombinedProfit
from engine.domain.multileg.levels import gains_when_underlying_rises
from engine.domain.multileg.portfolio import MultilegPortfolio, PriceType
from engine.domain.multileg.states import FINAL, ExitReason, LegState, PortfolioState
from engine.domain.order import OrderStatus, Side
from engine.views.contracts import contract_name, entry_rule, leg_rule


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


def portfolio_row(state: EngineState, run: PortfolioRun) -> PortfolioRow:
    """Answer a portfolio's row, its legs included."""
    portfolio = run.portfolio
    spot = state.master.spot(portfolio.underlying)
    waiting_buys = portfolio.execution.buy_first and any(
        leg.leg.side is Side.BUY and ledger.is_entering(leg) for leg in run.legs
    )
    return PortfolioRow(
        portfolio_id=run.portfolio_id,
        account=run.account,
        name=portfolio.name,
        underlying=portfolio.underlying,
        underlying_row=-1 if spot is None else state.master.row(spot.id),
        state=run.state,
        entry=entry_rule(portfolio.entry),
        portfolio=portfolio,
        price_type=portfolio.price_type,
        added_at=run.added_at,
        starts_at=run.starts_at,
        ends_at=run.ends_at,
        square_off_at=run.square_off_at,
        started_at=run.started_at,
        running_since=run.running_since,
        closed_at=run.closed_at,
        legs=tuple(_leg_row(state, run, leg, waiting_buys=waiting_buys) for leg in run.legs),
        orders=sum(len(leg.orders) for leg in run.legs),
        combined_premium=run.combined_premium,
        base_quantity=run.base_quantity,
        stop=_combined_stop(run),
        stop_trailed=run.trailed_stop is not None,
        target=_combined_target(run),
        floor=run.floor,
        lock_reach=None if portfolio.profit_lock is None else Money(exact_units(portfolio.profit_lock.reach)),
        realised=Money(ledger.realised(run)),
        exit_reason=run.exit_reason,
        exit_why=run.exit_why,
        hold_seconds=portfolio.execution.hold,
    )


def _combined_stop(run: PortfolioRun) -> Money | None:
    # A stop in premium is money only once the premium at the entry is known.
    known = run.running_since is not None or isinstance(run.portfolio.stop, CombinedLoss)
    level = ledger.combined_stop(run) if known else None
    return None if level is None else Money(level)


def _combined_target(run: PortfolioRun) -> Money | None:
    known = run.running_since is not None or isinstance(run.portfolio.target, CombinedProfit)
    level = ledger.combined_target(run) if known else None
    return None if level is None else Money(level)


def _leg_row(state: EngineState, run: PortfolioRun, leg: LegRun, *, waiting_buys: bool) -> LegRow:
    contract = state.master.instruments[leg.row] if leg.row >= 0 else None
    working = [state.books.orders[order_id] for order_id in leg.working]
    return LegRow(
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        cycle=leg.cycle,
        state=leg.state,
        side=leg.leg.side,
        kind=leg.leg.kind.kind,
        lots=leg.leg.lots,
        instrument=leg.instrument,
        contract=leg_rule(run.portfolio, leg.leg) if contract is None else contract_name(contract),
        expiry=None if contract is None else contract.expiry,
        strike=None if contract is None else contract.strike,
        row=leg.row,
        scale=leg.scale,
        lot_size=1 if contract is None else contract.lot_size,
        tick_size=leg.tick,
        wanted=leg.wanted,
        entered=leg.entered_quantity,
        net_quantity=leg.net_quantity,
        cash=Money(leg.cash),
        average_entry=leg.entry_average(),
        average_exit=leg.exit_average(),
        entered_at=leg.entered_at,
        closed_at=leg.closed_at,
        stop=_stop(leg),
        target=_target(leg),
        trail_steps=leg.trail_steps,
        underlying_at_entry=leg.underlying_at_entry,
        exit_reason=leg.exit_reason,
        exit_why=leg.exit_why,
        denied=_denial_words(leg.denied),
        failure=leg.failure,
        attempt=leg.attempt,
        again_at=leg.again_at,
        behind_bought_legs=waiting_buys and leg.leg.side is Side.SELL and ledger.is_entering(leg),
        working_orders=tuple(leg.working),
        unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in working),
    )


def _stop(leg: LegRun) -> Level | None:
    if leg.stop is None:
        return None
    rule = leg.leg.stop_loss
    # A stop that moved to cost is a premium, whatever the first one was.
    on_underlying = leg.stop_reason is not ExitReason.LEG_COST and rule is not None and rule.basis.on_underlying
    rising = not gains_when_underlying_rises(leg.leg) if on_underlying else leg.leg.side is Side.SELL
    return Level(price=leg.stop, on_underlying=on_underlying, when_rising=rising, reason=leg.stop_reason)


def _target(leg: LegRun) -> Level | None:
    if leg.target is None:
        return None
    rule = leg.leg.target
    on_underlying = rule is not None and rule.basis.on_underlying
    rising = gains_when_underlying_rises(leg.leg) if on_underlying else leg.leg.side is Side.BUY
    return Level(price=leg.target, on_underlying=on_underlying, when_rising=rising, reason=ExitReason.LEG_TGT)


def _denial_words(denied: str) -> str:
    """Answer the sentence of a refusal that the books keep as ``"ENTRY NO_QUOTE"``; empty for none."""
    return DenialReason[denied.rpartition(" ")[2]].value if denied else ""
