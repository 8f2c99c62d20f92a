"""What each fact says to a trader, and how loudly."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from engine.domain import facts as f
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import SECOND, clock_text
from engine.domain.money import plain_text
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel
from engine.views.amounts import rupees_text


class MessageLevel(Enum):
    """How much a message wants of the trader; the words of Stoxxo's GridLog."""

    ATTENTION = "ATTENTION"
    """Somebody must look now."""
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Line(NamedTuple):
    """What a fact says, and how loudly."""

    level: MessageLevel
    sentence: str


_ATTENTION, _ERROR = MessageLevel.ATTENTION, MessageLevel.ERROR
_WARNING, _INFO = MessageLevel.WARNING, MessageLevel.INFO

_CHANNEL_WORDS = {Channel.MARKET_DATA: "market data line", Channel.ORDERS: "order line"}

_KILL_WORDS = {
    KillLevel.OFF: "off",
    KillLevel.NO_OPENINGS: "nothing is opened",
    KillLevel.CANCEL: "nothing is opened and opening orders are cancelled",
    KillLevel.FLATTEN: "everything is closed, shorts first",
}

_STATUS_LINES: dict[OrderStatus, tuple[MessageLevel, str]] = {
    OrderStatus.NEW: (_INFO, "is written down"),
    OrderStatus.SENT: (_INFO, "is on its way to the broker"),
    OrderStatus.ACKED: (_INFO, "was taken by the broker"),
    OrderStatus.OPEN: (_INFO, "rests at the exchange"),
    OrderStatus.TRIGGER_PENDING: (_INFO, "waits at the exchange for its trigger"),
    OrderStatus.UNKNOWN: (_ATTENTION, "has an unknown outcome; the broker's books decide, it is not sent again"),
    OrderStatus.COMPLETE: (_INFO, "is filled"),
    OrderStatus.CANCELLED: (_INFO, "is cancelled"),
    OrderStatus.REJECTED: (_ERROR, "was rejected by the broker"),
    OrderStatus.NOT_SENT: (_WARNING, "was not sent"),
}

_END_LINES: dict[PortfolioState, MessageLevel] = {
    PortfolioState.FAILED: _ERROR,
    PortfolioState.REJECTED: _ERROR,
}


def session_line(fact: f.AnySessionFact) -> Line:
    """Answer what a fact of the session says."""
    match fact:
        case f.SessionOpened():
            money = "real money" if fact.is_live else "simulated money"
            return Line(_INFO, f"Session opened on {fact.account}, {money}: our books are compared with the broker's")
        case f.RecoveryFinished(unresolved=0):
            return Line(_INFO, "Our books and the broker's are compared: open for business")
        case f.RecoveryFinished():
            words = "order has an unknown outcome" if fact.unresolved == 1 else "orders have an unknown outcome"
            return Line(_WARNING, f"Our books and the broker's are compared: {fact.unresolved} {words}")
        case f.RiskLimitsSet():
            return Line(_INFO, f"Risk limits set: {'; '.join(fact.changes) or 'as they were'}")
        case f.KillSwitchTripped():
            return Line(_ATTENTION, f"Kill switch on: {_KILL_WORDS[fact.level]}. {fact.reason}".strip())
        case f.KillSwitchReleased():
            return Line(_WARNING, f"Kill switch released: {fact.reason}")
        case f.AccountHalted():
            loss, limit = rupees_text(fact.loss), rupees_text(fact.limit)
            return Line(_ATTENTION, f"Daily loss limit reached: {loss} of {limit}; everything is closed for today")
        case f.DayStarted():
            return Line(_INFO, f"Trading day {date.fromordinal(fact.day):%d %b %Y}: daily counters begin again")
        case f.ConnectionChanged():
            return _connection_line(fact)
        case _:
            return _trouble_line(fact)


def _connection_line(fact: f.ConnectionChanged) -> Line:
    line = _CHANNEL_WORDS[fact.channel]
    detail = f": {fact.detail}" if fact.detail else ""
    if not fact.connected:
        return Line(_ERROR, f"The {line} is down{detail}")
    lost = "; what was missed is read from the broker's books" if fact.data_lost else ""
    return Line(_INFO, f"The {line} is back{detail}{lost}")


