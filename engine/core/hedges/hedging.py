"""Buy protection for sold legs, hand it on, and sell it when it protects nothing (Appendix E, rank 12)."""

from collections.abc import Iterator

from engine.core.prices.resting import RowWatch, Watch
from engine.core.readings import decisions, ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import hedge_choice
from engine.core.strikes.choice import Choice, Chosen, Impossible, NotYet
from engine.domain.facts import AnyFact, HedgeReused, LegAdded, LegCancelled, LegEntryFailed
from engine.domain.identifiers import LegId
from engine.domain.instant import SECOND, clock_text, ist_date, ist_instant
from engine.domain.instrument import Instrument
from engine.domain.money import exact_units, plain_text, rupees
from engine.domain.multileg.dynamic_hedge import DynamicHedge, SellHedgeOn, Unsatisfied
from engine.domain.multileg.execution import LegFailure
from engine.domain.multileg.expiry import FixedDate
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.states import ENTERS, LEG_DONE, LEG_OPEN, ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.multileg.strike import FixedStrike
from engine.domain.order import Side

PATIENCE = 30 * SECOND
"""How long usable quotes of a hedge are waited for (executor reference §1.3.2)."""

_STRIKE_WORDS = ("RESTRICT", "BLOCK", "CONTRACT")
"""Refusals of a broker that are about the strike, so that another strike may pass (failure path F2)."""

_MOST_TRIES = 5
"""Strikes that are tried for one leg before it counts as one that cannot be hedged."""


