"""Measure implied volatility and Greeks against the scalar reference library, side by side, and their accuracy."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.pricing.black76 import (
    VolatilityStatus,
    chain_implied_volatility,
    greeks,
    implied_greeks,
    implied_volatility,
    price,
)

GREEK_NAMES = ("delta", "gamma", "theta", "vega", "rho")

_OPTIONS = 20_000
_SCALAR_OPTIONS = 500
_PRECISE_OPTIONS = 200
_CHAIN_STRIKES = 200
_CHAINS = 20
_FORWARD = 24_500.0
_RATE = 0.065
_TICK = 0.05
# Rows of the benchmark put at intrinsic value, as a live chain has them: no volatility exists there.
_IMPOSSIBLE_SHARE = 0.01
# A premium carries its volatility when one unit in its last place moves the volatility by less than this.
_WELL_POSED = 1e-10

Floats = NDArray[np.float64]


class ReferenceLibrary(msgspec.Struct, frozen=True):
    """vollib's Black-76 functions, one option a call; the flag is "c" or "p", units as in ``engine.pricing``.

    ``price`` and each of ``greeks``: (flag, forward, strike, years, rate, volatility); ``implied_volatility``:
    (premium, forward, strike, rate, years, flag), which raises ``refused`` for an impossible premium.
    """

    price: Callable[..., float]
    implied_volatility: Callable[..., float]
    greeks: dict[str, Callable[..., float]]
    refused: type[Exception]


class Options(msgspec.Struct, frozen=True, eq=False):
    """Columns of the benchmark: premium and strike in index points, years to expiry, call or put."""

    premium: Floats
    strike: Floats
    years: Floats
    is_call: NDArray[np.bool_]

    def first(self, rows: int) -> "Options":
        """Return the first ``rows`` options."""
        return Options(self.premium[:rows], self.strike[:rows], self.years[:rows], self.is_call[:rows])


def reference_library() -> ReferenceLibrary:
    """Return the reference library, imported only here because that takes up to two seconds."""
    from vollib.black import black
    from vollib.black.greeks import analytical
    from vollib.black.implied_volatility import implied_volatility as scalar_implied_volatility
    from vollib.lets_be_rational.exceptions import VolatilityValueException

    return ReferenceLibrary(
        price=black,
        implied_volatility=scalar_implied_volatility,
        greeks={name: getattr(analytical, name) for name in GREEK_NAMES},
        refused=VolatilityValueException,
    )


def pricing_benchmark(rounds: int = 7) -> dict[str, object]:
    """Return times, ratios and accuracy of implied volatility + 5 Greeks on 20,000 options, one thread.

    Each round times the reference library's scalar calls on 500 of the options, ours on all of them (in one pass, and
    as separate calls of ``implied_volatility`` and ``greeks``), chains of 200 strikes and NumPy's exponential, one
    after another, so that a busy machine slows all alike. Ratios are medians of the rounds' ratios, times medians in
    nanoseconds per option or microseconds per chain. Differences are the largest absolute ones where the premium
    carries its volatility, from the reference library and, where mpmath is installed, from 50-digit arithmetic (Greeks
    relative there). ``round_trip`` goes from volatility to premium and back, minutes to years and 25 deviations out.
    """
    options = benchmark_options()
    scalar = _scalar_loop(options.first(_SCALAR_OPTIONS), reference_library())
    seconds = _interleaved(_jobs(options, scalar), rounds)
    per_option = seconds["ours"] / _OPTIONS
    per_scalar_option = seconds["scalar"] / _SCALAR_OPTIONS
    return {
        "options": _OPTIONS,
        "rounds": rounds,
        "ratio_to_scalar_library": float(np.median(per_scalar_option / per_option)),
        "ratio_with_separate_calls": float(np.median(per_scalar_option / seconds["separately"] * _OPTIONS)),
        "ratio_to_exponential": float(np.median(seconds["ours"] / seconds["exponential"])),
        "nanoseconds_per_option": float(np.median(per_option)) * 1e9,
        "nanoseconds_per_option_scalar_library": float(np.median(per_scalar_option)) * 1e9,
        "microseconds_per_chain_of_200": float(np.median(seconds["chains"])) / _CHAINS * 1e6,
        "differences_from_library": _differences(options.first(_SCALAR_OPTIONS), np.array(scalar())),
        "differences_from_50_digits": _precise_differences() if find_spec("mpmath") else None,
        "round_trip": _round_trip(),
    }


def benchmark_options() -> Options:
    """Return an index chain: strikes ±15 %, one hour to 60 days, volatility 8-60 %, premiums rounded to the tick."""
    generator = np.random.default_rng(20260803)
    strike = np.round(_FORWARD * generator.uniform(0.85, 1.15, _OPTIONS) / 50.0) * 50.0
    years = generator.uniform(1 / 24, 60.0, _OPTIONS) / 365.0
    is_call = generator.random(_OPTIONS) < 0.5
    exact = price(_FORWARD, strike, years, _RATE, generator.uniform(0.08, 0.60, _OPTIONS), is_call)
    intrinsic = price(_FORWARD, strike, years, _RATE, 0.0, is_call)
    impossible = generator.random(_OPTIONS) < _IMPOSSIBLE_SHARE
    return Options(np.where(impossible, intrinsic, np.round(exact / _TICK) * _TICK), strike, years, is_call)


def _jobs(options: Options, scalar: Callable[[], object]) -> dict[str, Callable[[], object]]:
    """Return what each round times, by name."""
    strikes = _FORWARD + 50.0 * (np.arange(_CHAIN_STRIKES) - _CHAIN_STRIKES // 2)
    is_call = strikes >= _FORWARD
    premium = price(_FORWARD, strikes, 7 / 365, _RATE, 0.13, is_call)
    exponents = np.linspace(-1.0, 1.0, _OPTIONS)
    premiums, strike, years, side = options.premium, options.strike, options.years, options.is_call

    def separately() -> None:
        volatility = implied_volatility(premiums, _FORWARD, strike, years, _RATE, side)
        greeks(_FORWARD, strike, years, _RATE, volatility, side)

    def chains() -> None:
        for _ in range(_CHAINS):
            implied_greeks(premium, _FORWARD, strikes, 7 / 365, _RATE, is_call)

    return {
        "scalar": scalar,
        "ours": lambda: implied_greeks(premiums, _FORWARD, strike, years, _RATE, side),
        "separately": separately,
        "chains": chains,
        "exponential": lambda: np.exp(exponents),
    }


def _interleaved(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, Floats]:
    """Return the seconds of each job in each round; one unmeasured round warms everything up."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds + 1):
        for name, job in jobs.items():
            start = perf_counter()
            job()
            seconds[name].append(perf_counter() - start)
    return {name: np.array(times[1:]) for name, times in seconds.items()}


