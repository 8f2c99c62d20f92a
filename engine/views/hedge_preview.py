"""Which hedges a portfolio would buy if it entered now, what they cost, and how much margin they save."""

import msgspec

from engine.core.readings import market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import hedge_choice
from engine.core.strikes.choice import Chosen, Impossible
from engine.domain.identifiers import LegId
from engine.domain.instrument import Instrument, value_of
from engine.domain.margin import Holding
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.views.contracts import contract_name


class PreviewHedge(msgspec.Struct, frozen=True, kw_only=True):
    """The hedge of one sold leg as it would be bought now. Money in 1/10,000 ₹, quantity in units."""

    leg_id: LegId
    """The sold leg that it protects."""
    name: str
    """``"H_1_1"``."""
    contract: Instrument | None
    """None while none can be chosen."""
    contract_name: str
    lots: int
    quantity: int
    price: Price | None
    """The ask, else the last price."""
    cost: Money | None
    margin_saved: Money | None
    """How much less margin the whole is estimated to need with it; the broker has the last word."""
    why: str
    """How it was chosen among which candidates, or why none could be."""
    hopeless: bool
    """Waiting will not help."""


def hedges_of(state: EngineState, run: PortfolioRun) -> tuple[PreviewHedge, ...]:
    """Answer the hedges of a run whose legs are placed on their contracts, in the order in which they would be bought.

    Each saves what it saves beside those before it. Nothing of the state is changed.
    """
    rule = run.portfolio.dynamic_hedge
    if rule is None:
        return ()
    basket = hedge_choice.basket_of(state, run)
    found: list[PreviewHedge] = []
    for leg in run.legs:
        if leg.row < 0 or not hedge_ties.asks_for_hedge(run, leg):
            continue
        choice = hedge_choice.choose(state, run, leg, rule)
        if not isinstance(choice, Chosen):
            found.append(_without(leg, choice.why, hopeless=isinstance(choice, Impossible)))
            continue
        lots = hedge_choice.lots(state, leg, rule)
        one = _hedge(state, run, leg, choice, lots, basket)
        basket.append(Holding(choice.instrument, one.quantity, basket[0].on_share))
        found.append(one)
    return tuple(found)


def _hedge(
    state: EngineState, run: PortfolioRun, leg: LegRun, choice: Chosen, lots: int, basket: list[Holding]
) -> PreviewHedge:
    contract = choice.instrument
    quantity = lots * contract.lot_size
    price = market_data.opposite_price(state, state.master.row(contract.id), Side.BUY)
    return PreviewHedge(
        leg_id=leg.leg_id,
        name=f"H_{leg.number}_1",
        contract=contract,
        contract_name=contract_name(contract),
        lots=lots,
        quantity=quantity,
        price=price,
        cost=None if price is None else value_of(price, quantity, contract),
        margin_saved=hedge_choice.margin_saved(state, run, basket, contract, quantity),
        why=choice.why,
        hopeless=False,
    )


def _without(leg: LegRun, why: str, *, hopeless: bool) -> PreviewHedge:
    return PreviewHedge(
        leg_id=leg.leg_id,
        name=f"H_{leg.number}_1",
        contract=None,
        contract_name="",
        lots=0,
        quantity=0,
        price=None,
        cost=None,
        margin_saved=None,
        why=why,
        hopeless=hopeless,
    )
