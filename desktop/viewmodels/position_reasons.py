"""Why something cannot be done to held legs now: the engine's own refusals, said before anything is asked."""

from collections.abc import Mapping, Sequence

from engine.domain.multileg.states import LEG_OPEN, PROTECTORS, RUNNING, LegOrigin
from engine.domain.order import Product, Side
from engine.views.portfolios import PortfolioRow
from engine.views.positions import PositionLevel, PositionRow
from engine.views.status import StatusRow

Portfolios = Mapping[str, PortfolioRow]


def against_close(legs: Sequence[PositionRow]) -> str:
    """Answer why legs cannot be squared off; empty where they can."""
    held = [leg for leg in legs if leg.net_quantity]
    if not held:
        return "it holds nothing"
    return "" if any(leg.state in LEG_OPEN for leg in held) else "it is being entered or closed"


def against_leg(row: PositionRow, portfolios: Portfolios) -> str:
    """Answer why nothing can be done to one leg alone now; empty where it can."""
    if row.level is not PositionLevel.LEG:
        return "this is done to one leg; choose its line"
    if not row.net_quantity:
        return "it holds nothing"
    portfolio = portfolios.get(row.portfolio_id or "")
    if portfolio is None or portfolio.state not in RUNNING:
        state = "not there" if portfolio is None else portfolio.state.value.lower().replace("_", " ")
        return f"its portfolio is {state}; this is done to a running one"
    if row.state not in LEG_OPEN:
        return "it is being entered or closed"
    leg = next(one for one in portfolio.legs if one.leg_id == row.leg_id)
    return "it is being rolled" if leg.roll else ""


def against_part(row: PositionRow, portfolios: Portfolios) -> str:
    """Answer why no part of a leg can be closed now; empty where one can."""
    found = against_leg(row, portfolios)
    if found:
        return found
    if abs(row.lots or 0) < 2:
        return "it holds one lot; square it off instead"
    is_hedge = row.origin in (LegOrigin.HEDGE, LegOrigin.GUARD)
    return "it is the hedge of a leg that is still sold; close a part of that" if is_hedge else ""


def against_opening(status: StatusRow | None, portfolio: PortfolioRow | None) -> str:
    """Answer what keeps a portfolio from opening anything now; empty where nothing does."""
    if status is None or portfolio is None:
        return "the engine has not said how it stands"
    status = status.seen_from(portfolio.account, portfolio.tag)
    if status.kill_level:
        return "the kill switch is on; release it first"
    if status.at >= portfolio.ends_at and not portfolio.portfolio.reexecution.after_end:
        return "its End has passed; set End later first"
    if status.halted:
        return status.halt_why or "a limit of the day is reached"
    if status.drift:
        return "the broker's books and ours differ; explain that first"
    if status.recovering or portfolio.suspended:
        return portfolio.suspended or "our books and the broker's are being compared"
    return next(iter(status.refusals), "")


def against_hedge(row: PositionRow, portfolios: Portfolios, status: StatusRow | None) -> str:
    """Answer why no hedge can be bought for a leg now; empty where one can."""
    found = against_leg(row, portfolios)
    if found:
        return found
    if row.side is not Side.SELL or row.kind is None or not row.kind.is_option:
        return "only sold options are hedged by a farther strike"
    return against_opening(status, portfolios.get(row.portfolio_id or ""))


def against_roll(legs: Sequence[PositionRow], portfolios: Portfolios, status: StatusRow | None) -> str:
    """Answer why legs cannot be rolled together now; empty where they can."""
    if not legs:
        return "it holds nothing that can be rolled"
    if len({leg.portfolio_id for leg in legs}) > 1:
        return "legs of one portfolio are rolled together; choose a line within it"
    found = next((words for leg in legs if (words := against_leg(leg, portfolios))), "")
    return found or against_opening(status, portfolios.get(legs[0].portfolio_id or ""))


def other_product(row: PositionRow) -> Product:
    """Answer the product to which a leg can be converted."""
    return Product.CARRY_FORWARD if row.product is Product.INTRADAY else Product.INTRADAY


def against_convert(legs: Sequence[PositionRow], portfolios: Portfolios, status: StatusRow | None) -> str:
    """Answer why legs cannot be converted together now; empty where they can."""
    held = [leg for leg in legs if leg.net_quantity]
    if not held:
        return "it holds nothing"
    if len({leg.product for leg in held}) > 1:
        return "it holds both products; choose a leg"
    for leg in held:
        found = against_leg(leg, portfolios)
        if found:
            return found
        portfolio = portfolios[leg.portfolio_id or ""]
        row = next(one for one in portfolio.legs if one.leg_id == leg.leg_id)
        if row.working_orders:
            return "an order of it works at the broker; take it away first"
        if other_product(leg) is Product.INTRADAY and portfolio.portfolio.schedule.positional is not None:
            return "its portfolio is held over days, and MIS is not"
    return "" if status is not None and status.market_open else "the market is closed"


def to_roll(legs: Sequence[PositionRow]) -> list[PositionRow]:
    """Answer the legs of a line that a roll takes: what is held, without hedges."""
    return [leg for leg in legs if leg.net_quantity and leg.origin not in PROTECTORS]
