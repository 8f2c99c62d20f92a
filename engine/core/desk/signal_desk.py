"""Signals from outside: whether one may be carried out, and the fact and command that carry it out."""

from collections.abc import Iterable, Iterator

import msgspec

from engine.core.entries import entry_start
from engine.core.readings import entry_days
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import PortfolioArmed, PortfolioReset, SecretWordSealed, SignalTaken
from engine.domain.identifiers import LegId
from engine.domain.instant import DAY, SECOND, clock_text, ist_date
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg.entry import OnSignal
from engine.domain.multileg.secret_words import fits, plain_word, salt_from, salt_of, sealed
from engine.domain.multileg.states import EXITING, FINAL, LEG_WAITS, PortfolioState, SignalAction

MOST_SKEW = 60 * SECOND
"""A signal that was sent longer ago, or seems to come from the future, is refused (executor reference §5.3)."""

_WAITS = (PortfolioState.IDLE, PortfolioState.WAITING)


class Taken(msgspec.Struct, frozen=True):
    """A signal that may be carried out: the facts of it, and the commands that it stands for."""

    facts: tuple[PortfolioReset | PortfolioArmed | SignalTaken, ...]
    commands: tuple[c.AnyCommand, ...]


def judged(state: EngineState, signal: c.Signal) -> Taken | str:
    """Answer what a signal leads to, or the sentence why it is refused."""
    runs = _portfolios(state, signal)
    if not runs:
        return f"no portfolio {signal.name} that waits for signals takes this one: its name or its word is wrong"
    run = runs[0]
    if signal.sent_at is not None and abs(state.now - signal.sent_at) > MOST_SKEW:
        return f"the signal for {signal.name} was sent at {clock_text(signal.sent_at)}, more than a minute away"
    key = signal.key or f"{signal.action.value} {signal.leg or ''}".strip()
    window = DAY if signal.key else run.portfolio.execution.duplicate_window * SECOND
    last = run.entry.signals.get(key)
    if last is not None and state.now - last < window:
        return f"the signal {key} for {signal.name} came already at {clock_text(last)}; the second is ignored"
    refusal = _refusal(state, run, signal)
    if refusal is not None:
        return f"{signal.name}: {refusal}"
    words = signal.action.value if signal.leg is None else f"{signal.action.value}, leg {signal.leg}"
    facts: list[PortfolioReset | PortfolioArmed | SignalTaken] = []
    for one in runs:
        if signal.action is SignalAction.START and one.state in FINAL:
            facts += [entry_start.reset(state, one), entry_days.arm(state, one)]
        facts.append(
            SignalTaken(at=state.now, portfolio_id=one.portfolio_id, key=key, action=signal.action, words=words)
        )
    return Taken(tuple(facts), tuple(command for one in runs for command in _commands(one, signal)))


def _portfolios(state: EngineState, signal: c.Signal) -> list[PortfolioRun]:
    """Answer the newest portfolio of a name whose word the signal carries, with its copies in other accounts.

    One that is done is meant only where none is alive. The words are compared in constant time.
    """
    runs: Iterable[PortfolioRun] = reversed(state.books.portfolios.values())
    known = [run for run in runs if run.portfolio.name == signal.name and _takes(run, signal.token)]
    alive = [run for run in known if run.state not in FINAL]
    if alive or not known:
        return alive
    newest = known[0]
    return [run for run in known if run is newest or (run.parent is not None and run.parent == newest.parent)]


def _takes(run: PortfolioRun, token: str) -> bool:
    entry = run.portfolio.entry
    return isinstance(entry, OnSignal) and fits(entry.token, token)


def _refusal(state: EngineState, run: PortfolioRun, signal: c.Signal) -> str | None:
    entry = run.portfolio.entry
    most = entry.at_most if isinstance(entry, OnSignal) else None
    today = ist_date(state.now)
    if most is not None and sum(1 for at in run.entry.signals.values() if ist_date(at) == today) >= most:
        return f"{most} signals were taken today, and no more are allowed"
    if run.state in FINAL and signal.action is not SignalAction.START:
        return f"it is done ({run.state.value}), so that {signal.action.value} does nothing; only a start is taken now"
    match signal.action:
        case SignalAction.START:
            return _start_refusal(state, run)
        case SignalAction.STOP | SignalAction.EXIT:
            done = run.state in EXITING and not any(leg.state in LEG_WAITS for leg in run.legs)
            return f"it is {run.state.value} already" if done else None
        case SignalAction.LEG_ENTRY | SignalAction.LEG_EXIT:
            if signal.leg is None or not 1 <= signal.leg <= len(run.legs):
                return f"there is no leg {signal.leg or 'without a number'}"
            return None


def _start_refusal(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a start is refused: it is under way, had its starts of the day, or may not enter now."""
    done = run.state in FINAL
    if run.holds_something or not (done or run.state in _WAITS):
        return f"it is {run.state.value}; only a portfolio that waits or is done can be started"
    often = entry_start.too_often(state, run)
    if often is not None:
        return often
    try:
        ends, not_today = entry_days.hours_today(state, run)
    except UnknownRuleError as error:
        return str(error)
    if not_today is not None:
        return f"it does not enter today: {not_today}"
    if state.now >= ends:
        return f"its last time for an entry was {clock_text(ends)}"
    missing = None if done else next(entry_start.obstacles(state, run), None)
    return None if missing is None else missing.sentence()


def _commands(run: PortfolioRun, signal: c.Signal) -> list[c.AnyCommand]:
    leg_id = LegId(signal.leg or 0)
    match signal.action:
        case SignalAction.START:
            return []  # The portfolio's own gates start it now.
        case SignalAction.STOP:
            if run.state in _WAITS:
                return [c.SquareOffPortfolio(at=signal.at, portfolio_id=run.portfolio_id)]
            waiting = [leg for leg in run.present if leg.state in LEG_WAITS]
            return [
                c.CancelWaitingLeg(at=signal.at, portfolio_id=run.portfolio_id, leg_id=leg.leg_id) for leg in waiting
            ]
        case SignalAction.EXIT:
            return [c.SquareOffPortfolio(at=signal.at, portfolio_id=run.portfolio_id, by_signal=True)]
        case SignalAction.LEG_ENTRY:
            return [c.ExecuteIdleLeg(at=signal.at, portfolio_id=run.portfolio_id, leg_id=leg_id)]
        case SignalAction.LEG_EXIT:
            return [c.SquareOffLeg(at=signal.at, portfolio_id=run.portfolio_id, leg_id=leg_id, by_signal=True)]


def salt_for(state: EngineState, name: str) -> str:
    """Answer the salt of a portfolio's secret word: that of its namesakes, so that a signal is hashed once for all."""
    runs = reversed(state.books.portfolios.values())
    known = (salt_of(run.portfolio) for run in runs if run.portfolio.name == name)
    first = next((salt for salt in known if salt is not None), None)
    return first or salt_from(state.books.lineage, state.books.portfolios_made, name)


def seal(state: EngineState) -> Iterator[SecretWordSealed]:
    """Take plain secret words that an older version kept out of the books; its facts in the journal still say them."""
    for run in list(state.books.portfolios.values()):
        word = plain_word(run.portfolio)
        if word is not None:
            token = sealed(word, salt_for(state, run.portfolio.name))
            yield SecretWordSealed(at=state.now, portfolio_id=run.portfolio_id, token=token)
