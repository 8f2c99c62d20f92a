"""Which facts alert the trader, of what class, and in which words."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from engine.core.state import EngineState
from engine.domain import facts as f
from engine.domain.alert import AlertClass
from engine.domain.denial import DenialReason
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.states import FIXED_STOP_HITS, ON_STOP_HITS, ExitReason
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel
from engine.views.line import Line, MessageLevel
from engine.views.sentences import leg_line, order_line, portfolio_line, session_line, symbol_of


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something of which the trader wants to be told; ``about`` is None for the account and the engine themselves."""

    at: Instant
    about: AlertClass | None
    level: MessageLevel
    sentence: str
    portfolio: str
    """The portfolio's name, empty where none is concerned."""


class Topic(NamedTuple):
    """What an alert is about; None for the account and the engine themselves."""

    about: AlertClass | None


_STOPS = (
    ON_STOP_HITS
    | FIXED_STOP_HITS
    | {ExitReason.COMB_SL_TRAIL, ExitReason.DAY_LOSS, ExitReason.SIDE_LIMIT, ExitReason.LINKED}
)
_TARGETS = {ExitReason.LEG_TGT, ExitReason.LEG_TGT_TRAIL, ExitReason.COMB_TGT, ExitReason.COMB_TGT_TRAIL}
_BY_REASON: dict[ExitReason, AlertClass] = {
    **dict.fromkeys(_STOPS, AlertClass.STOP),
    **dict.fromkeys(_TARGETS, AlertClass.TARGET),
    ExitReason.MARGIN: AlertClass.MARGIN,
    ExitReason.FEED_DEAD: AlertClass.FEED,
    ExitReason.LATE_FILL: AlertClass.DIFFERENCE,
    ExitReason.MANUAL_EXTERNAL: AlertClass.DIFFERENCE,
    ExitReason.LEG_FAIL: AlertClass.REJECTION,
}
"""Reasons of exits that are more than an exit."""

_BY_STATUS = {
    OrderStatus.REJECTED: AlertClass.REJECTION,
    OrderStatus.NOT_SENT: AlertClass.REJECTION,
    OrderStatus.UNKNOWN: AlertClass.DIFFERENCE,
}
"""Ends of orders that alert."""

OF_PORTFOLIO: dict[type[f.AnyFact], AlertClass] = {
    f.PortfolioStarted: AlertClass.ENTRY,
    f.PortfolioRunning: AlertClass.ENTRY,
    f.PortfolioReexecuted: AlertClass.ENTRY,
    f.PortfolioHeld: AlertClass.ENTRY,
    f.LegAdded: AlertClass.ENTRY,
    f.LegReleased: AlertClass.ENTRY,
    f.LegLookedBack: AlertClass.ENTRY,
    f.RangeLookedBack: AlertClass.ENTRY,
    f.EntryLookedBack: AlertClass.ENTRY,
    f.LegEntryFailed: AlertClass.ENTRY,
    f.RollBlocked: AlertClass.ENTRY,
    f.ConversionRefused: AlertClass.REJECTION,
    f.PartEntryBegun: AlertClass.ENTRY,
    f.PortfolioExitBlocked: AlertClass.EXIT,
    f.PortfolioClosed: AlertClass.EXIT,
    f.LegExpired: AlertClass.EXIT,
    f.LegFloorMoved: AlertClass.TRAIL,
    f.StopMoved: AlertClass.TRAIL,
    f.StopsMovedToCost: AlertClass.TRAIL,
    f.ProfitLockMoved: AlertClass.TRAIL,
    f.CombinedStopMoved: AlertClass.TRAIL,
    f.OrderChangeRefused: AlertClass.REJECTION,
    f.OrderMissing: AlertClass.DIFFERENCE,
    f.StopTakenOver: AlertClass.DIFFERENCE,
    f.LegClosedOutside: AlertClass.DIFFERENCE,
    f.MarginShort: AlertClass.MARGIN,
}
"""Facts of portfolios, legs and orders that alert where their portfolio wants it."""

