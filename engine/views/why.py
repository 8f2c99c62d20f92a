"""Why a portfolio waits, and why it was closed: sentences with live values against their thresholds."""

from collections.abc import Iterator
from enum import Enum

import msgspec

from engine.domain.instant import SECOND, Instant, clock_text, ist_date
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.portfolio import PriceType
from engine.domain.multileg.states import FINAL, ExitReason, LegOrigin, LegState, PortfolioState
from engine.views import waits, watched
from engine.views.amounts import grouped_text, rupees_text
from engine.views.marks import PortfolioMark
from engine.views.portfolios import HALF_DONE, LegRow, Level, PortfolioRow
from engine.views.status import StatusRow


class ReasonState(Enum):
    """How a condition stands."""

    MET = "met"
    WAITING = "waiting"
    REFUSED = "refused"
    NOTE = "note"


class Reason(msgspec.Struct, frozen=True):
    """One sentence of an answer to "why?"."""

    state: ReasonState
    sentence: str


_CLOSING = frozenset({PortfolioState.EXITING, PortfolioState.EXIT_BLOCKED})
_ENTERING_LEGS = frozenset({LegState.WAITING, LegState.RESOLVED, LegState.ENTERING})

_LEVEL_WORDS = {
    ExitReason.LEG_SL: "stop",
    ExitReason.LEG_SL_TRAIL: "trailed stop",
    ExitReason.LEG_COST: "stop at cost",
    ExitReason.LEG_TGT: "target",
    ExitReason.LEG_TGT_TRAIL: "locked profit",
}


def reasons(row: PortfolioRow, mark: PortfolioMark, status: StatusRow | None, now: Instant) -> list[Reason]:
    """Answer what a portfolio waits for or watches, each with its live value against its threshold.

    What is met stands beside what is not, so that the trader sees every condition; an ended portfolio answers with the
    chain of reasons that closed it.
    """
    if row.state in FINAL:
        return list(_chain(row))
    status = None if status is None else status.seen_from(row.account, row.tag)
    match row.state:
        case PortfolioState.DISABLED:
            found = [_waiting("Disabled: nothing starts it until it is enabled")]
        case PortfolioState.IDLE:
            click = _waiting("Waits for a click: it enters when somebody starts it")
            found = [click, *_in_sync(row), *_obstacles(status)]
        case PortfolioState.WAITING:
            begins = _next_execution(row) if row.next_execution else _start(row, mark, status, now)
            found = [*begins, *_in_sync(row), *_obstacles(status)]
        case PortfolioState.HELD:
            sentence = "Caught by a restart in the middle of its entry: nothing is opened until it is resumed"
            found = [_waiting(sentence), *_watched(row, mark, now)]
        case PortfolioState.ENTERING:
            found = [*_obstacles(status), *_entries(row, now), *_waits(row, mark, now), *_watched(row, mark, now)]
        case _:
            found = [*_chain(row), *_exits(row), *_waits(row, mark, now), *_watched(row, mark, now)]
    if row.suspended and row.state is not PortfolioState.DISABLED:
        found.insert(0, Reason(ReasonState.REFUSED, f"Suspended, nothing is opened: {row.suspended}"))
    return found


def _next_execution(row: PortfolioRow) -> Iterator[Reason]:
    for sentence in row.next_execution:
        yield _waiting(f"Execution {row.execution} waits: {sentence}")


