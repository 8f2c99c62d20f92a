"""Give a portfolio another declaration, before its entry or while it runs (executor reference §2.6)."""

from collections.abc import Iterator, Sequence

import msgspec

from engine.core.desk import signal_desk, trial
from engine.core.entries import legs_waiting
from engine.core.exits import protecting
from engine.core.readings import entry_days, reopening
from engine.core.records.action_folding import lots_of
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.commands import EditPortfolio
from engine.domain.facts import (
    AlarmRaised,
    AnyFact,
    CommandRefused,
    ConfirmationWanted,
    LegAdded,
    LegCancelled,
    LegLevelsEdited,
    PortfolioEdited,
)
from engine.domain.identifiers import LegId
from engine.domain.instant import Instant, clock_text, ist_date, ist_instant
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg import live_edit as rules
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.live_edit import Standing
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.secret_words import with_sealed_word
from engine.domain.multileg.states import (
    EXITING,
    FINAL,
    LEG_DONE,
    LEG_OPEN,
    NOT_BEGUN,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.schema.declared import replace
from engine.schema.diff import diff
from engine.schema.load import FieldError, dump, problems

_FIRST = frozenset({LegOrigin.DECLARED, LegOrigin.ADDED})
"""Executions of a declared leg that nothing led to."""


def edit(state: EngineState, runs: Sequence[PortfolioRun], command: EditPortfolio) -> Iterator[AnyFact]:
    """Carry an edit out, ask for a confirmation, or refuse it with every sentence.

    ``runs`` are one portfolio, or its copies in the accounts of its tag: then all of them change or none does. Copies
    that are done, or declared so already, stay as they are.
    """
    new = with_sealed_word(command.portfolio, signal_desk.salt_for(state, runs[0].portfolio.name))
    name, several = new.name, len(runs) > 1
    wanted = [run for run in runs if run.state not in FINAL] or list(runs[:1])
    refused = [(run, words) for run in wanted if (words := refusal(state, run, new)) is not None]
    changed = [(run, changes) for run in wanted if (changes := tuple(diff(run.portfolio, new)))]
    if refused or not changed:
        run, sentence = refused[0] if refused else (wanted[0], f"{name} is declared so already; nothing is changed")
        if refused and several:
            sentence = f"no copy is changed: {_by_account(refused)}"
        yield CommandRefused(at=state.now, command="edit_portfolio", sentence=sentence, portfolio_id=run.portfolio_id)
        return
    found = [] if command.confirmed else list(_foreseen(state, changed, new))
    if found:
        run, sentence = found[0]
        yield ConfirmationWanted(
            at=state.now,
            portfolio_id=run.portfolio_id,
            command="edit_portfolio",
            sentence=f"{name}: {_by_account(found) if several else sentence}",
        )
        return
    for run, changes in changed:
        yield from _anew(state, run, new, changes) if _is_before(run) else _live(state, run, new, changes)


def _foreseen(
    state: EngineState, changed: Sequence[tuple[PortfolioRun, tuple[str, ...]]], new: MultilegPortfolio
) -> Iterator[tuple[PortfolioRun, str]]:
    """Answer what an edit would lead to at once, by portfolio, or that this cannot be foreseen."""
    for run, changes in changed:
        if _is_before(run):
            continue

        def change(twin: PortfolioRun, changes: tuple[str, ...] = changes) -> Iterator[AnyFact]:
            return _live(state, twin, new, changes)

        blind = trial.blind(state, run) if _decides(run.portfolio, new) else None
        words = [*([] if blind is None else [blind]), *trial.consequences(state, run, change)]
        if words:
            yield run, "; ".join(words)


def _decides(old: MultilegPortfolio, new: MultilegPortfolio) -> bool:
    """Say whether an edit touches anything that closes or enters."""
    told = {name: getattr(old.monitoring, name) for name in rules.ONLY_TOLD}
    shown = {name: getattr(old, name) for name in rules.ONLY_SHOWN}
    return bool(replace(new, **shown, monitoring=replace(new.monitoring, **told)) != old)


def _by_account(words: Sequence[tuple[PortfolioRun, str]]) -> str:
    return "; ".join(f"in {run.account}: {sentence}" for run, sentence in words)


def refusal(state: EngineState, run: PortfolioRun, new: MultilegPortfolio) -> str | None:
    """Answer why a portfolio cannot be declared so now, every wrong field with its sentence; None where it can."""
    old, name = run.portfolio, run.portfolio.name
    if run.state in FINAL:
        return f"{name} is {run.state.value}; reset it to idle first, or clone it"
    if run.state in EXITING:
        return f"{name} is being closed; what it does then is decided already"
    if run.scaling is not None:
        return f"more of {name} is being entered; edit it when that is done"
    wrong = problems(dump(new), MultilegPortfolio)
    if not wrong and new.tag != old.tag:
        wrong = [FieldError("tag", str(rules.PORTFOLIO["tag"]))]
    if not wrong and not _is_before(run):
        wrong = list(rules.refusals(old, new, standings(run)))
    if not wrong:
        wrong = _market_refusals(state, run, new)
    words = "; ".join(str(error) for error in wrong) or _untimely(state, run, new)
    return f"{name} is not edited: {words}" if words else None


def _is_before(run: PortfolioRun) -> bool:
    """Say whether the entry has not begun, so that everything may change."""
    return run.state in NOT_BEGUN or run.state is PortfolioState.WAITING


def _market_refusals(state: EngineState, run: PortfolioRun, new: MultilegPortfolio) -> list[FieldError]:
    """Answer what the market has against the new declaration; of a running one only what the edit brought in."""
    today = ist_date(state.now)
    found = refusals(new, state.rules, state.master, today)
    if _is_before(run):
        return found
    known = {str(error) for error in refusals(run.portfolio, state.rules, state.master, today)}
    return [error for error in found if str(error) not in known]


def _untimely(state: EngineState, run: PortfolioRun, new: MultilegPortfolio) -> str | None:
    """Answer why the time or the kill switch does not let the edit be carried out now."""
    if run.state is PortfolioState.WAITING and not _repeats(run, new) and not isinstance(new.entry, Manual):
        try:
            entry_days.arm(state, msgspec.structs.replace(run, portfolio=new))
        except UnknownRuleError as error:
            return str(error)
    if _is_before(run) or not any(True for _ in _new_legs(run.portfolio, new)):
        return None
    ends = _ends_at(run, new) or run.ends_at
    if state.now >= ends:
        return f"End {clock_text(ends)} has passed, so that no leg is added; set End later"
    return "the kill switch is on, so that no leg is added; release it first" if state.books.kill_level else None


# --- before the entry ------------------------------------------------------------------------------------------------


def _anew(state: EngineState, run: PortfolioRun, new: MultilegPortfolio, changes: tuple[str, ...]) -> Iterator[AnyFact]:
    """Begin with the new declaration as if it had been added so; one that was armed is armed again.

    One that waits to be executed again goes on to wait: its next execution is by the new declaration.
    """
    if _repeats(run, new):
        yield PortfolioEdited(
            at=state.now,
            portfolio_id=run.portfolio_id,
            portfolio=new,
            changes=changes,
            version=run.version + 1,
            anew=True,
            repeats=True,
            ends_at=_repeat_ends_at(state, run, new),
            square_off_at=_square_off_at(state, run, new),
        )
        return
    was_armed = run.state is PortfolioState.WAITING
    yield PortfolioEdited(
        at=state.now,
        portfolio_id=run.portfolio_id,
        portfolio=new,
        changes=changes,
        version=run.version + 1,
        anew=True,
    )
    if was_armed and not isinstance(new.entry, Manual):
        yield entry_days.arm(state, run)


def _repeats(run: PortfolioRun, new: MultilegPortfolio) -> bool:
    """Say whether a portfolio waits to be executed again and goes on to; on another underlying it begins anew."""
    old = run.portfolio
    same = (old.underlying, old.exchange) == (new.underlying, new.exchange)
    return same and run.again is not None and run.state is PortfolioState.WAITING


def _repeat_ends_at(state: EngineState, run: PortfolioRun, new: MultilegPortfolio) -> Instant | None:
    """Answer until when the next execution may begin, where that moved."""
    if run.again is None:
        return None
    squares_off = _square_off_at(state, run, new) or run.square_off_at
    ends = min(ist_instant(ist_date(run.again.since), new.schedule.end), squares_off)
    if new.reexecution.after_end:
        ends = squares_off
    return None if ends == run.ends_at else ends


# --- while it runs ---------------------------------------------------------------------------------------------------


def standings(run: PortfolioRun) -> dict[int, Standing]:
    """Answer how far each declared leg of the present execution has come."""
    found: dict[int, Standing] = {}
    for leg in run.present:
        if reopening.root(run, leg).origin in _FIRST:
            found[leg.number] = max(found.get(leg.number, Standing.FREE), _standing(leg))
    return found


def _standing(leg: LegRun) -> Standing:
    if leg.orders or leg.entered_quantity:
        return Standing.ENTERED
    return Standing.CHOSEN if leg.instrument is not None and leg.state not in LEG_DONE else Standing.FREE


def _live(state: EngineState, run: PortfolioRun, new: MultilegPortfolio, changes: tuple[str, ...]) -> Iterator[AnyFact]:
    """Change a portfolio that runs: its rules, then its legs, their levels and their waits."""
    old = run.portfolio
    edited = {
        number: fields
        for number, (before, after) in enumerate(zip(old.legs, new.legs, strict=False), 1)
        if (fields := frozenset(name for name in rules.LEG if getattr(before, name) != getattr(after, name)))
    }
    yield PortfolioEdited(
        at=state.now,
        portfolio_id=run.portfolio_id,
        portfolio=new,
        changes=changes,
        version=run.version + 1,
        anew=False,
        legs=tuple(_declarations(run, new, edited)),
        ends_at=_ends_at(run, new),
        square_off_at=_square_off_at(state, run, new),
    )
    for leg in list(run.present):
        fields = edited.get(leg.number, frozenset())
        if not fields or reopening.root(run, leg).origin not in _FIRST:
            continue
        if "lots" in fields and not new.legs[leg.number - 1].lots and leg.state not in LEG_DONE:
            yield LegCancelled(
                at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why="switched off by an edit: 0 lots"
            )
        elif fields & frozenset(rules.RULES_OF_LEVELS) and _has_levels(leg):
            yield from _levels(state, run, leg, fields)
        elif _standing(leg) is not Standing.ENTERED:
            yield from legs_waiting.renewed(state, run, leg, fields)
    for number, declared in _new_legs(old, new):
        yield LegAdded(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=LegId(len(run.legs) + 1),
            leg=replace(declared, lots=lots_of(run, declared)),
            origin=LegOrigin.ADDED,
            parent=None,
            number=number,
            cycle=1,
            why="added by an edit" if number > len(old.legs) else "switched on by an edit",
        )


def _new_legs(old: MultilegPortfolio, new: MultilegPortfolio) -> Iterator[tuple[int, Leg]]:
    """Answer the legs that an edit adds or switches on, with their numbers."""
    for number, declared in enumerate(new.legs, 1):
        was_there = number <= len(old.legs) and old.legs[number - 1].lots > 0
        if declared.lots and not was_there:
            yield number, declared


def _declarations(
    run: PortfolioRun, new: MultilegPortfolio, edited: dict[int, frozenset[str]]
) -> Iterator[tuple[LegId, Leg]]:
    """Answer what executions keep to from now on: all follow levels and actions, the rest only before orders."""
    for leg in run.present:
        fields = edited.get(leg.number, frozenset())
        if not fields or reopening.root(run, leg).origin not in _FIRST:
            continue
        declared = new.legs[leg.number - 1]
        followed = fields & frozenset(rules.LEG_LIVE) if _standing(leg) is Standing.ENTERED else fields
        values = {name: getattr(declared, name) for name in followed}
        if "lots" in values:
            values["lots"] = lots_of(run, declared) or leg.leg.lots
        if values:
            yield leg.leg_id, replace(leg.leg, **values)


def _has_levels(leg: LegRun) -> bool:
    return leg.net_quantity != 0 and (leg.state in LEG_OPEN or leg.state is LegState.ENTERING)


def _levels(state: EngineState, run: PortfolioRun, leg: LegRun, fields: frozenset[str]) -> Iterator[AnyFact]:
    """Put the levels of an open leg where its new rules say; what no changed rule made stays where it is."""
    found = protecting.computed(state, run, leg)
    if found is None:
        words = f"no price of {run.portfolio.underlying} is known: the levels of leg {leg.leg_id} stay as they are"
        yield AlarmRaised(
            at=state.now,
            code="LEVELS_KEPT",
            sentence=f"{run.portfolio.name}: {words}; edit it again when quotes come",
            portfolio_id=run.portfolio_id,
        )
        return
    anew = "stop_loss" in fields
    trail = "trailing" in fields
    untrailed = anew or (trail and leg.stop_reason is ExitReason.LEG_SL_TRAIL)
    first = found.stop if anew else leg.first_stop
    yield LegLevelsEdited(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        stop=first if untrailed else leg.stop,
        target=found.target if "target" in fields else leg.target,
        first_stop=first,
        reason=ExitReason.LEG_SL if untrailed else leg.stop_reason,
        trail_steps=0 if anew or trail else leg.trail_steps,
        keeps_lock="profit_lock" not in fields,
        why="edited",
    )


def _ends_at(run: PortfolioRun, new: MultilegPortfolio) -> Instant | None:
    if new.schedule.end == run.portfolio.schedule.end:
        return None
    return ist_instant(ist_date(run.ends_at), new.schedule.end)


def _square_off_at(state: EngineState, run: PortfolioRun, new: MultilegPortfolio) -> Instant | None:
    before, after = run.portfolio.schedule, new.schedule
    if (before.square_off, before.positional) == (after.square_off, after.positional):
        return None
    day = ist_date(run.started_at or state.now)
    return entry_days.square_off_at(state, msgspec.structs.replace(run, portfolio=new), day)
