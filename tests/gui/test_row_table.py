"""The row table says once what changed, and never loses a row or a selection."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt

from desktop.presentation.theme import built_in_theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_order import runs, sorted_indexes
from desktop.viewmodels.row_table import ALIGNMENT_ROLE, FOREGROUND_ROLE, ROW_ROLE, TOOLTIP_ROLE, RowTableModel

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


class Order(msgspec.Struct, frozen=True):
    """A row as the engine would send it."""

    number: int
    symbol: str
    quantity: int


COLUMNS = (
    Column[Order](key="number", header="Order", text=lambda r: f"O{r.number}", sort_value=lambda r: r.number),
    Column[Order](key="symbol", header="Contract", text=lambda r: r.symbol, align=Align.LEFT),
    Column[Order](
        key="quantity",
        header="Qty",
        tooltip="Lots times lot size",
        text=lambda r: str(r.quantity),
        tone=lambda r: tone_of_sign(r.quantity),
        sort_value=lambda r: r.quantity,
        cell_tooltip=lambda r: f"{r.quantity} of {r.symbol}",
    ),
)


@pytest.fixture
def model(qapp, qtmodeltester):
    model = RowTableModel(COLUMNS, lambda row: row.number, built_in_theme("dark"))
    qtmodeltester.check(model)
    yield model
    model.deleteLater()


def orders(*quantities):
    return [Order(number, f"NIFTY {number}", quantity) for number, quantity in enumerate(quantities)]


def shown(model, column=0):
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


class Watch:
    """Count what a model says about itself."""

    def __init__(self, model):
        self.changed, self.resets, self.inserted, self.layouts = [], 0, [], 0
        model.dataChanged.connect(lambda first, last, roles: self.changed.append((first.row(), last.row(), roles)))
        model.modelReset.connect(self._reset)
        model.rowsInserted.connect(lambda _parent, first, last: self.inserted.append((first, last)))
        model.layoutChanged.connect(self._layout)

    def _reset(self):
        self.resets += 1

    def _layout(self, *_unused):
        self.layouts += 1


def test_changed_rows_are_announced_once_per_contiguous_run(model):
    model.apply_rows(orders(*range(10)))
    watch = Watch(model)

    model.apply_rows([Order(n, "X", 99) for n in (7, 1, 2, 3)])

    assert [(first, last) for first, last, _roles in watch.changed] == [(1, 3), (7, 7)]
    assert all(roles for _first, _last, roles in watch.changed)
    assert (watch.resets, watch.inserted, watch.layouts) == (0, [], 0)


def test_new_rows_are_inserted_in_one_go(model):
    watch = Watch(model)

    model.apply_rows(orders(5, 6, 7))

    assert (watch.inserted, watch.resets, watch.changed) == ([(0, 2)], 0, [])
    assert shown(model, 2) == ["5", "6", "7"]


def test_a_changed_value_does_not_move_its_row_until_the_order_is_refreshed(model):
    model.apply_rows(orders(1, 2, 3))
    model.sort(2, ASCENDING)

    model.apply_rows([Order(0, "NIFTY 0", 50)])
    before = shown(model, 2)
    model.refresh_order()

    assert before == ["50", "2", "3"]
    assert shown(model, 2) == ["2", "3", "50"]


def test_a_new_row_takes_its_sorted_place_at_once(model):
    model.sort(0, DESCENDING)

    model.apply_rows(orders(1, 2, 3))

    assert shown(model) == ["O2", "O1", "O0"]


def test_numbers_sort_as_numbers_and_ties_keep_their_order(model):
    model.apply_rows(orders(10, 9, 10, 100))

    model.sort(2, DESCENDING)

    assert shown(model) == ["O3", "O0", "O2", "O1"]


def test_a_selected_row_stays_selected_through_sort_and_filter(model):
    model.apply_rows(orders(3, 1, 2))
    kept = QPersistentModelIndex(model.index(0, 1))
    lost = QPersistentModelIndex(model.index(1, 1))

    model.sort(2, ASCENDING)
    model.set_condition(lambda row: row.quantity > 1)

    assert (kept.row(), model.row_at(kept.row()).quantity) == (1, 3)
    assert not lost.isValid()


def test_the_quick_filter_wants_every_word_in_any_column(model):
    model.apply_rows([Order(1, "NIFTY 24850 CE", 75), Order(2, "NIFTY 24850 PE", 75), Order(3, "SENSEX CE", 20)])

    model.set_filter("nifty ce")

    assert shown(model) == ["O1"]
    model.set_filter("")
    assert len(shown(model)) == 3


def test_removed_rows_go_and_their_ids_can_come_back(model):
    model.apply_rows(orders(1, 2, 3, 4))

    model.remove([1, 2, 77])
    model.apply_rows([Order(1, "again", 9)])

    assert shown(model) == ["O0", "O3", "O1"]
    assert (model.place_of(1), model.place_of(2)) == (2, None)


def test_replacing_everything_keeps_what_stays(model):
    model.apply_rows(orders(1, 2, 3))
    kept = QPersistentModelIndex(model.index(2, 0))
    watch = Watch(model)

    model.replace_all([Order(2, "NIFTY 2", 30), Order(9, "new", 1)])

    assert shown(model) == ["O2", "O9"]
    assert (kept.row(), watch.resets) == (0, 0)


def test_cells_answer_for_text_tone_tooltip_and_row(model):
    model.apply_rows([Order(1, "NIFTY", -75)])
    index = model.index(0, 2)

    assert model.cell(0, 2) == ("-75", Tone.DOWN)
    assert model.data(index, TOOLTIP_ROLE) == "-75 of NIFTY"
    assert model.data(index, FOREGROUND_ROLE).color().name() == built_in_theme("dark").colours.down
    assert model.data(index, ALIGNMENT_ROLE) == (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
    assert model.data(index, ROW_ROLE) == Order(1, "NIFTY", -75)
    assert model.headerData(2, Qt.Orientation.Horizontal, TOOLTIP_ROLE) == "Lots times lot size"


def test_rows_are_copied_as_tab_separated_text(model):
    model.apply_rows(orders(1, 2))

    assert model.tab_separated([1], [2, 0]) == "Qty\tOrder\n2\tO1"


def test_missing_values_sort_last_either_way():
    values = [2.0, None, 1.0, float("nan")]

    assert sorted_indexes(values).tolist() == [2, 0, 1, 3]
    assert sorted_indexes(values, descending=True).tolist() == [0, 2, 1, 3]


def test_runs_join_neighbours():
    assert runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert runs([]) == []


ROWS = st.builds(Order, st.integers(0, 12), st.sampled_from(["alpha", "beta", "gamma"]), st.integers(-3, 3))
STEPS = st.one_of(
    st.tuples(st.just("apply"), st.lists(ROWS, max_size=6)),
    st.tuples(st.just("replace"), st.lists(ROWS, max_size=6)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 12), max_size=4)),
    st.tuples(st.just("filter"), st.sampled_from(["", "a", "beta", "al 1"])),
    st.tuples(st.just("sort"), st.tuples(st.integers(-1, 2), st.sampled_from([ASCENDING, DESCENDING]))),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=10))
def test_any_sequence_of_changes_shows_what_a_plain_list_would(qapp, qtmodeltester, steps):
    model = RowTableModel(COLUMNS, lambda row: row.number, built_in_theme("dark"))
    qtmodeltester.check(model)
    rows, words, column, order = {}, "", -1, ASCENDING

    for name, argument in steps:
        if name == "apply":
            model.apply_rows(argument)
            rows.update({row.number: row for row in argument})
        elif name == "replace":
            model.replace_all(argument)
            wanted = {row.number: row for row in argument}
            rows = {n: wanted[n] for n in rows if n in wanted} | {n: r for n, r in wanted.items() if n not in rows}
        elif name == "remove":
            model.remove(argument)
            rows = {number: row for number, row in rows.items() if number not in argument}
        elif name == "filter":
            words = argument
            model.set_filter(words)
        else:
            column, order = argument
            model.sort(column, order)
        model.refresh_order()

        assert model.shown_rows() == expected(rows, words, column, order)
        assert shown(model) == [f"O{row.number}" for row in model.shown_rows()]
    model.deleteLater()


def expected(rows, words, column, order):
    def text(row):
        return " ".join(c.text(row) for c in COLUMNS).casefold()

    kept = [row for row in rows.values() if all(word in text(row) for word in words.split())]
    keys = {0: lambda r: r.number, 1: lambda r: r.symbol, 2: lambda r: r.quantity}
    if column >= 0:
        kept.sort(key=keys[column], reverse=order == DESCENDING)
    return kept
