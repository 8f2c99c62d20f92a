"""Tables that are grouped and sorted by several columns: sums above the rows, folding, and nothing lost."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from desktop.presentation.fonts import register_fonts
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_lines import Grouping
from desktop.viewmodels.row_order import ordered_tree
from desktop.viewmodels.row_table import DISPLAY_ROLE, RowTableModel
from desktop.viewmodels.table_look import AT_THE_END, SortBy, TableLook
from desktop.widgets.data_table import DataTable

# The offscreen platform says this whenever a window has a least size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
THEME = built_in_theme("dark")
CLICK, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


class Order(msgspec.Struct, frozen=True):
    """A row as the engine would send it."""

    number: int
    symbol: str
    quantity: int


COLUMNS = (
    Column[Order](key="number", header="Order", width=90, text=lambda r: f"O{r.number}", sort_value=lambda r: r.number),
    Column[Order](key="symbol", header="Contract", width=90, text=lambda r: r.symbol, align=Align.LEFT),
    Column[Order](
        key="quantity",
        header="Qty",
        width=90,
        text=lambda r: str(r.quantity),
        value=lambda r: r.quantity,
        total=lambda rows: str(sum(row.quantity for row in rows)),
    ),
)
GROUPINGS = (
    Grouping[Order](key="symbol", title="Contract", name=lambda r: r.symbol),
    Grouping[Order](
        key="sign", title="Sign", name=lambda r: "long" if r.quantity > 0 else "short", rank=lambda r: r.quantity <= 0
    ),
)


def made():
    return RowTableModel(COLUMNS, lambda row: row.number, THEME, groupings=GROUPINGS)


@pytest.fixture
def model(qapp, qtmodeltester):
    model = made()
    qtmodeltester.check(model)
    model.apply_rows(
        [Order(1, "CE", 10), Order(2, "PE", -5), Order(3, "CE", 30), Order(4, "PE", 7), Order(5, "CE", 20)]
    )
    yield model
    model.deleteLater()


@pytest.fixture
def table(qtbot, model):
    register_fonts()
    table = DataTable(model, THEME, "Order book")
    qtbot.addWidget(table)
    table.resize(420, 300)
    table.show()
    qtbot.waitExposed(table)
    yield table
    model.setParent(table)


def lines(model):
    return [
        f"[{model.group_title(row)}]" if model.is_group(row) else f"O{model.row_at(row).number}"
        for row in range(model.rowCount())
    ]


def click_header(qtbot, table, column, modifier=Qt.KeyboardModifier.NoModifier):
    header = table.header()
    x = header.sectionViewportPosition(column) + 20
    qtbot.mouseClick(header.viewport(), CLICK, modifier, QPoint(x, 8))


def test_groups_stand_in_order_with_count_and_sums(model):
    model.sort_by([SortBy("quantity", descending=True)])
    model.group_by("symbol")

    assert lines(model) == ["[CE · 3]", "O3", "O5", "O1", "[PE · 2]", "O4", "O2"]
    assert model.cell(0, 2)[0] == "60"
    assert model.data(model.index(4, 0), DISPLAY_ROLE) == "PE · 2"
    assert [row.number for row in model.shown_rows()] == [3, 5, 1, 4, 2]


def test_a_grouping_with_a_rank_stands_in_its_order(model):
    model.group_by("sign")

    assert [line for line in lines(model) if line.startswith("[")] == ["[long · 4]", "[short · 1]"]


def test_a_folded_group_keeps_its_sums_up_to_date(model):
    model.group_by("symbol")
    model.toggle_group(0)

    model.apply_rows([Order(1, "CE", 1_000), Order(9, "CE", 5)])

    assert lines(model) == ["[CE · 4]", "[PE · 2]", "O2", "O4"]
    assert model.cell(0, 2)[0] == "1055"
    assert model.folded == ["CE"]


def test_a_row_that_changes_its_group_moves_when_the_order_is_refreshed(model, qtbot):
    model.group_by("symbol")

    with qtbot.waitSignal(model.went_stale):
        model.apply_rows([Order(2, "CE", -5)])
    model.refresh_order()

    assert lines(model) == ["[CE · 4]", "O1", "O2", "O3", "O5", "[PE · 1]", "O4"]


def test_a_group_goes_with_its_last_row(model):
    model.group_by("symbol")

    model.remove([2, 4])

    assert lines(model) == ["[CE · 3]", "O1", "O3", "O5"]


def test_a_filter_counts_only_what_passes(model):
    model.group_by("symbol")

    model.set_filter("qty:>5")

    assert lines(model) == ["[CE · 3]", "O1", "O3", "O5", "[PE · 1]", "O4"]


def test_a_changed_row_that_passes_no_more_leaves_a_second_later(table, qtbot):
    table.filter_line.setText("pe")
    before = table.model.rowCount()

    table.model.apply_rows([Order(2, "CE", -5)])
    at_once = table.model.rowCount()

    qtbot.waitUntil(lambda: table.model.rowCount() == 1, timeout=5_000)
    assert (before, at_once) == (2, 2)


def test_shift_and_a_click_sorts_by_a_second_column(qtbot, table):
    click_header(qtbot, table, 1)
    click_header(qtbot, table, 2, SHIFT)
    upwards = lines(table.model)
    click_header(qtbot, table, 2, SHIFT)
    downwards = lines(table.model)

    assert upwards == ["O1", "O5", "O3", "O2", "O4"]
    assert downwards == ["O3", "O5", "O1", "O4", "O2"]
    assert table.header().sort_keys() == [SortBy("symbol"), SortBy("quantity", descending=True)]


def test_the_third_click_restores_the_order_of_arrival(qtbot, table):
    for _ in range(3):
        click_header(qtbot, table, 2)

    assert table.header().sort_keys() == []
    assert lines(table.model) == ["O1", "O2", "O3", "O4", "O5"]


def test_the_sort_menu_sorts_without_a_mouse(table):
    menu = table.header().sorter(table)
    by_title = {action.text().partition("\t")[0]: action for action in menu.actions()}
    by_title["Contract"].trigger()
    then = table.header().sorter(table).actions()[0].menu()
    next(action for action in then.actions() if action.text() == "Qty").trigger()

    assert lines(table.model) == ["O1", "O5", "O3", "O2", "O4"]


def test_groups_fold_by_mouse_and_keys(qtbot, table):
    view, model = table.view, table.model
    table.group_by("symbol")
    mark = QPoint(6, view.rowViewportPosition(0) + 5)

    qtbot.mouseClick(view.viewport(), CLICK, pos=mark)
    by_mouse = lines(model)
    view.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    by_right = lines(model)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    by_space = lines(model)
    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert by_mouse == by_space == ["[CE · 3]", "[PE · 2]", "O2", "O4"]
    assert by_right == lines(model) == ["[CE · 3]", "O1", "O3", "O5", "[PE · 2]", "O2", "O4"]


def test_the_rows_of_a_group_are_selected_also_when_it_is_folded(table):
    table.group_by("symbol")
    table.model.fold_all(True)

    table.select_group(1)

    assert lines(table.model) == ["[CE · 3]", "[PE · 2]", "O2", "O4"]
    assert [table.model.row_at(row).number for row in table.selected_rows()] == [2, 4]


def test_a_group_is_painted_and_no_row_of_its_own(qtbot, table):
    table.view.selectAll()
    flat = table.view.viewport().grab().toImage()
    table.group_by("symbol")

    assert table.view.viewport().grab().toImage() != flat
    assert all(not table.model.is_group(row) for row in table.selected_rows())
    with pytest.raises(LookupError):
        table.model.row_at(0)


def test_a_look_comes_back_whole(qtbot, table):
    look = TableLook(filter="c", group="symbol", folded=["CE"], sort=[SortBy("quantity", descending=True)])

    table.apply_look(look)

    assert table.look() == look
    assert lines(table.model) == ["[CE · 3]"]


def test_what_a_table_does_not_have_counts_for_nothing(table):
    table.apply_look(TableLook(group="weekday", folded=["Monday"], sort=[SortBy("theta")], top=10_000))

    assert lines(table.model) == ["O1", "O2", "O3", "O4", "O5"]
    assert table.header().sort_keys() == []


def test_the_place_comes_back_once_there_are_rows(qtbot, table):
    table.apply_look(TableLook(top=40))
    table.model.apply_rows([Order(number, "CE", number) for number in range(100, 200)])

    qtbot.waitUntil(lambda: table.view.verticalScrollBar().value() == 40)
    table.view.scrollToBottom()

    assert table.look().top == AT_THE_END


def test_a_page_pasted_into_the_filter_is_cut(qtbot, table):
    table.filter_line.setText("order " * 10_000)

    assert len(table.filter_line.text()) == 500
    assert table.model.rowCount() == 0


def test_a_word_of_no_column_is_told_at_the_line(table):
    table.filter_line.setText("acount:a1")
    told = table.filter_line.toolTip()
    table.filter_line.setText("qty:>5")

    assert told.startswith('There is no column "acount" here')
    assert not table.filter_line.property("invalid")


def test_a_tree_is_sorted_below_each_parent():
    levels = [0, 0, 1, 1, 0, 1, 2, 1]
    values = [99, 5, 2, 8, 7, 1, 0, 3]

    order = ordered_tree(levels, [(values, True)], [True, *[False] * 7])

    assert order == [0, 4, 7, 5, 6, 1, 3, 2]


ROWS = st.builds(Order, st.integers(0, 9), st.sampled_from(["CE", "PE", "FUT"]), st.integers(-3, 3))
STEPS = st.one_of(
    st.tuples(st.just("apply"), st.lists(ROWS, max_size=6)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 9), max_size=4)),
    st.tuples(st.just("filter"), st.sampled_from(["", "ce", "!pe", "qty:>0"])),
    st.tuples(st.just("group"), st.sampled_from(["", "symbol", "sign"])),
    st.tuples(st.just("fold"), st.booleans()),
    st.tuples(st.just("sort"), st.lists(st.sampled_from([SortBy("quantity"), SortBy("number", True)]), max_size=2)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=10))
def test_groups_hold_exactly_the_rows_that_pass(qapp, qtmodeltester, steps):
    model = made()
    qtmodeltester.check(model)
    rows = {}

    for name, argument in steps:
        match name:
            case "apply":
                model.apply_rows(argument)
                rows.update({row.number: row for row in argument})
            case "remove":
                model.remove(argument)
                rows = {number: row for number, row in rows.items() if number not in argument}
            case "filter":
                model.set_filter(argument)
            case "group":
                model.group_by(argument)
            case "fold":
                model.fold_all(argument)
            case _:
                model.sort_by(argument)
        model.refresh_order()

        model.fold_all(False)
        assert {row.number for row in model.shown_rows()} <= rows.keys()
        assert all(rows[row.number] == row for row in model.shown_rows())
        counted = [
            int(model.group_title(row).rpartition(" ")[2]) for row in range(model.rowCount()) if model.is_group(row)
        ]
        assert not counted or sum(counted) == len(model.shown_rows())
    model.deleteLater()