def _scalar_loop(options: Options, library: ReferenceLibrary) -> Callable[[], list[tuple[float, ...]]]:
    """Return a job that gives volatility and the five Greeks of each option in turn, NaN where there are none."""
    columns = (options.premium, options.strike, options.years, options.is_call)
    rows = [(float(p), float(k), float(y), "c" if c else "p") for p, k, y, c in zip(*columns, strict=True)]
    formulas = tuple(library.greeks.values())
    nothing = (float("nan"),) * (1 + len(formulas))

    def one(premium: float, strike: float, years: float, flag: str) -> tuple[float, ...]:
        try:
            volatility = float(library.implied_volatility(premium, _FORWARD, strike, _RATE, years, flag))
        except library.refused:
            return nothing
        if not volatility > 0.0:  # at intrinsic value the library answers zero, of which it can take no Greeks
            return nothing
        return (volatility, *(formula(flag, _FORWARD, strike, years, _RATE, volatility) for formula in formulas))

    return lambda: [one(*row) for row in rows]


def _differences(options: Options, rows: Floats) -> dict[str, object]:
    """Return the largest absolute differences from the library's ``rows`` (volatility, then the Greeks)."""
    premium, strike, years, is_call = options.premium, options.strike, options.years, options.is_call
    implied, _ = implied_greeks(premium, _FORWARD, strike, years, _RATE, is_call)
    ours = greeks(_FORWARD, strike, years, _RATE, rows[:, 0], is_call)
    posed = (implied.status == VolatilityStatus.OK) & np.isfinite(rows[:, 0])
    posed &= np.spacing(premium) < _WELL_POSED * 100.0 * ours.vega
    differences: dict[str, object] = {
        "compared": int(np.count_nonzero(posed)),
        "volatility": float(np.max(np.abs(implied.volatility - rows[:, 0])[posed])),
    }
    for place, name in enumerate(GREEK_NAMES, start=1):
        differences[name] = float(np.max(np.abs(getattr(ours, name) - rows[:, place])[posed]))
    for reason in VolatilityStatus:
        differences[f"rows_{reason.name.lower()}"] = int(np.count_nonzero(implied.status == reason))
    return differences


