"""The bridge hands everything on, in few frames, on Qt's thread."""

import threading

import msgspec
import pytest
from PySide6.QtCore import QThread

from desktop.bridge import MOST_PER_FRAME, EngineBridge
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.orders import OrdersModel
from engine.api import EngineClient
from engine.domain.instant import Instant
from engine.views.messages import MessageLevel, MessageRow
from engine.views.status import EngineStopped
from tests.gui.engine_desk import standing_desk, tell
from tests.helpers.simulated_desk import added, portfolio, simulated_run


def message(number: int) -> MessageRow:
    return MessageRow(
        number=number,
        at=Instant(number),
        level=MessageLevel.INFO,
        kind="alarm_raised",
        sentence=f"message {number}",
        account="PAPER",
        tag="",
        portfolio_id=None,
        portfolio="",
    )


@pytest.fixture
def desk(qapp):
    engine, bridge = standing_desk()
    yield engine, bridge
    bridge.deleteLater()


def test_what_was_told_before_anybody_listened_is_kept(desk):
    _, bridge = desk

    assert list(bridge.portfolios) == ["P1"]
    assert len(bridge.orders) == 4
    assert [told.number for told in bridge.messages] == list(range(1, len(bridge.messages) + 1))
    assert bridge.status is not None


def test_no_message_is_lost_and_their_order_stays(desk, qtbot):
    _, bridge = desk
    seen: list[int] = []
    frames: list[int] = []
    bridge.messages_added.connect(lambda rows: (seen.extend(row.number for row in rows), frames.append(len(rows))))

    def speak() -> None:
        for number in range(5_000):
            bridge.take_notices([message(number)])

    speaker = threading.Thread(target=speak)
    speaker.start()
    speaker.join()
    qtbot.waitUntil(lambda: len(seen) == 5_000)

    assert seen == list(range(5_000))
    assert max(frames) <= MOST_PER_FRAME
    assert len(frames) <= 5_000 // MOST_PER_FRAME + 5


def test_of_many_changes_of_one_order_only_the_newest_is_handed_on(desk):
    _, bridge = desk
    order = next(iter(bridge.orders.values()))
    changes: list[list[object]] = []
    bridge.orders_changed.connect(changes.append)

    tell(bridge, *(msgspec.structs.replace(order, filled=filled) for filled in range(100)))

    assert len(changes) == 1
    assert [row.filled for row in changes[0]] == [99]
    assert bridge.orders[order.order_id].filled == 99


def test_rows_arrive_on_qts_thread(desk, qtbot):
    _, bridge = desk
    threads: list[QThread] = []
    bridge.messages_added.connect(lambda _rows: threads.append(QThread.currentThread()))

    speaker = threading.Thread(target=bridge.take_notices, args=([message(1)],))
    speaker.start()
    speaker.join()
    qtbot.waitUntil(lambda: bool(threads))

    assert threads == [bridge.thread()]


def test_five_thousand_ticks_reach_a_reader_as_one_copy(desk):
    engine, bridge = desk
    rows = engine.master.row("NFO:NIFTY26AUG24100CE")
    before = bridge.versions([rows])[0]

    for price in range(1, 5_001):
        engine.quote(rows, price)

    assert bridge.quotes([rows])[0, 0] == 5_000
    assert bridge.versions([rows])[0] == before + 10_000


def test_the_engines_last_word_is_handed_on(desk, qtbot):
    _, bridge = desk
    final = EngineStopped(at=Instant(1), sentence="The engine stopped", detail="")

    with qtbot.waitSignal(bridge.engine_stopped) as stopped:
        tell(bridge, message(1), final)

    assert stopped.args == [final]


def test_a_running_engine_fills_the_order_book(qapp, qtbot):
    client = EngineClient(simulated_run, speed=3_600.0)
    bridge = EngineBridge(client)
    model = OrdersModel(bridge, built_in_theme("dark"))
    bridge.start()

    bridge.submit(added(portfolio()))
    qtbot.waitUntil(lambda: model.rowCount() >= 4, timeout=20_000)
    bridge.stop()

    assert {order.portfolio for order in bridge.orders.values()} == {"Straddle"}
    assert not client.is_running
    model.deleteLater()
    bridge.deleteLater()


def test_pause_and_speed_reach_the_engine(qapp):
    client = EngineClient(simulated_run, speed=1.0)
    bridge = EngineBridge(client)
    bridge.start()

    bridge.set_paused(True)
    stood_at = bridge.now()
    bridge.set_speed(60.0)

    assert bridge.now() == stood_at
    with pytest.raises(ValueError, match="speed must be above 0"):
        bridge.set_speed(0)
    bridge.set_paused(False)
    bridge.stop()
    bridge.deleteLater()
