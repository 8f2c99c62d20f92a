"""Rows of portfolios and their legs, as the desktop is told them."""

from datetime import date

import msgspec

from engine.core.entries import entry_orders
from engine.core.exits import combined_levels, rolls
from engine.core.exits.rolls import HALF_DONE
from engine.core.hedges import delta_hedge, hedging
from engine.core.orders import conversions
from engine.core.readings import account_standing, ledger, stop_limits
from engine.core.records import hedge_ties
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen
from engine.domain.denial import DenialReason
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Kind
from engine.domain.money import Money, Price, plain_text
from engine.domain.multileg import levels as core_levels
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.portfolio import MultilegPortfolio, PriceType, ValueBasis
from engine.domain.multileg.states import (
    ACTIVE,
    ENTERS,
    EXITING,
    FINAL,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.domain.order import OrderStatus, Product, Side
from engine.domain.settings.strategy_tag import DEFAULT_TAG
from engine.views.contracts import contract_name, entry_rule, leg_rule
from engine.views.waits import Pending, Wait, combined_wait, entry_lacks, leg_wait, next_execution, pending_actions
from engine.views.watched import CombinedWatch, LegWatch, combined_watch, leg_watch

__all__ = ["HALF_DONE", "LegRow", "Level", "PortfolioRow", "portfolio_row"]


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Where a leg is closed."""

    of: Measure
    value: int
    """In the measure's own unit: a price in 1/10,000 ₹ for premiums and the underlying."""
    when_rising: bool
    """It is reached from below."""
    reason: ExitReason
    """The reason that a hit will carry: shows whether a stop is the first one, trailed, or at cost."""

    @property
    def on_underlying(self) -> bool:
        """Say whether the underlying is watched and not the leg's own premium."""
        return self.of is Measure.UNDERLYING


class LegRow(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a portfolio in its present cycle. Quantities in units, prices in 1/10,000 ₹."""

    portfolio_id: PortfolioId
    leg_id: LegId
    cycle: int
    state: LegState
    side: Side
    kind: Kind
    lots: int
    number: int
    """The declared leg it is an execution of."""
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
    product: Product = Product.INTRADAY
    """In which it is held and closed."""
    conversion: str = ""
    """How its conversion to another product stands; empty where none was asked for."""
    roll: str = ""
    """What the second half of its roll waits for, or why that is not carried out; empty for one that is not rolled."""
    lacks: str = ""
    """Why no contract can be chosen yet, for a leg that wants one."""
    resting: tuple[str, ...]
    """What rests at the broker for its levels, in words."""
    behind_bought_legs: bool
    """A sold leg that waits for the bought legs to be filled first."""
    working_orders: tuple[OrderId, ...]
    orders: tuple[OrderId, ...] = ()
    """All its orders, oldest first."""
    unknown_orders: int
    origin: LegOrigin = LegOrigin.DECLARED
    execution: int = 1
    """The execution of the portfolio it belongs to."""
    wait: Wait | None = None
    """What it waits for before it is entered."""
    hedge: str = ""
    """What a hedge is called: ``"H_1_2"``; empty for other legs."""
    hedge_of: LegId | None = None
    """The leg that a hedge protects."""
    watch: LegWatch = LegWatch()
    """What it is watched by beside its stop and target."""
    counts: bool = True
    """Its profit counts in the combined profit, by which stops and targets are measured."""
    in_premium: bool = True
    """It counts in the combined premium."""


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
    """Orders of all its executions."""
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
    tag: str = DEFAULT_TAG
    parent: PortfolioId | None = None
    """What the copies in the accounts of its tag have in common; None for one that runs in one account."""
    multiplier: int = 1
    """How many times its lots it trades in its account."""
    sync_until: Instant | None = None
    sync_missing: str = ""
    """The accounts that were not ready when the entry rule came true."""
    version: int = 1
    """How often its declaration was written: each edit makes the next."""
    suspended: str = ""
    """Why its account opens nothing for now: the order line is down, or the books differ; empty where it may."""
    execution: int = 1
    """How often it was executed, this time included."""
    combined_wait: core_levels.Level | None = None
    """The combined premium that all legs wait for."""
    pending: tuple[Pending, ...] = ()
    """What hits still set off."""
    next_execution: tuple[str, ...] = ()
    entry_lacks: tuple[str, ...] = ()
    """What its entry waits for, with live values against their thresholds; told again every second."""
    """What its next execution waits for, in sentences."""
    delta_standing: str = ""
    """Where the delta of all legs stood against its band when the row was made; empty without a band."""
    lots: int = 1
    """What the lots of its legs have in common: profits per lot are divided by it."""
    shown_lots: int = 1
    """What profits are divided by on screen, where the portfolio shows them for one lot."""
    watch: CombinedWatch = CombinedWatch()
    """What all legs together are watched by beside their profit."""

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
    lock = portfolio.profit_lock
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
        stop=_money(combined_levels.stop_at(run)),
        stop_trailed=run.trailed_stop is not None,
        target=_money(combined_levels.target_at(run)),
        floor=run.floor,
        lock_reach=_money(None if lock is None else combined_levels.lock_amount(run, lock, lock.reach)),
        realised=Money(ledger.realised(run)),
        exit_reason=run.exit_reason,
        exit_why=run.exit_why,
        hold_seconds=account_standing.hold(state.books, run),
        tag=run.tag,
        parent=run.parent,
        multiplier=run.multiplier,
        sync_until=run.sync_until,
        sync_missing=run.sync_missing,
        version=run.version,
        suspended=_suspended(state, run),
        execution=run.execution,
        combined_wait=combined_wait(run),
        pending=pending_actions(state, run),
        next_execution=next_execution(state, run),
        entry_lacks=entry_lacks(state, run),
        delta_standing=delta_hedge.standing(state, run),
        lots=ledger.common_lots(run),
        shown_lots=ledger.common_lots(run) if portfolio.value_basis is ValueBasis.PER_LOT else 1,
        watch=combined_watch(state, run),
    )


def _resting(working: list[Order]) -> tuple[str, ...]:
    found = []
    for order in working:
        if order.rests_for is not None and order.limit_price is not None:
            limit = plain_text(order.limit_price)
            at = (
                f"trigger {plain_text(order.trigger_price)}, limit {limit}" if order.trigger_price else f"limit {limit}"
            )
            found.append(f"{order.rests_for.value} order {order.order_id} rests at the broker: {at}")
    return tuple(found)


def _suspended(state: EngineState, run: PortfolioRun) -> str:
    """Answer why what was begun is not watched as usual: the broker's session or books are lost (state table P22)."""
    if run.state not in ACTIVE and run.state not in EXITING:
        return ""
    denial = account_standing.line_denial(state.books, run.account)
    return "" if denial is None else account_standing.sentence(denial)


def _money(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount)


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
        number=leg.number,
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
        product=conversions.product_of(run, leg),
        conversion=conversions.waits_for(leg),
        roll=rolls.waits_for(state, run, leg),
        lacks=_lacks(state, run, leg),
        resting=_resting(working),
        behind_bought_legs=waiting_buys and leg.leg.side is Side.SELL and ledger.is_entering(leg),
        working_orders=tuple(leg.working),
        orders=tuple(leg.orders),
        unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in working),
        origin=leg.origin,
        execution=leg.execution,
        wait=leg_wait(run, leg),
        hedge=hedge_ties.hedge_name(run, leg),
        hedge_of=leg.parent if leg.origin in (LegOrigin.HEDGE, LegOrigin.GUARD) else None,
        counts=hedge_ties.counts(run, leg),
        in_premium=hedge_ties.counts(run, leg) and leg.origin is not LegOrigin.DELTA,
        watch=leg_watch(state, run, leg),
    )


def _lacks(state: EngineState, run: PortfolioRun, leg: LegRun) -> str:
    if run.state in ENTERS and leg.state is LegState.RESOLVED:
        return stop_limits.lack(state, run, leg) or hedging.waits_for(state, run, leg) or ""
    if run.state in ENTERS and leg.state is LegState.ENTERING:
        return entry_orders.waits_for(state, run, leg) or ""
    if leg.state is not LegState.WAITING or run.state not in ENTERS:
        return ""
    choice = strike_selector.choose(state, run, leg)
    return "" if isinstance(choice, Chosen) else choice.why


def _stop(leg: LegRun) -> Level | None:
    if leg.stop is None:
        return None
    return Level(of=leg.stop.of, value=leg.stop.value, when_rising=leg.stop.rising, reason=leg.stop_reason)


def _target(leg: LegRun) -> Level | None:
    if leg.target is None:
        return None
    return Level(of=leg.target.of, value=leg.target.value, when_rising=leg.target.rising, reason=ExitReason.LEG_TGT)


def _denial_words(denied: str) -> str:
    """Answer the sentence of a refusal that the books keep as ``"ENTRY NO_QUOTE"``; empty for none."""
    return DenialReason[denied.rpartition(" ")[2]].value if denied else ""