TroubleFact = (
    f.FeedWentStale
    | f.FeedRecovered
    | f.DriftFound
    | f.DriftCleared
    | f.JournalFailed
    | f.JournalRestored
    | f.CommandRefused
    | f.AlarmRaised
)


def _trouble_line(fact: TroubleFact) -> Line:
    match fact:
        case f.FeedWentStale():
            return Line(_ERROR, f"No quote since {clock_text(fact.last_quote_at)}: stops wait for a fresh one")
        case f.FeedRecovered():
            return Line(_INFO, f"Quotes come again after {fact.silent_for / SECOND:.1f} s")
        case f.DriftFound():
            sentence = f"{symbol_of(fact.instrument)}: we hold {fact.ours:+d}, the broker says {fact.brokers:+d}"
            return Line(_ATTENTION, f"{sentence}; nothing is opened until that is explained")
        case f.DriftCleared(accepted=0):
            return Line(_INFO, f"{symbol_of(fact.instrument)}: our books and the broker's agree again. {fact.reason}")
        case f.DriftCleared():
            sentence = f"{symbol_of(fact.instrument)}: {fact.accepted:+d} are taken as not ours"
            return Line(_WARNING, f"{sentence}. {fact.reason}")
        case f.JournalFailed():
            return Line(_ATTENTION, f"The journal cannot be written: {fact.detail}")
        case f.JournalRestored():
            return Line(_INFO, "The journal can be written again")
        case f.CommandRefused():
            return Line(_WARNING, f"Not done ({fact.command.replace('_', ' ')}): {fact.sentence}")
        case f.AlarmRaised():
            return Line(_ATTENTION, fact.sentence)


def portfolio_line(fact: f.AnyPortfolioFact, name: str) -> Line:
    """Answer what a fact of a portfolio says; ``name`` is the portfolio's."""
    match fact:
        case f.PortfolioAdded():
            legs = len(fact.portfolio.legs)
            return Line(_INFO, f"{name} added as {fact.portfolio_id}: {legs} {'leg' if legs == 1 else 'legs'}")
        case f.PortfolioArmed():
            times = f"enters at {clock_text(fact.starts_at)}, squares off at {clock_text(fact.square_off_at)}"
            return Line(_INFO, f"{name} waits: {times}")
        case f.PortfolioStarted():
            at = f", underlying at {plain_text(fact.underlying_price)}" if fact.underlying_price is not None else ""
            return Line(_INFO, f"{name} enters{at}: {fact.why}")
        case f.PortfolioRunning():
            level, words = (_WARNING, "runs without the legs that failed") if fact.partial else (_INFO, "runs")
            return Line(level, f"{name} {words}: combined premium {plain_text(fact.combined_premium)}")
        case f.ProfitLockMoved():
            return Line(_INFO, f"{name}: profit lock keeps {rupees_text(fact.floor)}")
        case f.CombinedStopMoved():
            return Line(_INFO, f"{name}: combined stop trailed to a profit of {rupees_text(fact.stop)}")
        case f.StopsMovedToCost():
            return Line(_INFO, f"{name}: stops to cost: {fact.why}")
        case _:
            return _ending_line(fact, name)


EndingFact = f.PortfolioExitDecided | f.PortfolioExitBlocked | f.PortfolioClosed | f.PortfolioHeld | f.PortfolioResumed


def _ending_line(fact: EndingFact, name: str) -> Line:
    match fact:
        case f.PortfolioExitDecided():
            level = _ERROR if fact.reason is ExitReason.LEG_FAIL else _WARNING
            return Line(level, f"{name} is squared off: {fact.why} ({fact.reason.value})")
        case f.PortfolioExitBlocked():
            return Line(_ATTENTION, f"{name} cannot be closed: {fact.why}; exits are tried on")
        case f.PortfolioClosed():
            sentence = f"{name} {fact.state.value.lower()}, booked {rupees_text(fact.realised)} before charges"
            why = f": {fact.why}" if fact.why else ""
            return Line(_END_LINES.get(fact.state, _INFO), f"{sentence}{why} ({fact.reason.value})")
        case f.PortfolioHeld():
            return Line(_ATTENTION, f"{name} was caught by a restart in the middle of its entry: resume or square off")
        case f.PortfolioResumed():
            return Line(_INFO, f"{name} goes on with its entry: {fact.why}")


