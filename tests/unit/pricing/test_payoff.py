"""Payoff at expiry and before: the specification's worked positions (multileg.md 4.2, T41, T42) and exact shapes."""

import numpy as np
import pytest

from engine.pricing.black76 import price
from engine.pricing.payoff import (
    LegKind,
    Legs,
    break_evens,
    expiry_nodes,
    max_profit_and_loss,
    net_premium,
    payoff,
    payoff_at_expiry,
    payoff_summary,
    probability_of_profit,
    probability_of_profit_by_strike,
)

YEARS = (3 + 5.5 / 24) / 365
CALL, PUT, FUTURE = LegKind.CALL, LegKind.PUT, LegKind.FUTURE


def options(*legs, years=YEARS, **more):
    """Return legs from (quantity, kind, strike, entry price) rows."""
    quantity, kind, strike, entry = zip(*legs, strict=True)
    return Legs.of(quantity=quantity, kind=kind, strike=strike, entry_price=entry, years=years, volatility=0.13, **more)


IRON_CONDOR = [
    (-65, CALL, 25_050, 43.20),
    (-65, PUT, 24_650, 53.75),
    (65, CALL, 25_250, 13.75),
    (65, PUT, 24_450, 24.05),
]
STRANGLE = [(-65, CALL, 25_050, 43.22), (-65, PUT, 24_650, 53.76)]


def test_iron_condor_of_the_specification():
    legs = options(*IRON_CONDOR)

    assert max_profit_and_loss(legs) == pytest.approx((3_844.75, -9_155.25), abs=1e-6)
    assert break_evens(legs) == pytest.approx((24_590.85, 25_109.15), abs=1e-8)
    assert net_premium(legs) == pytest.approx(3_844.75)


def test_probability_of_profit_of_the_specification_s_strangle():
    legs = options(*STRANGLE)

    chance = probability_of_profit(legs, 24_850.0, 0.13)

    assert break_evens(legs) == pytest.approx((24_553.02, 25_146.98), abs=1e-8)
    assert 100 * chance == pytest.approx(67.2, abs=0.1)


def test_probability_of_profit_agrees_with_sampled_expiries():
    legs = options(*IRON_CONDOR)
    total = 0.13 * np.sqrt(YEARS)
    normals = np.random.default_rng(11).standard_normal(200_000)

    chance = probability_of_profit(legs, 24_850.0, 0.13)

    sampled = np.mean(payoff_at_expiry(legs, 24_850.0 * np.exp(total * normals - total**2 / 2)) > 0.0)
    assert chance == pytest.approx(sampled, abs=0.005)


def test_per_strike_volatility_takes_each_break_even_s_own():
    legs = options(*STRANGLE)

    flat = probability_of_profit_by_strike(legs, 24_850.0, [24_000.0, 25_500.0], [0.13, 0.13])
    skewed = probability_of_profit_by_strike(legs, 24_850.0, [24_000.0, 24_850.0, 25_500.0], [0.20, 0.13, 0.13])

    assert flat == pytest.approx(probability_of_profit(legs, 24_850.0, 0.13))
    assert skewed < flat


@pytest.mark.parametrize(("forward", "volatility"), [(0.0, 0.13), (24_850.0, 0.0), (24_850.0, float("nan"))])
def test_no_probability_without_a_forward_and_a_volatility(forward, volatility):
    assert np.isnan(probability_of_profit(options(*STRANGLE), forward, volatility))


def test_short_straddle_loses_without_limit_above_and_down_to_zero_below():
    legs = options((-65, CALL, 24_850, 120.0), (-65, PUT, 24_850, 115.0))

    profit, loss = max_profit_and_loss(legs)

    assert profit == pytest.approx(235.0 * 65)
    assert loss == float("-inf")
    assert break_evens(legs) == pytest.approx((24_615.0, 25_085.0))


def test_short_put_is_bounded_by_an_index_of_zero():
    assert max_profit_and_loss(options((-65, PUT, 24_850, 115.0))) == pytest.approx((7_475.0, -65 * (24_850 - 115.0)))


def test_payoff_at_an_index_of_zero_is_exact():
    assert payoff_at_expiry(options((-65, PUT, 24_850, 115.0)), 0.0) == -65 * (24_850 - 115.0)


def test_probability_that_a_call_expires_in_the_money_is_the_price_of_a_digital():
    legs = options((65, CALL, 26_000, 500.0), years=1.0)
    step = 0.01

    chance = probability_of_profit(legs, 24_850.0, 0.4)

    below, above = price(24_850.0, [26_500.0 - step, 26_500.0 + step], 1.0, 0.0, 0.4, True)
    assert chance == pytest.approx((below - above) / (2 * step), abs=1e-6)


def test_long_call_wins_without_limit():
    assert max_profit_and_loss(options((65, CALL, 24_850, 120.0))) == (float("inf"), -7_800.0)


def test_ratio_spread_has_its_break_even_in_the_upper_tail():
    legs = options((65, CALL, 24_850, 120.0), (-130, CALL, 25_050, 43.0))

    assert max_profit_and_loss(legs)[1] == float("-inf")
    assert break_evens(legs) == pytest.approx((24_850.0 + 34.0, 25_250.0 - 34.0))


