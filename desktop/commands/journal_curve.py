"""`legwork journal curve`: what portfolios made over time: peak, trough, drawdown, best and worst of their legs."""

from typing import Any

import typer

from desktop.commands.journal_filter import belonging
from desktop.composition.curves import curve_file, curves_of
from desktop.composition.failures import MisuseError
from desktop.composition.journals import open_for_reading
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant, clock_text, iso_text
from engine.domain.money import plain_text
from engine.domain.profit_curve import ProfitCurve
from engine.views.amounts import rupees_text


def curves_by_name(journal: str, portfolio: str) -> list[ProfitCurve]:
    """Answer the curves of every portfolio that a name or an id means in a journal.

    Raises MisuseError where there is no such portfolio or no curve of it, JournalError and FailureError for files that
    cannot be read.
    """
    with open_for_reading(journal) as reader:
        meant = sorted(belonging(reader.rows(0), portfolio).portfolios)
    found = curves_of(journal, (PortfolioId(one) for one in meant))
    if not found:
        raise MisuseError(
            f"No profit of {portfolio} was noted in {curve_file(journal)}: nothing of it was filled, or its Monitoring "
            "says that no curve is kept"
        )
    return found


def document(curve: ProfitCurve) -> dict[str, Any]:
    """Answer a curve as plain data; money as text in ₹, times as ISO 8601."""
    figures = curve.figures()
    assert figures is not None  # a curve is only there with its first sample
    return {
        "portfolio": curve.portfolio_id,
        "execution": curve.execution,
        "last": plain_text(figures.last),
        "peak": plain_text(figures.peak),
        "peak_at": _iso(figures.peak_at),
        "trough": plain_text(figures.trough),
        "trough_at": _iso(figures.trough_at),
        "drawdown": plain_text(figures.drawdown),
        "drawdown_at": _iso(figures.drawdown_at),
        "legs": [
            {
                "leg": leg.leg_id,
                "best": plain_text(leg.best),
                "best_at": iso_text(leg.best_at),
                "worst": plain_text(leg.worst),
                "worst_at": iso_text(leg.worst_at),
            }
            for leg in curve.legs
        ],
        "samples": [[iso_text(at), plain_text(profit)] for at, profit in zip(curve.at, curve.profit, strict=True)],
    }


def print_curve(curve: ProfitCurve, points: int) -> None:
    """Print what a curve came to and, evenly over its samples, some of its points."""
    figures = curve.figures()
    assert figures is not None  # a curve is only there with its first sample
    first, last = Instant(curve.at[0]), Instant(curve.at[-1])
    typer.echo(
        f"{curve.portfolio_id}, execution {curve.execution}: {len(curve.at):,} samples from {iso_text(first)} to "
        f"{iso_text(last)}"
    )
    typer.echo(f"  at the end    {rupees_text(figures.last):>16}")
    typer.echo(f"  peak (MFE)    {rupees_text(figures.peak):>16}  {_clock(figures.peak_at)}")
    typer.echo(f"  trough (MAE)  {rupees_text(figures.trough):>16}  {_clock(figures.trough_at)}")
    typer.echo(f"  max drawdown  {rupees_text(figures.drawdown):>16}  {_clock(figures.drawdown_at)}")
    for leg in curve.legs:
        best = f"best (MFE) {rupees_text(leg.best)} {_clock(leg.best_at)}"
        typer.echo(f"  leg {leg.leg_id:<3} {best}, worst (MAE) {rupees_text(leg.worst)} {_clock(leg.worst_at)}")
    for number in _spread(len(curve.at), points):
        typer.echo(f"  {clock_text(curve.at[number])}  {rupees_text(curve.profit[number]):>16}")


def _spread(count: int, wanted: int) -> list[int]:
    """Answer numbers from 0 to the last, evenly, at most as many as wanted."""
    if count <= wanted:
        return list(range(count))
    return sorted({round(step * (count - 1) / (wanted - 1)) for step in range(wanted)}) if wanted > 1 else [count - 1]


def _clock(at: Instant | None) -> str:
    return "at the beginning" if at is None else f"at {clock_text(at)}"


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_text(at)
