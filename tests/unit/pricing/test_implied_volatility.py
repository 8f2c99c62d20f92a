"""Implied volatility against 60-digit arithmetic, and the reason wherever there is none."""

import numpy as np
import pytest

from engine.pricing.black76 import (
    STATUS_SENTENCES,
    VolatilityStatus,
    chain_implied_volatility,
    greeks,
    implied_greeks,
    implied_volatility,
    implied_volatility_status,
    price,
    solve_implied_volatility,
)
from tests.unit.pricing.precise import Option, rounded_premium_and_volatility

MINUTE = 1 / 525_600
DAY = 1 / 365

WELL_POSED = [
    Option(24850.0, 24850.0, 7 * DAY, 0.065, 0.13, True),
    Option(24850.0, 24850.0, MINUTE, 0.065, 0.30, False),
    Option(24850.0, 24850.0000001, MINUTE, 0.065, 0.10, True),
    Option(24850.0, 24860.0, 3 * MINUTE, 0.065, 0.11, True),
    Option(24850.0, 24700.0, MINUTE, 0.0, 0.12, False),
    Option(24850.0, 29000.0, 2 * DAY, 0.065, 0.09, True),
    Option(24850.0, 20500.0, 2 * DAY, 0.065, 0.09, False),
    Option(24850.0, 24400.0, 7 * DAY, 0.065, 0.14, True),
    Option(24850.0, 25300.0, 7 * DAY, 0.065, 0.14, False),
    Option(24850.0, 36000.0, 7 * DAY, 0.065, 0.10, True),
    Option(24850.0, 24850.0 * 2.0, 30 * DAY, 0.0, 0.0665, True),
    Option(24850.0, 60000.0, 2.0, 0.07, 0.45, True),
    Option(24850.0, 900.0, 5.0, 0.07, 1.10, False),
    Option(100.0, 40.0, 5.0, -0.01, 2.2, False),
    Option(100.0, 900.0, 9.0, 0.05, 1.8, True),
    Option(100.0, 100.0, 4.0, 0.05, 4.0, True),
    Option(100.0, 3000.0, 4.0, 0.05, 4.5, True),
]

IMPOSSIBLE = [
    (350.0, 24850.0, 24500.0, 0.02, 0.0, True, VolatilityStatus.BELOW_INTRINSIC),
    (349.0, 24850.0, 24500.0, 0.02, 0.0, True, VolatilityStatus.BELOW_INTRINSIC),
    (350.0, 24850.0, 25200.0, 0.02, 0.0, False, VolatilityStatus.BELOW_INTRINSIC),
    (24850.0, 24850.0, 24500.0, 0.02, 0.0, True, VolatilityStatus.ABOVE_BOUND),
    (25200.0, 24850.0, 25200.0, 0.02, 0.0, False, VolatilityStatus.ABOVE_BOUND),
    (1e9, 24850.0, 25200.0, 0.02, 0.0, True, VolatilityStatus.ABOVE_BOUND),
    (120.0, 24850.0, 24850.0, 0.0, 0.0, True, VolatilityStatus.EXPIRED),
    (120.0, 24850.0, 24850.0, -0.1, 0.0, True, VolatilityStatus.EXPIRED),
    (0.0, 24850.0, 25000.0, 0.02, 0.0, True, VolatilityStatus.NO_PRICE),
    (-1.0, 24850.0, 25000.0, 0.02, 0.0, True, VolatilityStatus.NO_PRICE),
    (float("nan"), 24850.0, 25000.0, 0.02, 0.0, True, VolatilityStatus.NO_PRICE),
    (None, 24850.0, 25000.0, 0.02, 0.0, True, VolatilityStatus.NO_PRICE),
    (float("inf"), 24850.0, 25000.0, 0.02, 0.0, True, VolatilityStatus.NO_PRICE),
    (120.0, 0.0, 24850.0, 0.02, 0.0, True, VolatilityStatus.BAD_CONTRACT),
    (120.0, 24850.0, -50.0, 0.02, 0.0, False, VolatilityStatus.BAD_CONTRACT),
    (120.0, float("nan"), 24850.0, 0.02, 0.0, True, VolatilityStatus.BAD_CONTRACT),
    (120.0, float("inf"), 24850.0, 0.02, 0.0, False, VolatilityStatus.BAD_CONTRACT),
    (120.0, 24850.0, 24850.0, float("nan"), 0.0, True, VolatilityStatus.BAD_CONTRACT),
    (120.0, 24850.0, 24850.0, float("inf"), 0.0, True, VolatilityStatus.BAD_CONTRACT),
    (120.0, 24850.0, 24850.0, 0.02, float("nan"), True, VolatilityStatus.BAD_CONTRACT),
]


@pytest.mark.parametrize("option", WELL_POSED)
def test_volatility_agrees_with_60_digits(option):
    premium, truth, moved_by_one_ulp = rounded_premium_and_volatility(option)

    found = implied_volatility(premium, *option[:4], option.is_call)

    assert moved_by_one_ulp < 1e-10
    assert abs(found - truth) < 1e-9


@pytest.mark.parametrize("deviations", [0.0, 1.0, 5.0, 12.0, 25.0, 36.0])
@pytest.mark.parametrize("total", [1e-4, 0.01, 0.3, 1.0, 2.5, 5.0])
def test_volatility_survives_any_width_and_any_wing(total, deviations):
    strike = 24850.0 * np.exp(min(deviations * total, 30.0))
    premium = price(24850.0, strike, 1.0, 0.0, total, True)

    found = implied_volatility(premium, 24850.0, strike, 1.0, 0.0, True)

    assert found == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("share", [1e-300, 1e-100, 1e-12, 0.01, 0.3, 0.49, 0.51, 0.9, 0.999999])