def test_covered_future_mixes_kinds():
    legs = options((65, FUTURE, 0, 24_900.0), (-65, CALL, 25_050, 43.0))

    assert payoff_at_expiry(legs, [24_900.0, 25_050.0, 30_000.0]) == pytest.approx([2_795.0, 12_545.0, 12_545.0])
    assert break_evens(legs) == pytest.approx((24_857.0,))
    assert max_profit_and_loss(legs) == pytest.approx((12_545.0, -65 * 24_857.0))


def test_future_alone_is_a_straight_line():
    legs = Legs.of(quantity=-65, kind=FUTURE, entry_price=24_900.0, years=0.05)

    assert break_evens(legs) == pytest.approx((24_900.0,))
    assert max_profit_and_loss(legs) == (65 * 24_900.0, float("-inf"))


def test_break_even_on_a_strike_is_found_once():
    legs = options((65, CALL, 24_800, 50.0), (-65, CALL, 24_850, 0.0), (-65, CALL, 24_900, 0.0))

    assert break_evens(legs) == pytest.approx((24_850.0, 24_900.0))


def test_position_that_cannot_lose_has_no_break_even():
    assert break_evens(options((65, CALL, 24_800, 10.0), (-65, CALL, 24_850, 20.0))) == ()


def test_booked_result_moves_the_whole_curve():
    plain, booked = options(*IRON_CONDOR), options(*IRON_CONDOR, booked=-500.0)

    assert payoff_at_expiry(booked, 24_850.0) == pytest.approx(payoff_at_expiry(plain, 24_850.0) - 500.0)
    assert max_profit_and_loss(booked)[0] == pytest.approx(3_344.75)


def test_nodes_are_zero_and_the_strikes():
    assert expiry_nodes(options(*IRON_CONDOR)).tolist() == [0.0, 24_450.0, 24_650.0, 25_050.0, 25_250.0]


def test_payoff_before_expiry_is_the_model_price():
    legs = options((-65, CALL, 24_850, 120.0), rate=0.065)

    now = payoff(legs, [24_700.0, 25_000.0], days=1.0, volatility_shift=0.02)

    fair = price([24_700.0, 25_000.0], 24_850.0, YEARS - 1 / 365, 0.065, 0.15, True)
    assert now == pytest.approx(-65 * (fair - 120.0))


def test_payoff_after_the_last_day_equals_the_payoff_at_expiry():
    legs = options(*IRON_CONDOR)
    levels = np.linspace(24_000.0, 25_700.0, 35)

    assert payoff(legs, levels, days=30.0).tolist() == payoff_at_expiry(legs, levels).tolist()


def test_calendar_spread_is_valued_at_the_nearest_expiry():
    legs = options((-65, CALL, 24_850, 120.0), (65, CALL, 24_850, 230.0), years=[YEARS, YEARS + 7 / 365])

    at_strike = payoff_at_expiry(legs, 24_850.0)

    far = price(24_850.0, 24_850.0, 7 / 365, 0.0, 0.13, True)
    assert at_strike == pytest.approx(65 * (120.0 + far - 230.0))
    low, high = break_evens(legs)
    assert low < 24_850.0 < high
    assert payoff_at_expiry(legs, [low, high]) == pytest.approx([0.0, 0.0], abs=1e-6)


def test_calendar_spread_risks_its_debit_and_wins_at_the_strike():
    legs = options((-65, CALL, 24_850, 120.0), (65, CALL, 24_850, 230.0), years=[YEARS, YEARS + 7 / 365])

    profit, loss = max_profit_and_loss(legs)

    assert profit == pytest.approx(float(payoff_at_expiry(legs, 24_850.0)), rel=0.02)
    assert loss == pytest.approx(-110.0 * 65, abs=0.01)


def test_leg_on_another_expiry_sees_its_own_basis():
    legs = options((65, FUTURE, 0, 25_000.0), years=0.08, basis=120.0)

    assert payoff_at_expiry(legs, 24_900.0) == pytest.approx(65 * 20.0)


def test_summary_gathers_the_five_numbers():
    summary = payoff_summary(options(*IRON_CONDOR), 24_850.0, 0.13)

    assert (summary.max_profit, summary.max_loss) == pytest.approx((3_844.75, -9_155.25))
    assert summary.break_evens == pytest.approx((24_590.85, 25_109.15))
    assert summary.net_premium == pytest.approx(3_844.75)
    assert 0.5 < summary.probability_of_profit < 0.7


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"quantity": []}, "at least one leg"),
        ({"entry_price": float("nan")}, "numbers"),
        ({"kind": 7}, "a call, a put or a future"),
        ({"strike": 0.0}, "strike above zero"),
        ({"years": -1.0}, "cannot be negative"),
        ({"volatility": -0.1}, "cannot be negative"),
    ],
)
def test_impossible_legs_are_refused_with_a_sentence(change, sentence):
    given = {"quantity": 65, "kind": CALL, "strike": 24_850.0, "entry_price": 120.0, "years": 0.01, "volatility": 0.13}

    with pytest.raises(ValueError, match=sentence):
        Legs.of(**(given | change))
