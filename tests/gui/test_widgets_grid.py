"""The painted grid shows, selects, copies and flashes what its source says."""

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import QAbstractSlider, QApplication, QToolTip

from desktop.presentation.fonts import register_fonts, ui_font
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import Expander, GridChanges, RowGridSource
from desktop.viewmodels.table_look import SortBy, TableLook
from desktop.widgets.column_header import ColumnLayout
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.grid_flash import CellFlash
from desktop.widgets.text_cache import texts_in

THEME = built_in_theme("dark")
# The offscreen platform says this for tooltips and windows with a least size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CLICK = Qt.MouseButton.LeftButton


class Strike(msgspec.Struct, frozen=True):
    """A row of a chain."""

    strike: int
    price: float
    interest: float = 0.5
    level: int = 0


COLUMNS = (
    Column[Strike](key="strike", header="Strike", text=lambda r: str(r.strike), width=90, align=Align.LEFT),
    Column[Strike](
        key="price",
        header="LTP",
        tooltip="Last traded price",
        text=lambda r: f"{r.price:.2f}",
        flash=lambda r: r.price,
        width=70,
    ),
    Column[Strike](
        key="interest", header="OI", text=lambda r: f"{r.interest:.1f}", bar=lambda r: r.interest, bar_colour="put_bar"
    ),
)


@pytest.fixture
def source():
    source = RowGridSource(
        COLUMNS,
        lambda row: row.strike,
        level=lambda row: row.level,
        expander=lambda row: Expander.OPEN if row.level == 0 else Expander.NONE,
        highlighted=lambda row: row.strike == 24_900,
    )
    source.set_rows(strikes())
    return source


@pytest.fixture
def grid(qtbot, source):
    register_fonts()
    grid = FastGrid(source, COLUMNS, THEME, "Option chain")
    qtbot.addWidget(grid)
    grid.resize(400, 200)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


def strikes(count=30, **changed):
    return [Strike(24_500 + 50 * i, changed.get(f"at_{i}", 100.0 - i), 0.5, i % 2) for i in range(count)]


def picture(grid) -> QImage:
    return grid.viewport().grab().toImage()


def test_a_changed_price_flashes_and_fades_within_half_a_second(grid, source):
    place = QPoint(grid.header().sectionViewportPosition(1) + 3, 3 * 18 + 2)
    before = picture(grid).pixelColor(place)

    source.set_rows(strikes(at_3=150.0))
    grid.refresh(1_000)
    flashed = picture(grid).pixelColor(place)
    grid.refresh(1_600)
    after = picture(grid).pixelColor(place)

    assert flashed == QColor(THEME.colours.up_tint)
    assert after == before


def test_the_current_cell_is_outlined_and_its_text_stays_readable(grid, qtbot):
    # The last row painted before the ring has an expander, which leaves its brush behind.
    qtbot.mouseClick(grid.viewport(), CLICK, pos=QPoint(grid.header().sectionViewportPosition(1) + 20, 2 * 18 + 9))
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)

    shown = picture(grid)

    left, width = grid.header().sectionViewportPosition(1), grid.header().sectionSize(1)
    inside = [shown.pixelColor(x, y) for x in range(left + 2, left + width - 2) for y in range(38, 52)]
    assert inside.count(QColor(THEME.colours.selection)) > len(inside) // 2
    assert inside.count(QColor(THEME.colours.header)) == 0
    assert shown.pixelColor(left, 2 * 18 + 9) == QColor(THEME.colours.accent)


class WatchedSource(RowGridSource):
    """Remembers which rows were asked for since ``asked`` was cleared."""

    asked: set[int]

    def cells(self, first, last):
        self.asked.update(range(first, last))
        return super().cells(first, last)


