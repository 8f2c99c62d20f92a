"""The order book: days, chips, groups, saved views, and what is done to orders after one question."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.viewmodels.table_look import SortBy, TableLook
from desktop.windows.dialog import QuestionDialog
from desktop.windows.order_book_panel import OrderBookPanel
from desktop.windows.order_details import OrderDetails
from desktop.windows.panel import Desk, Links
from desktop.windows.view_name_dialog import ViewNameDialog
from desktop.workspace.saved_views import FILE, MOST_VIEWS, SavedView, ViewFile, refused_name
from desktop.workspace.workspace import LayoutError
from engine.domain.commands import CancelWorkingOrder, SquareOffLeg
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import DAY, ist_date
from engine.domain.order import OrderStatus, PendingRequest, Purpose, RestsFor
from tests.gui.engine_desk import standing_desk, tell

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CLICK = Qt.MouseButton.LeftButton


class Book:
    """An order book over an engine that stands still; it notes what was submitted, chosen and said."""

    def __init__(self, qtbot, folder):
        self.engine, self.bridge = standing_desk()
        self.submitted, self.said, self.acted = [], [], []
        self.bridge.submit = lambda make: self.submitted.append(make(self.bridge.now()))
        self.desk = desk = Desk(
            bridge=self.bridge,
            theme=built_in_theme(),
            editor=MultilegEditor(lambda _portfolio: []),
            templates=(),
            account=AccountId("PAPER"),
            broker="paper",
        )
        actions = {}

        def action(name):
            return actions.setdefault(name, QAction(name))

        links = Links(
            act=self.acted.append,
            action=action,
            select_portfolio=lambda _id: None,
            show_instrument=lambda _id: None,
            show_premium=lambda _id: None,
            find_orders=lambda _words: None,
            choose=lambda _subject: None,
            say=self.said.append,
            frame_health=lambda: None,
        )
        self.folder = folder
        self._make = lambda context: OrderBookPanel(desk, links, folder, context)
        self.panel = self.made(qtbot)

    def made(self, qtbot, context=None):
        panel = self._make(context)
        qtbot.addWidget(panel)
        panel.resize(1_100, 500)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    def tell(self, *orders):
        tell(self.bridge, *orders)

    def order(self, place=0, **changes):
        return msgspec.structs.replace(list(self.bridge.orders.values())[place], **changes)

    def select(self, *rows):
        view = self.panel.table.view
        view.clearSelection()
        flag = view.selectionModel().SelectionFlag
        for row in rows:
            view.selectionModel().select(self.panel.model.index(row, 0), flag.Select | flag.Rows)


@pytest.fixture
def book(qtbot, tmp_path):
    book = Book(qtbot, tmp_path)
    yield book
    book.bridge.deleteLater()


def question(panel):
    dialog = next(one for one in panel.findChildren(QuestionDialog) if one.isVisible())
    return dialog, " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_chips_put_their_words_into_the_filter_and_show_them(qtbot, book):
    book.tell(book.order(0, status=OrderStatus.OPEN), book.order(1, status=OrderStatus.REJECTED))
    working, refused, complete = book.panel.chips.buttons

    qtbot.mouseClick(working, CLICK)
    only_working = [row.status for row in book.panel.model.shown_rows()]
    qtbot.mouseClick(refused, CLICK)
    both = {row.status for row in book.panel.model.shown_rows()}
    book.panel.table.filter_line.setText("status:complete")

    assert only_working == [OrderStatus.OPEN]
    assert both == {OrderStatus.OPEN, OrderStatus.REJECTED}
    assert (working.isChecked(), refused.isChecked(), complete.isChecked()) == (False, False, True)


def test_earlier_days_are_offered_and_shown(qtbot, book):
    before = book.order(0, order_id=OrderId("OLD1"), requested_at=book.order(0).requested_at - DAY)
    book.tell(before)
    days = ist_date(before.requested_at).isoformat()
    today = book.panel.model.rowCount()

    place = book.panel.days_box.findData(days)
    book.panel.days_box.setCurrentIndex(place)
    one_day = [row.order_id for row in book.panel.model.shown_rows()]
    book.panel.days_box.setCurrentIndex(book.panel.days_box.findData("all"))

    assert today == 4
    assert one_day == ["OLD1"]
    assert book.panel.model.rowCount() == 5
    assert book.panel.context() == {"days": "all"}
    assert "Day" in [book.panel.model.columns[n].header for n in book.panel.table.header().shown_columns()]


@pytest.mark.parametrize("days", ["2020-01-31", "all", "today", "yesterday", "", "2026-13-45"])
def test_the_days_of_a_workspace_come_back_or_it_is_today(qtbot, book, days):
    panel = book.made(qtbot, {"days": days})

    assert panel.context() == ({"days": days} if days in ("2020-01-31", "all") else {})


def test_groups_are_chosen_from_the_bar(qtbot, book):
    box = book.panel.group_box

    box.setCurrentIndex(box.findData("status"))
    box.activated.emit(box.currentIndex())
    grouped = book.panel.model.grouping_key
    book.panel.table.apply_look(TableLook())

    assert grouped == "status"
    assert box.currentData() == ""


def test_all_working_orders_are_cancelled_after_one_question_with_the_numbers(book):
    stop = {"status": OrderStatus.TRIGGER_PENDING, "rests_for": RestsFor.STOP, "purpose": Purpose.EXIT}
    book.tell(book.order(0, status=OrderStatus.OPEN), book.order(1, **stop), book.order(2, **stop))
    book.panel.table.filter_line.setText("no such order")

    book.panel.cancel_all()
    dialog, words = question(book.panel)
    before = list(book.submitted)
    dialog.accept()

    assert "Cancel 3 working orders, among them 2 stops that protect open legs?" in words
    assert "placed anew while its leg is open" in words
    assert before == []
    assert all(isinstance(command, CancelWorkingOrder) for command in book.submitted)
    assert [command.order_id for command in book.submitted] == list(book.bridge.orders)[:3]


def test_only_what_is_shown_is_cancelled_where_that_is_asked(book):
    book.tell(book.order(0, status=OrderStatus.OPEN), book.order(2, status=OrderStatus.OPEN))
    book.panel.table.filter_line.setText("side:sell")

    book.panel.cancel_shown()
    dialog, words = question(book.panel)
    dialog.accept()

    assert "Cancel 1 working order?" in words
    assert [command.order_id for command in book.submitted] == [book.order(2).order_id]


def test_cancelling_some_is_not_asked_again_where_that_was_chosen_but_cancelling_all_is(book):
    questions = book.desk.questions
    book.tell(book.order(0, status=OrderStatus.OPEN), book.order(2, status=OrderStatus.OPEN))
    book.panel.table.filter_line.setText("side:sell")
    book.panel.cancel_shown()
    dialog, _words = question(book.panel)
    dialog.no_more.setChecked(True)
    dialog.accept()

    book.panel.cancel_shown()
    without = len(book.submitted)
    book.panel.table.filter_line.setText("")
    book.panel.cancel_shown()
    everything, _words = question(book.panel)

    assert questions.not_asked == {"cancel_shown_orders"}
    assert without == 2
    assert everything.no_more is None
    everything.reject()


def test_a_chosen_stop_is_cancelled_and_one_leg_is_closed_without_a_question_where_that_was_chosen(book):
    for name in ("cancel_orders", "square_off_leg"):
        book.desk.questions.ask_no_more(name)
    book.tell(book.order(0, status=OrderStatus.TRIGGER_PENDING, rests_for=RestsFor.STOP))
    book.select(0)
    book.panel.cancel_selected()
    book.tell(book.order(0, status=OrderStatus.COMPLETE))
    book.panel.square_off_selected()
    book.select(0, 1)

    book.panel.square_off_selected()

    assert [type(command) for command in book.submitted] == [CancelWorkingOrder, SquareOffLeg]
    assert question(book.panel)[0].no_more is None


def test_what_was_filled_while_the_question_stood_is_not_cancelled(book):
    book.tell(book.order(0, status=OrderStatus.OPEN), book.order(1, status=OrderStatus.OPEN))

    book.panel.cancel_all()
    dialog, _words = question(book.panel)
    book.tell(book.order(0, status=OrderStatus.COMPLETE))
    dialog.accept()

    assert [command.order_id for command in book.submitted] == [book.order(1).order_id]


def test_what_the_broker_owes_an_answer_for_is_told_and_not_cancelled(book):
    book.tell(
        book.order(0, status=OrderStatus.UNKNOWN), book.order(1, status=OrderStatus.OPEN, pending=PendingRequest.CANCEL)
    )

    book.panel.cancel_all()
    dialog, words = question(book.panel)
    dialog.accept()

    assert "2 orders of these cannot be cancelled before the broker answered" in words
    assert book.submitted == []
    assert book.said[-1].startswith("2 orders could not be cancelled")


def test_nothing_to_cancel_is_a_sentence(book):
    book.panel.cancel_all()

    assert book.said == ["There is nothing to cancel: none of all orders is working."]


def test_a_stop_that_protects_is_asked_about_even_when_it_is_chosen_alone(book):
    book.tell(book.order(0, status=OrderStatus.TRIGGER_PENDING, rests_for=RestsFor.STOP))
    book.select(0)

    book.panel.cancel_selected()

    assert "among them 1 stop that protects an open leg?" in question(book.panel)[1]


def test_the_leg_that_an_order_filled_is_squared_off_once(book):
    order = book.order(0)
    book.select(0, 1)

    book.panel.square_off_selected()
    dialog, words = question(book.panel)
    dialog.accept()

    assert "Close 2 legs: +130 NIFTY 25 Aug 24500 CE of Straddle; +130" in words
    assert all(isinstance(command, SquareOffLeg) for command in book.submitted)
    assert (book.submitted[0].portfolio_id, book.submitted[0].leg_id) == (order.portfolio_id, order.leg_id)


def test_an_order_that_filled_nothing_has_no_leg_to_square_off(book):
    book.tell(book.order(0, filled=0))
    book.select(0)

    book.panel.square_off_selected()

    assert book.said == ["Select an order whose leg is still open to square it off."]
    assert not book.panel.deeds.can_square_off(book.order(0))


def test_the_portfolio_of_an_earlier_day_is_in_the_journal(book):
    book.tell(book.order(0, portfolio_id="P99"))
    book.select(0)

    assert book.panel.portfolio_of_selected() is None
    assert "earlier day" in book.said[-1]


def test_the_life_of_an_order_is_told_step_by_step_and_stays_live(qtbot, book):
    book.panel.table.view.setCurrentIndex(book.panel.model.index(0, 0))
    qtbot.keyClick(book.panel.table.view, Qt.Key.Key_Return)
    dialog = next(one for one in book.panel.findChildren(OrderDetails) if one.isVisible())
    steps = [dialog.steps.item(n).text() for n in range(dialog.steps.count())]

    order = book.order(0)
    late = msgspec.structs.replace(order.steps[-1], at=order.steps[-1].at + 1_500, words="65 more", detail="late news")
    book.tell(book.order(0, steps=(*order.steps, late)))
    qtbot.mouseClick(dialog.copy_button, CLICK)

    assert "Legwork: written to the journal: BUY 130 at" in steps[0]
    assert any("Legwork: sent" in step for step in steps)
    assert dialog.steps.item(dialog.steps.count() - 1).text().endswith("+1.5 ms   broker: 65 more: late news")
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Order: BUY 130 NIFTY 25 Aug 24500 CE, ")
    assert "late news" in copied


def test_slices_and_retries_stand_beside_the_order(book):
    book.tell(
        book.order(0, order_id=OrderId("SLICE2"), number=2, filled=65, status=OrderStatus.REJECTED, wording="RMS")
    )
    book.select(0)

    book.panel.show_details()
    dialog = next(one for one in book.panel.findChildren(OrderDetails) if one.isVisible())

    assert dialog.brothers.item(0).text() == "SLICE2   no. 2   BUY 65 of 130 filled, REJECTED: RMS"


def test_a_group_has_a_menu_of_its_own_by_key(qtbot, book):
    book.panel.table.group_by("status")
    view = book.panel.table.view
    view.setCurrentIndex(book.panel.model.index(0, 0))
    middle = view.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, view.mapToGlobal(middle))

    QApplication.sendEvent(view, event)
    menu = next(one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible())
    entries = {entry.objectName(): entry for entry in menu.actions()}
    entries["select_group"].trigger()
    menu.close()

    assert {"fold_group", "fold_groups", "unfold_groups"} <= entries.keys()
    assert len(book.panel.selected()) == 4


# --- saved views ----------------------------------------------------------------------------------------------------


def named(panel, name):
    dialog = next(one for one in panel.findChildren(ViewNameDialog) if one.isVisible())
    dialog.line.setText(name)
    dialog.accept()
    return dialog


def test_a_view_is_saved_shown_renamed_and_deleted(qtbot, book):
    panel = book.panel
    look = TableLook(filter="side:sell", group="status", sort=[SortBy("contract", descending=True)])
    panel.table.apply_look(look)
    panel.views.save()
    named(panel, "Sold  today")
    panel.table.apply_look(TableLook())

    panel.views.show("Sold today")
    shown = panel.table_look()
    panel.views.rename("Sold today")
    named(panel, "Sold")
    other = book.made(qtbot)

    assert (shown.filter, shown.group, shown.sort) == (look.filter, look.group, look.sort)
    assert [view.name for view in other.views.views()] == ["Sold"]
    panel.views.delete("Sold")
    question(panel)[0].accept()
    assert other.views.views() == []


def test_the_menu_of_views_marks_the_one_that_is_shown(book):
    panel = book.panel
    panel.table.apply_look(TableLook(filter="nifty"))
    panel.views.save()
    named(panel, "A & B")

    shown = panel.views.menu().actions()[0]
    panel.table.filter_line.setText("")
    later = panel.views.menu().actions()[0]

    assert shown.text() == "A && B"
    assert (shown.isChecked(), later.isChecked()) == (True, False)


@pytest.mark.parametrize("name", ["", "   ", "x" * 49, "page\x00"])
def test_a_name_that_cannot_be_is_refused_beside_the_field(book, name):
    book.panel.views.save()

    dialog = named(book.panel, name)

    assert dialog.isVisible()
    assert dialog.error.text().startswith("✕ A ")


def test_a_damaged_file_of_views_is_told_and_kept_aside(tmp_path):
    (tmp_path / FILE).write_text("format = 1\n[[views]]\nname = ")
    file = ViewFile(tmp_path, "order_book")

    with pytest.raises(LayoutError, match="cannot be used"):
        file.views()
    said = file.save(SavedView(name="New", table="order_book"))

    assert "It is kept as views.toml.kept-1." in said
    assert [view.name for view in file.views()] == ["New"]
    assert (tmp_path / "views.toml.kept-1").read_text().startswith("format = 1")


@pytest.mark.parametrize(
    "content", ["format = 2\n", "", 'format = 1\nviews = "none"\n', "\x00\x01", "x = 1\n" * 200_000]
)
def test_a_foreign_file_of_views_is_a_sentence(tmp_path, content):
    (tmp_path / FILE).write_text(content)

    with pytest.raises(LayoutError, match="views"):
        ViewFile(tmp_path, "order_book").views()


def test_views_of_other_tables_stay_as_they_are(tmp_path):
    orders, positions = ViewFile(tmp_path, "order_book"), ViewFile(tmp_path, "positions")
    orders.save(SavedView(name="Mine", table="order_book"))
    positions.save(SavedView(name="Mine", table="positions"))

    orders.rename("Mine", "MINE")
    orders.delete("mine")

    assert orders.views() == []
    assert [view.name for view in positions.views()] == ["Mine"]


def test_a_name_is_not_taken_twice_nor_too_many_kept(tmp_path):
    file = ViewFile(tmp_path, "order_book", keeps=False)
    for number in range(MOST_VIEWS):
        file.save(SavedView(name=f"V{number}", table="order_book"))

    with pytest.raises(LayoutError, match='There is a view "V2" already'):
        file.rename("V1", "V2")
    with pytest.raises(LayoutError, match="delete one"):
        file.save(SavedView(name="One more", table="order_book"))
    assert not (tmp_path / FILE).exists()
    assert refused_name("Fine") is None


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    file = ViewFile(tmp_path / "file", "order_book")

    with pytest.raises(LayoutError, match="cannot be written"):
        file.save(SavedView(name="New", table="order_book"))
