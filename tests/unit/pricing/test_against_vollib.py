"""Prices, volatilities and Greeks against vollib, imported once for this module because it takes seconds."""

import numpy as np
import pytest

from desktop.commands.bench_pricing import GREEK_NAMES, reference_library
from engine.pricing.black76 import greeks, implied_volatility, price


@pytest.fixture(scope="module")
def vollib():
    return reference_library()


@pytest.fixture(scope="module")
def chain():
    generator = np.random.default_rng(7)
    rows = 60
    strike = 24_500.0 + 50.0 * generator.integers(-40, 41, rows)
    years = generator.uniform(1 / 24, 60.0, rows) / 365.0
    return strike, years, generator.uniform(0.08, 0.6, rows), generator.random(rows) < 0.5


def test_prices_agree(vollib, chain):
    strike, years, volatility, is_call = chain

    ours = price(24_500.0, strike, years, 0.065, volatility, is_call)

    theirs = [
        vollib.price("c" if c else "p", 24_500.0, k, t, 0.065, v)
        for k, t, v, c in zip(*(column.tolist() for column in chain), strict=True)
    ]
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-10)


def test_volatilities_agree(vollib, chain):
    strike, years, volatility, _ = chain
    is_call = strike >= 24_500.0
    premium = price(24_500.0, strike, years, 0.065, volatility, is_call)

    ours = implied_volatility(premium, 24_500.0, strike, years, 0.065, is_call)

    theirs = [
        vollib.implied_volatility(p, 24_500.0, k, 0.065, t, "c" if k >= 24_500.0 else "p")
        for p, k, t in zip(premium.tolist(), strike.tolist(), years.tolist(), strict=True)
    ]
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("name", GREEK_NAMES)
def test_greeks_agree_in_size_and_unit(vollib, chain, name):
    strike, years, volatility, is_call = chain

    ours = getattr(greeks(24_500.0, strike, years, 0.065, volatility, is_call), name)

    theirs = [
        vollib.greeks[name]("c" if c else "p", 24_500.0, k, t, 0.065, v)
        for k, t, v, c in zip(*(column.tolist() for column in chain), strict=True)
    ]
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_an_impossible_premium_is_refused_there_and_nan_here(vollib):
    with pytest.raises(vollib.refused):
        vollib.implied_volatility(99.0, 24_500.0, 24_400.0, 0.0, 0.01, "c")

    assert np.isnan(implied_volatility(99.0, 24_500.0, 24_400.0, 0.01, 0.0, True))
