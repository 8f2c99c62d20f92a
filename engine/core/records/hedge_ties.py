"""Which hedge belongs to which sold leg, and what may happen to one because of the other."""

from collections.abc import Iterator

from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.domain.multileg.actions import (
    Pyramid,
    ReEnter,
    ReExecute,
    ReExecuteFirst,
    ReMomentum,
    ReversePosition,
)
from engine.domain.multileg.dynamic_hedge import HedgeOrder
from engine.domain.multileg.leg import LazyLeg
from engine.domain.multileg.states import (
    EXITING,
    LEG_DONE,
    LEG_ENTERS,
    LEG_OPEN,
    PROTECTORS,
    LegOrigin,
    LegState,
)
from engine.domain.order import Side

FOLLOWERS = frozenset(
    {LegOrigin.REEXECUTED, LegOrigin.REVERSED, LegOrigin.REENTERED, LegOrigin.MOMENTUM, LegOrigin.ROLLED}
)
"""Executions that take the place of the one they come from, and may take over its hedge."""

_OPENS = (ReExecute, ReExecuteFirst, ReEnter, ReMomentum, ReversePosition, Pyramid, LazyLeg)

_OF_ONE_LEG = frozenset({LegOrigin.HEDGE, LegOrigin.GUARD})
"""Hedges that protect one sold leg, bought by a rule or by hand."""


def is_hedge(leg: LegRun) -> bool:
    """Say whether a leg was added to protect others: it has no levels and no actions of its own."""
    return leg.origin in PROTECTORS


