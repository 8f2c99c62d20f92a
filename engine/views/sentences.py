"""What each fact says to a trader, and how loudly."""

from datetime import date

from engine.domain import facts as f
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import SECOND, clock_text
from engine.domain.money import plain_text
from engine.domain.multileg.levels import Level
from engine.domain.multileg.range_breakout import RangeSide
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel
from engine.views.account_sentences import account_line, sync_line
from engine.views.action_sentences import conversion_words, leg_action_words, portfolio_action_words
from engine.views.amounts import rupees_text
from engine.views.edit_sentences import edit_words, leg_edit_words
from engine.views.entry_words import entry_words
from engine.views.level_sentences import combined_level_words, leg_level_words, level_words
from engine.views.line import Line, MessageLevel

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
        case f.DayStarted():
            return Line(_INFO, f"Trading day {date.fromordinal(fact.day):%d %b %Y}: daily counters begin again")
        case f.ConnectionChanged():
            return _connection_line(fact)
        case (
            f.FeedWentStale()
            | f.FeedRecovered()
            | f.DriftFound()
            | f.DriftCleared()
            | f.JournalFailed()
            | f.JournalRestored()
            | f.EngineFellBehind()
            | f.EngineCaughtUp()
            | f.CommandRefused()
            | f.AlarmRaised()
        ):
            return _trouble_line(fact)
        case _:
            return account_line(fact)


def _connection_line(fact: f.ConnectionChanged) -> Line:
    line = _CHANNEL_WORDS[fact.channel]
    detail = f": {fact.detail}" if fact.detail else ""
    if not fact.connected:
        return Line(_ERROR, f"The {line} is down{detail}")
    lost = "; what was missed is read from the broker's books" if fact.data_lost else ""
    return Line(_INFO, f"The {line} is back{detail}{lost}")


def _trouble_line(fact: f.AnyTroubleFact) -> Line:
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
        case f.EngineFellBehind():
            late = f"{fact.lag / SECOND:.1f} s"
            return Line(
                _ATTENTION, f"The engine is late by {late}: stops and orders are late too. Close what strains it"
            )
        case f.EngineCaughtUp():
            return Line(_INFO, "The engine keeps up again")
        case f.CommandRefused():
            return Line(_WARNING, f"Not done ({fact.command.replace('_', ' ')}): {fact.sentence}")
        case f.AlarmRaised():
            return Line(_ATTENTION, fact.sentence)


