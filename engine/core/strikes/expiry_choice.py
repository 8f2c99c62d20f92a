"""Which listed expiry a rule means now."""

from datetime import date

from engine.core.readings import market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes.choice import Impossible
from engine.domain.instant import ist_datetime
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg.expiry import ExpiryRule, FixedDate, mapped, resolve, usable_expiries


def expiry_of(state: EngineState, run: PortfolioRun, rule: ExpiryRule) -> date | Impossible:
    """Answer the expiry that a rule means now; weekly rules need an underlying with weekly expiries."""
    underlying, on = run.portfolio.underlying, market_data.today(state)
    choice = run.portfolio.contracts
    listed = [expiry for expiry in state.master.expiries(underlying) if expiry >= on]
    try:
        weekly = state.rules.contract_rule(underlying, on).weekly
    except UnknownRuleError as error:
        return Impossible(str(error))
    meant = mapped(rule, weekly=weekly, map_weeks=choice.map_weeks_to_months)
    usable = usable_expiries(listed, on, ist_datetime(state.now).time(), choice.on_expiry_day)
    found = meant and resolve(meant, usable, listed, lambda expiry: state.rules.is_monthly(underlying, expiry))
    if found:
        return found
    there = ", ".join(expiry.isoformat() for expiry in listed[:4]) or "none"
    return Impossible(f"{underlying} has no {_wanted(rule)} on {on.isoformat()}; listed are {there}")


def _wanted(rule: ExpiryRule) -> str:
    if isinstance(rule, FixedDate):
        return f"expiry {rule.on.isoformat()}"
    return f"expiry {type(rule).__struct_config__.tag}"
