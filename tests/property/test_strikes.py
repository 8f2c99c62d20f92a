"""Whatever the market shows, every strike rule answers, and what it chooses passes the guards."""

from decimal import Decimal
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen
from engine.domain.instrument import Kind
from engine.domain.multileg import strike as by
from engine.domain.multileg.leg import LegKind
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn
from engine.schema.declared import replace
from tests.helpers.strike_world import EXPIRIES, MASTER, StrikeWorld


def amounts(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=Decimal(low), max_value=Decimal(high), places=2)


steps = st.integers(-25, 25)
sides = st.sampled_from(by.Moneyness)
premium = amounts("0.05", "400")
delta = amounts("0.01", "1")
greeks = st.sampled_from(by.Greek)
RULES = (
    st.builds(by.AtmOffset, steps=steps),
    st.builds(by.MoneynessSteps, where=st.sampled_from((by.Moneyness.OUT, by.Moneyness.IN)), steps=st.integers(0, 25)),
    st.builds(by.FixedStrike, strike=st.integers(480, 520).map(lambda step: Decimal(step * 50))),
    st.builds(by.AtmPercent, percent=amounts("-90", "200")),
    st.builds(by.AtmPoints, points=amounts("-3000", "3000")),
    st.builds(by.ClosestPremium, premium=premium, side=sides),
    st.builds(by.PremiumAtLeast, premium=premium, side=sides),
    st.builds(by.PremiumAtMost, premium=premium, side=sides),
    st.builds(by.PremiumRange, low=amounts("0", "100"), high=amounts("100", "400"), side=sides),
    st.builds(by.PremiumPercent, percent=amounts("0.01", "2"), side=sides),
    st.builds(by.StraddleWidth, multiple=amounts("-2", "2")),
    st.builds(by.StraddlePercent, percent=amounts("1", "150"), side=sides),
    st.builds(by.SyntheticAtm, steps=steps),
    st.builds(by.ByDelta, delta=delta),
    st.builds(by.DeltaAtLeast, delta=delta),
    st.builds(by.DeltaAtMost, delta=delta),
    st.builds(by.DeltaRange, low=amounts("0", "0.4"), high=amounts("0.4", "1")),
    st.builds(by.GreekNearest, greek=greeks, value=amounts("0.01", "50"), side=sides),
    st.builds(by.GreekRange, greek=greeks, low=amounts("0", "10"), high=st.none() | amounts("10", "60")),
    st.builds(by.MatchPremium, leg=st.just(1), side=sides),
    st.builds(by.RelativeToLeg, leg=st.just(1), steps=steps),
    st.builds(by.HighestOpenInterest, of=st.sampled_from(by.WallOf)),
    st.just(by.MaxPain()),
)
quotes = st.lists(
    st.tuples(
        st.integers(470, 530),
        st.sampled_from(("CE", "PE")),
        st.integers(0, 8_000),
        st.integers(0, 3_000),
        st.integers(0, 10_000),
    ),
    max_size=40,
)


def test_every_rule_is_drawn():
    assert len(RULES) == len(get_args(by.StrikeRule))


@given(
    quotes,
    st.one_of(*RULES),
    st.sampled_from(Side),
    st.sampled_from((LegKind.CALL, LegKind.PUT)),
    st.integers(0, 5_000),
)
def test_a_choice_is_answered_and_passes_the_guards(shown, rule, side, kind, interest):
    world = StrikeWorld()
    for step, option, last, spread, open_interest in shown:
        contract = MASTER.contract("NIFTY", EXPIRIES[0], step * 500_000, Kind(option))
        if contract is not None:
            row = MASTER.row(contract.id)
            world.state.board.values[row, QuoteColumn.LAST_PRICE] = last * 500
            world.state.board.values[row, QuoteColumn.BID] = last * 500
            world.state.board.values[row, QuoteColumn.ASK] = (last + spread) * 500
            world.state.board.values[row, QuoteColumn.OPEN_INTEREST] = open_interest
    run = world.run({}, {"guards": {"min_open_interest": interest}})
    leg = run.legs[1]
    leg.leg = replace(leg.leg, strike=rule, side=side, kind=kind)

    choice = strike_selector.choose(world.state, run, leg)

    assert choice.why
    if isinstance(choice, Chosen):
        contract = choice.instrument
        quote = world.state.board.quote(MASTER.row(contract.id))
        assert contract.kind is kind.kind
        assert quote.open_interest >= interest
        assert quote.last_price > 0 or quote.ask > 0
