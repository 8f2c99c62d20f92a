"""What holds for every option: round trip, parity, monotonicity, bounds, NaN for the impossible, and no warnings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.pricing.black76 import (
    Greeks,
    VolatilityStatus,
    greeks,
    implied_greeks,
    implied_volatility,
    price,
    solve_implied_volatility,
)
from engine.pricing.forward import synthetic_forward
from engine.pricing.time_to_expiry import years_to_expiry

FORWARDS = st.floats(1.0, 200_000.0)
RATIOS = st.floats(-2.0, 2.0)
YEARS = st.floats(1 / 525_600, 5.0)
RATES = st.floats(-0.02, 0.15)
VOLATILITIES = st.floats(0.01, 4.0)
SIDES = st.booleans()
ANYTHING = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True)


@given(FORWARDS, RATIOS, YEARS, RATES, VOLATILITIES)
def test_volatility_comes_back_from_the_out_of_the_money_premium(forward, ratio, years, rate, volatility):
    strike = forward * float(np.exp(ratio))
    is_call = strike >= forward
    premium = price(forward, strike, years, rate, volatility, is_call)
    # One unit in the last place of the premium moves the volatility by this much.
    moved = np.spacing(premium) / (100.0 * greeks(forward, strike, years, rate, volatility, is_call).vega + 1e-300)

    found = implied_volatility(premium, forward, strike, years, rate, is_call)

    if premium > 1e-290 and moved < 1e-10:
        assert abs(found - volatility) < 1e-9


@given(FORWARDS, RATIOS, YEARS, RATES, VOLATILITIES, SIDES)
def test_call_less_put_is_the_discounted_difference_of_forward_and_strike(
    forward, ratio, years, rate, volatility, is_call
):
    strike = forward * float(np.exp(ratio))

    call, put = (price(forward, strike, years, rate, volatility, side) for side in (True, False))

    discount = np.exp(-rate * years)
    assert abs(call - put - discount * (forward - strike)) <= 1e-13 * discount * (forward + strike)
    deltas = [greeks(forward, strike, years, rate, volatility, side).delta for side in (True, False)]
    assert abs(deltas[0] - deltas[1] - discount) < 1e-14


@given(FORWARDS, RATIOS, YEARS, RATES, VOLATILITIES, SIDES, st.floats(1.001, 2.0))
def test_more_volatility_and_a_kinder_forward_never_cheapen(forward, ratio, years, rate, volatility, is_call, factor):
    strike = forward * float(np.exp(ratio))
    fair = price(forward, strike, years, rate, volatility, is_call)
    slack = 1e-13 * (forward + strike)

    assert price(forward, strike, years, rate, volatility * factor, is_call) >= fair - slack
    kinder = forward * factor if is_call else forward / factor
    assert price(kinder, strike, years, rate, volatility, is_call) >= fair - slack


@given(FORWARDS, RATIOS, YEARS, RATES, VOLATILITIES, SIDES)
def test_premium_stays_between_intrinsic_value_and_bound(forward, ratio, years, rate, volatility, is_call):
    strike = forward * float(np.exp(ratio))
    discount = float(np.exp(-rate * years))

    fair = price(forward, strike, years, rate, volatility, is_call)

    intrinsic = discount * max(forward - strike if is_call else strike - forward, 0.0)
    slack = 1e-14 * discount * (forward + strike)
    assert intrinsic - slack <= fair <= discount * (forward if is_call else strike) + slack


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, SIDES)
def test_any_numbers_give_a_volatility_that_prices_or_nan_with_a_reason(premium, forward, strike, years, rate, is_call):
    found = solve_implied_volatility(premium, forward, strike, years, rate, is_call)

    assert (found.status == VolatilityStatus.OK) == bool(np.isfinite(found.volatility))
    assert not found.volatility < 0.0


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, SIDES)
def test_any_numbers_are_priced_without_a_warning(forward, strike, years, rate, volatility, is_call):
    fair = price(forward, strike, years, rate, volatility, is_call)
    found = greeks(forward, strike, years, rate, volatility, is_call)

    possible = bool(np.isfinite([forward, strike, years, rate, volatility]).all()) and min(forward, strike) > 0.0
    possible = possible and min(years, volatility) >= 0.0
    if not possible:
        assert np.isnan(fair)
        assert all(np.isnan(getattr(found, name)) for name in Greeks.__struct_fields__)


@given(st.floats(0.0, 1.0), FORWARDS, RATIOS, YEARS, SIDES)
def test_premium_within_intrinsic_value_is_nan(share, forward, ratio, years, is_call):
    strike = forward * float(np.exp(ratio))
    premium = share * max(forward - strike if is_call else strike - forward, 0.0)

    assert np.isnan(implied_volatility(premium, forward, strike, years, 0.0, is_call))


@given(st.floats(1.0, 1e6), FORWARDS, RATIOS, YEARS, SIDES)
def test_premium_beyond_the_bound_is_nan(factor, forward, ratio, years, is_call):
    strike = forward * float(np.exp(ratio))

    assert np.isnan(implied_volatility(factor * (forward if is_call else strike), forward, strike, years, 0.0, is_call))


@given(arrays.mutually_broadcastable_shapes(num_shapes=6, max_dims=3, max_side=4))
@settings(max_examples=50)
def test_every_function_returns_the_broadcast_shape(shapes):
    columns = [
        np.full(shape, value)
        for shape, value in zip(shapes.input_shapes[:5], (100.0, 105.0, 0.5, 0.05, 0.2), strict=True)
    ]
    is_call = np.full(shapes.input_shapes[5], True)

    fair = price(*columns, is_call)
    implied, sensitivities = implied_greeks(fair, *columns[:4], is_call)

    assert np.shape(fair) == np.shape(implied.status) == np.shape(sensitivities.rho) == shapes.result_shape
    assert np.all(np.abs(implied.volatility - 0.2) < 1e-12)


@given(st.floats(20_000.0, 30_000.0), YEARS, RATES, st.floats(0.05, 0.6), st.sets(st.integers(0, 6), max_size=6))
def test_forward_comes_back_from_any_pair_that_is_left(forward, years, rate, volatility, holes):
    strikes = np.round(forward / 50.0) * 50.0 + 50.0 * np.arange(-3, 4)
    call, put = (price(forward, strikes, years, rate, volatility, side) for side in (True, False))
    call[list(holes)] = np.nan

    found = synthetic_forward(strikes, call, put, years, rate, forward)

    # A put or call priced down to nothing is no quote, so deep chains may have no pair left.
    assert np.isnan(found) or abs(found - forward) < 1e-6


@given(st.integers(0, 4 * 10**15), st.integers(0, 4 * 10**15), st.integers(0, 10**12))
def test_time_to_expiry_never_grows_as_the_clock_runs(now, close, later):
    first, second = years_to_expiry(now, close), years_to_expiry(now + later, close)

    assert first >= second >= 0.0
