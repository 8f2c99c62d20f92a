"""A window whose engine runs in a process of its own shows the same, and says so when that process dies."""

import os
import signal
import sys

import pytest

from desktop.windows.dialog import QuestionDialog
from engine.domain.multileg.states import PortfolioState
from engine.views.orders import OrderRow

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def demonstration(desk):
    return desk.bridge.portfolios.get("P1")


def engine_tip(desk):
    return next(item.explanation for item in desk.window.status_model.items() if item.key == "engine")


def test_the_demonstration_is_armed_and_entered(open_desk):
    desk = open_desk("2026-08-19T09:19:57", speed=10, engine_process=True)

    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: demonstration(desk) is not None and demonstration(desk).state is PortfolioState.RUNNING)
    desk.wait_until(lambda: desk.window.desk.curves.book.count("P1", 1) >= 3)
    row = demonstration(desk)
    spot = desk.bridge.snapshot().quotes([row.underlying_row])[0, 0]

    assert all(leg.net_quantity for leg in row.legs)
    assert {order.portfolio_id for order in desk.bridge.orders.values()} == {"P1"}
    assert all(isinstance(order, OrderRow) for order in desk.bridge.orders.values())
    assert spot > 0
    assert len(desk.bridge.minute_bars(row.underlying_row)[0]) >= 1
    desk.wait_until(lambda: "The engine runs in a process of its own, number " in engine_tip(desk))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_window_whose_engine_is_killed_says_what_to_do(open_desk):
    desk = open_desk(engine_process=True)

    os.kill(int(desk.bridge.way.rpartition(" ")[2]), signal.SIGKILL)
    desk.wait_until(lambda: "its process was ended by SIGKILL" in desk.window.banner.label.text())

    assert "Start Legwork again: it recovers from the journal." in desk.window.banner.label.text()
    assert engine_tip(desk) == desk.window.banner.label.text()


def test_a_window_with_its_engine_in_a_thread_says_so(open_desk):
    desk = open_desk()

    desk.wait_until(lambda: engine_tip(desk).endswith("The engine runs in a thread of the window's process"))
