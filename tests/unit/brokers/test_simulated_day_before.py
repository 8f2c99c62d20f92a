"""The day before the simulated market's first: derived from the seed, and of no influence on the market itself."""

from datetime import date

import numpy as np
import pytest

from brokers.simulated.market import SimulatedMarket
from brokers.simulated.scenario import Gap, Scenario
from engine.core.prices.day_prices import DayPrices
from engine.domain.instant import ist_date
from engine.domain.instrument import Kind
from tests.unit.brokers.simulated_world import at, fingerprint, market

TUESDAY, FRIDAY, MONDAY = date(2026, 8, 18), date(2026, 8, 21), date(2026, 8, 24)


def known(simulated: SimulatedMarket) -> DayPrices:
    """What the day before left behind, at the first day's open."""
    days = DayPrices(len(simulated.master), lambda day: at(9, 15, day))
    for frame in simulated.day_before():
        days.take(frame)
    days.turn_to(simulated.start)
    return days


def spot_row(simulated: SimulatedMarket) -> int:
    spot = simulated.master.spot("NIFTY")
    assert spot is not None
    return simulated.master.row(spot.id)


def opening_gap(simulated: SimulatedMarket) -> float:
    """The first spot against the close of the day before, less one."""
    closed = known(simulated).previous_close(spot_row(simulated))
    first = next(simulated.frames())
    opened = int(first.values[first.rows.tolist().index(spot_row(simulated)), 0])
    assert closed is not None
    return opened / closed - 1


def test_the_same_seed_has_the_same_day_before_and_another_seed_another() -> None:
    once, again, other = (fingerprint(list(market(seed=seed).day_before())) for seed in (7, 7, 8))

    assert once == again
    assert once != other


def test_the_market_is_the_same_whether_its_day_before_is_asked_for_or_not() -> None:
    asked, unasked = market(), market()
    list(asked.day_before())

    until = at(9, 25)
    assert fingerprint(list(asked.frames(until))) == fingerprint(list(unasked.frames(until)))


@pytest.mark.parametrize(("first", "before"), [(date(2026, 8, 19), TUESDAY), (MONDAY, FRIDAY)])
def test_it_is_the_trading_day_before(first: date, before: date) -> None:
    frames = list(market(at(9, 15, first)).day_before())

    assert {ist_date(frame.at) for frame in frames} == {before}


@pytest.mark.parametrize("percent", [-3.0, 3.0])
def test_a_gap_of_the_first_day_opens_that_far_from_the_close(percent: float) -> None:
    plain = opening_gap(market())
    gapped = opening_gap(market(scenario=Scenario(name="gap", events=(Gap(percent=percent, day=1),))))

    # The night of the seed is the same; what the scenario adds to it is the gap.
    assert (1 + gapped) / (1 + plain) - 1 == pytest.approx(percent / 100, abs=2e-4)
    assert abs(plain) < 0.02


def test_every_contract_has_a_close_a_range_and_open_interest_in_whole_lots() -> None:
    simulated = market()
    days = known(simulated)

    for row, contract in enumerate(simulated.master.instruments):
        close, high, low = days.previous_close(row), days.previous_high(row), days.previous_low(row)
        assert close is not None
        assert high is not None
        assert low is not None
        assert low <= close <= high
        assert close % contract.tick_size == 0
        interest = days.previous_interest(row)
        if contract.kind in (Kind.CALL, Kind.PUT):
            assert interest is not None
            assert interest % contract.lot_size == 0
        elif contract.kind is Kind.INDEX:
            assert interest is None


def test_open_interest_has_changed_by_the_opening_but_not_beyond_belief() -> None:
    simulated = market()
    days = known(simulated)
    first = next(simulated.frames())

    now = dict(zip(first.rows.tolist(), first.values[:, 6].tolist(), strict=True))
    changes = [now[row] / before - 1 for row in now if (before := days.previous_interest(row)) and before > 10_000]

    assert len(changes) > 10
    assert min(changes) > -0.2
    assert max(changes) < 0.3
    assert np.std(changes) > 0.02