OF_ACCOUNT: dict[type[f.AnyFact], AlertClass | None] = {
    f.FeedWentStale: AlertClass.FEED,
    f.FeedRecovered: AlertClass.FEED,
    f.DriftFound: AlertClass.DIFFERENCE,
    f.DriftCleared: AlertClass.DIFFERENCE,
    f.ConnectionChanged: None,
    f.RecoveryFinished: None,
    f.KillSwitchTripped: None,
    f.KillSwitchReleased: None,
    f.AccountHalted: None,
    f.TagHalted: None,
    f.ExitOnlySet: None,
    f.JournalFailed: None,
    f.JournalRestored: None,
    f.EngineFellBehind: None,
    f.EngineCaughtUp: None,
    f.AlarmRaised: None,
}
"""Facts of the account and the session that always alert, with their class where they have one."""

_JUDGED = (
    f.PortfolioExitDecided
    | f.LegExitDecided
    | f.LegHit
    | f.LegReduced
    | f.PortfolioReduced
    | f.CombinedHitInPart
    | f.OrderMoved
    | f.OrderDenied
)
"""Facts whose class is in what they say."""


def topic_of(fact: f.AnyFact) -> Topic | None:
    """Answer what the alert of a fact is about; None for a fact that alerts nobody."""
    if isinstance(fact, _JUDGED):
        about = _judged(fact)
        return None if about is None else Topic(about)
    if isinstance(fact, f.SessionFact):
        return _of_session(fact)
    known = OF_PORTFOLIO.get(type(fact))
    return None if known is None else Topic(known)


def alert_of(fact: f.AnyFact, state: EngineState) -> Alert | None:
    """Answer the alert that a fact of this state is; None where it is none, or its portfolio does not want it."""
    topic = topic_of(fact)
    if topic is None:
        return None
    portfolio_id = _portfolio_of(fact, state)
    run = None if portfolio_id is None else state.books.portfolios.get(portfolio_id)
    if run is not None and not isinstance(fact, f.SessionFact) and topic.about not in run.portfolio.monitoring.alerts:
        return None
    line = _line(fact, state)
    return Alert(
        at=fact.at,
        about=topic.about,
        level=line.level,
        sentence=line.sentence,
        portfolio=run.portfolio.name if run is not None else "",
    )


class AlertWatch:
    """Listens to an engine and hands on what alerts; ``tell`` must return at once."""

    def __init__(self, tell: Callable[[list[Alert]], None]) -> None:
        self._tell = tell

    def take_facts(self, facts: list[f.AnyFact], state: EngineState) -> None:
        """See the facts of one batch, oldest first."""
        alerts = [alert for fact in facts if (alert := alert_of(fact, state)) is not None]
        if alerts:
            self._tell(alerts)


def _judged(fact: _JUDGED) -> AlertClass | None:
    match fact:
        case f.OrderMoved():
            return _BY_STATUS.get(fact.status)
        case f.OrderDenied():
            return AlertClass.MARGIN if fact.reason is DenialReason.MARGIN else AlertClass.REJECTION
        case _:
            return _BY_REASON.get(fact.reason, AlertClass.EXIT)


def _of_session(fact: f.AnySessionFact) -> Topic | None:
    match fact:
        case f.ConnectionChanged(channel=Channel.MARKET_DATA):
            return Topic(AlertClass.FEED)
        case f.RecoveryFinished(unresolved=0):
            return None
        case _:
            kind = type(fact)
            return Topic(OF_ACCOUNT[kind]) if kind in OF_ACCOUNT else None


def _portfolio_of(fact: f.AnyFact, state: EngineState) -> PortfolioId | None:
    if isinstance(fact, f.OrderFact):
        order = state.books.orders.get(fact.order_id)
        return None if order is None else order.portfolio_id
    found: PortfolioId | None = getattr(fact, "portfolio_id", None)
    return found


def _line(fact: f.AnyFact, state: EngineState) -> Line:
    books = state.books
    match fact:
        case f.OrderFact():
            order = books.orders[fact.order_id]
            words = f"{order.side.value} {order.quantity} {symbol_of(order.instrument)}, leg {order.leg_id}"
            return order_line(fact, words)
        case f.LegFact():
            run = books.portfolios[fact.portfolio_id]
            instrument = run.legs[fact.leg_id - 1].instrument if fact.leg_id <= len(run.legs) else None
            contract = "" if instrument is None else f" {symbol_of(instrument)}"
            line = leg_line(fact, f"leg {fact.leg_id}{contract}")
            return Line(line.level, f"{run.portfolio.name}: {line.sentence}")
        case f.PortfolioFact():
            return portfolio_line(fact, books.portfolios[fact.portfolio_id].portfolio.name)
        case _:
            return session_line(fact)