def test_only_the_changed_visible_rows_are_painted(qtbot):
    source = WatchedSource(COLUMNS, lambda row: row.strike)
    source.asked = set()
    source.set_rows(strikes())
    grid = FastGrid(source, COLUMNS, THEME, "Option chain")
    qtbot.addWidget(grid)
    grid.resize(400, 200)
    grid.show()
    qtbot.waitUntil(lambda: bool(source.asked))
    source.asked.clear()

    source.set_rows(strikes(at_3=1.0, at_4=2.0, at_25=3.0))
    grid.refresh(1_000)

    qtbot.waitUntil(lambda: bool(source.asked))
    assert source.asked == {3, 4}


def test_the_tooltip_explains_the_cell_under_the_mouse(grid, source):
    place = QPoint(180, 2 * 18 + 5)
    event = QHelpEvent(QEvent.Type.ToolTip, place, grid.viewport().mapToGlobal(place))

    QGuiApplication.sendEvent(grid.viewport(), event)

    assert QToolTip.text() == "Last traded price"
    QToolTip.hideText()


def test_unchanged_rows_report_no_change(source):
    source.take_changes()

    source.set_rows(strikes())

    changes = source.take_changes()
    assert (changes.reset, changes.rows.tolist()) == (False, [])


def test_only_changed_rows_are_reported_with_the_sign_of_each_change(source):
    source.take_changes()

    source.set_rows(strikes(at_2=500.0, at_5=1.0))

    changes = source.take_changes()
    assert changes.rows.tolist() == [2, 5]
    assert changes.signs[:, 1].tolist() == [1, -1]


def test_other_rows_make_the_source_start_afresh(source):
    source.take_changes()

    source.set_rows(strikes(12))

    assert source.take_changes().reset
    assert source.row_count() == 12


def test_a_flash_fades_in_five_steps():
    flash = CellFlash(2)
    flash.reset(3)
    flash.note(GridChanges(False, np.array([1]), np.array([[0, -1]], dtype=np.int8)), 1_000)

    glow = [flash.strengths(1, 1_000 + 100 * step) for step in range(6)]

    assert glow == [[0, -5], [0, -4], [0, -3], [0, -2], [0, -1], None]
    assert flash.strengths(0, 1_000) is None


def test_the_highlighted_row_and_its_neighbour_look_different(grid):
    image = picture(grid)

    assert image.pixelColor(380, 8 * 18 + 9) == QColor(THEME.colours.highlight)
    assert image.pixelColor(380, 7 * 18 + 9) == QColor(THEME.colours.panel_alternate)


def test_a_bar_fills_its_share_of_the_cell(grid):
    left = grid.header().sectionViewportPosition(2)
    image = picture(grid)

    assert image.pixelColor(left + 5, 9) == QColor(THEME.colours.put_bar)
    assert image.pixelColor(left + grid.header().sectionSize(2) - 3, 3) == QColor(THEME.colours.panel)


def test_the_arrow_keys_move_and_enter_activates(qtbot, grid):
    grid.select_row(0)

    with qtbot.waitSignal(grid.cell_activated) as activated:
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
            qtbot.keyClick(grid, key)

    assert activated.args == [2, "price"]
    assert grid.selected_rows() == [2]


def test_keys_reach_both_ends_and_scroll_along(qtbot, grid):
    grid.select_row(0)

    qtbot.keyClick(grid, Qt.Key.Key_End)
    at_end, scrolled = grid.current_row(), grid.verticalScrollBar().value()
    qtbot.keyClick(grid, Qt.Key.Key_Home)

    assert (at_end, grid.current_row()) == (29, 0)
    assert scrolled == grid.verticalScrollBar().maximum() > 0


def test_shift_and_control_extend_the_selection(qtbot, grid):
    viewport, shift, control = grid.viewport(), Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier

    qtbot.mouseClick(viewport, CLICK, pos=QPoint(180, 1 * 18 + 5))
    qtbot.mouseClick(viewport, CLICK, shift, pos=QPoint(180, 3 * 18 + 5))
    qtbot.mouseClick(viewport, CLICK, control, pos=QPoint(180, 6 * 18 + 5))

    assert grid.selected_rows() == [1, 2, 3, 6]


def test_a_selection_follows_its_rows_when_they_move(grid, source):
    grid.select_row(2)

    source.set_rows(list(reversed(strikes())))
    grid.refresh(0)

    assert grid.selected_rows() == [27]
    assert source.row(27).strike == 24_600


