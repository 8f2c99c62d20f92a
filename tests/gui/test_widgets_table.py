"""The ordinary table filters, sorts, copies and keeps its columns; small widgets say what they mean."""

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop.presentation.fonts import register_fonts
from desktop.presentation.theme import built_in_theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Column
from desktop.viewmodels.orders import ORDER_COLUMNS
from desktop.viewmodels.row_table import RowTableModel
from desktop.widgets.column_header import ColumnLayout
from desktop.widgets.data_table import DataTable
from desktop.widgets.pnl_label import PnlLabel
from desktop.widgets.status_lamp import Lamp, StatusLamp
from desktop.widgets.toast import ToastStack
from desktop.widgets.why_list import Why, WhyList, WhyState

THEME = built_in_theme("dark")
# The offscreen platform says this whenever a window has a least size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Order(msgspec.Struct, frozen=True):
    """A row of the order book."""

    number: int
    status: str


COLUMNS = (
    Column[Order](key="number", header="Order", text=lambda r: f"O{r.number}", sort_value=lambda r: r.number),
    Column[Order](key="status", header="Status", text=lambda r: r.status, tone=lambda _r: Tone.ACCENT),
)


@pytest.fixture
def table(qtbot):
    register_fonts()
    model = RowTableModel(COLUMNS, lambda row: row.number, THEME)
    model.apply_rows([Order(n, "Open" if n % 2 else "Filled") for n in range(12)])
    table = DataTable(model, THEME, "Order book")
    qtbot.addWidget(table)
    table.resize(300, 200)
    table.show()
    qtbot.waitExposed(table)
    yield table
    model.setParent(table)


def test_typing_into_the_filter_line_narrows_the_rows(qtbot, table):
    qtbot.keyClicks(table.filter_line, "open")

    assert table.model.rowCount() == 6


def test_a_click_on_a_header_sorts_and_a_second_one_turns_round(qtbot, table):
    header, left = table.header().viewport(), Qt.MouseButton.LeftButton

    qtbot.mouseClick(header, left, pos=QPoint(20, 8))
    first = table.model.row_at(0).number
    qtbot.mouseClick(header, left, pos=QPoint(20, 8))

    assert {first, table.model.row_at(0).number} == {0, 11}


def test_selected_rows_are_copied(qtbot, table):
    table.view.selectRow(3)

    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "Order\tStatus\nO3\tOpen"


def test_a_table_paints_while_rows_change(qtbot, table):
    before = table.view.viewport().grab().toImage()

    table.model.apply_rows([Order(0, "Rejected")])

    assert table.view.viewport().grab().toImage() != before


def test_only_the_lines_that_changed_are_painted_and_none_that_is_out_of_sight(qtbot, table):
    table.view.verticalHeader().setDefaultSectionSize(40)
    QApplication.processEvents()
    painted = []
    table.model.line = lambda row: painted.append(row) or RowTableModel.line(table.model, row)

    table.model.apply_rows([Order(1, "Gone"), Order(11, "Gone")])
    QApplication.processEvents()

    assert painted == [1]


def test_enter_activates_the_current_row(qtbot, table):
    table.view.setCurrentIndex(table.model.index(2, 0))

    with qtbot.waitSignal(table.row_activated) as activated:
        qtbot.keyClick(table.view, Qt.Key.Key_Return)

    assert activated.args == [2]


def test_profit_is_shown_with_arrow_and_sign(qtbot):
    label = PnlLabel(THEME, "Day profit")
    qtbot.addWidget(label)

    label.show_amount(-950_000)
    loss = label.text()
    label.show_amount(None)

    assert (loss, label.text()) == ("▼ −₹95.00", "–")


@pytest.mark.parametrize("lamp", Lamp)
def test_every_lamp_paints_and_says_its_state(qtbot, lamp):
    widget = StatusLamp("Feed", THEME)
    qtbot.addWidget(widget)

    widget.show_state(lamp, "Feed 120 ms", "The last quote is 120 ms old.")

    assert widget.accessibleDescription() == f"{lamp.value}: Feed 120 ms"
    assert not widget.grab().toImage().isNull()


def test_the_oldest_message_leaves_when_there_are_too_many(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    stack = ToastStack(THEME, window)

    for number in range(6):
        stack.show_message(f"Message {number}", Tone.WARNING)

    assert [toast.text() for toast in stack.toasts()] == [f"Message {n}" for n in (2, 3, 4, 5)]


def test_a_click_takes_a_message_away(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    stack = ToastStack(THEME, window)
    stack.show_message("Gone with a click")
    toast = stack.toasts()[0]

    qtbot.mouseClick(toast, Qt.MouseButton.LeftButton)

    assert stack.toasts() == []
    assert not stack.isVisible()


def test_reasons_are_listed_with_their_state(qtbot):
    reasons = WhyList(THEME, "Why")
    qtbot.addWidget(reasons)

    reasons.show_reasons([Why(WhyState.WAITING, "Entry waits for 09:20."), Why(WhyState.MET, "Margin is enough.")])

    assert [reasons.item(i).text() for i in range(reasons.count())] == ["Entry waits for 09:20.", "Margin is enough."]
    assert reasons.item(0).toolTip() == "Waiting: Entry waits for 09:20."


def test_in_a_narrow_order_book_time_and_status_stay_whole(qtbot):
    model = RowTableModel(ORDER_COLUMNS, lambda row: row.order_id, THEME)
    table = DataTable(model, THEME, "Order book")
    qtbot.addWidget(table)
    model.setParent(table)
    header = table.header()
    header.apply_layout([ColumnLayout(key="time", width=40), *header.column_layout()[1:]])

    table.resize(600, 200)
    table.show()
    qtbot.waitExposed(table)

    shown = [ORDER_COLUMNS[number].key for number in header.shown_columns()]
    assert {"time", "side", "contract", "price", "quantity", "status"} <= set(shown)
    assert not {"why", "wording", "order_id", "fill"} & set(shown)
    assert header.sectionSize(0) >= ORDER_COLUMNS[0].least
    assert sum(header.sectionSize(number) for number in header.shown_columns()) <= 600


def test_columns_that_gave_way_come_back_with_their_widths(qtbot):
    model = RowTableModel(ORDER_COLUMNS, lambda row: row.order_id, THEME)
    table = DataTable(model, THEME, "Order book")
    qtbot.addWidget(table)
    model.setParent(table)
    table.resize(1_600, 200)
    table.show()
    qtbot.waitExposed(table)
    wide = table.header().column_layout()

    for width in (500, 1_600):
        table.resize(width, 200)
        qtbot.waitUntil(lambda width=width: table.view.width() <= width)

    assert table.header().column_layout() == wide


def test_an_offer_shows_its_button_whole_below_its_words_and_takes_it_once(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    stack, done = ToastStack(THEME, window), []
    stack.show_message("Something else")
    stack.show_offer(
        "Three portfolios: disabled, nothing starts them until they are enabled again.", "Undo", lambda: done.append(1)
    )
    toast = stack.toasts()[-1]

    whole = toast.rect().contains(toast.button.geometry()) and stack.rect().contains(toast.geometry())
    text_ends = toast.height() - toast.button.height()
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)

    assert whole
    assert toast.button.geometry().top() >= text_ends - toast.button.height()
    assert done == [1]
    assert not stack.take_newest_offer()
