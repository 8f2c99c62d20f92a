"""Strike rule and market → the contract of a leg, and what a leg without one does."""

from collections.abc import Iterator
from datetime import date

from engine.core.readings import market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes.choice import Choice, Chosen, Impossible, NotYet
from engine.core.strikes.expiry_choice import expiry_of
from engine.core.strikes.strike_rules import by_rule
from engine.core.strikes.strike_scan import Scan
from engine.domain.facts import AnyFact, LegEntryFailed, LegResolved, PortfolioExitDecided, StraddleWidthTaken
from engine.domain.instant import SECOND, Instant, ist_date, ist_instant
from engine.domain.instrument import Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.domain.multileg.entry import watches_leg_premiums
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.multileg.strike import ATM_RULES
from engine.domain.multileg.strike_guards import NoStrike, StrikeGuards
from engine.domain.order import Side

RESOLVE_WITHIN = 30 * SECOND
"""How long a leg waits for usable quotes before it goes without a contract (executor reference §1.3.2)."""


def choose(state: EngineState, run: PortfolioRun, leg: LegRun) -> Choice:
    """Answer the contract that a leg's rules mean now, or why there is none."""
    expiry = expiry_of(state, run, leg.leg.expiry or run.portfolio.expiry)
    if not isinstance(expiry, date):
        return expiry
    if leg.leg.kind.kind is Kind.FUTURE:
        return _future(state, run, expiry)
    scan = _scan(state, run, leg, expiry)
    return by_rule(scan, leg.leg.strike, lambda number: _other(state, run, number)) if isinstance(scan, Scan) else scan


