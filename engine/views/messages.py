"""Every fact as one line for a trader: the message log, and `legwork journal show`."""

from datetime import date
from enum import Enum
from typing import NamedTuple

import msgspec

from engine.domain import facts as f
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant, clock_text
from engine.domain.money import paise_text, plain_text
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel


class MessageLevel(Enum):
    """How much a message wants of the trader; the words of Stoxxo's GridLog."""

    ATTENTION = "ATTENTION"
    """Somebody must look now."""
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the message log (columns of GridLog: timestamp, type, message, user, tag, portfolio)."""

    number: int
    """Running number in the order of the facts, from 1."""
    at: Instant
    level: MessageLevel
    kind: str
    """The fact's kind as the journal spells it."""
    sentence: str
    account: AccountId
    tag: str
    """Order tag, empty where no order is concerned."""
    portfolio_id: PortfolioId | None
    portfolio: str
    """The portfolio's name, empty where none is concerned."""


class _Line(NamedTuple):
    """What a fact says, and how loudly."""

    level: MessageLevel
    sentence: str


class _KnownOrder(NamedTuple):
    """What the facts told about an order before."""

    account: AccountId
    portfolio_id: PortfolioId
    words: str
    """``"SELL 130 NIFTY26AUG24050CE, leg 3"``."""


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

SessionFact = (
    f.SessionOpened
    | f.RecoveryFinished
    | f.RiskLimitsSet
    | f.KillSwitchTripped
    | f.KillSwitchReleased
    | f.AccountHalted
    | f.DayStarted
    | f.ConnectionChanged
    | f.FeedWentStale
    | f.FeedRecovered
    | f.DriftFound
    | f.DriftCleared
    | f.JournalFailed
    | f.JournalRestored
    | f.CommandRefused
    | f.AlarmRaised
)

PortfolioFact = (
    f.PortfolioAdded
    | f.PortfolioArmed
    | f.PortfolioStarted
    | f.PortfolioRunning
    | f.ProfitLockMoved
    | f.CombinedStopMoved
    | f.StopsMovedToCost
    | f.PortfolioExitDecided
    | f.PortfolioExitBlocked
    | f.PortfolioClosed
    | f.PortfolioHeld
    | f.PortfolioResumed
)

LegFact = (
    f.LegResolved
    | f.LegRetried
    | f.LegEntryFailed
    | f.LegResized
    | f.LegCancelled
    | f.LegOpened
    | f.LegProtected
    | f.StopMoved
    | f.LegExitDecided
    | f.LegClosed
    | f.LegExpired
    | f.OrderDenied
)

OrderFact = (
    f.OrderRequested
    | f.OrderMoved
    | f.OrderFilled
    | f.OrderModifyRequested
    | f.OrderModified
    | f.OrderCancelRequested
    | f.OrderChangeRefused
    | f.OrderMissing
)


