"""What must always be true of hedges: bought before what they protect is sold, sold after it is bought back."""

from collections.abc import Iterable
from decimal import Decimal

from engine.core.verification.seen import SeenLeg, SeenOrder, SeenPortfolio
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.multileg.dynamic_hedge import HedgeOrder, hedge_lots
from engine.domain.multileg.states import LegOrigin
from engine.domain.order import Side


def sold_too_early(
    portfolio: SeenPortfolio, fact: f.OrderRequested, entries: Iterable[SeenOrder], lot: int
) -> str | None:
    """Answer how an entry order would sell more than its hedges hold; None where it does not.

    ``entries`` are the entry orders of its leg so far, ``lot`` the units of one lot.
    """
    rule = portfolio.declared.dynamic_hedge
    leg = portfolio.legs[fact.leg_id - 1]
    if rule is None or rule.order is not HedgeOrder.BEFORE or not _asks(leg):
        return None
    lots = leg.declared.lots
    bare = max(0, lots - hedge_lots(rule, lots)) * lot
    held = sum(one.net for one in _hedges(portfolio, fact.leg_id))
    sold = fact.quantity + sum(order.filled + order.working for order in entries)
    return f"{fact.order_id} brings the sold to {sold}, hedges hold {held}" if sold > held + bare else None


def uncovers(portfolio: SeenPortfolio, fact: f.OrderRequested, under_way: int) -> str | None:
    """Answer how an exit order would sell a hedge that is still needed; None where it does not."""
    rule = portfolio.declared.dynamic_hedge
    hedge = portfolio.legs[fact.leg_id - 1]
    if hedge.origin is LegOrigin.GUARD and hedge.parent is not None:
        return _bares(portfolio.legs[hedge.parent - 1], hedge, fact, under_way)
    if rule is None or hedge.origin is not LegOrigin.HEDGE or hedge.parent is None:
        return None
    short = max(0, -portfolio.legs[hedge.parent - 1].net)
    needed = int(short * min(rule.ratio, Decimal(1)))
    left = sum(one.net for one in _hedges(portfolio, hedge.parent)) - fact.quantity - under_way
    return f"{fact.order_id} leaves {left} to protect {short} of leg {hedge.parent}" if left < needed else None


def _bares(parent: SeenLeg, hedge: SeenLeg, fact: f.OrderRequested, under_way: int) -> str | None:
    """Answer how selling a hedge by hand leaves less of it than the part of its leg that is still sold."""
    short, left = max(0, -parent.net), hedge.net - fact.quantity - under_way
    if short and left * parent.sold < short * hedge.bought:
        return f"{fact.order_id} leaves {left} of a hedge by hand to protect {short} of leg {hedge.parent}"
    return None


def _asks(leg: SeenLeg) -> bool:
    sold = leg.declared.side is Side.SELL and leg.declared.kind.kind.is_option
    return leg.declared.hedge_required and sold


def _hedges(portfolio: SeenPortfolio, parent: LegId) -> list[SeenLeg]:
    return [leg for leg in portfolio.legs if leg.origin is LegOrigin.HEDGE and leg.parent == parent]
