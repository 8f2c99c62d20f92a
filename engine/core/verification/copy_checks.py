"""What must be true of the copies of one portfolio in several accounts: one trigger in sync, and nobody held up."""

from collections.abc import Iterable, Iterator

from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.verification.hierarchy_checks import HierarchyChecks
from engine.core.verification.seen import SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.entry import AtTime
from engine.domain.multileg.states import ENTERS, LegState, PortfolioState

_MAY_START = (PortfolioState.IDLE, PortfolioState.WAITING)

HELD_UP_FOR = 10 * SECOND
"""How late something may be that nothing keeps back."""


class CopyChecks:
    """Remembers which copies in sync were started, and since when a ready account is held up."""

    def __init__(self) -> None:
        self._started: dict[PortfolioId, tuple[PortfolioId, Instant]] = {}
        self._since: dict[str, Instant] = {}

    def begin(self) -> None:
        """Forget since when somebody was held up: the engine is started again."""
        self._since.clear()

    def started(self, portfolio: SeenPortfolio, fact: f.PortfolioStarted) -> None:
        """Take the start of a portfolio; one that is executed again follows its own hit."""
        if portfolio.parent is not None and portfolio.declared.sync_users is not None and not portfolio.is_again:
            self._started[portfolio.parent] = fact.portfolio_id, fact.at

    def left_behind(self, portfolios: dict[PortfolioId, SeenPortfolio]) -> Iterator[Violation]:
        """Answer copies that did not start with the others, though they stood as these did; to be asked at rest."""
        started, self._started = self._started, {}
        for parent, (first, at) in started.items():
            for portfolio_id, copy in portfolios.items():
                same = copy.parent == parent and copy.execution == portfolios[first].execution and not copy.is_again
                if same and copy.state in _MAY_START:
                    words = f"{first} is started in sync, and {portfolio_id} is left {copy.state.value}"
                    yield Violation(57, at, words)

    def held_up(self, state: EngineState, hierarchy: HierarchyChecks) -> Iterator[Violation]:
        """Answer what of a ready account waits though its time has come; to be asked at rest."""
        if state.books.kill_level or state.books.journal_failed or state.now != state.last_frame_at:
            return
        seen: set[str] = set()
        for run in state.alive():
            if not hierarchy.is_ready(run.account, run.tag) or not state.rules.is_open(
                run.portfolio.exchange, state.now
            ):
                continue
            for what, due in _due(state, run):
                key = f"{what} of {run.portfolio_id} in {run.account}"
                seen.add(key)
                since = max(due, self._since.setdefault(key, state.now))
                if state.now - since > HELD_UP_FOR + 2 * state.books.stale_after:
                    yield Violation(58, state.now, f"{key} was due and waits since {since}")
        self._since = {key: since for key, since in self._since.items() if key in seen}


def _due(state: EngineState, run: PortfolioRun) -> Iterable[tuple[str, Instant]]:
    """Answer what of a portfolio should have come by itself, and when it was due."""
    if run.state is PortfolioState.WAITING and run.starts_at <= state.now < run.ends_at:
        declared = run.portfolio
        plain = isinstance(declared.entry, AtTime) and run.again is None and not run.is_synced
        if plain and declared.extra_conditions is None and declared.execution.premium_gap is None:
            yield "the entry", run.starts_at
        if run.again is not None and run.again.premium is None and not run.day_loss_hit:
            yield f"execution {run.execution}", run.starts_at
    if run.state in ENTERS:
        for leg in run.legs:
            if leg.state is LegState.SCHEDULED and leg.until is not None and leg.until <= state.now < run.ends_at:
                yield f"leg {leg.leg_id}", leg.until
