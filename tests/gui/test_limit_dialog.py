"""Another limit for a working order: a wrong price is said beside it and nothing is sent."""

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from desktop.windows.limit_dialog import LimitDialog
from engine.domain.money import price_of
from engine.domain.order import OrderStatus
from tests.gui.engine_desk import standing_desk


@pytest.fixture
def asked(qtbot):
    """Open the dialog on an order; answers it and what was sent."""
    parent = QWidget()
    qtbot.addWidget(parent)
    sent = []
    _, bridge = standing_desk()
    order = replace(next(iter(bridge.orders.values())), status=OrderStatus.OPEN, filled=0)
    dialog = LimitDialog(parent, order, lambda order, limit: sent.append((order.order_id, limit)))
    dialog.open()
    yield dialog, sent
    bridge.deleteLater()


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "100.03", "99999999999", "1e400"])
def test_a_price_that_cannot_be_is_said_and_nothing_is_sent(asked, typed):
    dialog, sent = asked

    dialog.price_line.setText(typed)
    dialog.accept()

    assert dialog.isVisible()
    assert dialog._error.text().startswith("✕")
    assert sent == []


def test_a_price_on_the_tick_is_sent(asked):
    dialog, sent = asked

    dialog.price_line.setText("₹1,101.05")
    dialog.accept()

    assert [limit for _, limit in sent] == [price_of("1101.05")]