def test_a_selection_ends_with_its_rows(grid, source):
    grid.select_row(29)

    source.set_rows(strikes(5))
    grid.refresh(0)

    assert grid.selected_rows() == []
    assert grid.current_row() is None


def test_the_selection_is_copied_with_headers_in_the_order_on_screen(qtbot, grid):
    grid.header().moveSection(grid.header().visualIndex(1), 0)
    grid.header().show_column(2, False)
    grid.select_row(1)

    qtbot.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "LTP\tStrike\n99.00\t24550"


def test_a_click_on_an_expander_folds_and_does_not_select(qtbot, grid):
    with qtbot.waitSignal(grid.expander_toggled) as toggled:
        qtbot.mouseClick(grid.viewport(), CLICK, pos=QPoint(6, 4 * 18 + 9))

    assert toggled.args == [4]
    assert grid.selected_rows() == []


def test_a_click_names_row_and_column(qtbot, grid):
    with qtbot.waitSignal(grid.cell_clicked) as clicked:
        qtbot.mouseClick(grid.viewport(), CLICK, pos=QPoint(180, 2 * 18 + 5))

    assert clicked.args == [2, "price"]


def test_a_click_below_the_last_row_does_nothing(qtbot, grid, source):
    source.set_rows(strikes(2))
    grid.refresh(0)

    qtbot.mouseClick(grid.viewport(), CLICK, pos=QPoint(180, 150))

    assert grid.current_row() is None


def test_a_click_on_a_header_asks_for_an_order(qtbot, grid):
    with qtbot.waitSignal(grid.sort_requested) as asked:
        qtbot.mouseClick(grid.header().viewport(), CLICK, pos=QPoint(180, 8))

    assert asked.args[0] == "price"


def test_the_look_of_a_grid_comes_back_with_its_rows(qtbot, grid, source):
    source.set_rows([])
    grid.refresh(0)

    grid.apply_look(TableLook(sort=[SortBy("price"), SortBy("no such column")], top=12))
    waiting = grid.look()
    source.set_rows(strikes(60))
    grid.refresh(100)

    assert waiting == TableLook(sort=[SortBy("price")], top=12)
    assert grid.verticalScrollBar().value() == 12 * 18
    assert source.row(0).price == min(strike.price for strike in strikes(60) if strike.level == 0)
    assert grid.look() == waiting


def test_who_scrolls_before_the_rows_are_there_stays_where_he_is(grid, source):
    source.set_rows(strikes(12))
    grid.refresh(0)
    grid.apply_look(TableLook(top=40))

    grid.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderSingleStepAdd)
    source.set_rows(strikes(90))
    grid.refresh(100)

    assert grid.verticalScrollBar().value() == 18


def test_columns_are_saved_and_restored(grid):
    header = grid.header()
    header.moveSection(header.visualIndex(2), 0)
    header.resizeSection(1, 133)
    header.show_column(0, False)
    saved = header.column_layout()

    header.apply_defaults()
    defaults = header.column_layout()
    header.apply_layout(saved)

    assert [c.key for c in defaults] == ["strike", "price", "interest"]
    assert header.column_layout() == saved


def test_foreign_columns_of_a_saved_layout_are_ignored(grid):
    header = grid.header()

    header.apply_layout([ColumnLayout(key="gone", width=10), ColumnLayout(key="price", width=99_999)])

    assert [c.key for c in header.column_layout()] == ["price", "strike", "interest"]
    assert header.column_layout()[0].width == 2_000


def test_the_last_visible_column_cannot_be_hidden(qtbot, grid):
    grid.header().show_column(0, False)
    grid.header().show_column(1, False)

    menu = grid.header().chooser(grid)

    assert [action.isEnabled() for action in menu.actions()[:3]] == [True, True, False]


