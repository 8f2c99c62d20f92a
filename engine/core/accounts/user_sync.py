"""Keep all users in sync: one look at the entry rule, one start of all copies, in the same step."""

from collections.abc import Iterator

import msgspec

from engine.core.readings import ledger
from engine.core.readings.account_standing import obstacle
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, PortfolioClosed, SyncAwaited
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Money
from engine.domain.multileg.states import ExitReason, PortfolioState

_MAY_START = (PortfolioState.IDLE, PortfolioState.WAITING)


class Starts(msgspec.Struct, frozen=True):
    """These copies start now, together."""

    runs: tuple[PortfolioRun, ...]
    why: str


def follows(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether another copy looks at the entry rule for this one too."""
    return run.is_synced and run.state in _MAY_START and leader(state, run) is not run


def leader(state: EngineState, run: PortfolioRun) -> PortfolioRun:
    """Answer the copy that looks at the entry rule for all: the first that has not started yet."""
    waiting = together(state, run)
    return waiting[0] if waiting else run


def together(state: EngineState, run: PortfolioRun) -> list[PortfolioRun]:
    """Answer the copies that stand as this one does before an entry, this one included; it alone without sync."""
    if not run.is_synced or run.parent is None:
        return [run]
    copies = (state.books.portfolios[one] for one in state.books.families[run.parent])
    return [copy for copy in copies if copy.state in _MAY_START and copy.execution == run.execution]


def decide(state: EngineState, run: PortfolioRun, why: str) -> Iterator[AnyFact | Starts]:
    """Say what follows once the entry rule is true for a leader: a start of all, a wait, or at last of those ready."""
    copies = together(state, run)
    lacks = [(copy, lack) for copy in copies if (lack := obstacle(state, copy)) is not None]
    sync = run.portfolio.sync_users
    assert sync is not None  # only synced portfolios come here
    if lacks and run.sync_until is None:
        until = Instant(state.now + sync.timeout * SECOND)
        missing = "; ".join(f"{copy.account}: {lack}" for copy, lack in lacks)
        yield SyncAwaited(at=state.now, portfolio_id=run.portfolio_id, until=until, why=why, missing=missing)
        return
    if lacks and run.sync_until is not None and state.now < run.sync_until:
        return
    late = {copy.portfolio_id: lack for copy, lack in lacks}
    ready = tuple(copy for copy in copies if copy.portfolio_id not in late)
    for portfolio_id, lack in late.items():
        yield _left_behind(state, portfolio_id, f"not ready within {sync.timeout} s, the others went on: {lack}")
    if ready:
        yield Starts(ready, f"{why}, in sync with {len(ready)} accounts")


def _left_behind(state: EngineState, portfolio_id: PortfolioId, why: str) -> PortfolioClosed:
    return PortfolioClosed(
        at=state.now,
        portfolio_id=portfolio_id,
        state=PortfolioState.REJECTED,
        reason=ExitReason.NO_ENTRY,
        realised=Money(ledger.realised(state.books.portfolios[portfolio_id])),
        why=why,
    )


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether accounts are waited for."""
    return run.sync_until is not None and run.state in _MAY_START


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when accounts that are waited for have had their time."""
    if run.sync_until is not None and run.state in _MAY_START:
        yield run.sync_until


def is_awaited(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a leader's entry rule has come true and accounts are waited for."""
    is_over = run.state is PortfolioState.WAITING and state.now >= run.ends_at
    return run.sync_until is not None and run.state in _MAY_START and not is_over
