"""Depth, prices and bad arguments of the simulated market."""

from datetime import date

import numpy as np
import pytest

from brokers.simulated.depth import depth_of
from brokers.simulated.underlyings import model_of, underlying_models
from engine.domain.instant import SECOND
from engine.domain.quote import DEPTH_LEVELS, QuoteColumn
from tests.unit.brokers.simulated_world import at, market


def test_depth_begins_with_the_quote_and_moves_away_from_it() -> None:
    values = np.array([[100_0000, 99_9500, 130, 100_0500, 65, 0, 0, 0]])

    levels = depth_of(values, np.array([500]), np.array([65]))[0]

    assert levels[0].tolist() == [99_9500, 130, 100_0500, 65]
    assert np.diff(levels[:, 0]).tolist() == [-500] * (DEPTH_LEVELS - 1)
    assert np.diff(levels[:, 2]).tolist() == [500] * (DEPTH_LEVELS - 1)
    assert not np.any(levels[:, [1, 3]] % 65)
    assert np.all(levels[:, [1, 3]] > 0)


def test_an_empty_bid_has_no_depth_and_a_low_one_stops_at_a_tick() -> None:
    values = np.array([[500, 0, 0, 500, 65, 0, 0, 0], [1500, 1000, 65, 1500, 65, 0, 0, 0]])

    depth = depth_of(values, np.array([500, 500]), np.array([65, 65]))

    assert not depth[0, :, :2].any()
    assert depth[1, :, 0].tolist() == [1000, 500, 0, 0, 0]
    assert depth[1, 2:, 1].tolist() == [0, 0, 0]


def test_depth_is_carried_only_when_asked_and_then_changes_nothing_else() -> None:
    plain = next(market().frames())
    simulated = market(with_depth=True)
    deep = next(simulated.frames())

    assert plain.depth is None
    assert deep.depth is not None
    assert np.array_equal(plain.values, deep.values)
    assert np.array_equal(simulated.depth(deep.rows[5:9], deep.values[5:9]), deep.depth[5:9])


def test_an_index_has_a_level_and_no_market() -> None:
    simulated = market()

    first = next(simulated.frames())

    index = first.values[first.rows.tolist().index(0)]
    assert index[QuoteColumn.LAST_PRICE] > 0
    assert not index[QuoteColumn.BID : QuoteColumn.TRADED_AT].any()
    assert index[QuoteColumn.TRADED_AT] == first.at


def test_levels_follow_the_years() -> None:
    nifty = model_of("NIFTY")

    levels = [nifty.level_on(date(year, 8, 19)) for year in (2018, 2019, 2026, 2040)]

    assert levels[0] == pytest.approx(10_910)
    assert 10_900 < levels[1] < 11_700
    assert levels[2] == pytest.approx(24_050)
    assert levels[3] == pytest.approx(24_700)


def test_smiles_fall_towards_higher_strikes() -> None:
    simulated = market(strikes_each_side=20)
    first = next(simulated.frames())
    master = simulated.master
    quotes = dict(zip(first.rows.tolist(), first.values, strict=True))

    low, high = master.strikes("NIFTY", master.expiries("NIFTY")[0])[0::40]
    by_strike = {
        instrument.strike: quotes[master.row(instrument.id)][QuoteColumn.ASK]
        for instrument in master.instruments
        if (instrument.strike, instrument.kind.value) in {(low, "PE"), (high, "CE")}
    }

    assert by_strike[low] > by_strike[high] > 0


def test_volatility_rises_when_the_spot_falls() -> None:
    simulated = market(strikes_each_side=1, step=60 * SECOND)
    vix_row = len(simulated.master) - 1

    levels = [
        [int(frame.values[frame.rows == row, QuoteColumn.LAST_PRICE][0]) for row in (0, vix_row)]
        for frame in simulated.frames(at(15, 30))
        if {0, vix_row} <= set(frame.rows.tolist())
    ]

    moves = np.diff(np.log(levels), axis=0)
    assert np.corrcoef(moves.T)[0, 1] < -0.4


def test_the_morning_moves_more_than_noon() -> None:
    spots = [market(seed=seed, strikes_each_side=1, step=60 * SECOND) for seed in range(8)]
    paths = [[frame.values[0, QuoteColumn.LAST_PRICE] for frame in simulated.frames(at(13, 0))] for simulated in spots]

    moves = [np.diff(np.log(np.array(path, dtype=np.float64))) for path in paths]

    morning, noon = np.std([move[:20] for move in moves]), np.std([move[150:210] for move in moves])
    assert morning > 1.3 * noon


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"underlyings": ("DOW",)}, "DOW is not simulated; choose from"),
        ({"underlyings": ()}, "at least one underlying"),
        ({"step": 0}, "step"),
        ({"seed": -1}, "seed"),
    ],
)
def test_impossible_arguments_are_refused_with_a_sentence(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        market(at(9, 15), **changes)


@pytest.mark.parametrize(
    ("text", "says"),
    [("NIFTY = 3", "cannot be read"), ("[NIFTY]\nlevels = []", "cannot be read"), ("x", "cannot be read")],
)
def test_a_damaged_behaviour_file_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        underlying_models(text)