def hedges(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Choose a hedge for every sold leg that wants one, and then look which hedges have nothing left to protect.

    To be asked after contracts are chosen and before orders; what it ends is the last thing of a look, so that whatever
    is entered again has been seen before.
    """
    rule = run.portfolio.dynamic_hedge
    if rule is None or run.state not in ENTERS:
        return
    for leg in list(run.legs):
        if run.state in ENTERS and hedge_ties.wants_hedge(run, leg):
            yield from _hedge(state, run, leg, rule)
    if run.state not in ENTERS:
        return
    for hedge in list(run.legs):
        if hedge.origin is LegOrigin.HEDGE:
            yield from _uncovered(state, run, hedge)
            yield from _over(state, run, hedge, rule)


def waits_for(state: EngineState, run: PortfolioRun, leg: LegRun) -> str | None:
    """Answer what the hedge of a sold leg waits for, in a sentence; None where a leg waits for none."""
    rule = run.portfolio.dynamic_hedge
    if rule is None or not hedge_ties.asks_for_hedge(run, leg):
        return None
    if hedge_ties.wants_hedge(run, leg):
        choice = _choice(state, run, leg, rule)
        if isinstance(choice, NotYet):
            return f"its hedge is not chosen: {choice.why}"
        return None
    if not hedge_ties.may_enter(run, leg) and leg.state is LegState.RESOLVED:
        names = ", ".join(hedge_ties.hedge_name(run, one) for one in hedge_ties.live_hedges(run, leg))
        return f"its hedge {names} is bought first" if names else None
    return None


# --- choosing ----------------------------------------------------------------------------------------------------


def _hedge(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge) -> Iterator[AnyFact]:
    held = _to_take_over(state, run, leg, rule)
    if held is not None:
        yield _reused(state, run, held, leg)
        return
    choice = _choice(state, run, leg, rule)
    match choice:
        case Chosen(instrument, why):
            yield _added(state, run, leg, rule, instrument, why)
        case Impossible(why):
            yield from _unsatisfied(state, run, leg, rule, why)
        case NotYet():
            return


def _choice(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge) -> Choice:
    tried = hedge_ties.hedges_of(run, leg)
    tried = [one for one in tried if one.state is LegState.ENTRY_FAILED]
    if tried:
        last = tried[-1]
        about_strike = any(word in last.failure.upper() for word in _STRIKE_WORDS)
        if not (rule.other_strikes and about_strike and len(tried) < _MOST_TRIES):
            return Impossible(last.failure)
    refusal = _not_now(state, run, rule)
    if refusal is not None:
        return refusal
    if tried:
        choice = hedge_choice.nearer(state, run, leg, rule, tried)
        return Impossible(f"{tried[-1].failure}; {choice.why}") if not isinstance(choice, Chosen) else choice
    choice = hedge_choice.choose(state, run, leg, rule)
    if isinstance(choice, NotYet) and state.now >= leg.wanted_since + state.books.patience(PATIENCE):
        choice = hedge_choice.choose(state, run, leg, rule, patient=False)
        return Impossible(choice.why) if isinstance(choice, NotYet) else choice
    return choice


def _not_now(state: EngineState, run: PortfolioRun, rule: DynamicHedge) -> Choice | None:
    """Answer that no hedge may be bought now: for the time of day, or because the day's number is used up."""
    times = rule.times
    if times is not None:
        start, end = (ist_instant(ist_date(state.now), at) for at in (times.start, times.end))
        if state.now < start:
            return NotYet(f"hedges are bought from {clock_text(start)} on")
        if state.now > end:
            return Impossible(f"no hedge is bought after {clock_text(end)}")
    today = ist_date(state.now)
    hedges = (leg for leg in run.legs if leg.origin is LegOrigin.HEDGE and leg.state is not LegState.ENTRY_FAILED)
    bought = sum(ist_date(leg.wanted_since) == today for leg in hedges)
    if rule.most_per_day is not None and bought >= rule.most_per_day:
        return Impossible(f"{bought} hedges were bought today, and no more may be")
    return None


def _to_take_over(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge) -> LegRun | None:
    """Answer the hedge of an earlier execution that goes on protecting this one; None where a new one is bought."""
    if not rule.reuse:
        return None
    ours = ledger.instrument_of(state, leg)
    needed = hedge_choice.lots(state, leg, rule) * ours.lot_size
    for held in hedge_ties.left_behind(run, leg):
        contract = ledger.instrument_of(state, held)
        if (contract.kind, contract.expiry) != (ours.kind, ours.expiry) or held.net_quantity < needed:
            continue
        parent = run.leg(held.parent or LegId(1))
        farther = leg.leg.kind.kind.is_option and _is_farther(contract, ours)
        same = parent.instrument == leg.instrument
        if same or (farther and (not rule.roll or hedge_choice.is_in_window(state, run, leg, rule, held))):
            return held
    return None


def _is_farther(hedge: Instrument, parent: Instrument) -> bool:
    beyond = (hedge.strike or 0) - (parent.strike or 0)
    return beyond > 0 if parent.kind.value == "CE" else beyond < 0


def _added(
    state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge, contract: Instrument, why: str
) -> LegAdded:
    lots = hedge_choice.lots(state, leg, rule)
    declared = Leg(
        side=Side.BUY,
        kind=leg.leg.kind,
        strike=FixedStrike(strike=rupees(contract.strike or 0)),
        expiry=None if contract.expiry is None else FixedDate(on=contract.expiry),
        lots=lots,
        product=leg.leg.product,
    )
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=declared,
        origin=LegOrigin.HEDGE,
        parent=leg.leg_id,
        number=leg.number,
        cycle=1,
        why=f"hedge of leg {leg.leg_id}: {why}",
        instrument=contract.id,
        quantity=lots * contract.lot_size,
    )


def _reused(state: EngineState, run: PortfolioRun, hedge: LegRun, leg: LegRun) -> HedgeReused:
    why = f"{hedge_ties.hedge_name(run, hedge)} is held and goes on protecting leg {leg.leg_id}"
    return HedgeReused(at=state.now, portfolio_id=run.portfolio_id, leg_id=hedge.leg_id, parent=leg.leg_id, why=why)


def _unsatisfied(state: EngineState, run: PortfolioRun, leg: LegRun, rule: DynamicHedge, why: str) -> Iterator[AnyFact]:
    """Carry out what the trader chose for a leg that cannot be hedged; what is sold already is for the leg failures."""
    broker_refused = any(one.failed for one in hedge_ties.hedges_of(run, leg))
    ignores = rule.unsatisfied is Unsatisfied.IGNORE_FIELD and broker_refused
    if leg.state is not LegState.RESOLVED or leg.net_quantity or ignores:
        return
    sentence = f"no hedge: {why}"
    if rule.unsatisfied is Unsatisfied.SKIP_LEG:
        yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=sentence)
    elif run.state is PortfolioState.ENTERING:
        words = f"leg {leg.leg_id} has {sentence}"
        yield decisions.portfolio_exit(state, run, ExitReason.LEG_FAIL, words)
    else:
        yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=sentence)


# --- ending ------------------------------------------------------------------------------------------------------


