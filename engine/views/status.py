"""What the status bar is told: feed, broker, kill switch, order rate, latency."""

import msgspec

from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instant import Instant, clock_text
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel
from engine.views.accounts import AccountRow, TagRow, account_refusals, account_rows, tag_refusals, tag_rows


class EngineFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine thread measures about itself; times in microseconds of wall time."""

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
    engine_lag: int = 0
    """By how much the engine fell behind, in microseconds of wall time; 0 while it keeps up."""
    halt_why: str = ""
    drift: tuple[tuple[InstrumentId, int, int], ...]
    """Contracts in which our net quantity and the broker's differ: ours, the broker's."""
    refusals: tuple[str, ...] = ()
    """What else keeps an account or a tag from opening; only where the status is seen from a portfolio."""
    orders_today: int
    orders_per_day: int
    orders_last_second: int
    orders_per_second: int
    """The limit kept to."""
    working_orders: int
    unknown_orders: int
    portfolios_alive: int
    figures: EngineFigures
    accounts: tuple[AccountRow, ...] = ()
    """Every account, the default one first; the fields above are of all of them together."""
    tags: tuple[TagRow, ...] = ()

    def seen_from(self, account: AccountId, tag: str) -> "StatusRow":
        """Answer the status as it matters to a portfolio of an account and a tag."""
        row = next((one for one in self.accounts if one.account_id == account), None)
        if row is None:
            return self
        return msgspec.structs.replace(
            self,
            account=account,
            down=row.down,
            recovering=row.recovering,
            halted=row.halted,
            halt_why=row.halt_why,
            drift=row.drift,
            refusals=(*account_refusals(row), *tag_refusals(self.tags, tag)),
        )

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


def engine_stopped(at: Instant, why: str, detail: str) -> EngineStopped:
    """Answer the last word of an engine that stopped at an instant, and why."""
    sentence = (
        f"The engine stopped at {clock_text(at)}: {why}. The journal is safe and nothing more is sent; "
        "open positions stay at the broker. Start Legwork again: it recovers from the journal."
    )
    return EngineStopped(at=at, sentence=sentence, detail=detail)


def status_row(state: EngineState, at: Instant, figures: EngineFigures, *, market_open: bool) -> StatusRow:
    """Answer the engine's status at an instant."""
    books = state.books
    rows = account_rows(state, at)
    accounts = [row for row in rows if row.is_open] or rows
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
        down=tuple(line for account in accounts for line in account.down),
        recovering=books.recovering,
        kill_level=books.kill_level,
        kill_reason=books.kill_reason,
        halted=any(account.halted for account in accounts),
        halt_why="; ".join(account.halt_why for account in accounts if account.halted),
        journal_failed=books.journal_failed,
        engine_lag=books.engine_lag,
        drift=tuple(drifted for account in accounts for drifted in account.drift),
        orders_today=sum(account.orders_today for account in accounts),
        orders_per_day=sum(account.limits.orders_per_day for account in accounts),
        orders_last_second=sum(account.orders_last_second for account in accounts),
        orders_per_second=sum(account.limits.orders_per_second for account in accounts),
        working_orders=len(working),
        unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in working),
        portfolios_alive=len(state.alive()),
        figures=figures,
        accounts=rows,
        tags=tag_rows(state),
    )


def trades_now(rules: MarketRules, exchanges: frozenset[Exchange], at: Instant) -> bool:
    """Say whether one of these exchanges trades at an instant; a date without rules counts as closed."""
    for exchange in exchanges:
        try:
            if rules.is_open(exchange, at):
                return True
        except UnknownRuleError:
            continue
    return False
