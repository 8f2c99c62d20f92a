"""Chart bars of instruments and of combined premiums, and the status bar's items."""

import msgspec
import numpy as np
import pytest

from desktop.viewmodels.bars import joined
from desktop.viewmodels.chart import ChartModel
from desktop.viewmodels.status import StatusModel
from engine.domain.contract_master import UnknownInstrumentError
from engine.domain.instant import MINUTE, Instant
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import Channel
from engine.views.status import EngineStopped
from tests.gui.engine_desk import standing_desk, tell
from tests.helpers.simulated_desk import at

CALL, PUT = "NFO:NIFTY26AUG24100CE", "NFO:NIFTY26AUG24100PE"


@pytest.fixture
def desk(qapp):
    engine, bridge = standing_desk()
    yield engine, bridge
    bridge.deleteLater()


class Watch:
    """What a chart model says."""

    def __init__(self, model):
        self.histories, self.bars, self.levels, self.titles = [], [], [], []
        model.history_replaced.connect(lambda times, values: self.histories.append((times, values)))
        model.bar_changed.connect(self.bars.append)
        model.levels_changed.connect(self.levels.append)
        model.title_changed.connect(self.titles.append)


@pytest.fixture
def chart(desk):
    model = ChartModel(desk[1])
    yield model, Watch(model)
    model.deleteLater()


def quote_minutes(engine, instrument, prices):
    row = engine.master.row(instrument)
    for number, price in enumerate(prices):
        engine.quote(row, price, at=Instant(at(10, 0) + number * MINUTE))


def test_an_instruments_history_is_there_when_the_chart_opens(desk, chart):
    engine, _ = desk
    model, watch = chart
    quote_minutes(engine, CALL, [1_000_000, 1_010_000])

    model.show_instrument(CALL)

    times, values = watch.histories[-1]
    assert times[-2:].tolist() == [at(10, 0) * 1_000, at(10, 1) * 1_000]
    assert values[3, -2:].tolist() == [100.0, 101.0]
    assert watch.titles == ["NIFTY 25 Aug 24100 CE"]


def test_a_tick_changes_the_last_bar_and_a_new_minute_begins_the_next(desk, chart):
    engine, _ = desk
    model, watch = chart
    quote_minutes(engine, CALL, [1_000_000])
    model.show_instrument(CALL)
    model.refresh(0)
    row = engine.master.row(CALL)

    engine.quote(row, 1_050_000, at=Instant(at(10, 0, 30)))
    model.refresh(33)
    engine.quote(row, 1_020_000, at=at(10, 1))
    model.refresh(66)
    model.refresh(99)

    same, closed, begun = watch.bars
    assert same[:5] == (at(10, 0) * 1_000, 100.0, 105.0, 100.0, 105.0)
    assert closed == same
    assert begun[:2] == (at(10, 1) * 1_000, 102.0)


def test_five_minutes_join_into_one_bar_that_begins_at_nine_fifteen():
    starts = at(9, 15) + np.arange(7, dtype=np.int64) * MINUTE
    values = np.array([[1, 2, 3, 4, 5, 6, 7], [9] * 7, [1] * 7, [2, 3, 4, 5, 6, 7, 8], [10] * 7], dtype=np.int64)

    times, bars = joined(starts, values, 5)

    assert times.tolist() == [at(9, 15), at(9, 20)]
    assert bars.tolist() == [[1, 6], [9, 9], [1, 1], [6, 8], [50, 20]]


def test_an_hour_begins_at_nine_fifteen_and_not_at_nine():
    times, _ = joined(np.array([at(9, 40), at(10, 14), at(10, 15)]), np.ones((5, 3), dtype=np.int64), 60)

    assert times.tolist() == [at(9, 15), at(10, 15)]


def test_another_interval_shows_the_history_anew(desk, chart):
    engine, _ = desk
    model, watch = chart
    quote_minutes(engine, CALL, [1_000_000 + 10_000 * number for number in range(10)])
    model.show_instrument(CALL)

    model.set_interval(5)

    times, values = watch.histories[-1]
    assert times[-2:].tolist() == [at(10, 0) * 1_000, at(10, 5) * 1_000]
    assert values[:4, -1].tolist() == [105.0, 109.0, 105.0, 109.0]
    with pytest.raises(ValueError, match="bars of 7 minutes are not offered"):
        model.set_interval(7)


