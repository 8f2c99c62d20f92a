"""Ratios and drawdowns against a published example and against NumPy's own words."""

import numpy as np
import pytest

from engine.pricing.performance import deepest_fall, longest_run, sharpe_ratio, sortino_ratio

# Rollinger and Hoffman, "Sortino: A 'Sharper' Ratio" (Red Rock Capital): eight annual returns, a target of 0 %.
RED_ROCK = [17, 15, 23, -5, 12, 9, 13, -4]


def test_sortino_is_that_of_the_published_example() -> None:
    found = sortino_ratio(RED_ROCK)

    assert found is not None
    assert found / np.sqrt(252) == pytest.approx(4.417, abs=5e-4)


def test_sharpe_is_mean_over_sample_deviation_times_the_root_of_252() -> None:
    found = sharpe_ratio(RED_ROCK)

    assert found == pytest.approx(np.mean(RED_ROCK) / np.std(RED_ROCK, ddof=1) * np.sqrt(252))


@pytest.mark.parametrize("results", [[], [5], [5, 5, 5]])
def test_ratios_that_cannot_be_had_are_absent(results: list[int]) -> None:
    assert sharpe_ratio(results) is None
    assert sortino_ratio(results) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_deepest_fall_is_that_of_a_plain_search(seed: int) -> None:
    results = np.random.default_rng(seed).integers(-100, 100, 40)

    found = deepest_fall(results)

    sums = np.concatenate([[0], np.cumsum(results)])
    assert found.depth == np.max(np.maximum.accumulate(sums) - sums)
    assert sums[found.peak + 1] - sums[found.lowest + 1] == found.depth
    if found.regained is None:
        assert np.all(sums[found.lowest + 1 :] < sums[found.peak + 1])
    else:
        assert sums[found.regained + 1] >= sums[found.peak + 1] > np.max(sums[found.lowest + 1 : found.regained + 1])


def test_what_never_fell_has_no_drawdown() -> None:
    assert deepest_fall(np.array([1, 2, 3])) == (0, -1, -1, None)
    assert deepest_fall(np.array([], dtype=np.int64)) == (0, -1, -1, None)


def test_a_fall_from_the_beginning_counts_from_nothing() -> None:
    assert deepest_fall(np.array([-3, -2, 4, 1])) == (5, -1, 1, 3)


@pytest.mark.parametrize(
    ("hits", "longest"), [([], 0), ([False], 0), ([True], 1), ([True, False, True, True, False, True], 2)]
)
def test_the_longest_run_is_counted(hits: list[bool], longest: int) -> None:
    assert longest_run(np.array(hits, dtype=np.bool_)) == longest
