"""The synthetic forward: the specification's example, parity, and chains with holes."""

import numpy as np
import pytest

from engine.pricing.black76 import price
from engine.pricing.forward import synthetic_forward

STRIKES = np.arange(24_000.0, 25_750.0, 50.0)
YEARS = 7 / 365


def quotes(forward, rate=0.065):
    return tuple(price(forward, STRIKES, YEARS, rate, 0.13, side) for side in (True, False))


def test_call_120_and_put_115_at_24850_imply_24855():
    assert synthetic_forward([24850.0], [120.0], [115.0], YEARS, 0.0) == 24855.0


@pytest.mark.parametrize("reference", [None, 24_837.0, 24_905.0])
def test_pair_with_the_smallest_difference_is_used(reference):
    found = synthetic_forward(
        [24_800.0, 24_850.0, 24_900.0], [150.0, 120.0, 96.0], [90.0, 115.0, 139.0], YEARS, 0.0, reference
    )

    assert found == 24_855.0


@pytest.mark.parametrize("reference", [None, 24_837.0, 24_400.0, float("nan")])
def test_fair_quotes_give_their_forward_back(reference):
    call, put = quotes(24_861.35)

    found = synthetic_forward(STRIKES, call, put, YEARS, 0.065, reference)

    assert found == pytest.approx(24_861.35, abs=1e-9)


def test_order_of_the_strikes_does_not_matter():
    call, put = quotes(24_861.35)
    mixed = np.random.default_rng(3).permutation(STRIKES.size)

    found = synthetic_forward(STRIKES[mixed], call[mixed], put[mixed], YEARS, 0.065, 24_837.0)

    assert found == pytest.approx(24_861.35, abs=1e-9)


def test_missing_quotes_near_the_money_move_on_to_the_next_strike():
    call, put = quotes(24_861.35)
    call[(STRIKES == 24_850.0)] = np.nan
    put[(STRIKES == 24_900.0)] = 0.0

    found = synthetic_forward(STRIKES, call, put, YEARS, 0.065, 24_837.0)

    assert found == pytest.approx(24_861.35, abs=1e-9)


@pytest.mark.parametrize("reference", [None, 24_837.0])
def test_stale_equal_quotes_far_away_are_not_taken_for_the_money(reference):
    call, put = quotes(24_861.35)
    call[0] = put[0] = 0.05

    found = synthetic_forward(STRIKES, call, put, YEARS, 0.065, reference)

    assert found == pytest.approx(24_861.35, abs=1e-9)


def test_no_usable_pair_near_the_reference_gives_nan():
    call, put = quotes(24_861.35)
    call[np.abs(STRIKES - 24_850.0) <= 150.0] = np.nan

    assert np.isnan(synthetic_forward(STRIKES, call, put, YEARS, 0.065, 24_850.0))


@pytest.mark.parametrize(("call", "put"), [([], []), ([np.nan], [5.0]), ([5.0], [0.0]), ([np.inf], [5.0])])
def test_nothing_quoted_gives_nan(call, put):
    assert np.isnan(synthetic_forward([24_850.0][: len(call)], call, put, YEARS, 0.0))


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        synthetic_forward([24_850.0, 24_900.0], [120.0], [115.0], YEARS, 0.0)
