"""What the status bar is told: feed, broker, kill switch, order rate, latency."""

import msgspec

from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel


class EngineFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine thread measures about itself; latencies in microseconds of wall time, None before the first."""

    order_latency: int | None = None
    """Median time from a quote taken to the order handed to the gateway."""
    order_latency_worst: int | None = None
    loop_lag: int = 0
    """How late the engine's timers fire, at worst since the last look."""
    frames: int = 0
    """Quote frames since the start."""
    quotes_per_second: int = 0
    speed: float = 1.0
    paused: bool = False
    ended: bool = False
    """The market has no more frames."""


class StatusRow(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the engine at ``at``, its own time."""

    at: Instant
    account: AccountId
    is_live: bool
    opened_at: Instant
    last_quote_at: Instant
    stale_after: int
    """Microseconds of silence after which the feed is stale."""
    feed_stale: bool
    market_open: bool
    down: tuple[tuple[Channel, str], ...]
    """Lines that are down, with their detail."""
    recovering: bool
    kill_level: KillLevel
    kill_reason: str
    halted: bool
    journal_failed: bool
    drift: tuple[tuple[InstrumentId, int, int], ...]
    """Contracts in which our net quantity and the broker's differ: ours, the broker's."""
    orders_today: int
    orders_per_day: int
    orders_last_second: int
    orders_per_second: int
    """The limit kept to."""
    working_orders: int
    unknown_orders: int
    portfolios_alive: int
    figures: EngineFigures

    @property
    def feed_age(self) -> int | None:
        """Answer microseconds since the last quote; None before the first."""
        return max(0, self.at - self.last_quote_at) if self.last_quote_at else None


class EngineStopped(msgspec.Struct, frozen=True, kw_only=True):
    """The engine stopped by itself; the journal is safe and a restart recovers from it."""

    at: Instant
    sentence: str
    detail: str
    """For the log file: the fault in technical words."""


def status_row(state: EngineState, at: Instant, figures: EngineFigures, *, market_open: bool) -> StatusRow:
    """Answer the engine's status at an instant."""
    books = state.books
    working = [
        books.orders[order_id] for run in state.alive() for leg in run.legs if leg.working for order_id in leg.working
    ]
    return StatusRow(
        at=at,
        account=books.account,
        is_live=books.is_live,
        opened_at=books.opened_at,
        last_quote_at=state.last_frame_at,
        stale_after=books.stale_after,
        feed_stale=books.feed_stale,
        market_open=market_open,
        down=tuple(books.down.items()),
        recovering=books.recovering,
        kill_level=books.kill_level,
        kill_reason=books.kill_reason,
        halted=books.halted,
        journal_failed=books.journal_failed,
        drift=tuple((instrument, ours, brokers) for instrument, (ours, brokers) in books.drift.items()),
        orders_today=books.orders_today,
        orders_per_day=books.limits.orders_per_day,
        orders_last_second=orders_since(state, Instant(at - SECOND)),
        orders_per_second=books.limits.orders_per_second,
        working_orders=len(working),
        unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in working),
        portfolios_alive=len(state.alive()),
        figures=figures,
    )


def orders_since(state: EngineState, since: Instant) -> int:
    """Answer how many orders left after an instant."""
    count = 0
    for order in reversed(state.books.orders.values()):
        if order.requested_at <= since - _SEARCHED:
            break
        count += order.sent_at is not None and order.sent_at > since
    return count


_SEARCHED = 60 * SECOND
"""An order leaves within a minute of its decision, so older ones need no look."""


def trades_now(rules: MarketRules, exchanges: frozenset[Exchange], at: Instant) -> bool:
    """Say whether one of these exchanges trades at an instant; a date without rules counts as closed."""
    for exchange in exchanges:
        try:
            if rules.is_open(exchange, at):
                return True
        except UnknownRuleError:
            continue
    return False
