"""By how much the open interest of an expiry's calls or puts has changed (executor reference §1.5)."""

from datetime import date
from decimal import Decimal

from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import expiry_choice
from engine.domain.instrument import Kind
from engine.domain.multileg.extra_conditions import InterestSince
from engine.domain.quote import QuoteColumn

_INTEREST = int(QuoteColumn.OPEN_INTEREST)


def rows_of(state: EngineState, run: PortfolioRun, kind: Kind) -> list[int]:
    """Answer the rows of all calls or puts of the portfolio's expiry; empty where it has none."""
    expiry = expiry_choice.expiry_of(state, run, run.portfolio.expiry)
    if not isinstance(expiry, date):
        return []
    underlying = run.portfolio.underlying
    strikes = state.master.strikes(underlying, expiry)
    contracts = (state.master.contract(underlying, expiry, strike, kind) for strike in strikes)
    return [state.master.row(contract.id) for contract in contracts if contract is not None]


def summed(state: EngineState, run: PortfolioRun, kind: Kind) -> int:
    """Answer the open interest of all calls or puts of the portfolio's expiry, in units."""
    return sum(state.board.number(row, _INTEREST) for row in rows_of(state, run, kind))


def change(state: EngineState, run: PortfolioRun, kind: Kind, since: InterestSince) -> Decimal | None:
    """Answer the change in percent over the strikes whose earlier figure is known; None where none is."""
    days = state.days
    earlier_of = days.previous_interest if since is InterestSince.PREVIOUS_CLOSE else days.first_interest
    earlier = now = 0
    for row in rows_of(state, run, kind):
        known = earlier_of(row)
        if known is not None:
            earlier += known
            now += state.board.number(row, _INTEREST)
    return (Decimal(now - earlier) * 100 / earlier).quantize(Decimal("0.01")) if earlier else None