def _waits(row: PortfolioRow, mark: PortfolioMark, now: Instant) -> Iterator[Reason]:
    """Answer what waiting legs wait for, and what hits still set off."""
    if row.combined_wait is not None:
        live = "not known" if mark.waiting_premium is None else grouped_text(mark.waiting_premium)
        sign = "≥" if row.combined_wait.rising else "≤"
        yield _waiting(f"Combined premium {live}, waiting for {sign} {grouped_text(row.combined_wait.value)}")
    for leg, leg_mark in zip(row.legs, mark.legs, strict=True):
        if leg.wait is not None:
            underlying = (row.underlying, mark.underlying)
            for words in waits.sentences(leg.wait, leg.state, _name(leg), leg_mark.mark, underlying, now):
                yield _waiting(words)
    for leg in row.legs:
        if leg.conversion:
            yield _waiting(f"{_name(leg)}: {leg.conversion}")
        if leg.roll:
            refused = leg.roll.startswith(HALF_DONE)
            yield (_refused if refused else _waiting)(f"{_name(leg)}: {leg.roll}")
        if leg.origin is LegOrigin.ROLLED and leg.state is LegState.ENTRY_FAILED:
            yield _refused(f"{_name(leg)} is the second half of a roll and not open; arm it again, or leave it closed")
    for pending in row.pending:
        due = f" in {_span(pending.due - now)}" if pending.due > now else ""
        yield _waiting(f"{pending.what}{due}, because of {pending.source}")


def _start(row: PortfolioRow, mark: PortfolioMark, status: StatusRow | None, now: Instant) -> Iterator[Reason]:
    start = clock_text(row.starts_at)
    if now < row.starts_at:
        yield _waiting(f"Waits for {_day(row.starts_at, now)}{start}: {_span(row.starts_at - now)} to go")
    else:
        yield Reason(ReasonState.MET, f"Start time {start} has come")
    for sentence in row.entry_lacks:
        yield _waiting(sentence[:1].upper() + sentence[1:])
    if now < row.ends_at:
        yield Reason(ReasonState.MET, f"Entries are allowed until {_day(row.ends_at, now)}{clock_text(row.ends_at)}")
    if status is not None and not status.market_open:
        yield _waiting("Waits for the market: it is closed now")
    if status is not None and status.market_open and _is_silent(status):
        age = _span(status.feed_age) if status.feed_age is not None else "ever"
        limit = _span(status.stale_after)
        yield _waiting(f"Waits for a fresh quote: none since {age}, the limit is {limit}")
    if mark.underlying is None:
        yield _waiting(f"Waits for a price of {row.underlying}")
    else:
        yield Reason(ReasonState.MET, f"{row.underlying} is at {grouped_text(mark.underlying)}")


def _in_sync(row: PortfolioRow) -> Iterator[Reason]:
    """Answer what keeping all users in sync waits for."""
    if row.sync_until is not None:
        until = clock_text(row.sync_until)
        yield _waiting(f"All accounts start together, those that are ready at {until} at last: {row.sync_missing}")
    elif row.parent is not None and row.portfolio.sync_users is not None:
        yield _note(f"Starts together with its copies of {row.parent} in the other accounts of {row.tag}")


def _is_silent(status: StatusRow) -> bool:
    return status.feed_stale or status.feed_age is None or status.feed_age > status.stale_after


def _obstacles(status: StatusRow | None) -> Iterator[Reason]:
    """Answer what keeps every opening of the account back."""
    if status is None:
        return
    if status.recovering:
        yield _waiting("Waits for the broker's books after the start")
    if status.kill_level:
        yield _refused(f"The kill switch is on: {status.kill_reason or 'no reason given'}; release it first")
    if status.halted:
        yield _refused(f"{status.halt_why or 'A limit of the day is reached'}: nothing is opened until the next day")
    yield from (_refused(sentence) for sentence in status.refusals)
    if status.journal_failed:
        yield _refused("The journal cannot be written: nothing is opened until it can")
    for channel, detail in status.down:
        yield _refused(f"The {channel.value.lower().replace('_', ' ')} line is down: {detail or 'no detail'}")
    for instrument, ours, brokers in status.drift:
        yield _refused(f"{instrument}: we hold {ours:+d}, the broker says {brokers:+d}; explain that first")


def _entries(row: PortfolioRow, now: Instant) -> Iterator[Reason]:
    for leg in row.legs:
        name = _name(leg)
        if leg.state in _ENTERING_LEGS:
            yield _entry(row, leg, name, now)
        elif leg.entered:
            average = grouped_text(leg.average_entry or 0)
            yield Reason(ReasonState.MET, f"{name} is filled: {leg.entered} at {average}")
        if leg.failure and leg.state in (LegState.ENTRY_FAILED, LegState.CANCELLED):
            yield _refused(f"{name} is not entered: {leg.failure}")


