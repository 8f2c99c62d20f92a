"""Volatility and Greeks as whole numbers, for choices among strikes."""

import pytest

from engine.pricing.strike_measures import MISSING, Measure, measures

YEARS = (3 + 5.5 / 24) / 365
FORWARD = 248_500_000


def one(measure: Measure, premium: int, strike: int, *, is_call: bool = True) -> int:
    return measures(measure, [premium], [strike], FORWARD, YEARS, is_call=is_call)[0]


# Executor reference §0.3, §1.2.2 and the corrected figures of §0.6: Δ of 25,050CE at 43.20 is 0.2495.
@pytest.mark.parametrize(
    ("measure", "value", "near"),
    [
        (Measure.DELTA, 2_495, 2),
        (Measure.VOLATILITY, 125_000, 200),
        (Measure.THETA, 143_900, 500),  # F·φ(d1)·σ / (2·√T) / 365 with d1 from that delta
        (Measure.GAMMA, 1_088, 5),  # 100·φ(d1) / (F·σ·√T)
        (Measure.VEGA, 74_140, 200),  # F·φ(d1)·√T / 100
    ],
)
def test_measures_of_the_reference_option(measure, value, near):
    assert abs(one(measure, 432_000, 250_500_000) - value) <= near


def test_puts_have_no_sign_either():
    assert one(Measure.DELTA, 350_000, 246_000_000, is_call=False) > 0


def test_a_premium_below_intrinsic_value_has_no_measure():
    assert one(Measure.DELTA, 1_000, 240_000_000) == MISSING
    assert measures(Measure.DELTA, [], [], FORWARD, YEARS, is_call=True) == []
