"""What must be true of waits, ranges, conditions, parts and daily counts, from their facts alone; of the invariants."""

from collections.abc import Iterator

from engine.core.verification.seen import SeenLeg, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.instant import ist_date
from engine.domain.multileg.execution import Pricing
from engine.domain.multileg.range_breakout import RangeOf, RangeSide
from engine.domain.multileg.states import EXITING, FINAL, LegOrigin, LegState

_PER_DAY = frozenset({LegOrigin.HEDGE, LegOrigin.DELTA})


def see(portfolio: SeenPortfolio, fact: f.PortfolioFact) -> Iterator[Violation]:
    """Take a fact of a portfolio into what is seen of its plan, and answer what it breaks."""
    match fact:
        case f.PortfolioArmed() | f.PortfolioReset():
            portfolio.conditions_met = False
        case f.PortfolioEdited():
            portfolio.conditions_met = False
            same_ranges = fact.repeats and fact.portfolio.range_breakout == portfolio.declared.range_breakout
            if fact.anew and not same_ranges:
                portfolio.ranges = {}
        case f.PortfolioReexecuted():
            portfolio.conditions_met, portfolio.is_again = False, True
        case f.PortfolioStarted():
            yield from _started(portfolio, fact)
        case f.ConditionsMet():
            if portfolio.conditions_met:
                yield Violation(50, fact.at, f"the extra conditions of {fact.portfolio_id} are met a second time")
            portfolio.conditions_met = True
        case f.RangeSet():
            if fact.number in portfolio.ranges:
                yield Violation(49, fact.at, f"range {fact.number} of {fact.portfolio_id} is frozen twice")
            portfolio.ranges[fact.number] = frozenset(RangeSide) if fact.armed else frozenset()
            portfolio.ranges_of = ist_date(fact.at)
        case f.RangeArmed():
            if fact.number not in portfolio.ranges:
                yield Violation(
                    49, fact.at, f"range {fact.number} of {fact.portfolio_id} is armed and was never frozen"
                )
            portfolio.ranges[fact.number] = portfolio.ranges.get(fact.number, frozenset()) | {fact.side}
        case f.RangeLookedBack():
            if not fact.armed:
                portfolio.ranges[fact.number] = portfolio.ranges.get(fact.number, frozenset()) - {fact.side}
        case f.RangeBroken():
            yield from _broken(portfolio, fact)
        case f.PortfolioReduced():
            yield from _part(portfolio, fact)
        case f.LegAdded():
            yield from _hedge_added(portfolio, fact)
        case f.LegFact():
            yield from _leg(portfolio, portfolio.legs[fact.leg_id - 1], fact)
        case _:
            return


def ordered_early(portfolio: SeenPortfolio, fact: f.OrderRequested) -> Violation | None:
    """Answer an entry order of a leg that still waits; one that rests at the broker may."""
    leg = portfolio.legs[fact.leg_id - 1]
    words = f"{fact.order_id} opens leg {fact.leg_id} of {fact.portfolio_id}"
    if fact.rests_for is not None:
        return None
    if leg.is_waiting:
        return Violation(48, fact.at, f"{words}, which waits")
    if _must_sleep(portfolio, leg) and LegState.WAIT_STOP not in leg.waited:
        return Violation(48, fact.at, f"{words}, whose stop-limit order was never triggered")
    if leg.origin is not LegOrigin.DECLARED or leg.declared.idle or leg.declared.wait is None or portfolio.begins:
        return None  # A portfolio that is executed again need not wait again.
    return None if LegState.WAIT_TRADE in leg.waited else Violation(48, fact.at, f"{words}, which did not wait")


def _must_sleep(portfolio: SeenPortfolio, leg: SeenLeg) -> bool:
    """Say whether a leg may be opened by a stop-limit order only; after an edit it may have begun otherwise."""
    asks = portfolio.declared.execution.pricing is Pricing.STOP_LIMIT and portfolio.edited_at is None
    return asks and leg.origin is LegOrigin.DECLARED


def closed_unasked(portfolio: SeenPortfolio, fact: f.OrderRequested, under_way: int) -> Violation | None:
    """Answer an exit order that closes what no decision closes, ``under_way`` being closed by others already."""
    leg = portfolio.legs[fact.leg_id - 1]
    if fact.rests_for is not None or leg.ends or portfolio.state in EXITING or portfolio.state in FINAL:
        return None
    kept = [quantity for quantity in (leg.keep, leg.most) if quantity is not None]
    allowed = max(0, abs(leg.net) - min(kept)) if kept else 0
    if fact.quantity + under_way <= allowed:
        return None
    words = f"{fact.order_id} closes {fact.quantity} with {under_way} under way of leg {fact.leg_id}"
    return Violation(51, fact.at, f"{words}, which keeps {leg.keep} of {leg.net:+d}")