@pytest.mark.parametrize("ratio", [1.0, 1.00001, 3.0, 1e3, 1e6, 1e20])
def test_volatility_found_for_any_premium_prices_it_again(share, ratio):
    strike = 24850.0 / ratio
    premium = share * strike

    found = implied_volatility(premium, 24850.0, strike, 0.01, 0.0, False)

    assert price(24850.0, strike, 0.01, 0.0, found, False) == pytest.approx(premium, rel=1e-10)


@pytest.mark.parametrize(
    ("premium", "forward", "strike", "is_call"),
    [
        (0.01957785012966473, 24850.0, 0.04046772342214745, False),
        (1.7407071357020938, 66.59957626312534, 108767665.57495831, True),
        (0.023961751937682765, 24850.0, 0.043345019247545066, False),
    ],
)
def test_step_that_is_small_because_the_curve_is_flat_is_not_taken_for_the_answer(premium, forward, strike, is_call):
    found = implied_volatility(premium, forward, strike, 1.0, 0.0, is_call)

    assert price(forward, strike, 1.0, 0.0, found, is_call) == pytest.approx(premium, rel=1e-10)


def test_at_the_money_keeps_its_digits_in_the_last_seconds():
    option = Option(24850.0, 24850.0, 1e-9, 0.0, 0.05, True)
    premium, truth, _ = rounded_premium_and_volatility(option)

    assert implied_volatility(premium, *option[:4], True) == pytest.approx(truth, rel=1e-11)


@pytest.mark.parametrize(("premium", "forward", "strike", "years", "rate", "is_call", "reason"), IMPOSSIBLE)
def test_impossible_premium_has_no_volatility_but_a_reason(premium, forward, strike, years, rate, is_call, reason):
    given = (premium, forward, strike, years, rate, is_call)

    found = solve_implied_volatility(*given)

    assert np.isnan(found.volatility)
    assert found.status == reason
    assert implied_volatility_status(*given) == reason
    assert np.isnan(implied_volatility(*given))


def test_discounted_intrinsic_value_is_never_turned_into_a_volatility():
    strikes = np.arange(20_000.0, 24_850.0, 50.0)
    years = np.linspace(0.001, 1.7, 50)[:, None]
    premium = price(24_850.35, strikes, years, 0.065, 0.0, True)

    status = implied_volatility_status(premium, 24_850.35, strikes, years, 0.065, True)

    assert np.all(status == VolatilityStatus.BELOW_INTRINSIC)


def test_every_status_has_its_sentence():
    assert set(STATUS_SENTENCES) == set(VolatilityStatus)


def test_possible_rows_are_solved_beside_impossible_ones():
    premium = [120.0, float("nan"), 120.0, 0.01, 30000.0]
    years = [0.01, 0.01, 0.0, 0.01, 0.01]

    found = solve_implied_volatility(premium, 24850.0, 24850.0, years, 0.0, True)

    assert np.isfinite(found.volatility).tolist() == [True, False, False, True, False]
    assert found.status.tolist() == [0, 4, 3, 0, 2]
    assert found.status.dtype == np.int8


def test_greeks_at_a_premium_are_those_at_its_volatility():
    strikes = np.arange(24000.0, 25700.0, 50.0)
    is_call = strikes >= 24850.0
    premium = price(24850.0, strikes, 5 * DAY, 0.065, 0.13, is_call)

    implied, at_premium = implied_greeks(premium, 24850.0, strikes, 5 * DAY, 0.065, is_call)

    expected = greeks(24850.0, strikes, 5 * DAY, 0.065, 0.13, is_call)
    assert implied.volatility == pytest.approx(np.full(strikes.size, 0.13), rel=1e-12)
    for name in ("delta", "gamma", "theta", "vega", "rho"):
        assert getattr(at_premium, name) == pytest.approx(getattr(expected, name), rel=1e-9)


def test_greeks_of_an_impossible_premium_are_nan():
    _, at_premium = implied_greeks([349.0, 400.0], 24850.0, 24500.0, 0.02, 0.0, True)

    assert np.isnan(at_premium.delta).tolist() == [True, False]
    assert np.isnan(at_premium.gamma).tolist() == [True, False]


def test_chain_takes_each_volatility_from_the_out_of_the_money_side():
    strikes = np.array([24000.0, 24850.0, 25700.0])
    smile = np.array([0.16, 0.13, 0.12])
    call = price(24850.0, strikes, 7 * DAY, 0.065, smile, True)
    put = price(24850.0, strikes, 7 * DAY, 0.065, smile, False)

    found = chain_implied_volatility(call * [1.5, 1.0, 1.0], put * [1.0, 1.0, 1.5], 24850.0, strikes, 7 * DAY, 0.065)

    assert found.volatility == pytest.approx(smile, rel=1e-11)
    assert found.status.tolist() == [0, 0, 0]


def test_chain_falls_back_to_the_other_side_where_a_quote_is_missing():
    strikes = np.array([24700.0, 25000.0])
    call = price(24850.0, strikes, 7 * DAY, 0.0, 0.13, True)
    put = price(24850.0, strikes, 7 * DAY, 0.0, 0.13, False)
    put[0] = np.nan
    call[1] = 0.0

    found = chain_implied_volatility(call, put, 24850.0, strikes, 7 * DAY, 0.0)

    assert found.volatility == pytest.approx([0.13, 0.13], rel=1e-9)


def test_chain_names_the_out_of_the_money_sides_reason_when_neither_side_serves():
    found = chain_implied_volatility([140.0, np.nan], [np.nan, 1.0], 24850.0, [24700.0, 25000.0], 7 * DAY, 0.0)

    assert np.isnan(found.volatility).all()
    assert found.status.tolist() == [VolatilityStatus.NO_PRICE, VolatilityStatus.NO_PRICE]
