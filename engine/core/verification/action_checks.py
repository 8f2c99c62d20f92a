"""What must be true of actions and re-executions, from their facts alone; part of the invariants."""

from collections.abc import Iterable, Iterator

from engine.core.verification.seen import SeenLeg, SeenOrder, SeenPortfolio, is_hedged
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.instant import Instant, ist_date
from engine.domain.multileg.actions import KeepRunning, Pyramid, UpTo
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.states import COMBINED_HITS, LEG_WAITS, ON_STOP_HITS, ExitReason, LegOrigin, PortfolioState
from engine.domain.order import Purpose, Side
from engine.schema.declared import replace

_AGAIN = frozenset(
    {LegOrigin.REEXECUTED, LegOrigin.REVERSED, LegOrigin.REENTERED, LegOrigin.MOMENTUM, LegOrigin.PARALLEL}
)


def see(
    portfolio: SeenPortfolio, fact: f.AnyLegActionFact | f.AnyPortfolioActionFact | f.LegAdded | f.PortfolioReset
) -> Iterator[Violation]:
    """Take a fact of actions into what is seen of a portfolio, and answer what it breaks."""
    match fact:
        case f.LegAdded():
            yield from _added(portfolio, fact)
        case f.LegHit():
            leg = portfolio.legs[fact.leg_id - 1]
            leg.was_hit = True
            if fact.reason in ON_STOP_HITS:
                leg.stop = None
            else:
                leg.target = None
        case f.ActionDone() | f.ReentryBlocked():
            yield from _answered(portfolio, fact, fact.leg_id, fact.action)
        case f.PortfolioReexecuted() | f.PortfolioReset():
            yield from _again(portfolio, fact)
        case f.RollDecided():
            yield from _roll_decided(portfolio, fact)
        case f.RollBlocked():
            portfolio.legs[fact.leg_id - 1].rolls_to = None
        case _:
            return


def see_conversion(portfolio: SeenPortfolio, fact: f.AnyConversionFact) -> Iterator[Violation]:
    """Take a fact of a conversion into what is seen of a leg, and answer what it breaks."""
    leg = portfolio.legs[fact.leg_id - 1]
    words = f"leg {fact.leg_id} of {fact.portfolio_id}, conversion {fact.reference}"
    match fact:
        case f.ConversionRequested():
            if leg.converts is not None or fact.reference in leg.conversions or fact.quantity != leg.net:
                yield Violation(63, fact.at, f"{words} of {fact.quantity:+d} is asked for, it holds {leg.net:+d}")
            leg.converts, leg.conversions = fact.reference, leg.conversions | {fact.reference}
        case f.LegConverted() | f.ConversionRefused():
            if leg.converts != fact.reference:
                yield Violation(63, fact.at, f"{words} is answered, asked for was {leg.converts}")
            leg.converts = None
            if isinstance(fact, f.LegConverted):
                leg.declared = replace(leg.declared, product=fact.product)


def wrong_product(portfolio: SeenPortfolio, fact: f.OrderRequested) -> Violation | None:
    """Answer an order that closes a leg in another product than it is held in."""
    leg = portfolio.legs[fact.leg_id - 1]
    held = leg.declared.product or portfolio.declared.execution.product
    if fact.product is held:
        return None
    words = f"{fact.order_id} closes leg {fact.leg_id} of {fact.portfolio_id} in {fact.product.value}"
    return Violation(63, fact.at, f"{words}, it is held in {held.value}")


def _roll_decided(portfolio: SeenPortfolio, fact: f.RollDecided) -> Iterator[Violation]:
    together = tuple(leg_id for leg_id, _, _ in fact.rolls)
    for leg_id, instrument, quantity in fact.rolls:
        leg = portfolio.legs[leg_id - 1]
        if not leg.net or leg.rolls_to is not None:
            yield Violation(62, fact.at, f"leg {leg_id} of {fact.portfolio_id} holds {leg.net:+d} and is rolled")
        leg.rolls_to, leg.rolls_with = (instrument, quantity), together


def _rolled(portfolio: SeenPortfolio, fact: f.LegAdded) -> Iterator[Violation]:
    """Answer the second half of a roll that comes too early, that nobody decided, or that opens something else."""
    parent = None if fact.parent is None else portfolio.legs[fact.parent - 1]
    words = f"leg {fact.leg_id} of {fact.portfolio_id} opens {fact.quantity} {fact.instrument}"
    if parent is None or parent.rolls_to != (fact.instrument, fact.quantity):
        yield Violation(62, fact.at, f"{words}, which no roll says")
        return
    held = [leg_id for leg_id in parent.rolls_with if portfolio.legs[leg_id - 1].net]
    if held or fact.leg.side is not parent.side:
        yield Violation(62, fact.at, f"{words} while its roll still holds legs {held}")
    parent.rolls_to = None


def _added(portfolio: SeenPortfolio, fact: f.LegAdded) -> Iterator[Violation]:
    if fact.origin is LegOrigin.ROLLED:
        yield from _rolled(portfolio, fact)
    if fact.answers is None or fact.parent is None:
        return
    parent = portfolio.legs[fact.parent - 1]
    yield from _answered(portfolio, fact, fact.parent, fact.answers)
    actions = parent.declared.on_stop if fact.cause in ON_STOP_HITS else parent.declared.on_target
    kept = any(isinstance(action, (KeepRunning, Pyramid)) for action in actions)
    if parent.net and not (parent.was_hit or kept):
        yield Violation(44, fact.at, f"leg {fact.leg_id} follows leg {fact.parent}, which still holds {parent.net:+d}")
    limits = [action.times for action in actions if hasattr(action, "times")]
    most = sum(limit.times for limit in limits if isinstance(limit, UpTo))
    if fact.origin in _AGAIN and all(isinstance(limit, UpTo) for limit in limits):
        family = [
            leg for leg in portfolio.legs[portfolio.begins :]
            if leg.root == (parent.root or fact.parent) and leg.origin in _AGAIN
            and (leg.cause in ON_STOP_HITS) is (fact.cause in ON_STOP_HITS)
        ]  # fmt: skip
        if len(family) > most:
            yield Violation(
                45, fact.at, f"leg {fact.leg_id} is execution {len(family)} after the first, {most} allowed"
            )


