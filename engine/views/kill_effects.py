"""What each level of the kill switch would do now, in numbers and in sentences."""

from collections.abc import Callable, Iterable

import msgspec

from engine.domain.money import Money, Price
from engine.domain.multileg.states import KillLevel
from engine.domain.order import Purpose, Side
from engine.views.amounts import rupees_text
from engine.views.orders import OrderRow
from engine.views.portfolios import LegRow, PortfolioRow

OppositePrice = Callable[[int, Side], Price | None]
"""Answers the price that an order of a side would meet in a row of the quote board; None where there is none."""


class KillEffects(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what the kill switch would touch.

    Attributes:
        portfolios: Portfolios that are not done; they may only reduce.
        waiting_legs: Legs that still wait to be entered and would not be.
        openings: Working orders that open more.
        openings_of: Portfolios that these belong to.
        exits: Working orders that close something; no level touches them.
        legs: Legs that hold something.
        held_by: Portfolios that these belong to.
        buys: Legs that are bought back.
        cash: What closing them at the opposite quotes would bring, below zero what it would cost.
        unpriced: Legs among them without a quote, not counted in ``cash``.
    """

    portfolios: int = 0
    waiting_legs: int = 0
    openings: int = 0
    openings_of: int = 0
    exits: int = 0
    legs: int = 0
    held_by: int = 0
    buys: int = 0
    cash: Money = Money(0)
    unpriced: int = 0


def kill_effects(
    portfolios: Iterable[PortfolioRow], orders: Iterable[OrderRow], opposite: OppositePrice
) -> KillEffects:
    """Answer what the levels would do to these portfolios and orders."""
    alive = [row for row in portfolios if not row.is_done]
    working = [order for order in orders if order.is_working]
    openings = [order for order in working if order.purpose is Purpose.ENTRY]
    held = [leg for row in alive for leg in row.legs if leg.net_quantity]
    priced = [(leg, opposite(leg.row, _closing(leg))) for leg in held]
    return KillEffects(
        portfolios=len(alive),
        waiting_legs=sum(row.waiting_legs for row in alive),
        openings=len(openings),
        openings_of=len({order.portfolio_id for order in openings}),
        exits=len(working) - len(openings),
        legs=len(held),
        held_by=len({leg.portfolio_id for leg in held}),
        buys=sum(leg.net_quantity < 0 for leg in held),
        cash=Money(sum(leg.net_quantity * price // leg.scale for leg, price in priced if price is not None)),
        unpriced=sum(price is None for _, price in priced),
    )


def _closing(leg: LegRow) -> Side:
    return Side.SELL if leg.net_quantity > 0 else Side.BUY


def level_sentences(effects: KillEffects) -> dict[KillLevel, str]:
    """Answer what each level would do now; each includes those above it."""
    return {
        KillLevel.NO_OPENINGS: (
            f"1  No new openings: {_counted(effects.portfolios, 'portfolio')} may only reduce"
            f"{_waiting(effects.waiting_legs)}; stops stay."
        ),
        KillLevel.CANCEL: (
            f"2  Also cancels {_counted(effects.openings, 'opening order')}{_of(effects.openings_of)}; "
            f"{_counted(effects.exits, 'exit order')} {'stays' if effects.exits == 1 else 'stay'}."
        ),
        KillLevel.FLATTEN: (
            f"3  Also closes {_counted(effects.legs, 'open leg')}{_of(effects.held_by)}{_worth(effects)}, shorts first."
        ),
    }


def _worth(effects: KillEffects) -> str:
    if not effects.legs:
        return ""
    if effects.unpriced == effects.legs:
        return ", at the market, which shows no price now"
    word = "costs" if effects.cash < 0 else "brings"
    missing = f", {_counted(effects.unpriced, 'leg')} without a price" if effects.unpriced else ""
    return f": {word} about {rupees_text(abs(effects.cash))} at the market{missing}"


def _waiting(legs: int) -> str:
    return f", {_counted(legs, 'leg')} not entered any more" if legs else ""


def _of(portfolios: int) -> str:
    return f" of {_counted(portfolios, 'portfolio')}" if portfolios else ""


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