class MessageWriter:
    """Writes a journal's facts, oldest first; remembers the names that later facts only point at."""

    def __init__(self) -> None:
        self._written = 0
        self._account = AccountId("")
        self._names: dict[PortfolioId, str] = {}
        self._contracts: dict[tuple[PortfolioId, LegId], str] = {}
        self._orders: dict[OrderId, _KnownOrder] = {}

    def message(self, fact: f.AnyFact) -> MessageRow:
        """Answer a fact's line; each fact once, in the order of the journal."""
        self._remember(fact)
        level, sentence = self._line(fact)
        order_id: OrderId | None = getattr(fact, "order_id", None)
        order = self._orders.get(order_id) if order_id is not None else None
        portfolio_id = order.portfolio_id if order else getattr(fact, "portfolio_id", None)
        self._written += 1
        return MessageRow(
            number=self._written,
            at=fact.at,
            level=level,
            kind=f.kind_of(fact),
            sentence=sentence,
            account=order.account if order else self._account,
            tag=order_id or "",
            portfolio_id=portfolio_id,
            portfolio=self._names.get(portfolio_id, portfolio_id) if portfolio_id is not None else "",
        )

    def _remember(self, fact: f.AnyFact) -> None:
        match fact:
            case f.SessionOpened():
                self._account = fact.account
            case f.PortfolioAdded():
                self._names[fact.portfolio_id] = fact.portfolio.name
            case f.LegResolved():
                self._contracts[fact.portfolio_id, fact.leg_id] = _symbol(fact.instrument)
            case f.OrderRequested():
                words = f"{fact.side.value} {fact.quantity} {_symbol(fact.instrument)}, leg {fact.leg_id}"
                self._orders[fact.order_id] = _KnownOrder(fact.account, fact.portfolio_id, words)
            case _:
                pass

    def _line(self, fact: f.AnyFact) -> _Line:
        match fact:
            case (
                f.OrderRequested()
                | f.OrderMoved()
                | f.OrderFilled()
                | f.OrderModifyRequested()
                | f.OrderModified()
                | f.OrderCancelRequested()
                | f.OrderChangeRefused()
                | f.OrderMissing()
            ):
                order = self._orders.get(fact.order_id)
                return _order_line(fact, order.words if order else f"order {fact.order_id}")
            case (
                f.LegResolved()
                | f.LegRetried()
                | f.LegEntryFailed()
                | f.LegResized()
                | f.LegCancelled()
                | f.LegOpened()
                | f.LegProtected()
                | f.StopMoved()
                | f.LegExitDecided()
                | f.LegClosed()
                | f.LegExpired()
                | f.OrderDenied()
            ):
                contract = self._contracts.get((fact.portfolio_id, fact.leg_id), "")
                return _leg_line(fact, f"Leg {fact.leg_id} {contract}".strip())
            case (
                f.PortfolioAdded()
                | f.PortfolioArmed()
                | f.PortfolioStarted()
                | f.PortfolioRunning()
                | f.ProfitLockMoved()
                | f.CombinedStopMoved()
                | f.StopsMovedToCost()
                | f.PortfolioExitDecided()
                | f.PortfolioExitBlocked()
                | f.PortfolioClosed()
                | f.PortfolioHeld()
                | f.PortfolioResumed()
            ):
                return _portfolio_line(fact, self._names.get(fact.portfolio_id, fact.portfolio_id))
            case _:
                return _session_line(fact)


def _session_line(fact: SessionFact) -> _Line:
    match fact:
        case f.SessionOpened():
            money = "real money" if fact.is_live else "simulated money"
            return _Line(_INFO, f"Session opened on {fact.account}, {money}: our books are compared with the broker's")
        case f.RecoveryFinished(unresolved=0):
            return _Line(_INFO, "Our books and the broker's are compared: open for business")
        case f.RecoveryFinished():
            words = "order has an unknown outcome" if fact.unresolved == 1 else "orders have an unknown outcome"
            return _Line(_WARNING, f"Our books and the broker's are compared: {fact.unresolved} {words}")
        case f.RiskLimitsSet():
            return _Line(_INFO, f"Risk limits set: {'; '.join(fact.changes) or 'as they were'}")
        case f.KillSwitchTripped():
            return _Line(_ATTENTION, f"Kill switch on: {_KILL_WORDS[fact.level]}. {fact.reason}".strip())
        case f.KillSwitchReleased():
            return _Line(_WARNING, f"Kill switch released: {fact.reason}")
        case f.AccountHalted():
            loss, limit = _rupees(fact.loss), _rupees(fact.limit)
            return _Line(_ATTENTION, f"Daily loss limit reached: {loss} of {limit}; everything is closed for today")
        case f.DayStarted():
            return _Line(_INFO, f"Trading day {date.fromordinal(fact.day):%d %b %Y}: daily counters begin again")
        case f.ConnectionChanged():
            return _connection_line(fact)
        case _:
            return _trouble_line(fact)


def _connection_line(fact: f.ConnectionChanged) -> _Line:
    line = _CHANNEL_WORDS[fact.channel]
    detail = f": {fact.detail}" if fact.detail else ""
    if not fact.connected:
        return _Line(_ERROR, f"The {line} is down{detail}")
    lost = "; what was missed is read from the broker's books" if fact.data_lost else ""
    return _Line(_INFO, f"The {line} is back{detail}{lost}")


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


