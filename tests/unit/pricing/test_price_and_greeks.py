"""Premiums and Greeks against 60-digit arithmetic and the specification's reference table."""

import mpmath
import numpy as np
import pytest

from engine.pricing.black76 import Greeks, greeks, price
from tests.unit.pricing.precise import DIGITS, Option, premium, relative_difference, sensitivities

MINUTE = 1 / 525_600
DAY = 1 / 365

OPTIONS = [
    Option(24850.0, 24850.0, 7 * DAY, 0.065, 0.13, True),
    Option(24850.0, 24850.0, MINUTE, 0.065, 0.30, False),
    Option(24850.0, 24860.0, 3 * MINUTE, 0.065, 0.11, True),
    Option(24850.0, 24700.0, MINUTE, 0.0, 0.12, False),
    Option(24850.0, 24700.0, 20 * MINUTE, 0.065, 0.12, True),
    Option(24850.0, 29000.0, 2 * DAY, 0.065, 0.09, True),
    Option(24850.0, 20500.0, 2 * DAY, 0.065, 0.09, False),
    Option(24850.0, 29000.0, 2 * DAY, 0.065, 0.09, False),
    Option(24850.0, 36000.0, 7 * DAY, 0.065, 0.10, True),
    Option(24850.0, 12000.0, 30 * DAY, 0.065, 0.20, True),
    Option(24850.0, 60000.0, 2.0, 0.07, 0.45, True),
    Option(100.0, 40.0, 5.0, -0.01, 2.2, False),
    Option(100.0, 900.0, 9.0, 0.05, 1.8, True),
]

# multileg.md 4.1: forward 24,850, 3 d 5.5 h (0.0088470 years), rate 0; rounded to the digits shown there.
REFERENCE = [
    (24850, True, 0.130, 121.220, 0.50244, 0.00131, -18.769, 9.325),
    (24850, False, 0.130, 121.220, -0.49756, 0.00131, -18.769, 9.325),
    (25050, True, 0.125, 43.220, 0.24955, 0.00109, -14.362, 7.420),
    (24650, False, 0.140, 53.760, -0.26755, 0.00101, -16.676, 7.693),
    (25250, True, 0.130, 13.770, 0.09683, 0.00056, -8.065, 4.006),
    (24450, False, 0.155, 24.028, -0.13128, 0.00059, -11.948, 4.978),
]
REFERENCE_YEARS = (3 + 5.5 / 24) / 365


@pytest.mark.parametrize("option", OPTIONS)
def test_premium_agrees_with_60_digits(option):
    with mpmath.workdps(DIGITS):
        exact = premium(*option)

    assert relative_difference(price(*option), exact) < 1e-10


@pytest.mark.parametrize("name", ["delta", "gamma", "theta", "vega", "rho"])
@pytest.mark.parametrize("option", OPTIONS)
def test_greek_agrees_with_the_differentiated_premium(option, name):
    exact = sensitivities(option)[name]

    assert relative_difference(getattr(greeks(*option), name), exact) < 1e-9


@pytest.mark.parametrize(("strike", "is_call", "volatility", "fair", "delta", "gamma", "theta", "vega"), REFERENCE)
def test_reference_table_is_met(strike, is_call, volatility, fair, delta, gamma, theta, vega):
    given = (24850.0, strike, REFERENCE_YEARS, 0.0, volatility, is_call)

    found = greeks(*given)

    assert float(price(*given)) == pytest.approx(fair, abs=6e-4)
    assert float(found.delta) == pytest.approx(delta, abs=6e-6)
    assert float(found.gamma) == pytest.approx(gamma, abs=6e-6)
    assert float(found.theta) == pytest.approx(theta, abs=6e-4)
    assert float(found.vega) == pytest.approx(vega, abs=6e-4)


def test_premium_of_a_far_wing_keeps_its_digits_down_to_the_smallest_doubles():
    option = Option(24850.0, 24850.0 * 2.0, 30 * DAY, 0.0, 0.0665, True)
    with mpmath.workdps(DIGITS):
        exact = premium(*option)

    found = price(*option)

    assert 0.0 < found < 1e-280
    assert relative_difference(found, exact) < 1e-10


@pytest.mark.parametrize(
    ("strike", "is_call", "fair", "delta"),
    [
        (24800.0, True, 50.0, 1.0),
        (24900.0, True, 0.0, 0.0),
        (24900.0, False, 50.0, -1.0),
        (24800.0, False, 0.0, 0.0),
        (24850.0, True, 0.0, 0.5),
        (24850.0, False, 0.0, -0.5),
    ],
)
def test_expired_option_is_worth_its_intrinsic_value(strike, is_call, fair, delta):
    given = (24850.0, strike, 0.0, 0.065, 0.13, is_call)

    found = greeks(*given)

    assert price(*given) == fair
    assert found.delta == delta
    assert (found.gamma, found.theta, found.vega, found.rho) == (0.0, 0.0, 0.0, 0.0)