def counts(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg counts in the combined profit: all do, but hedges that the trader leaves out."""
    rule = run.portfolio.dynamic_hedge
    return leg.origin is not LegOrigin.HEDGE or rule is None or rule.in_profit


def asks_for_hedge(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg may not be entered without a hedge."""
    sold = leg.leg.side is Side.SELL and leg.leg.kind.kind.is_option
    return run.portfolio.dynamic_hedge is not None and leg.leg.hedge_required and sold and not is_hedge(leg)


def hedges_of(run: PortfolioRun, leg: LegRun) -> list[LegRun]:
    """Answer every hedge that was ever added for a leg or taken over by it, oldest first."""
    return [one for one in run.legs if one.origin is LegOrigin.HEDGE and one.parent == leg.leg_id]


def live_hedges(run: PortfolioRun, leg: LegRun) -> list[LegRun]:
    """Answer a leg's hedges that hold something or are about to, and are not being sold."""
    return [one for one in hedges_of(run, leg) if one.state not in LEG_DONE and one.state is not LegState.EXITING]


def wants_hedge(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a hedge must be chosen for a leg now: before its first order, or because all of its hedges failed."""
    if not asks_for_hedge(run, leg) or live_hedges(run, leg):
        return False
    if leg.state is LegState.RESOLVED:
        return True
    hedges = hedges_of(run, leg)
    is_sold = (leg.state is LegState.ENTERING or leg.state in LEG_OPEN) and leg.net_quantity != 0
    return is_sold and bool(hedges) and all(one.state is LegState.ENTRY_FAILED for one in hedges)


def may_enter(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg may send entry orders as far as hedges go: parents wait for theirs, or hedges for parents."""
    rule = run.portfolio.dynamic_hedge
    if rule is None:
        return True
    if asks_for_hedge(run, leg):
        hedges = live_hedges(run, leg)
        filled = all(one.state not in LEG_ENTERS for one in hedges)
        return bool(hedges) and (filled or rule.order is not HedgeOrder.BEFORE)
    if leg.origin is LegOrigin.HEDGE and rule.order is HedgeOrder.AFTER and leg.parent is not None:
        return run.leg(leg.parent).state not in LEG_ENTERS
    return True


def is_first(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg's hedges are filled before anything of it is sold."""
    rule = run.portfolio.dynamic_hedge
    return rule is not None and rule.order is HedgeOrder.BEFORE and asks_for_hedge(run, leg)


def is_dealt_with(run: PortfolioRun, hedge: LegRun) -> bool:
    """Say whether a hedge that failed with nothing matters no more: another took its place, or its parent is gone."""
    if hedge.origin is not LegOrigin.HEDGE or hedge.state is not LegState.ENTRY_FAILED or hedge.parent is None:
        return hedge.origin in (LegOrigin.DELTA, LegOrigin.GUARD)
    parent = run.leg(hedge.parent)
    return parent.state in LEG_DONE or bool(live_hedges(run, parent))


def covers(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether a leg counts when it is asked what protects a sold one: not a hedge that is gone or being sold."""
    if leg.origin is LegOrigin.DELTA:
        return False
    if leg.origin is LegOrigin.GUARD:
        # It was never planned: it protects with what it holds, and is missed by nobody.
        return leg.state in LEG_OPEN and leg.net_quantity != 0 and not leg.failed
    if leg.origin is LegOrigin.HEDGE:
        over = leg.state in (LegState.EXITING, LegState.CLOSED, LegState.CANCELLED)
        return not over and not is_dealt_with(run, leg)
    # A sold leg that was bought back leaves its protection to the execution that follows it.
    return leg.leg.side is Side.BUY or leg.state not in (LegState.CLOSED, LegState.CANCELLED)


def guards_open_short(run: PortfolioRun, hedge: LegRun) -> bool:
    """Say whether selling a hedge now could leave something naked: its parent, or any short when all is closed."""
    if hedge.origin not in _OF_ONE_LEG:
        return False
    if run.state in EXITING:
        return any(map(_is_short, _others(run)))
    return hedge.parent is not None and _is_short(run.leg(hedge.parent))


def is_held_back(run: PortfolioRun, leg: LegRun) -> bool:
    """Say whether closing a hedge, or a part of it, must wait for what it protects."""
    if leg.origin not in _OF_ONE_LEG or leg.parent is None:
        return False
    if leg.state is LegState.EXITING or leg.keep is None:
        return guards_open_short(run, leg)
    parent = run.leg(leg.parent)
    # A part of it goes only when the same part of its parent is bought back.
    return leg.keep * parent.entered_quantity < -parent.net_quantity * leg.entered_quantity


def _is_short(leg: LegRun) -> bool:
    return leg.leg.side is Side.SELL and (leg.net_quantity != 0 or bool(leg.working))


def _others(run: PortfolioRun) -> Iterator[LegRun]:
    return (leg for leg in run.legs if not is_hedge(leg))


def is_over(leg: LegRun) -> bool:
    """Say whether a leg holds nothing and nothing of it is to come; an idle leg counts as over until it is executed."""
    done = leg.state in (*LEG_DONE, LegState.IDLE_LEG) and not leg.net_quantity and not leg.working
    return done and not opens_again(leg)


def opens_again(leg: LegRun) -> bool:
    """Say whether a roll of a leg, or an action that is due or waits for its pause, will open something."""
    return leg.roll is not None or any(isinstance(todo.action, _OPENS) for todo in leg.todo)


def only_hedges_left(run: PortfolioRun) -> bool:
    """Say whether everything but hedges is over."""
    return all(map(is_over, _others(run)))


def no_short_left(run: PortfolioRun) -> bool:
    """Say whether no sold leg is open or may still be entered."""
    return all(is_over(leg) for leg in _others(run) if leg.leg.side is Side.SELL)


def follower(run: PortfolioRun, leg: LegRun) -> LegRun | None:
    """Answer the execution that takes a leg's place and has no filled hedge of its own; None where none is to come."""
    following = [one for one in run.legs if one.origin in FOLLOWERS and one.parent == leg.leg_id]
    for one in following:
        protected = any(hedge.state not in LEG_ENTERS for hedge in live_hedges(run, one))
        if not is_over(one) and asks_for_hedge(run, one) and not protected:
            return one
        later = follower(run, one)
        if later is not None:
            return later
    return None


def left_behind(run: PortfolioRun, leg: LegRun) -> Iterator[LegRun]:
    """Answer the hedges that the executions before this one left open, newest first."""
    before = leg
    while before.origin in FOLLOWERS and before.parent is not None:
        before = run.leg(before.parent)
        if before.state not in LEG_DONE:
            return
        yield from (one for one in live_hedges(run, before)[::-1] if one.state in LEG_OPEN and one.net_quantity)


def hedge_name(run: PortfolioRun, leg: LegRun) -> str:
    """Answer what a hedge is called: ``"H_1_2"`` is the second hedge of declared leg 1; empty for other legs."""
    if leg.origin is not LegOrigin.HEDGE:
        return ""
    same = [one for one in run.legs if one.origin is LegOrigin.HEDGE and one.number == leg.number]
    return f"H_{leg.number}_{same.index(leg) + 1}"