def _trouble_line(fact: TroubleFact) -> _Line:
    match fact:
        case f.FeedWentStale():
            return _Line(_ERROR, f"No quote since {clock_text(fact.last_quote_at)}: stops wait for a fresh one")
        case f.FeedRecovered():
            return _Line(_INFO, f"Quotes come again after {fact.silent_for / SECOND:.1f} s")
        case f.DriftFound():
            sentence = f"{_symbol(fact.instrument)}: we hold {fact.ours:+d}, the broker says {fact.brokers:+d}"
            return _Line(_ATTENTION, f"{sentence}; nothing is opened until that is explained")
        case f.DriftCleared(accepted=0):
            return _Line(_INFO, f"{_symbol(fact.instrument)}: our books and the broker's agree again. {fact.reason}")
        case f.DriftCleared():
            sentence = f"{_symbol(fact.instrument)}: {fact.accepted:+d} are taken as not ours"
            return _Line(_WARNING, f"{sentence}. {fact.reason}")
        case f.JournalFailed():
            return _Line(_ATTENTION, f"The journal cannot be written: {fact.detail}")
        case f.JournalRestored():
            return _Line(_INFO, "The journal can be written again")
        case f.CommandRefused():
            return _Line(_WARNING, f"Not done ({fact.command.replace('_', ' ')}): {fact.sentence}")
        case f.AlarmRaised():
            return _Line(_ATTENTION, fact.sentence)


def _portfolio_line(fact: PortfolioFact, name: str) -> _Line:
    match fact:
        case f.PortfolioAdded():
            legs = len(fact.portfolio.legs)
            return _Line(_INFO, f"{name} added as {fact.portfolio_id}: {legs} {'leg' if legs == 1 else 'legs'}")
        case f.PortfolioArmed():
            times = f"enters at {clock_text(fact.starts_at)}, squares off at {clock_text(fact.square_off_at)}"
            return _Line(_INFO, f"{name} waits: {times}")
        case f.PortfolioStarted():
            at = f", underlying at {plain_text(fact.underlying_price)}" if fact.underlying_price is not None else ""
            return _Line(_INFO, f"{name} enters{at}: {fact.why}")
        case f.PortfolioRunning():
            level, words = (_WARNING, "runs without the legs that failed") if fact.partial else (_INFO, "runs")
            return _Line(level, f"{name} {words}: combined premium {plain_text(fact.combined_premium)}")
        case f.ProfitLockMoved():
            return _Line(_INFO, f"{name}: profit lock keeps {_rupees(fact.floor)}")
        case f.CombinedStopMoved():
            return _Line(_INFO, f"{name}: combined stop trailed to a profit of {_rupees(fact.stop)}")
        case f.StopsMovedToCost():
            return _Line(_INFO, f"{name}: stops to cost: {fact.why}")
        case _:
            return _ending_line(fact, name)


EndingFact = f.PortfolioExitDecided | f.PortfolioExitBlocked | f.PortfolioClosed | f.PortfolioHeld | f.PortfolioResumed


def _ending_line(fact: EndingFact, name: str) -> _Line:
    match fact:
        case f.PortfolioExitDecided():
            level = _ERROR if fact.reason is ExitReason.LEG_FAIL else _WARNING
            return _Line(level, f"{name} is squared off: {fact.why} ({fact.reason.value})")
        case f.PortfolioExitBlocked():
            return _Line(_ATTENTION, f"{name} cannot be closed: {fact.why}; exits are tried on")
        case f.PortfolioClosed():
            sentence = f"{name} {fact.state.value.lower()}, booked {_rupees(fact.realised)} before charges"
            why = f": {fact.why}" if fact.why else ""
            return _Line(_END_LINES.get(fact.state, _INFO), f"{sentence}{why} ({fact.reason.value})")
        case f.PortfolioHeld():
            return _Line(_ATTENTION, f"{name} was caught by a restart in the middle of its entry: resume or square off")
        case f.PortfolioResumed():
            return _Line(_INFO, f"{name} goes on with its entry: {fact.why}")


