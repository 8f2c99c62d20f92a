"""Every few seconds: note what each portfolio has made, and the best and worst of its legs."""

from collections.abc import Callable, Iterator

from engine.core.readings import market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Money
from engine.domain.multileg.states import FINAL
from engine.domain.profit_curve import LegExtremes, Noted, ProfitSample

Keep = Callable[[Noted], None]
"""Takes what was noted; it must return at once and not raise."""

_MOST_AT_ONCE = 25
"""Portfolios that are noted at one look; the others are at the next, so that no quote waits for all of them."""


class ProfitWatch:
    """Notes profits on the grid of each portfolio's own seconds; it decides nothing and changes nothing.

    It looks when the engine has worked something off: what no message changed is what it was. A portfolio whose price
    is missing, in doubt or stale is noted as soon as it is known again. The last sample of an execution is what it came
    to.
    """

    def __init__(self, state: EngineState, keep: Keep) -> None:
        self._state = state
        self._keep = keep
        self._next = Instant(0)
        self._due: dict[PortfolioId, int] = {}
        self._open: dict[PortfolioId, int] = {}
        """The execution of each portfolio whose last sample is still to come."""
        self._legs: dict[tuple[PortfolioId, LegId], LegExtremes] = {}

    def look(self, now: Instant) -> None:
        """Note what is due."""
        if now < self._next:
            return
        # A portfolio that begins meanwhile is found within a second.
        self._next = Instant(now + SECOND)
        samples: list[ProfitSample] = []
        legs: list[LegExtremes] = []
        for run in self._ended():
            execution = self._open.pop(run.portfolio_id)
            present = [leg for leg in run.legs if leg.execution == execution]
            counted = [leg for leg in present if hedge_ties.counts(run, leg)]
            profit = market_data.profit_of(self._state, run, counted)
            if profit is not None:
                samples.append(ProfitSample(run.portfolio_id, execution, now, Money(profit)))
            legs += self._beyond(run, present, now)
        for run in self._wanted(now):
            profit = market_data.profit(self._state, run)
            if profit is None:
                continue
            every = (run.portfolio.monitoring.curve_every or 1) * SECOND
            self._due[run.portfolio_id] = now - now % every + every
            self._open[run.portfolio_id] = run.execution
            samples.append(ProfitSample(run.portfolio_id, run.execution, now, Money(profit)))
            legs += self._beyond(run, run.present, now)
            if len(samples) >= _MOST_AT_ONCE:
                self._next = now
                break
        if samples or legs:
            self._keep(Noted(tuple(samples), tuple(legs)))

    def _wanted(self, now: Instant) -> Iterator[PortfolioRun]:
        state = self._state
        for run in state.alive():
            if run.portfolio.monitoring.curve_every is None or now < self._due.get(run.portfolio_id, 0):
                continue
            if any(leg.entered_quantity for leg in run.present) and market_data.can_trigger(state, run):
                yield run

    def _ended(self) -> list[PortfolioRun]:
        """Answer the portfolios of which an execution that was noted is over."""
        portfolios = self._state.books.portfolios
        return [
            run
            for portfolio_id, execution in self._open.items()
            if (run := portfolios[portfolio_id]).execution != execution or run.state in FINAL
        ]

    def _beyond(self, run: PortfolioRun, legs: list[LegRun], now: Instant) -> Iterator[LegExtremes]:
        for leg in legs:
            if not leg.entered_quantity:
                continue
            profit = market_data.profit_of(self._state, run, [leg])
            if profit is None:
                continue
            key = run.portfolio_id, leg.leg_id
            known = self._legs.get(key)
            here = LegExtremes(*key, Money(max(0, profit)), now, Money(min(0, profit)), now)
            merged = here if known is None else known.merged(here)
            if merged != known:
                self._legs[key] = merged
                yield merged
