"""What holds for every position: exact break-evens, extremes that bound the curve, probability between 0 and 1."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.pricing.payoff import (
    LegKind,
    Legs,
    break_evens,
    expiry_nodes,
    max_profit_and_loss,
    payoff_at_expiry,
    probability_of_profit,
)

LEG = st.tuples(
    st.integers(-6, 6).filter(bool).map(lambda lots: 65.0 * lots),
    st.sampled_from(list(LegKind)),
    st.integers(-12, 12).map(lambda steps: 24_850.0 + 50.0 * steps),
    st.integers(1, 8_000).map(lambda ticks: ticks * 0.05),
)


@st.composite
def positions(draw):
    quantity, kind, strike, entry = zip(*draw(st.lists(LEG, min_size=1, max_size=6)), strict=True)
    entry = [24_850.0 + price if what is LegKind.FUTURE else price for price, what in zip(entry, kind, strict=True)]
    return Legs.of(quantity=quantity, kind=kind, strike=strike, entry_price=entry, years=0.01, volatility=0.13)


@given(positions())
def test_nothing_is_gained_or_lost_at_a_break_even(legs):
    levels = break_evens(legs)

    assert np.allclose(payoff_at_expiry(legs, levels), 0.0, atol=1e-4)
    assert list(levels) == sorted(levels)


@given(positions())
def test_sign_changes_only_at_break_evens(legs):
    levels = break_evens(legs)
    walls = [0.0, *levels, 2.0 * max(30_000.0, *levels, 0.0)]

    for low, high in pairwise(walls):
        inside = payoff_at_expiry(legs, np.linspace(low, high, 41)[1:-1])
        assert np.all(inside > -1e-4) or np.all(inside < 1e-4)


@given(positions(), st.lists(st.floats(0.0, 100_000.0), min_size=1, max_size=20))
def test_no_level_beats_the_largest_profit_or_loss(legs, levels):
    profit, loss = max_profit_and_loss(legs)

    values = payoff_at_expiry(legs, levels)

    assert np.all(values <= profit + 1e-4)
    assert np.all(values >= loss - 1e-4)


@given(positions())
def test_limits_are_reached_on_nodes(legs):
    profit, loss = max_profit_and_loss(legs)

    values = payoff_at_expiry(legs, expiry_nodes(legs))

    assert profit in (np.max(values), float("inf"))
    assert loss in (np.min(values), float("-inf"))


@given(positions(), st.floats(0.02, 1.0))
def test_probability_of_profit_is_a_probability(legs, volatility):
    chance = probability_of_profit(legs, 24_850.0, volatility)

    assert 0.0 <= chance <= 1.0 + 1e-12
