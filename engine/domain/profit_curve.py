"""The profit of a portfolio as it was noted over time: its curve, its drawdown, and the best and worst of its legs."""

from collections.abc import Sequence

import msgspec

from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money


class ProfitSample(msgspec.Struct, frozen=True, gc=False):
    """Combined profit of a portfolio's execution at an instant, booked and open together, before charges."""

    portfolio_id: PortfolioId
    execution: int
    at: Instant
    profit: Money


class LegExtremes(msgspec.Struct, frozen=True, gc=False):
    """The best and the worst that one execution of a leg came to: its MFE and MAE, as far as they were noted.

    Both begin at 0, where every leg begins, so that ``best`` is never below and ``worst`` never above it.
    """

    portfolio_id: PortfolioId
    leg_id: LegId
    best: Money
    best_at: Instant
    worst: Money
    worst_at: Instant

    def merged(self, later: "LegExtremes") -> "LegExtremes":
        """Answer the extremes of both; where they are alike the earlier instant stays."""
        return msgspec.structs.replace(
            self,
            best=max(self.best, later.best),
            best_at=later.best_at if later.best > self.best else self.best_at,
            worst=min(self.worst, later.worst),
            worst_at=later.worst_at if later.worst < self.worst else self.worst_at,
        )


class Noted(msgspec.Struct, frozen=True):
    """What was noted at one time: profits, and legs that went beyond what they had come to."""

    samples: tuple[ProfitSample, ...]
    legs: tuple[LegExtremes, ...]


class CurveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a curve came to; money in 1/10,000 ₹. The curve begins at 0, the profit before the first fill.

    ``peak`` is the MFE of the portfolio and ``trough`` its MAE; ``drawdown`` is the deepest fall below an earlier peak,
    0 or more, and ``drawdown_at`` where it was deepest. Instants are None where the beginning is meant.
    """

    last: Money
    peak: Money
    peak_at: Instant | None
    trough: Money
    trough_at: Instant | None
    drawdown: Money
    drawdown_at: Instant | None


class ProfitCurve(msgspec.Struct, frozen=True, kw_only=True):
    """One execution's curve, oldest first: ``at[i]`` is when the profit was ``profit[i]``."""

    portfolio_id: PortfolioId
    execution: int
    at: Sequence[int]
    profit: Sequence[int]
    legs: tuple[LegExtremes, ...]

    def figures(self) -> CurveFigures | None:
        """Answer peak, trough and drawdown; None while nothing was noted."""
        if not self.at:
            return None
        peak = trough = drawdown = 0
        peak_at = trough_at = drawdown_at = None
        for at, profit in zip(self.at, self.profit, strict=True):
            if profit > peak:
                peak, peak_at = profit, Instant(at)
            if profit < trough:
                trough, trough_at = profit, Instant(at)
            if peak - profit > drawdown:
                drawdown, drawdown_at = peak - profit, Instant(at)
        return CurveFigures(
            last=Money(self.profit[-1]),
            peak=Money(peak),
            peak_at=peak_at,
            trough=Money(trough),
            trough_at=trough_at,
            drawdown=Money(drawdown),
            drawdown_at=drawdown_at,
        )
