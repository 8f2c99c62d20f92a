"""What holds in the simulated market for every seed, date and scenario."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.simulated.market import SimulatedMarket
from brokers.simulated.named_scenarios import NAMED_SCENARIOS
from brokers.simulated.sessions import session_start_for
from engine.domain.instant import DAY, MINUTE, SECOND, Instant, ist_date
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import SCALE
from engine.domain.quote import QuoteBoard, QuoteColumn
from tests.unit.brokers.simulated_world import at, fingerprint, market, rules

RATE = 0.065
FIRST, LAST = at(0, 0, date(2019, 1, 1)), at(0, 0, date(2026, 12, 31))

seeds = st.integers(0, 2**63)
instants = st.integers(FIRST, LAST).map(Instant)
scenarios = st.sampled_from(sorted(NAMED_SCENARIOS)).map(NAMED_SCENARIOS.__getitem__)
underlyings = st.sampled_from([("NIFTY",), ("BANKNIFTY",), ("NIFTY", "BTC"), ("ETH",)])


@settings(max_examples=12)
@given(
    seed=seeds, start=instants, scenario=scenarios, chunks=st.lists(st.integers(0, 40), max_size=6), deep=st.booleans()
)
def test_the_same_arguments_give_the_same_bytes_however_they_are_asked_for(
    seed: int, start: Instant, scenario: Any, chunks: list[int], deep: bool
) -> None:
    arguments: dict[str, Any] = {"seed": seed, "scenario": scenario, "with_depth": deep, "strikes_each_side": 5}

    whole = list(islice(market(start, **arguments).frames(), 150))
    piecewise = market(start, **arguments)
    pieces = []
    until = piecewise.start
    for minutes in chunks:
        until = Instant(until + minutes * MINUTE)
        pieces += list(piecewise.frames(until))
    pieces += list(islice(piecewise.frames(), max(150 - len(pieces), 0)))

    assert fingerprint(pieces[:150]) == fingerprint(whole)


@settings(max_examples=8)
@given(first=seeds, second=seeds)
def test_different_seeds_give_different_markets(first: int, second: int) -> None:
    frames = [list(islice(market(seed=seed, strikes_each_side=3).frames(), 5)) for seed in (first, second)]

    assert (fingerprint(frames[0]) == fingerprint(frames[1])) == (first == second)


def boards(simulated: SimulatedMarket, count: int) -> Iterator[QuoteBoard]:
    """The market's quotes after every 40th frame."""
    board = QuoteBoard(len(simulated.master))
    for number, frame in enumerate(islice(simulated.frames(), 40 * count)):
        board.take(frame)
        if number % 40 == 0:
            yield board


def chain_of(simulated: SimulatedMarket, board: QuoteBoard, name: str, expiry: date) -> tuple[np.ndarray, ...]:
    """Strikes, call bids and asks, put bids and asks of one expiry, in units of 1/10,000 ₹."""
    master = simulated.master
    strikes = master.strikes(name, expiry)
    columns: list[list[int]] = [list(strikes), [], [], [], []]
    for strike in strikes:
        for kind, first in ((Kind.CALL, 1), (Kind.PUT, 3)):
            option = master.contract(name, expiry, strike, kind)
            assert option is not None
            quote = board.quote(master.row(option.id))
            columns[first].append(quote.bid)
            columns[first + 1].append(quote.ask)
    return tuple(np.array(column, dtype=np.int64) for column in columns)


@settings(max_examples=12)
@given(seed=seeds, start=instants, names=underlyings, scenario=scenarios)
def test_no_arbitrage_within_the_spread(seed: int, start: Instant, names: tuple[str, ...], scenario: Any) -> None:
    # A feed gap leaves quotes of different moments beside each other, which is its point.
    scenario = None if scenario.name == "feed-gap" else scenario
    simulated = market(start, seed=seed, underlyings=names, scenario=scenario, expiries=2, step=MINUTE)
    today = ist_date(simulated.start)

    for board in boards(simulated, 4):
        for name in simulated.master.underlyings():
            earlier_bid = None
            for expiry in simulated.master.expiries(name):
                if ist_date(int(board.arrived_at.max())) > today:
                    return
                _strikes, call_bid, call_ask, put_bid, put_ask = chain_of(simulated, board, name, expiry)
                assert np.all(call_bid < call_ask)
                assert np.all(put_bid < put_ask)
                assert np.all(call_bid[1:] <= call_ask[:-1])
                assert np.all(put_bid[:-1] <= put_ask[1:])
                assert np.all(call_ask[:-2] + call_ask[2:] >= 2 * call_bid[1:-1])
                assert np.all(put_ask[:-2] + put_ask[2:] >= 2 * put_bid[1:-1])
                assert_one_forward_fits_all(simulated, board, name, expiry)
                if earlier_bid is not None:
                    assert np.all(call_ask >= earlier_bid)
                earlier_bid = call_bid