def _started(portfolio: SeenPortfolio, fact: f.PortfolioStarted) -> Iterator[Violation]:
    portfolio.parts = set()
    if portfolio.ranges_of != ist_date(fact.at):
        portfolio.ranges = {}
    if has_two_ranges(portfolio):
        portfolio.ranges = {number: armed for number, armed in portfolio.ranges.items() if number == 0}
    if portfolio.is_again:
        portfolio.is_again = False
        return
    day, schedule = ist_date(fact.at), portfolio.declared.schedule
    portfolio.starts[day] = portfolio.starts.get(day, 0) + 1
    most = portfolio.declared.execution.executions_a_day
    if portfolio.starts[day] > most:
        yield Violation(52, fact.at, f"{fact.portfolio_id} is started {portfolio.starts[day]} times, {most} allowed")
    if schedule.positional is None and ist_date(fact.square_off_at) != day:
        yield Violation(
            40, fact.at, f"{fact.portfolio_id} is squared off on {ist_date(fact.square_off_at)}, no other day"
        )


def _broken(portfolio: SeenPortfolio, fact: f.RangeBroken) -> Iterator[Violation]:
    armed = portfolio.ranges.get(fact.number)
    words = f"the {fact.side.value} of range {fact.number} of {fact.portfolio_id}"
    if armed is None or fact.side not in armed:
        yield Violation(49, fact.at, f"{words} is broken, and it was not inside before")
        return
    beyond = fact.price >= fact.level if fact.side is RangeSide.HIGH else fact.price <= fact.level
    if not beyond and not fact.missed:
        yield Violation(49, fact.at, f"{words} is broken at {fact.price}, it lies at {fact.level}")
    portfolio.ranges[fact.number] = armed - {fact.side}


def _part(portfolio: SeenPortfolio, fact: f.PortfolioReduced) -> Iterator[Violation]:
    if not fact.part:
        return
    if fact.part in portfolio.parts:
        yield Violation(51, fact.at, f"part {fact.part} of {fact.portfolio_id} is closed twice")
    portfolio.parts.add(fact.part)
    percent = portfolio.declared.exit.parts[fact.part - 1].percent
    for leg_id, keep in fact.keeps:
        leg = portfolio.legs[leg_id - 1]
        held = abs(leg.net) if leg.keep is None else min(abs(leg.net), leg.keep)
        entered = leg.bought if leg.net > 0 else leg.sold
        if (held - keep) * 100 > entered * percent:
            words = f"part {fact.part} closes {held - keep} of leg {leg_id}, {percent} % of {entered} are asked"
            yield Violation(51, fact.at, words)


def _hedge_added(portfolio: SeenPortfolio, fact: f.LegAdded) -> Iterator[Violation]:
    declared = portfolio.declared
    rule = declared.dynamic_hedge if fact.origin is LegOrigin.HEDGE else declared.delta_band
    if fact.origin not in _PER_DAY or rule is None:
        return
    hedged = portfolio.hedged.setdefault((ist_date(fact.at), fact.origin), {})
    # Both options of a synthetic future are one hedge.
    hedged[fact.leg_id] = fact.leg_id if fact.origin is LegOrigin.HEDGE else fact.at
    bought = {of for leg_id, of in hedged.items() if leg_id == fact.leg_id or not portfolio.legs[leg_id - 1].failed}
    if rule.most_per_day is not None and len(bought) > rule.most_per_day:
        yield Violation(52, fact.at, f"{fact.portfolio_id} is hedged {len(bought)} times, {rule.most_per_day} allowed")


def has_two_ranges(portfolio: SeenPortfolio) -> bool:
    """Say whether a leg's own range follows on that of the underlying."""
    rule = portfolio.declared.range_breakout
    return rule is not None and rule.of is RangeOf.BOTH


def _leg(portfolio: SeenPortfolio, leg: SeenLeg, fact: f.LegFact) -> Iterator[Violation]:
    match fact:
        case f.LegWaits():
            second = fact.state is LegState.WAIT_RBO and has_two_ranges(portfolio) and leg.breaks == 1
            if fact.state in leg.waited and not second:
                yield Violation(48, fact.at, f"leg {fact.leg_id} of {fact.portfolio_id} waits again: {fact.why}")
            if fact.state is LegState.SCHEDULED and leg.waits_for in (LegState.WAIT_TRADE, LegState.WAIT_RBO):
                leg.waited |= {leg.waits_for}  # Only a delay is left.
            leg.waits, leg.waits_for = True, fact.state
        case f.LegReleased():
            if not leg.is_waiting:
                yield Violation(48, fact.at, f"leg {fact.leg_id} of {fact.portfolio_id} is released and did not wait")
            leg.waits = False
            leg.breaks += leg.waits_for is LegState.WAIT_RBO
            if leg.waits_for is not LegState.SCHEDULED:
                leg.waited |= {leg.waits_for}
        case f.LegConditionsMet() | f.LegCancelled() | f.LegEntryFailed():
            leg.waits = False
        case f.LegExitDecided():
            leg.ends = True
        case f.LegResized():
            leg.most = fact.quantity
        case f.LegReduced():
            leg.ends = leg.ends or fact.keep == 0
        case _:
            return