def leg_line(fact: f.AnyLegFact, leg: str) -> Line:
    """Answer what a fact of a leg says; ``leg`` names it: ``"Leg 3 NIFTY26AUG24050CE"``."""
    match fact:
        case f.LegResolved():
            return Line(_INFO, f"{leg}, {fact.quantity}: {fact.why}")
        case f.LegRetried():
            return Line(_WARNING, f"{leg}: {fact.why}; attempt {fact.attempt} at {clock_text(fact.again_at)}")
        case f.LegEntryFailed():
            return Line(_ERROR, f"{leg} could not be entered: {fact.why}")
        case f.LegResized():
            return Line(_WARNING, f"{leg} is cut to {fact.quantity}: {fact.why}")
        case f.LegCancelled():
            return Line(_WARNING, f"{leg} is not entered: {fact.why}")
        case f.LegOpened():
            return Line(_INFO, f"{leg} is open: {fact.quantity} at {plain_text(fact.average_price)}")
        case f.LegProtected():
            return Line(_INFO, f"{leg}: {_levels(fact.stop, fact.target)}")
        case f.StopMoved():
            return Line(_INFO, f"{leg}: {_levels(fact.stop, fact.target)}: {fact.why}")
        case f.LegExitDecided():
            return Line(_WARNING, f"{leg} is closed: {fact.why} ({fact.reason.value})")
        case f.LegClosed():
            booked = rupees_text(fact.realised)
            return Line(_INFO, f"{leg} closed at {plain_text(fact.average_price)}, {booked} ({fact.reason.value})")
        case f.LegExpired():
            settled = f"{fact.quantity:+d} settled by the exchange at {plain_text(fact.settlement_price)}"
            return Line(_WARNING, f"{leg} expired: {settled}")
        case f.OrderDenied():
            order = f"{fact.side.value} {fact.quantity} {symbol_of(fact.instrument)}"
            detail = f" ({fact.detail})" if fact.detail else ""
            return Line(_ERROR, f"Denied {order}, leg {fact.leg_id}: {fact.reason.value}{detail}")


def order_line(fact: f.AnyOrderFact, order: str) -> Line:
    """Answer what a fact of an order says; ``order`` names it: ``"SELL 130 NIFTY26AUG24050CE, leg 3"``."""
    match fact:
        case f.OrderRequested():
            price = "at market" if fact.limit_price is None else f"at {plain_text(fact.limit_price)}"
            return Line(_INFO, f"{order}, {fact.purpose.value.lower()} {price}: {fact.why}")
        case f.OrderMoved():
            level, words = _STATUS_LINES[fact.status]
            return Line(level, f"{order} {words}{': ' if fact.wording else ''}{fact.wording}")
        case f.OrderFilled():
            return Line(_INFO, f"{order}: {fact.quantity} filled, {fact.filled} in all, {rupees_text(fact.value)}")
        case f.OrderModifyRequested():
            return Line(_INFO, f"{order}: {_terms(fact.quantity, fact.limit_price)} asked ({fact.why})")
        case f.OrderModified():
            return Line(_INFO, f"{order}: {_terms(fact.quantity, fact.limit_price)} taken by the broker")
        case f.OrderCancelRequested():
            return Line(_INFO, f"{order}: cancellation asked: {fact.why}")
        case f.OrderChangeRefused():
            certain = "was not changed" if fact.certain else "may or may not be changed"
            return Line(_WARNING, f"{order} {certain}: {fact.wording}")
        case f.OrderMissing():
            times = "once" if fact.times == 1 else f"{fact.times} times in a row"
            return Line(_WARNING, f"{order} is not in the broker's book of {clock_text(fact.book_at)} ({times})")


def _terms(quantity: int, limit_price: int | None) -> str:
    return f"{quantity} at {'market' if limit_price is None else plain_text(limit_price)}"


def _levels(stop: int | None, target: int | None) -> str:
    known = [f"{name} {plain_text(level)}" for name, level in (("stop", stop), ("target", target)) if level is not None]
    return ", ".join(known) or "no stop and no target"


def symbol_of(instrument: InstrumentId) -> str:
    """Answer the exchange's symbol of an instrument: ``"NIFTY26AUG24050CE"``."""
    return instrument.partition(":")[2] or instrument
