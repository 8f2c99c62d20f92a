"""The limits of a strategy tag's day: all its portfolios, in all accounts, together (rank 3 of Appendix E)."""

from collections.abc import Iterator

from engine.core.accounts import day_limits
from engine.core.accounts.day_limits import DayRules
from engine.core.readings import market_data
from engine.core.records.account_books import TagBooks
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, PortfolioExitDecided, TagFloorMoved, TagHalted
from engine.domain.instant import ist_date
from engine.domain.money import Money
from engine.domain.multileg.states import EXITING, FINAL, NOT_BEGUN, ExitReason, PortfolioState


def day_rules(tag: TagBooks) -> DayRules:
    """Answer the limits of a tag's day."""
    return DayRules(tag.declared.max_loss, tag.declared.max_profit, tag.declared.profit_lock)


def day(state: EngineState) -> Iterator[AnyFact]:
    """Halt the tags whose day reaches a limit, and let their profit locks follow; no freak-tick pause holds this up."""
    for tag in state.books.tags.values():
        rules = day_rules(tag)
        if rules.is_set and not tag.halted and not market_data.is_stale(state):
            yield from _limits(state, tag, rules)


def _limits(state: EngineState, tag: TagBooks, rules: DayRules) -> Iterator[AnyFact]:
    day_limits.refresh(state)
    name = tag.declared.name
    made = state.day_profits.of_tag(name)
    verdict = day_limits.reached(rules, made.amount, tag.floor, is_known=made.is_known)
    if verdict is not None:
        why = f"strategy tag {name}: {verdict.why}"
        yield TagHalted(
            at=state.now, name=name, profit=Money(made.amount), limit=verdict.limit, cause=verdict.cause, why=why
        )
    elif rules.lock is not None and made.is_known:
        move = day_limits.lock_move(rules.lock, tag.floor, tag.anchor, made.amount)
        if move is not None:
            yield TagFloorMoved(at=state.now, name=name, floor=move[0], anchor=move[1])


def portfolio_exit(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close a portfolio of a tag whose day is over."""
    tag = state.books.tags.get(run.tag)
    if tag is None or not tag.halted or run.state in FINAL or run.state in EXITING:
        return
    waits_for_later = run.state is PortfolioState.WAITING and ist_date(run.starts_at) > ist_date(state.now)
    if run.state not in NOT_BEGUN and not waits_for_later:
        yield PortfolioExitDecided(
            at=state.now, portfolio_id=run.portfolio_id, reason=ExitReason.TAG_LIMIT, why=tag.halt_why
        )
