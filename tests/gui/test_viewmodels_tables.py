"""Order book and message log: rows, columns, filters."""

import msgspec
import pytest

from desktop.presentation.theme import built_in_theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.messages import MESSAGE_COLUMNS, MessagesModel
from desktop.viewmodels.orders import ALL_DAYS, ORDER_COLUMNS, TODAY, OrdersModel
from desktop.viewmodels.times import latency_text, time_text
from engine.domain.instant import ist_date
from engine.domain.order import OrderStatus, PendingRequest
from engine.views.messages import MessageLevel
from tests.gui.engine_desk import standing_desk, tell
from tests.helpers.simulated_desk import at


@pytest.fixture
def bridge(qapp):
    _, bridge = standing_desk()
    yield bridge
    bridge.deleteLater()


@pytest.fixture
def orders(bridge, qtmodeltester):
    model = OrdersModel(bridge, built_in_theme("dark"))
    qtmodeltester.check(model)
    yield model
    model.deleteLater()


@pytest.fixture
def messages(bridge, qtmodeltester):
    model = MessagesModel(bridge, built_in_theme("dark"))
    qtmodeltester.check(model)
    yield model
    model.deleteLater()


def texts(model, row):
    return {column.key: model.cell(row, number)[0] for number, column in enumerate(model.columns)}


def test_the_order_book_shows_every_order_in_words(orders):
    assert orders.rowCount() == 4

    first = texts(orders, 0)

    assert first["contract"] == "NIFTY 25 Aug 24500 CE"
    assert (first["side"], first["quantity"], first["filled"], first["status"]) == ("BUY", "130", "130", "COMPLETE")
    assert first["time"].startswith("09:20:00")
    assert first["acknowledge"].endswith("ms")


def test_a_changed_order_is_changed_in_place(bridge, orders):
    order = next(iter(bridge.orders.values()))

    tell(bridge, msgspec.structs.replace(order, status=OrderStatus.OPEN, pending=PendingRequest.CANCEL, filled=65))

    assert orders.rowCount() == 4
    assert texts(orders, 0)["status"] == "OPEN · cancel asked"


def test_working_orders_are_found_by_their_status(bridge, orders):
    order = next(iter(bridge.orders.values()))
    tell(bridge, msgspec.structs.replace(order, status=OrderStatus.OPEN))

    orders.set_filter("status:working")
    working = orders.rowCount()
    orders.set_filter("")

    assert (working, orders.rowCount()) == (1, 4)


def test_today_shows_what_works_whenever_it_was_decided(bridge, orders):
    first, second, *_ = bridge.orders.values()
    yesterday = first.requested_at - 86_400_000_000
    tell(bridge, msgspec.structs.replace(first, requested_at=yesterday))
    tell(bridge, msgspec.structs.replace(second, requested_at=yesterday, status=OrderStatus.OPEN))

    orders.show_days(TODAY)
    today = [row.order_id for row in orders.shown_rows()]
    orders.show_days(ist_date(yesterday).isoformat())
    before = [row.order_id for row in orders.shown_rows()]
    orders.show_days(ALL_DAYS)

    assert first.order_id not in today
    assert second.order_id in today
    assert before == [first.order_id, second.order_id]
    assert orders.rowCount() == 4


def test_an_unknown_outcome_warns(bridge, orders):
    order = next(iter(bridge.orders.values()))
    tell(bridge, msgspec.structs.replace(order, status=OrderStatus.UNKNOWN))
    number = next(number for number, column in enumerate(ORDER_COLUMNS) if column.key == "status")

    assert orders.cell(0, number) == ("UNKNOWN", Tone.WARNING)


def test_the_message_log_shows_every_message_and_filters_by_level(bridge, messages):
    everything = messages.rowCount()
    infos = sum(row.level is MessageLevel.INFO for row in bridge.messages)

    messages.show_levels(frozenset({MessageLevel.INFO}))

    assert everything == len(bridge.messages)
    assert messages.rowCount() == infos
    messages.show_levels(None)
    assert messages.rowCount() == everything


def test_a_new_message_is_added_at_the_end(bridge, messages):
    before = messages.rowCount()

    tell(bridge, msgspec.structs.replace(bridge.messages[-1], number=10_000, sentence="the newest"))

    assert messages.rowCount() == before + 1
    assert texts(messages, before)["sentence"] == "the newest"


@pytest.mark.parametrize("columns", [ORDER_COLUMNS, MESSAGE_COLUMNS])
def test_column_keys_are_unique(columns):
    keys = [column.key for column in columns]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("microseconds", "text"), [(None, "–"), (85, "85 µs"), (12_400, "12.4 ms"), (1_800_000, "1.8 s")]
)
def test_latencies_are_written_in_the_unit_that_fits(microseconds, text):
    assert latency_text(microseconds) == text


def test_a_time_that_is_not_known_is_a_dash():
    assert (time_text(None), time_text(0), time_text(at(9, 20))) == ("–", "–", "09:20:00")


def test_what_a_portfolio_does_not_tell_is_left_out_of_the_log(bridge, messages):
    before = messages.rowCount()

    tell(bridge, msgspec.structs.replace(bridge.messages[-1], number=10_001, told=False))

    assert messages.rowCount() == before
    assert bridge.messages[-1].number == 10_001
