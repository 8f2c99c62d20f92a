"""What contradicts a range breakout and orders that rest at the broker (reference, Appendix G 8, 17, 24, 25)."""

from collections.abc import Iterator, Sequence
from datetime import time

from engine.domain.multileg.actions import KeepRunning, ReEnter, ReExecute
from engine.domain.multileg.at_broker import AtBroker
from engine.domain.multileg.entry import AtTime, EntryRule, Manual
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.monitoring import Monitoring, Realtime
from engine.domain.multileg.range_breakout import EntryAt, RangeBreakout
from engine.domain.multileg.reexecution import ReExecution
from engine.domain.multileg.schedule import Schedule
from engine.domain.multileg.waiting import WaitCoupling
from engine.schema.declared import FieldError


def breakout_contradictions(
    rule: RangeBreakout | None, schedule: Schedule, entry: EntryRule, legs: Sequence[Leg]
) -> Iterator[FieldError]:
    """Answer what keeps a range breakout from working as written."""
    if rule is None:
        return
    if not isinstance(entry, AtTime | Manual):
        yield FieldError("entry", "the range's break makes it enter; choose At the start time, or switch the range off")
    if rule.entry_end > schedule.end:
        yield FieldError("range_breakout.entry_end", f"Entry end must not be after End ({schedule.end})")
    if all(leg.breakout_exempt for leg in legs):
        yield FieldError("range_breakout", "no leg waits for the break; switch it off, or Breakout not required")
    for index, leg in enumerate(legs):
        if leg.breakout_exempt:
            continue
        # Where only one boundary is live and may enter, the rule itself says that nothing does.
        if leg.lots and not leg.idle and rule.entry_at not in (EntryAt.HIGH, EntryAt.LOW) and not _may_enter(rule, leg):
            yield FieldError(
                f"legs[{index}].breakout_exempt",
                f"no break enters this leg: only the range's {rule.sides.value.split()[0]} is live, and this leg waits "
                "for the other boundary; let both be live, choose another Entry at, or switch this on",
            )
        if leg.wait is not None:
            yield FieldError(
                f"legs[{index}].wait",
                "a leg waits for its price or for the range's break, not for both",
            )
        for field, actions in (("on_stop", leg.on_stop), ("on_target", leg.on_target)):
            again = any(isinstance(action, ReEnter | ReExecute) for action in actions)
            if again and ((rule.reentries and field == "on_stop") or not rule.each_side_once):
                yield FieldError(
                    f"legs[{index}].{field}",
                    "the range enters this leg again already; leave one of both re-entries out",
                )


def _may_enter(rule: RangeBreakout, leg: Leg) -> bool:
    kind = leg.kind.kind
    return bool(rule.sides_of(leg.side, is_put=leg.kind is LegKind.PUT, is_option=kind.is_option))


def begins(rule: RangeBreakout | None, schedule: Schedule) -> time:
    """Answer when a portfolio begins its day: at its start, or where it builds a range at the range's start."""
    return schedule.start if rule is None else min(schedule.start, rule.range_start)


def resting_contradictions(rule: AtBroker | None, coupling: WaitCoupling, legs: Sequence[Leg]) -> Iterator[FieldError]:
    """Answer what an order that rests at the broker cannot do."""
    if rule is None:
        return
    if rule.leg_wait and (coupling.combined is not None or coupling.others is not None):
        yield FieldError(
            "at_broker.leg_wait", "orders that rest cannot wait for each other; switch this off, or the combined wait"
        )
    for index, leg in enumerate(legs):
        if not rule.leg_stop or leg.stop_loss is None or not leg.stop_loss.basis.on_premium:
            continue
        if leg.confirmation is not None and leg.confirmation.seconds:
            yield FieldError(
                f"legs[{index}].confirmation",
                "a stop that rests at the broker does not wait; switch the wait off, or Leg stops at the broker",
            )
        if any(isinstance(action, KeepRunning) for action in leg.on_stop):
            yield FieldError(
                f"legs[{index}].on_stop",
                "a stop that rests at the broker closes the leg; leave Keep running out, or Leg stops at the broker",
            )


def resting_cautions(
    rule: AtBroker | None, monitoring: Monitoring, again: ReExecution, legs: Sequence[Leg]
) -> Iterator[FieldError]:
    """Answer what a trader should know of levels at the broker; nothing is refused because of it."""
    if rule is None:
        return
    for index, leg in enumerate(legs):
        levels = (("stop_loss", leg.stop_loss, rule.leg_stop), ("target", leg.target, rule.leg_target))
        for field, level, wanted in levels:
            if wanted and level is not None and not level.basis.on_premium:
                yield FieldError(
                    f"legs[{index}].{field}",
                    "only a price of the contract rests at the broker; this is watched from here",
                )
        if rule.leg_wait and leg.wait is not None and leg.wait.basis.on_underlying:
            yield FieldError(
                f"legs[{index}].wait",
                "only a price of the contract rests at the broker; this wait is watched from here",
            )
        if (rule.leg_wait or rule.leg_reentry) and leg.hedge_required:
            yield FieldError(
                f"legs[{index}].hedge_required",
                "its hedge is bought first, and an order that rests cannot wait; its waits are watched from here",
            )
    if (rule.leg_wait or rule.leg_reentry) and again.leg_delay is not None:
        yield FieldError(
            "reexecution.leg_delay",
            "an order that rests is filled without a delay; with this one waits and re-entries are watched from here",
        )
    if rule.leg_stop and rule.leg_target:
        yield FieldError(
            "at_broker.leg_target",
            "stop and target may both fill; what is too much is closed again at once",
        )
    if rule.leg_stop and not isinstance(monitoring.leg_stop, Realtime):
        yield FieldError("monitoring.leg_stop", "stops at the broker fire on any print, whatever pace is chosen here")