def _uncovered(state: EngineState, run: PortfolioRun, hedge: LegRun) -> Iterator[AnyFact]:
    """Close what is sold beyond a hedge that failed, where placed legs are kept: never naked by an accident (P10)."""
    keeps = run.portfolio.execution.on_leg_failure is LegFailure.KEEP_PLACED
    if not hedge.failed or hedge.parent is None or not keeps:
        return
    parent = run.leg(hedge.parent)
    coming = any(ledger.is_entering(one) for one in hedge_ties.live_hedges(run, parent))
    if coming or parent.state not in {LegState.ENTERING, *LEG_OPEN} or not parent.net_quantity:
        return
    held = sum(one.net_quantity for one in hedge_ties.hedges_of(run, parent))
    planned = min(hedge.leg.lots, parent.leg.lots) * ledger.instrument_of(state, hedge).lot_size
    if held < min(planned, abs(parent.net_quantity)):
        why = f"its hedge holds {held} of {planned}: {hedge.failure}"
        yield decisions.leg_exit(state, run, parent, ExitReason.LEG_FAIL, why)


def _over(state: EngineState, run: PortfolioRun, hedge: LegRun, rule: DynamicHedge) -> Iterator[AnyFact]:
    """End a hedge that has nothing left to protect; asked anew every time, so a short entered again keeps it (F32)."""
    if hedge.parent is None or not _protects_nothing(run, hedge):
        return
    parent = run.leg(hedge.parent)
    idle = not hedge.net_quantity and not hedge.working
    if hedge.state in (LegState.RESOLVED, LegState.ENTERING) and idle:
        why = f"leg {parent.leg_id}, which it was to protect, is not entered"
        yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=hedge.leg_id, why=why)
    elif hedge.state in (LegState.ENTERING, LegState.OPEN) and not idle:
        due = _due(state, run, hedge, parent, rule)
        if due is not None:
            yield decisions.leg_exit(state, run, hedge, ExitReason.HEDGE_PARENT, due)


def _protects_nothing(run: PortfolioRun, hedge: LegRun) -> bool:
    parent = run.leg(hedge.parent or LegId(1))
    gone = parent.state in LEG_DONE and not parent.net_quantity and not parent.working
    if not gone:
        return False
    rule = run.portfolio.dynamic_hedge
    taken_over = hedge_ties.opens_again(parent) or hedge_ties.follower(run, parent) is not None
    return rule is None or not rule.reuse or not taken_over


def _due(state: EngineState, run: PortfolioRun, hedge: LegRun, parent: LegRun, rule: DynamicHedge) -> str | None:
    """Answer why a hedge that protects nothing is sold now; None while it is kept."""
    if hedge_ties.only_hedges_left(run):
        return "every leg it could protect is closed"
    price = market_data.mark(state, hedge, run.portfolio.price_type)
    live = market_data.can_trigger(state, run) and price is not None
    if rule.sell_below is not None and live and price is not None and price < exact_units(rule.sell_below):
        return f"worth {plain_text(price)}, less than {rule.sell_below}, and it protects nothing"
    if rule.keep_below is not None and (not live or (price is not None and price < exact_units(rule.keep_below))):
        return None
    match rule.sell_on:
        case SellHedgeOn.PARENT_CLOSED:
            how = "is closed" if parent.entered_quantity else "was not entered"
            return f"leg {parent.leg_id}, which it protects, {how}"
        case SellHedgeOn.SHORTS_CLOSED:
            return "all sold legs are closed" if hedge_ties.no_short_left(run) else None
        case SellHedgeOn.PORTFOLIO_END:
            return None


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the prices at which a hedge that protects nothing any more is sold."""
    rule = run.portfolio.dynamic_hedge
    if rule is None or (rule.sell_below is None and rule.keep_below is None):
        return
    for hedge in run.legs:
        if hedge.origin is LegOrigin.HEDGE and hedge.net_quantity and _protects_nothing(run, hedge):
            low = None if rule.sell_below is None else exact_units(rule.sell_below)
            high = None if rule.keep_below is None else exact_units(rule.keep_below)
            # Both say only "look again": with one of them reached the other does not matter.
            yield RowWatch(hedge.row, low, high)


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a leg waits for a hedge that is not chosen."""
    rule = run.portfolio.dynamic_hedge
    return rule is not None and run.state in ENTERS and any(hedge_ties.wants_hedge(run, leg) for leg in run.legs)