def locked(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Lock a leg that wants to be entered to its contract, or give it up where there is none or quotes stay away."""
    choice = choose(state, run, leg)
    if isinstance(choice, Chosen):
        yield resolution(state, run, leg, choice)
    elif isinstance(choice, Impossible) or state.now - leg.wanted_since >= state.books.patience(RESOLVE_WITHIN):
        yield from without_strike(state, run, leg, choice.why)


def same_contract(state: EngineState, previous: LegRun) -> Choice:
    """Answer the contract of an earlier execution of a leg, for one that keeps its strike."""
    if previous.instrument is None:
        return Impossible(f"leg {previous.number} had no contract to keep")
    contract = state.master.instruments[previous.row]
    if contract.expiry is not None and contract.expiry < market_data.today(state):
        return Impossible(f"{contract.symbol}, the contract to keep, has expired")
    return Chosen(contract, f"same strike as cycle {previous.cycle}")


def without_strike(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> Iterator[AnyFact]:
    """Skip a leg for which no strike fits, or stop the execution, as its guards say.

    A portfolio that runs already is not stopped by a leg that comes later: the leg is given up alone.
    """
    action = guards_of(run, leg).on_no_strike
    stops = action is NoStrike.STOP or (action is NoStrike.AUTOMATIC and leg.leg.side is Side.SELL)
    skips = action is NoStrike.SKIP or (action is NoStrike.AUTOMATIC and leg.leg.side is Side.BUY)
    yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why, skipped=skips)
    if stops and run.state is PortfolioState.ENTERING:
        yield PortfolioExitDecided(
            at=state.now,
            portfolio_id=run.portfolio_id,
            reason=ExitReason.LEG_FAIL,
            why=f"leg {leg.leg_id} stops the execution: {why}",
        )


def guards_of(run: PortfolioRun, leg: LegRun) -> StrikeGuards:
    """Answer the guards of a leg's strike: its own, else the portfolio's."""
    return leg.leg.guards or run.portfolio.contracts.guards


def straddle_width(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Write down the straddle premium that the portfolio's multiplier is of, once per execution."""
    if run.portfolio.contracts.straddle_width_multiplier is None or run.straddle_of == run.execution:
        return
    if run.state is not PortfolioState.ENTERING and not _is_early(state, run):
        return
    legs = (leg for leg in run.present if leg.state is LegState.WAITING and leg.leg.kind.kind is not Kind.FUTURE)
    first = next((leg for leg in legs if isinstance(leg.leg.strike, ATM_RULES)), None)
    expiry = expiry_of(state, run, first.leg.expiry or run.portfolio.expiry) if first else None
    scan = _scan(state, run, first, expiry) if first and isinstance(expiry, date) else None
    width = scan.straddle() if isinstance(scan, Scan) else None
    if isinstance(scan, Scan) and width is not None:
        yield StraddleWidthTaken(
            at=state.now, portfolio_id=run.portfolio_id, strike=scan.money, width=Price(width), execution=run.execution
        )


def chosen_early(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Lock the legs of a portfolio that waits for its entry to their contracts, from its selection time on."""
    if not _is_early(state, run):
        return
    for leg in run.present:
        if leg.state is LegState.WAITING and leg.instrument is None and not leg.leg.idle:
            choice = choose(state, run, leg)
            if isinstance(choice, Chosen):
                yield resolution(state, run, leg, choice)


def resolution(state: EngineState, run: PortfolioRun, leg: LegRun, choice: Chosen) -> LegResolved:
    """Answer the fact that locks a leg to a contract."""
    return LegResolved(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        instrument=choice.instrument.id,
        quantity=leg.leg.lots * choice.instrument.lot_size,
        why=choice.why,
    )


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when strikes that are chosen before the entry must be looked at again."""
    at = _selection_instant(run)
    if run.state is PortfolioState.WAITING and at is not None:
        yield at


def asks_again(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether strikes that are chosen before the entry are due, and may wait for a price."""
    at = _selection_instant(run)
    return run.state is PortfolioState.WAITING and at is not None and state.now >= at


def _is_early(state: EngineState, run: PortfolioRun) -> bool:
    at = _selection_instant(run)
    if run.state is not PortfolioState.WAITING or at is None or not at <= state.now < run.ends_at:
        return False
    if run.again is not None:
        return False  # A re-execution chooses its strikes when it enters.
    return market_data.can_trigger(state, run) and not state.books.of(run.account).recovering


def _selection_instant(run: PortfolioRun) -> Instant | None:
    at = run.portfolio.contracts.selection_time
    if at is None and run.starts_at and watches_leg_premiums(run.portfolio.entry):
        return run.starts_at  # Their premiums decide about the entry.
    return None if at is None or not run.starts_at else ist_instant(ist_date(run.starts_at), at)


def _scan(state: EngineState, run: PortfolioRun, leg: LegRun, expiry: date) -> Scan | NotYet | Impossible:
    portfolio = run.portfolio
    reference = market_data.underlying_price(state, run, expiry)
    if reference is None:
        return NotYet(f"{portfolio.underlying} has no price yet")
    try:
        rule = state.rules.contract_rule(portfolio.underlying, market_data.today(state), expiry)
    except UnknownRuleError as error:
        return Impossible(str(error))
    step = Price(rule.strike_step * portfolio.contracts.strike_step_multiple)
    money = market_data.at_the_money(reference, step, portfolio.atm_rounding)
    return Scan(state, run, leg, expiry, leg.leg.kind.kind, reference, money, step, guards_of(run, leg))


def _other(state: EngineState, run: PortfolioRun, number: int) -> Choice:
    """Answer the contract of a declared leg: what its newest execution is locked to, else what it would be now."""
    others = [leg for leg in run.legs if leg.number == number and not hedge_ties.is_hedge(leg)]
    locked = next((leg for leg in reversed(others) if leg.instrument is not None), None)
    if locked is not None:
        contract = state.master.instruments[locked.row]
        return Chosen(contract, f"leg {number} is locked to {contract.symbol}")
    if not others:
        return Impossible(f"there is no leg {number}")
    if others[-1].failed:
        return Impossible(f"leg {number} is not entered: {others[-1].failure}")
    return choose(state, run, others[-1])


def _future(state: EngineState, run: PortfolioRun, expiry: date) -> Choice:
    """Answer the first future that lives as long as the leg's expiry: futures are monthly, options may be weekly."""
    futures = [f for f in state.master.futures(run.portfolio.underlying) if f.expiry and f.expiry >= expiry]
    if not futures:
        return Impossible(f"{run.portfolio.underlying} has no listed future for {expiry.isoformat()}")
    if not market_data.has_quote_today(state, state.master.row(futures[0].id)):
        return NotYet(f"{futures[0].symbol} has no quote yet")
    return Chosen(futures[0], f"first future that lives until {expiry.isoformat()}")