def _leg_line(fact: LegFact, leg: str) -> _Line:
    match fact:
        case f.LegResolved():
            return _Line(_INFO, f"{leg}, {fact.quantity}: {fact.why}")
        case f.LegRetried():
            return _Line(_WARNING, f"{leg}: {fact.why}; attempt {fact.attempt} at {clock_text(fact.again_at)}")
        case f.LegEntryFailed():
            return _Line(_ERROR, f"{leg} could not be entered: {fact.why}")
        case f.LegResized():
            return _Line(_WARNING, f"{leg} is cut to {fact.quantity}: {fact.why}")
        case f.LegCancelled():
            return _Line(_WARNING, f"{leg} is not entered: {fact.why}")
        case f.LegOpened():
            return _Line(_INFO, f"{leg} is open: {fact.quantity} at {plain_text(fact.average_price)}")
        case f.LegProtected():
            return _Line(_INFO, f"{leg}: {_levels(fact.stop, fact.target)}")
        case f.StopMoved():
            return _Line(_INFO, f"{leg}: {_levels(fact.stop, fact.target)}: {fact.why}")
        case f.LegExitDecided():
            return _Line(_WARNING, f"{leg} is closed: {fact.why} ({fact.reason.value})")
        case f.LegClosed():
            booked = _rupees(fact.realised)
            return _Line(_INFO, f"{leg} closed at {plain_text(fact.average_price)}, {booked} ({fact.reason.value})")
        case f.LegExpired():
            settled = f"{fact.quantity:+d} settled by the exchange at {plain_text(fact.settlement_price)}"
            return _Line(_WARNING, f"{leg} expired: {settled}")
        case f.OrderDenied():
            order = f"{fact.side.value} {fact.quantity} {_symbol(fact.instrument)}"
            detail = f" ({fact.detail})" if fact.detail else ""
            return _Line(_ERROR, f"Denied {order}, leg {fact.leg_id}: {fact.reason.value}{detail}")


def _order_line(fact: OrderFact, order: str) -> _Line:
    match fact:
        case f.OrderRequested():
            price = "at market" if fact.limit_price is None else f"at {plain_text(fact.limit_price)}"
            return _Line(_INFO, f"{order}, {fact.purpose.value.lower()} {price}: {fact.why}")
        case f.OrderMoved():
            level, words = _STATUS_LINES[fact.status]
            return _Line(level, f"{order} {words}{': ' if fact.wording else ''}{fact.wording}")
        case f.OrderFilled():
            return _Line(_INFO, f"{order}: {fact.quantity} filled, {fact.filled} in all, {_rupees(fact.value)}")
        case f.OrderModifyRequested():
            return _Line(_INFO, f"{order}: {_terms(fact.quantity, fact.limit_price)} asked ({fact.why})")
        case f.OrderModified():
            return _Line(_INFO, f"{order}: {_terms(fact.quantity, fact.limit_price)} taken by the broker")
        case f.OrderCancelRequested():
            return _Line(_INFO, f"{order}: cancellation asked: {fact.why}")
        case f.OrderChangeRefused():
            certain = "was not changed" if fact.certain else "may or may not be changed"
            return _Line(_WARNING, f"{order} {certain}: {fact.wording}")
        case f.OrderMissing():
            times = "once" if fact.times == 1 else f"{fact.times} times in a row"
            return _Line(_WARNING, f"{order} is not in the broker's book of {clock_text(fact.book_at)} ({times})")


def _terms(quantity: int, limit_price: int | None) -> str:
    return f"{quantity} at {'market' if limit_price is None else plain_text(limit_price)}"


def _levels(stop: int | None, target: int | None) -> str:
    known = [f"{name} {plain_text(level)}" for name, level in (("stop", stop), ("target", target)) if level is not None]
    return ", ".join(known) or "no stop and no target"


def _symbol(instrument: InstrumentId) -> str:
    return instrument.partition(":")[2] or instrument


def _rupees(amount: int) -> str:
    return f"−₹{paise_text(-amount)}" if amount < 0 else f"₹{paise_text(amount)}"