def _entry(row: PortfolioRow, leg: LegRow, name: str, now: Instant) -> Reason:
    """Answer the nearest thing that an entering leg waits for."""
    if leg.unknown_orders:
        return _waiting(f"{name}: an order has an unknown outcome; the broker's books decide")
    if leg.denied:
        return _refused(f"{name}: {leg.denied}")
    if now < leg.again_at:
        return _waiting(f"{name}: attempt {leg.attempt} in {_span(leg.again_at - now)}: {leg.failure}")
    if leg.working_orders:
        count = len(leg.working_orders)
        orders = "1 order works" if count == 1 else f"{count} orders work"
        return _waiting(f"{name}: {leg.entered} of {leg.wanted} filled, {orders}")
    if leg.state in (LegState.RESOLVED, LegState.ENTERING) and leg.lacks:
        return _waiting(f"{name}: {leg.lacks}")
    if leg.behind_bought_legs:
        return _waiting(f"{name} waits behind the bought legs")
    if leg.state is LegState.WAITING:
        return _waiting(f"{name} waits for its contract: {leg.lacks or 'it is chosen with the next quotes'}")
    hold = f" or the pause of {row.hold_seconds} s after the bought legs" if row.hold_seconds else ""
    return _waiting(f"{name} waits for its turn{hold}")


def _exits(row: PortfolioRow) -> Iterator[Reason]:
    for leg in row.legs:
        if leg.state is LegState.EXITING and leg.net_quantity:
            left = f"{_name(leg)}: {abs(leg.net_quantity)} still to close"
            if leg.unknown_orders:
                yield _waiting(f"{left}; an order has an unknown outcome, the broker's books decide")
            elif leg.working_orders:
                yield _waiting(f"{left}, {len(leg.working_orders)} at work")
            elif leg.denied:
                yield _refused(f"{left}: {leg.denied}")
            else:
                yield _waiting(f"{left}, after the legs before it")
    if row.state is PortfolioState.EXIT_BLOCKED:
        yield _refused("Exit orders keep failing; they are tried on. Look at the order book, or close at the broker")


def _watched(row: PortfolioRow, mark: PortfolioMark, now: Instant) -> Iterator[Reason]:
    """Answer every level that is watched, with how far away it is."""
    if row.state in _CLOSING:
        return
    for leg, leg_mark in zip(row.legs, mark.legs, strict=True):
        if leg.net_quantity and leg.state is not LegState.EXITING:
            for level, value, distance in (
                (leg.stop, leg_mark.stop_value, leg_mark.stop_distance),
                (leg.target, leg_mark.target_value, leg_mark.target_distance),
            ):
                if level is not None:
                    yield _note(f"{_name(leg)}: {_level(level, value, distance, row)}")
            for words in watched.leg_sentences(leg.watch, leg_mark.mark, now):
                yield _note(f"{_name(leg)}: {words}")
    if row.delta_standing:
        yield _note(row.delta_standing)
    for leg in row.legs:
        if leg.hedge_of is not None and leg.net_quantity and leg.state is not LegState.EXITING:
            yield _note(f"{_name(leg)} protects leg {leg.hedge_of}")
    yield from _resting(row)
    yield from _combined(row, mark)
    for words in watched.combined_sentences(row.watch, (row.underlying, mark.underlying), now):
        yield _note(words[:1].upper() + words[1:])
    if row.square_off_at:
        left = row.square_off_at - now
        at = f"{_day(row.square_off_at, now)}{clock_text(row.square_off_at)}"
        yield _note(f"Squares off at {at}: {_span(left)} to go" if left > 0 else f"Square-off time {at} has come")


def _resting(row: PortfolioRow) -> Iterator[Reason]:
    for leg in row.legs:
        for words in leg.resting:
            yield _note(f"{_name(leg)}: {words}")