def test_option_without_volatility_is_worth_its_discounted_intrinsic_value():
    fair = price(24850.0, [24800.0, 24900.0], 0.5, 0.06, 0.0, True)

    assert fair == pytest.approx([50.0 * np.exp(-0.03), 0.0], rel=1e-15)


def test_volatility_beyond_measure_gives_the_bound():
    call = price(24850.0, 24900.0, 1.0, 0.0, 500.0, True)
    put = price(24850.0, 24900.0, 1.0, 0.0, 500.0, False)

    assert (call, put) == (24850.0, 24900.0)


@pytest.mark.parametrize(
    "given",
    [
        (0.0, 100.0, 1.0, 0.0, 0.2, True),
        (-1.0, 100.0, 1.0, 0.0, 0.2, True),
        (100.0, 0.0, 1.0, 0.0, 0.2, False),
        (100.0, 100.0, -0.1, 0.0, 0.2, True),
        (100.0, 100.0, 1.0, 0.0, -0.2, True),
        (float("nan"), 100.0, 1.0, 0.0, 0.2, True),
        (100.0, float("inf"), 1.0, 0.0, 0.2, False),
        (100.0, 100.0, 1.0, float("nan"), 0.2, True),
        (100.0, 100.0, 1.0, float("inf"), 0.2, True),
        (100.0, 100.0, 1.0, 0.0, float("inf"), True),
        (None, 100.0, 1.0, 0.0, 0.2, True),
    ],
)
def test_impossible_input_gives_nan_everywhere(given):
    found = greeks(*given)

    assert np.isnan(price(*given))
    assert all(np.isnan(getattr(found, name)) for name in Greeks.__struct_fields__)


def test_one_bad_row_leaves_the_others_alone():
    fair = price([24850.0, float("nan"), 24850.0], 24900.0, 7 * DAY, 0.0, 0.13, True)

    assert np.isnan(fair).tolist() == [False, True, False]


def test_arguments_broadcast_to_their_common_shape():
    strikes = np.array([[24700.0], [24850.0], [25000.0]])
    volatilities = np.array([0.10, 0.13])

    table = price(24850.0, strikes, 7 * DAY, 0.0, volatilities, True)

    assert table.shape == (3, 2)
    assert table.dtype == np.float64
    assert table[2, 1] == price(24850.0, 25000.0, 7 * DAY, 0.0, 0.13, True)


@pytest.mark.parametrize("place", range(5))
def test_any_single_argument_may_be_the_only_column(place):
    given = [24850.0, 24900.0, MINUTE, 0.05, 0.2]
    column = list(given)
    column[place] = [given[place]] * 3

    fair = price(*column, True)

    assert fair.tolist() == [float(price(*given, True))] * 3
    assert greeks(*column, True).gamma.tolist() == [float(greeks(*given, True).gamma)] * 3


def test_scalars_give_a_scalar():
    fair = price(24850, 24900, 0.02, 0, 0.13, True)

    assert isinstance(fair, float)
    assert isinstance(greeks(24850, 24900, 0.02, 0, 0.13, False).vega, float)


def test_no_rows_give_no_rows():
    assert price(24850.0, [], 0.02, 0.0, 0.13, True).shape == (0,)


def test_chain_longer_than_a_block_equals_its_rows():
    strikes = np.linspace(20000.0, 30000.0, 9001)

    fair = price(24850.0, strikes, 7 * DAY, 0.065, 0.13, strikes > 24850.0)

    rows = [0, 4095, 4096, 8192, 9000]
    assert fair[rows].tolist() == pytest.approx(
        [float(price(24850.0, strikes[i], 7 * DAY, 0.065, 0.13, bool(strikes[i] > 24850.0))) for i in rows], rel=1e-13
    )


@pytest.mark.parametrize("flag", ["p", "call", 0.5, 2])
def test_anything_but_true_or_false_is_refused_as_a_side(flag):
    with pytest.raises(TypeError, match="True for a call"):
        price(24850.0, 24900.0, 0.02, 0.0, 0.13, flag)


def test_one_and_zero_are_call_and_put():
    both = price(24850.0, 24900.0, 0.02, 0.0, 0.13, [1, 0])

    assert both.tolist() == price(24850.0, 24900.0, 0.02, 0.0, 0.13, [True, False]).tolist()