def test_the_combined_premium_is_sold_less_bought(desk, chart):
    _, bridge = desk
    model, watch = chart

    model.show_portfolio("P1")

    legs = bridge.portfolios["P1"].legs
    last = {leg.leg_id: int(bridge.quotes([leg.row])[0, 0]) for leg in legs}
    expected = (last[3] + last[4] - last[1] - last[2]) / 10_000
    assert watch.histories[-1][1][3, -1] == pytest.approx(expected)
    assert watch.titles == ["Straddle: combined premium"]
    assert watch.levels[-1][0] == (pytest.approx(224.25), "Entry")


def test_a_leg_without_a_quote_in_a_minute_stands_where_it_closed(desk, chart):
    engine, _ = desk
    model, watch = chart
    quote_minutes(engine, CALL, [2_000_000, 2_100_000])

    model.show_portfolio("P1")

    closes = watch.histories[-1][1][3]
    assert closes[-1] - closes[-2] == pytest.approx(10.0)


def test_live_extremes_of_the_premium_widen_its_bar(desk, chart):
    engine, bridge = desk
    model, watch = chart
    model.show_portfolio("P1")
    row = engine.master.row(CALL)
    last = int(bridge.quotes([row])[0, 0])

    for price in (last + 50_000, last):
        engine.quote(row, price, at=Instant(bridge.now()))
        model.refresh(0)

    newest = watch.bars[-1]
    assert newest[2] == pytest.approx(newest[4] + 5.0)


def test_a_stop_is_a_level_of_its_own_contract_only(desk, chart):
    model, watch = chart

    model.show_instrument(CALL)

    assert watch.levels == [[(pytest.approx(188.35), "Stop Straddle leg 3")]]
    model.show_instrument("NFO:NIFTY26AUG24500CE")
    assert watch.levels[-1] == []


def test_an_unknown_instrument_is_refused(chart):
    with pytest.raises(UnknownInstrumentError):
        chart[0].show_instrument("NFO:NOTHING")


def items_of(model):
    return {item.key: item for item in model.items()}


def test_the_status_bar_shows_clock_feed_and_limits(desk):
    _, bridge = desk
    model = StatusModel(bridge)

    items = items_of(model)

    assert items["clock"].text.startswith("Wed 19 Aug 09:30")
    assert items["orders"].text == "0/s · 4 today"
    assert {items[key].lamp for key in ("market", "feed", "broker", "journal")} == {"good"}
    assert items["kill"].lamp == "off"


@pytest.mark.parametrize(
    ("changes", "key", "lamp"),
    [
        ({"kill_level": KillLevel.CANCEL, "kill_reason": "odd"}, "kill", "bad"),
        ({"feed_stale": True}, "feed", "bad"),
        ({"market_open": False}, "feed", "off"),
        ({"down": ((Channel.ORDERS, "no answer"),)}, "broker", "bad"),
        ({"unknown_orders": 2}, "broker", "waiting"),
        ({"journal_failed": True}, "journal", "bad"),
        ({"recovering": True}, "engine", "waiting"),
        ({"drift": (("NFO:X", 75, 0),)}, "engine", "bad"),
        ({"halted": True}, "engine", "bad"),
        ({"engine_lag": 3_000_000}, "engine", "bad"),
        ({"orders_last_second": 8}, "orders", "waiting"),
    ],
)
def test_trouble_lights_its_lamp(desk, qtbot, changes, key, lamp):
    _, bridge = desk
    model = StatusModel(bridge)

    with qtbot.waitSignal(model.items_changed):
        tell(bridge, msgspec.structs.replace(bridge.status, **changes))

    assert items_of(model)[key].lamp == lamp


def test_an_engine_that_stopped_says_so(desk):
    _, bridge = desk
    model = StatusModel(bridge)

    tell(bridge, EngineStopped(at=Instant(1), sentence="The engine stopped at 10:00", detail=""))

    assert items_of(model)["engine"].lamp == "bad"
    assert "stopped at 10:00" in items_of(model)["engine"].explanation


def test_an_engine_that_says_nothing_is_noticed_by_the_window_and_forgiven_when_it_speaks(desk):
    _, bridge = desk
    model = StatusModel(bridge)
    model.look(1_000)

    model.look(3_000)
    patient = items_of(model)["engine"].lamp
    model.look(4_100)
    silent = items_of(model)["engine"]
    tell(bridge, bridge.status)
    model.look(5_000)

    assert patient == "good"
    assert (silent.lamp, silent.text) == ("bad", "engine silent 3 s")
    assert items_of(model)["engine"].lamp == "good"