def portfolio_line(fact: f.AnyPortfolioFact, name: str) -> Line:
    """Answer what a fact of a portfolio says; ``name`` is the portfolio's."""
    match fact:
        case f.EditFact():
            loud, words = edit_words(fact, name)
            return Line(_WARNING if loud else _INFO, words)
        case f.CombinedLevelFact():
            loud, words = combined_level_words(fact, name)
            return Line(_WARNING if loud else _INFO, words)
        case f.PortfolioActionFact():
            loud, words = portfolio_action_words(fact, name)
            return Line(_WARNING if loud else _INFO, words)
        case f.EntryFact():
            loud, words = entry_words(fact, name)
            return Line(_WARNING if loud else _INFO, words)
        case f.PortfolioAdded():
            legs = len(fact.portfolio.legs)
            return Line(_INFO, f"{name} added as {fact.portfolio_id}: {legs} {'leg' if legs == 1 else 'legs'}")
        case f.PortfolioArmed():
            times = f"enters at {clock_text(fact.starts_at)}, squares off at {clock_text(fact.square_off_at)}"
            return Line(_INFO, f"{name} waits: {times}{f' ({fact.why})' if fact.why else ''}")
        case f.SyncAwaited():
            return sync_line(fact, name)
        case f.DayCarried():
            return Line(_INFO, f"{name} was carried into the day: {rupees_text(fact.profit)} were made before it")
        case f.PortfolioStarted():
            at = f", underlying at {plain_text(fact.underlying_price)}" if fact.underlying_price is not None else ""
            return Line(_INFO, f"{name} enters{at}: {fact.why}")
        case f.StraddleWidthTaken():
            words = f"the straddle at {plain_text(fact.strike)} costs {plain_text(fact.width)}"
            return Line(_INFO, f"{name}: {words}; strikes are counted from the money moved by it")
        case f.PortfolioRunning():
            level, words = (_WARNING, "runs without the legs that failed") if fact.partial else (_INFO, "runs")
            return Line(level, f"{name} {words}: combined premium {plain_text(fact.combined_premium)}")
        case f.ProfitLockMoved():
            return Line(_INFO, f"{name}: profit lock keeps {rupees_text(fact.floor)}")
        case f.CombinedStopMoved():
            return Line(_INFO, f"{name}: combined stop trailed to a profit of {rupees_text(fact.stop)}")
        case f.LegAdded():
            words = f"leg {fact.leg_id} is leg {fact.number} again" if fact.cycle > 1 else f"leg {fact.leg_id} is new"
            return Line(_INFO, f"{name}: {words} ({fact.origin.value}): {fact.why}")
        case f.ConditionsMet():
            return Line(_INFO, f"{name}: {fact.why}")
        case f.RangeSet():
            if fact.problem:
                return Line(_WARNING, f"{name}: the range cannot be relied on: {fact.problem}")
            return Line(_INFO, f"{name}: range{_of_leg(fact.number)} {plain_text(fact.low)} to {plain_text(fact.high)}")
        case f.RangeArmed():
            words = f"the next break of its {fact.side.value} counts"
            return Line(_INFO, f"{name}: inside the range{_of_leg(fact.number)}; {words}")
        case f.RangeBroken():
            beyond = "above" if fact.side is RangeSide.HIGH else "below"
            words = f"{plain_text(fact.price)} is {beyond} {plain_text(fact.level)}"
            if fact.missed:
                words = (
                    f"while the engine was down; {plain_text(fact.price)} is near enough to {plain_text(fact.level)}"
                )
            return Line(_INFO, f"{name}: the {fact.side.value} of the range{_of_leg(fact.number)} is broken: {words}")
        case f.RangeLookedBack():
            return Line(_WARNING, f"{name} goes on waiting{_of_leg(fact.number)}: {fact.why}")
        case f.DeltaBandLeft() | f.DeltaBandRegained():
            where = "outside" if isinstance(fact, f.DeltaBandLeft) else "back in"
            words = f"{fact.delta / 10_000:+.1f}, {where} its band of {fact.band / 10_000:.1f}"
            return Line(_INFO, f"{name}: delta of all legs {words}")
        case f.CombinedPremiumSet():
            premium = plain_text(fact.combined_premium)
            return Line(_INFO, f"{name}: combined premium of the entry is now {premium}")
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
        case f.LegActionFact():
            loud, words = leg_action_words(fact, leg)
            return Line(_WARNING if loud else _INFO, words)
        case f.ConversionFact():
            loud, words = conversion_words(fact, leg)
            return Line(_WARNING if loud else _INFO, words)
        case f.LegEditFact():
            loud, words = leg_edit_words(fact, leg)
            return Line(_WARNING if loud else _INFO, words)
        case f.LegLevelFact():
            loud, words = leg_level_words(fact, leg)
            return Line(_WARNING if loud else _INFO, words)
        case f.LegResolved():
            return Line(_INFO, f"{leg}, {fact.quantity}: {fact.why}")
        case f.LegRetried():
            return Line(_WARNING, f"{leg}: {fact.why}; attempt {fact.attempt} at {clock_text(fact.again_at)}")
        case f.LegEntryFailed():
            return Line(_ERROR, f"{leg} {'is skipped' if fact.skipped else 'could not be entered'}: {fact.why}")
        case f.LegResized():
            return Line(_WARNING, f"{leg} is cut to {fact.quantity}: {fact.why}")
        case f.LegCancelled():
            return Line(_WARNING, f"{leg} is not entered: {fact.why}")
        case f.LegOpened():
            return Line(_INFO, f"{leg} is open: {fact.quantity} at {plain_text(fact.average_price)}")
        case f.LegWaits():
            return Line(_INFO, f"{leg} waits: {fact.why}")
        case f.HedgeReused():
            return Line(_INFO, f"{leg}: {fact.why}")
        case f.StopTakenOver():
            return Line(
                _ERROR, f"{leg}: its stop does not rest at the broker any more and is watched from here: {fact.why}"
            )
        case f.LegConditionsMet():
            return Line(_INFO, f"{leg}: its contract fulfils the extra conditions")
        case f.LegReleased():
            return Line(_INFO, f"{leg} is entered: {fact.why}")
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
        case f.OrderPricedAnew():
            waited = f"{fact.waited / SECOND:.1f} s"
            return Line(_INFO, f"{order} waited {waited} for its turn: it leaves at {plain_text(fact.limit_price)}")
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


def _levels(stop: Level | None, target: Level | None) -> str:
    known = [
        f"{name} {level_words(level)}" for name, level in (("stop", stop), ("target", target)) if level is not None
    ]
    return ", ".join(known) or "no stop and no target"


def _of_leg(number: int) -> str:
    return f" of leg {number}" if number else ""


def symbol_of(instrument: InstrumentId) -> str:
    """Answer the exchange's symbol of an instrument: ``"NIFTY26AUG24050CE"``."""
    return instrument.partition(":")[2] or instrument