def assert_one_forward_fits_all(simulated: SimulatedMarket, board: QuoteBoard, name: str, expiry: date) -> None:
    """Put–call parity: some forward lies within the synthetic bid and ask of every strike."""
    strikes, call_bid, call_ask, put_bid, put_ask = chain_of(simulated, board, name, expiry)
    exchange = rules().contract_rule(name, expiry).exchange
    years = max(rules().expiry_close(exchange, expiry) - int(board.arrived_at.max()), 0) / (365 * DAY)
    growth = np.exp(RATE * years)
    highest_bid = np.max(growth * (call_bid - put_ask) + strikes)
    lowest_ask = np.min(growth * (call_ask - put_bid) + strikes)
    assert highest_bid <= lowest_ask + SCALE // 100


@settings(max_examples=12)
@given(seed=seeds, start=instants, names=underlyings, scenario=scenarios)
def test_every_quote_is_one_the_exchange_could_show(
    seed: int, start: Instant, names: tuple[str, ...], scenario: Any
) -> None:
    simulated = market(start, seed=seed, underlyings=names, scenario=scenario, expiries=2, with_depth=True)
    master = simulated.master
    ticks = np.array([instrument.tick_size for instrument in master.instruments])[:, None]
    lots = np.array([instrument.lot_size for instrument in master.instruments])[:, None]
    prices = [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]
    quantities = [QuoteColumn.BID_QUANTITY, QuoteColumn.ASK_QUANTITY, QuoteColumn.VOLUME, QuoteColumn.OPEN_INTEREST]
    volume, day = np.zeros(len(master), dtype=np.int64), simulated.start

    for frame in islice(simulated.frames(), 200):
        rows, values = frame.rows, frame.values
        assert len(np.unique(rows)) == len(rows) > 0
        assert not np.any(values[:, prices] % ticks[rows])
        assert not np.any(values[:, quantities] % lots[rows])
        assert np.all(values >= 0)
        assert np.all(values[:, QuoteColumn.LAST_PRICE] > 0)
        assert np.all((values[:, QuoteColumn.BID] > 0) == (values[:, QuoteColumn.BID_QUANTITY] > 0))
        assert np.all(values[:, QuoteColumn.TRADED_AT] <= frame.at)
        assert frame.depth is not None
        assert np.array_equal(frame.depth[:, 0], values[:, [1, 2, 3, 4]])
        if ist_date(frame.at) != ist_date(day):
            volume[:], day = 0, frame.at
        assert np.all(values[:, QuoteColumn.VOLUME] >= volume[rows])
        volume[rows] = values[:, QuoteColumn.VOLUME]


@settings(max_examples=12)
@given(seed=seeds, start=instants, scenario=scenarios)
def test_frames_come_in_order_only_while_the_exchange_is_open_and_only_with_changes(
    seed: int, start: Instant, scenario: Any
) -> None:
    simulated = market(start, seed=seed, scenario=scenario, strikes_each_side=2, step=7 * MINUTE)
    board, previous = QuoteBoard(len(simulated.master)), 0

    for frame in islice(simulated.frames(), 130):
        assert frame.at > previous
        assert rules().is_open(Exchange.NFO, frame.at)
        assert np.all(np.any(board.values[frame.rows] != frame.values, axis=1))
        board.take(frame)
        previous = frame.at


@settings(max_examples=60)
@given(wall=st.integers(at(0, 0, date(2019, 1, 1)), at(0, 0, date(2045, 1, 1))).map(Instant))
def test_every_wall_time_starts_at_a_trading_instant(wall: Instant) -> None:
    start = session_start_for(rules(), wall)

    assert rules().is_open(Exchange.NFO, start) or rules().is_open(Exchange.BFO, start)
    assert start <= wall + DAY
    known = date(2019, 3, 1) <= ist_date(wall) <= date(2026, 12, 31)
    assert not known or ist_date(wall) - ist_date(start) < timedelta(days=8)


@settings(max_examples=6)
@given(seed=seeds)
def test_volatility_and_levels_stay_believable_for_weeks(seed: int) -> None:
    simulated = market(seed=seed, strikes_each_side=1, step=30 * MINUTE)
    vix_row = len(simulated.master) - 1

    spot, vix = [], []
    for frame in simulated.frames(Instant(at(9, 15) + 28 * DAY)):
        for row, values in zip(frame.rows.tolist(), frame.values, strict=True):
            if row in (0, vix_row):
                (spot if row == 0 else vix).append(values[0] / SCALE)

    assert 19_000 < min(spot) < max(spot) < 30_000
    assert 7 < min(vix) < max(vix) < 35
    assert len(spot) > 200


def test_steps_are_spaced_evenly_within_a_session() -> None:
    simulated = market(step=250_000, strikes_each_side=2)

    stamps = [frame.at for frame in islice(simulated.frames(), 400)]

    assert set(np.diff(stamps).tolist()) == {SECOND // 4}