def _level(level: Level, value: int | None, distance: int | None, row: PortfolioRow) -> str:
    names = {Measure.PREMIUM: _PRICE_WORDS[row.price_type], Measure.UNDERLYING: row.underlying}
    name = names.get(level.of, f"{level.of.value} of the leg")
    words = f"{_LEVEL_WORDS.get(level.reason, 'stop')} at {grouped_text(level.value)}"
    if value is None or distance is None:
        return f"{words}, no price of {name} to compare" if level.of in names else f"{words}, {name} is not known"
    away = f"{grouped_text(distance)} away" if distance > 0 else "reached"
    return f"{name} {grouped_text(value)}, {words}: {away}"


def _combined(row: PortfolioRow, mark: PortfolioMark) -> Iterator[Reason]:
    if row.running_since is None:
        return
    profit = mark.profit
    now = "Profit not known: a price is missing" if profit is None else f"Profit {rupees_text(profit)}"
    if row.stop is not None:
        name = "trailed combined stop" if row.stop_trailed else "combined stop"
        yield _note(f"{now}, {name} at {rupees_text(row.stop)}{_away(profit, row.stop)}")
    if row.floor is not None:
        yield _note(f"{now}, profit lock at {rupees_text(row.floor)}{_away(profit, row.floor)}")
    elif row.lock_reach is not None:
        more = "" if profit is None else f": {rupees_text(row.lock_reach - profit)} more"
        yield _note(f"{now}, the profit lock goes on at {rupees_text(row.lock_reach)}{more}")
    if row.target is not None:
        more = "" if profit is None else f": {rupees_text(row.target - profit)} more"
        yield _note(f"{now}, combined target at {rupees_text(row.target)}{more}")


def _away(profit: int | None, level: int) -> str:
    return "" if profit is None else f": {rupees_text(profit - level)} away"


def _chain(row: PortfolioRow) -> Iterator[Reason]:
    """Answer why things were closed, oldest first."""
    closed = [leg for leg in row.legs if leg.exit_reason is not None]
    for leg in sorted(closed, key=lambda leg: leg.closed_at or Instant(2**62)):
        at = f" at {clock_text(leg.closed_at)}" if leg.closed_at else ""
        assert leg.exit_reason is not None  # chosen above
        yield _note(f"{_name(leg)} closed{at}: {_because(leg.exit_reason, leg.exit_why)}")
    for leg in row.legs:
        if leg.failure and leg.exit_reason is None and leg.state in (LegState.ENTRY_FAILED, LegState.CANCELLED):
            yield _note(f"{_name(leg)} was not entered: {leg.failure}")
    if row.exit_reason is not None:
        at = f" at {clock_text(row.closed_at)}" if row.closed_at else ""
        yield _note(
            f"{row.name} {'ended' if row.state in FINAL else 'is closed'}{at}: "
            f"{_because(row.exit_reason, row.exit_why)}"
        )


def _because(reason: ExitReason, why: str) -> str:
    return f"{why} ({reason.value})" if why else reason.value


def _name(leg: LegRow) -> str:
    who = f"Hedge {leg.hedge}" if leg.hedge else f"Leg {leg.leg_id}"
    return f"{who} {leg.side.value} {leg.contract}"


def _day(at: int, now: int) -> str:
    return "" if ist_date(at) == ist_date(now) else f"{ist_date(at):%d %b} "


def _span(microseconds: int) -> str:
    """Answer a length of time: ``"4.2 s"``, ``"00:04:10"``."""
    seconds = microseconds / SECOND
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def _waiting(sentence: str) -> Reason:
    return Reason(ReasonState.WAITING, sentence)


def _refused(sentence: str) -> Reason:
    return Reason(ReasonState.REFUSED, sentence)


def _note(sentence: str) -> Reason:
    return Reason(ReasonState.NOTE, sentence)


_PRICE_WORDS = {
    PriceType.LAST: "LTP",
    PriceType.BID_ASK: "closing quote",
    PriceType.MIDDLE: "middle",
}