def _answered(
    portfolio: SeenPortfolio, fact: f.LegAdded | f.ActionDone | f.ReentryBlocked, leg_id: int, action: int
) -> Iterator[Violation]:
    leg = portfolio.legs[leg_id - 1]
    if action in leg.answered:
        yield Violation(43, fact.at, f"action {action} of leg {leg_id} of {fact.portfolio_id} is carried out twice")
    leg.answered.append(action)


def _again(portfolio: SeenPortfolio, fact: f.PortfolioReexecuted | f.PortfolioReset) -> Iterator[Violation]:
    held = [number for number, leg in enumerate(portfolio.legs, 1) if leg.net]
    if held:
        yield Violation(46, fact.at, f"{fact.portfolio_id} is executed again while it holds legs {held}")
    most = portfolio.most_lots
    fresh = [
        SeenLeg(declared=replace(leg, lots=min(leg.lots * portfolio.times, most or leg.lots * portfolio.times)))
        for leg in portfolio.declared.legs
    ]
    portfolio.is_reversed = isinstance(fact, f.PortfolioReexecuted) and fact.is_reversed
    if portfolio.is_reversed:
        for leg in fresh:
            leg.declared = replace(leg.declared, side=leg.declared.side.opposite)
    if isinstance(fact, f.PortfolioReexecuted) and fact.turned:
        yield from _turned(portfolio, fact)
        for leg in fresh:
            leg.declared = replace(leg.declared, idle=False, wait=None, start=None)
    for leg in portfolio.legs:
        leg.failed = False  # What failed then was unwound, and leaves nobody naked now.
    portfolio.begins, portfolio.execution = len(portfolio.legs), portfolio.execution + 1
    portfolio.legs += fresh
    waits = isinstance(fact, f.PortfolioReexecuted)
    portfolio.state = PortfolioState.WAITING if waits else PortfolioState.IDLE
    portfolio.square_off_at = portfolio.square_off_at if waits else Instant(0)
    portfolio.floor, portfolio.stop = None, None


_TURNS = COMBINED_HITS | {ExitReason.CONDITION}


def _turned(portfolio: SeenPortfolio, fact: f.PortfolioReexecuted) -> Iterator[Violation]:
    """Count a reversal, and answer one that nobody declared, that came too often or after another kind of exit."""
    strategy, day = portfolio.declared.exit.strategy, ist_date(fact.at)
    portfolio.reversals[day] = portfolio.reversals.get(day, 0) + 1
    most = strategy.times if isinstance(strategy, Reverse) else 0
    if portfolio.reversals[day] > most:
        words = f"{fact.portfolio_id} is reversed {portfolio.reversals[day]} times, {most} allowed"
        yield Violation(45, fact.at, words)
    if fact.cause not in _TURNS:
        yield Violation(45, fact.at, f"{fact.portfolio_id} is reversed after {fact.cause.value}")


def seen_leg(portfolio: SeenPortfolio, fact: f.LegAdded) -> SeenLeg:
    """Answer what is seen of a leg that was added."""
    parent = None if fact.parent is None else portfolio.legs[fact.parent - 1]
    root = None if parent is None or fact.origin not in _AGAIN else parent.root or fact.parent
    return SeenLeg(
        declared=fact.leg,
        origin=fact.origin,
        parent=fact.parent,
        root=root,
        cause=fact.cause,
        waits=fact.state in LEG_WAITS,
    )


def is_first_entry(portfolio: SeenPortfolio, fact: f.OrderRequested) -> bool:
    """Say whether an order belongs to the entry of all legs together, where bought legs come first."""
    leg = portfolio.legs[fact.leg_id - 1]
    return portfolio.state is PortfolioState.ENTERING and leg.origin is LegOrigin.DECLARED


def bare_sale(portfolio: SeenPortfolio, fact: f.OrderRequested, orders: Iterable[SeenOrder]) -> Iterator[Violation]:
    """Answer that a sale of the entry goes beyond what its bought legs hold, where they come first and cover it.

    ``orders`` are the portfolio's.
    """
    covered = portfolio.declared.execution.buy_first and is_hedged(
        portfolio.declared, is_reversed=portfolio.is_reversed
    )
    if not covered or fact.side is not Side.SELL or not is_first_entry(portfolio, fact):
        return
    kind = portfolio.legs[fact.leg_id - 1].declared.kind
    present = portfolio.legs[portfolio.begins :]
    held = sum(max(0, leg.net) for leg in present if leg.declared.kind is kind and leg.side is Side.BUY)
    sold = fact.quantity
    for order in orders:
        leg = portfolio.legs[order.request.leg_id - 1].declared
        entry = order.request.leg_id > portfolio.begins and order.request.purpose is Purpose.ENTRY
        if leg.kind is kind and leg.side is Side.SELL and entry:
            sold += order.filled + order.working
    if sold > held:
        yield Violation(17, fact.at, f"{fact.order_id} brings the sold {kind.value} to {sold}, bought are {held}")
