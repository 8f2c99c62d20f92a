"""What a run looks like while it goes on: one line per portfolio."""

import msgspec

from engine.core.readings import ledger, market_data
from engine.core.state import EngineState
from engine.domain.instant import Instant
from engine.domain.money import paise_text
from engine.domain.multileg.states import LegState


class PortfolioGlance(msgspec.Struct, frozen=True, kw_only=True):
    """One portfolio at this moment. ``profit`` is booked and open together in ₹, empty where a price is missing."""

    name: str
    state: str
    profit: str
    booked: str
    open_legs: int
    closed_legs: int
    exit_reason: str


class RunGlance(msgspec.Struct, frozen=True, kw_only=True):
    """A run at this moment; ``share`` of its time that has passed, from 0 to 1."""

    at: Instant
    share: float
    frames: int
    orders: int
    portfolios: tuple[PortfolioGlance, ...]


def run_glance(state: EngineState, *, at: Instant, begin: Instant, until: Instant, frames: int) -> RunGlance:
    """Answer what a run between two instants looks like at ``at``, after ``frames`` quote frames."""
    return RunGlance(
        at=at,
        share=min(max((at - begin) / max(until - begin, 1), 0.0), 1.0),
        frames=frames,
        orders=len(state.books.orders),
        portfolios=tuple(_portfolios(state)),
    )


def _portfolios(state: EngineState) -> list[PortfolioGlance]:
    rows = []
    for run in state.books.portfolios.values():
        profit = market_data.profit(state, run) if run.holds_something else ledger.realised(run)
        rows.append(
            PortfolioGlance(
                name=run.portfolio.name,
                state=run.state.value,
                profit="" if profit is None else paise_text(profit),
                booked=paise_text(ledger.realised(run)),
                open_legs=sum(leg.net_quantity != 0 for leg in run.legs),
                closed_legs=sum(leg.state is LegState.CLOSED for leg in run.legs),
                exit_reason=run.exit_reason.value if run.exit_reason else "",
            )
        )
    return rows