def _precise_differences() -> dict[str, float]:
    """Return the largest differences from 50-digit arithmetic on 200 options, deep wings and minutes included.

    Greeks and price relative to their size, volatility absolute where the premium carries it.
    """
    mpmath = import_module("mpmath")  # a test dependency: a user's installation is without it
    generator = np.random.default_rng(50)
    worst = dict.fromkeys(("price", *GREEK_NAMES, "volatility"), 0.0)
    with mpmath.workdps(50):
        for _ in range(_PRECISE_OPTIONS):
            years = float(np.exp(generator.uniform(np.log(1 / 525_600), np.log(2.0))))
            volatility = float(np.exp(generator.uniform(np.log(0.05), np.log(1.5))))
            deviations = generator.uniform(-20.0, 20.0) * volatility * np.sqrt(years)
            strike = float(_FORWARD * np.exp(np.clip(deviations, -2.0, 2.0)))
            arguments = (_FORWARD, strike, years, _RATE, volatility, bool(generator.random() < 0.5))
            for name, difference in _one_precise_difference(mpmath.mp, arguments).items():
                worst[name] = max(worst[name], difference)
    return worst


def _one_precise_difference(mp: Any, arguments: tuple[float, float, float, float, float, bool]) -> dict[str, float]:
    """Return the differences of one option (forward, strike, years, rate, volatility, is_call)."""
    exact = precise_black76(mp, *arguments)
    forward, strike, years, rate, volatility, is_call = arguments
    ours = greeks(*arguments)
    found = {"price": float(price(*arguments)), **{name: float(getattr(ours, name)) for name in GREEK_NAMES}}
    differences = {
        name: float(abs((value - exact[name]) / exact[name]))
        for name, value in found.items()
        if abs(exact[name]) > 1e-290
    }
    premium = float(exact["price"])
    per_unit = exact["vega"] * 100
    if np.spacing(premium) < _WELL_POSED * per_unit:
        # The premium was rounded to a double, which moved the volatility that is to be found again.
        truth = volatility + (mp.mpf(premium) - exact["price"]) / per_unit
        differences["volatility"] = float(
            abs(implied_volatility(premium, forward, strike, years, rate, is_call) - truth)
        )
    return differences


def precise_black76(
    mp: Any, forward: float, strike: float, years: float, rate: float, volatility: float, is_call: bool
) -> dict[str, Any]:
    """Return price and Greeks by the textbook formula in the digits of ``mp`` (mpmath.mp), units as in the engine."""
    f, k, t, r, v = (mp.mpf(number) for number in (forward, strike, years, rate, volatility))
    sign = 1 if is_call else -1
    total = v * mp.sqrt(t)
    d1 = mp.log(f / k) / total + total / 2
    discount = mp.exp(-r * t)
    upper, lower = (mp.erfc(-sign * d / mp.sqrt(2)) / 2 for d in (d1, d1 - total))
    density = discount * mp.exp(-d1 * d1 / 2) / mp.sqrt(2 * mp.pi)
    premium = discount * sign * (f * upper - k * lower)
    return {
        "price": premium,
        "delta": sign * discount * upper,
        "gamma": density / (f * total),
        "theta": (r * premium - f * density * v / (2 * mp.sqrt(t))) / 365,
        "vega": f * density * mp.sqrt(t) / 100,
        "rho": -t * premium / 100,
    }


def _round_trip() -> dict[str, float]:
    """Return how volatility survives price and back on both sides, minutes to two years, deep wings included."""
    generator = np.random.default_rng(76)
    years = np.exp(generator.uniform(np.log(1 / 525_600), np.log(2.0), _OPTIONS))
    volatility = np.exp(generator.uniform(np.log(0.03), np.log(3.0), _OPTIONS))
    deviations = generator.uniform(-25.0, 25.0, _OPTIONS) * volatility * np.sqrt(years)
    strike = _FORWARD * np.exp(np.clip(deviations, -3.0, 3.0))
    call, put = (price(_FORWARD, strike, years, _RATE, volatility, side) for side in (True, False))
    found = chain_implied_volatility(call, put, _FORWARD, strike, years, _RATE)
    priced = np.where(strike >= _FORWARD, call, put) > 1e-290
    error = np.abs(found.volatility - volatility)[priced]
    return {
        "options": float(np.count_nonzero(priced)),
        "failures": float(np.count_nonzero(np.isnan(error))),
        "largest_difference": float(np.nanmax(error)),
    }