def test_a_grid_over_a_source_that_was_shown_before_starts_whole(qtbot, source):
    source.take_changes()
    source.set_rows(strikes(at_3=1.0))

    grid = FastGrid(source, COLUMNS, THEME, "Again")
    qtbot.addWidget(grid)
    grid.select_row(29)

    assert grid.current_row() == 29
    assert grid.accessibleName() == "Again"


def test_an_empty_grid_answers_every_key(qtbot):
    empty = RowGridSource(COLUMNS, lambda row: row.strike)
    grid = FastGrid(empty, COLUMNS, THEME, "Empty")
    qtbot.addWidget(grid)
    grid.show()

    for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Space):
        qtbot.keyClick(grid, key)

    assert grid.current_row() is None
    assert grid.tab_separated() == "Strike\tLTP\tOI"


def test_columns_of_the_highest_rank_give_way_first_and_come_back(qtbot, source):
    ranked = [msgspec.structs.replace(column, rank=rank) for column, rank in zip(COLUMNS, (0, 2, 1), strict=True)]
    grid = FastGrid(source, ranked, THEME, "Option chain")
    qtbot.addWidget(grid)
    header = grid.header()

    shown = {}
    for room in (300, 165, 90):
        header.fit(room)
        shown[room] = header.shown_columns()
    saved = header.column_layout()
    header.fit(300)

    assert shown == {300: [0, 1, 2], 165: [0, 2], 90: [0]}
    assert not any(column.hidden for column in saved)
    assert header.shown_columns() == [0, 1, 2]
    assert header.length() == pytest.approx(300, abs=3)


def test_the_column_menu_shows_an_ampersand(qtbot):
    columns = (Column[Strike](key="profit", header="P&L", text=lambda r: str(r.price)), COLUMNS[0])
    grid = FastGrid(RowGridSource(columns, lambda row: row.strike), columns, THEME, "Profits")
    qtbot.addWidget(grid)

    assert grid.header().chooser(grid).actions()[0].text() == "P&&L"


def middle_row(grid):
    return grid.row_at(QPoint(10, grid.viewport().height() // 2))


def test_a_row_in_the_middle_stays_there_while_the_grid_changes_its_height(grid):
    grid.centre_row(15)

    grid.resize(400, 420)
    tall = middle_row(grid)
    grid.resize(400, 150)

    assert tall == 15
    assert middle_row(grid) == 15


def test_a_row_is_left_where_it_is_once_somebody_scrolled(grid):
    grid.centre_row(15)
    grid.verticalScrollBar().setValue(0)

    grid.resize(400, 150)

    assert grid.verticalScrollBar().value() == 0


def test_a_refresh_that_does_not_know_the_time_leaves_glows_as_they_are(grid, source):
    grid.refresh(50_000)
    source.set_rows([msgspec.structs.replace(row, price=row.price + 1) for row in strikes()])
    grid.refresh(50_100)

    grid.refresh(0)

    assert max(grid._flash.strengths(0, grid._now_ms)) == 5


def test_tables_in_one_font_share_their_texts_and_forget_what_was_painted_long_ago(qapp):
    register_fonts()
    first, second = texts_in(ui_font(12)), texts_in(ui_font(12))
    kept = first.laid_out("185.20", 200)

    for number in range(20_000):
        first.laid_out(f"{number}.05", 200)
        if number % 1_000 == 0:
            assert second.laid_out("185.20", 200) is kept

    assert first is second
    assert texts_in(ui_font(12, bold=True)) is not first
    assert len(first) < 10_000


def test_a_glow_is_painted_again_once_for_each_of_its_steps(grid, source, qtbot):
    moved = [msgspec.structs.replace(strikes()[0], price=strikes()[0].price + 1), *strikes()[1:]]
    source.set_rows(moved)
    grid.refresh(1_000)
    QApplication.processEvents()
    painted = []
    source.cells = lambda first, last: painted.append(first) or RowGridSource.cells(source, first, last)

    for now_ms in range(1_010, 1_100, 10):
        grid.refresh(now_ms)
        QApplication.processEvents()
    between_the_steps = len(painted)
    grid.refresh(1_100)
    QApplication.processEvents()

    assert between_the_steps == 0
    assert len(painted) == 1
