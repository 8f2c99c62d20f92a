"""Which option is bought to bring a delta back: the one nearest a delta, in the expiry of the portfolio."""

from datetime import date
from decimal import Decimal

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes.choice import Impossible
from engine.core.strikes.expiry_choice import expiry_of
from engine.core.strikes.hedge_choice import premium_of
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import exact_units
from engine.domain.multileg.states import LegOrigin
from engine.pricing.strike_measures import Measure, measures
from engine.pricing.time_to_expiry import years_to_expiry


def choose(state: EngineState, run: PortfolioRun, kind: Kind, delta: Decimal) -> tuple[Instrument, int] | None:
    """Answer the call or put whose delta is nearest one, and its delta in 1/10,000 without sign; None without prices.

    Of two equally near it is the cheaper.
    """
    expiry, near = _expiry(state, run), market_data.spot_price(state, run)
    if expiry is None or near is None:
        return None
    underlying = run.portfolio.underlying
    listed = (
        state.master.contract(underlying, expiry, strike, kind) for strike in state.master.strikes(underlying, expiry)
    )
    priced = [(one, premium) for one in listed if one is not None and (premium := premium_of(state, one))]
    if not priced:
        return None
    sizes = measures(
        Measure.DELTA,
        [premium for _, premium in priced],
        [one.strike or 0 for one, _ in priced],
        market_data.implied_forward(state, underlying, expiry, near) or near,
        years_to_expiry(state.now, state.rules.expiry_close(priced[0][0].exchange, expiry)),
        is_call=kind is Kind.CALL,
    )
    known = [(size, premium, one) for size, (one, premium) in zip(sizes, priced, strict=True) if size > 0]
    if not known:
        return None
    wanted = exact_units(delta)
    size, _, contract = min(known, key=lambda found: (abs(found[0] - wanted), found[1]))
    return contract, size


def _expiry(state: EngineState, run: PortfolioRun) -> date | None:
    """Answer the expiry that the legs without their own were entered in; before any is, what the rule means now."""
    held = [leg for leg in run.present if leg.row >= 0 and leg.net_quantity and leg.origin is not LegOrigin.DELTA]
    ours = [leg for leg in held if leg.leg.expiry is None] or held
    contracts = (ledger.instrument_of(state, leg) for leg in ours)
    found = min((one.expiry for one in contracts if one.expiry and one.kind.is_option), default=None)
    if found is not None:
        return found
    meant = expiry_of(state, run, run.portfolio.expiry)
    return None if isinstance(meant, Impossible) else meant
