"""The trade history panel: what it shows, how it is chosen, and that a closed trade appears by itself."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.trade_figures import CalendarModel
from desktop.viewmodels.trade_history import ReviewMaker
from desktop.viewmodels.trade_review import TradeChoice, TradeGrouping, TradePeriod, review
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.money import Money
from engine.domain.profit_curve import LegExtremes
from engine.views.trade_statistics import trade_statistics
from tests.unit.views.test_trade_statistics import MONDAY, ROWS, RUPEE, trade

TODAY = MONDAY + timedelta(days=7)


def shown(panel):
    return [panel.source.row(number).name for number in range(panel.source.row_count())]


def test_trades_stand_below_their_day_newest_first() -> None:
    made = review(ROWS, TradeChoice(), TODAY)

    groups = [line.name for line in made.lines if line.depth == 1]
    assert groups == sorted({row.day.isoformat() for row in ROWS}, reverse=True)
    assert made.lines[0].sums.net == sum(row.net for row in ROWS)
    assert [line.row.leg_id for line in made.lines if line.row][:2] == [10, 9]


@pytest.mark.parametrize(
    ("choice", "legs"),
    [
        (TradeChoice(words="leg_sl"), [8, 6, 5, 4]),
        (TradeChoice(period=TradePeriod.DAY), [10]),
        (TradeChoice(words="2026-08-17"), [1]),
        (TradeChoice(words="straddle nobody"), []),
        (TradeChoice(grouping=TradeGrouping.NONE, words="time"), [10, 9, 7, 3, 2, 1]),
    ],
)
def test_trades_are_chosen_by_words_and_period_and_sorted(choice: TradeChoice, legs: list[int]) -> None:
    made = review(ROWS, choice, TODAY)

    found = [line.row.leg_id for line in made.lines if line.row]
    assert sorted(found) == sorted(legs)
    if choice.grouping is TradeGrouping.NONE:
        assert found[:2] == legs[:2]
    assert made.statistics.trades == len(legs)


def test_what_was_noted_of_legs_stands_beside_their_trades() -> None:
    noted = LegExtremes(PortfolioId("P1"), LegId(1), Money(7), ROWS[0].closed_at, Money(-3), ROWS[0].closed_at)

    made = review(ROWS[:2], TradeChoice(grouping=TradeGrouping.NONE), TODAY, {("P1", 1): noted})

    by_leg = {line.row.leg_id: line.row for line in made.lines if line.row}
    assert (by_leg[1].best, by_leg[1].worst, by_leg[2].best) == (7, -3, None)


def test_of_several_wishes_the_last_is_shown(qtbot) -> None:
    maker = ReviewMaker()
    seen = []
    maker.made.connect(seen.append)

    for words in ("a", "b", "leg_sl"):
        maker.ask(ROWS, TradeChoice(words=words), TODAY)

    qtbot.waitUntil(lambda: bool(seen) and seen[-1].statistics.trades == 4)


def test_the_calendar_passes_qts_model_tester_and_shows_weeks(qtbot) -> None:
    model = CalendarModel(built_in_theme())
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    model.show_days(trade_statistics(ROWS).days)

    assert (model.rowCount(), model.columnCount()) == (2, 8)
    assert model.index(0, 0).data() == "17\n+860"
    assert model.index(1, 1).data().strip() == "25"
    assert model.day_at(1, 0) == date(2026, 8, 24)
    assert "Monday 17 Aug 2026: 1 trades" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    model.show_days(())
    assert model.rowCount() == 0


@pytest.fixture
def history(open_desk):
    """A desk whose trade history is shown, with ten trades of other days."""
    desk = open_desk("2026-08-25T09:30", workspace="review")
    panel = desk.panel("trades")
    desk.window.act("show_trades")
    desk.bridge.take_notices(ROWS)
    desk.wait_until(lambda: panel.source.row_count() > 0)
    return desk, panel


def test_the_panel_says_what_to_do_while_there_is_no_trade(open_desk) -> None:
    panel = open_desk(workspace="review").panel("trades")

    assert panel._empty.isVisible()
    assert "Start a portfolio" in panel._empty.text()


def test_a_trade_that_closes_appears_with_its_figures(history) -> None:
    desk, panel = history

    desk.bridge.take_notices([trade(11, 1_000, 8)])
    desk.wait_until(lambda: panel.figures.figures.row_at(3).text == "11")

    assert panel.source.row(1).name == "2026-08-25"
    assert panel.source.row(2).row.gross == 1_000 * RUPEE


def test_grouping_and_words_are_chosen_by_keyboard_and_kept_with_the_workspace(history, qtbot) -> None:
    desk, panel = history

    panel.grouping.setFocus()
    qtbot.keyClick(panel.grouping, Qt.Key.Key_Down)
    desk.wait_until(lambda: shown(panel)[1] == "Straddle")
    panel.words.setFocus()
    qtbot.keyClicks(panel.words, "leg_sl")
    desk.wait_until(lambda: panel.source.row_count() == 6)

    assert panel.context()["grouping"] == "by portfolio"


def test_a_header_click_sorts_and_an_expander_folds(history, qtbot) -> None:
    desk, panel = history
    panel.source.toggle(1)
    panel.refresh(0)

    assert panel.source.row_count() == 1 + 6 + 9

    panel.source.toggle(1)
    panel.grouping.setCurrentText("no groups")
    header = panel.grid.header()
    keys = [column.key for column in panel.source.columns]
    place = header.sectionViewportPosition(keys.index("net")) + 8
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, header.height() // 2))

    desk.wait_until(lambda: panel.source.row(1).row is not None)
    lines = [panel.source.row(number) for number in range(panel.source.row_count())]
    assert lines[0].name == "All trades"
    nets = [line.row.net for line in lines[1:]]
    assert nets == sorted(nets)


def test_a_day_of_the_calendar_shows_its_trades_and_once_more_all(history, qtbot) -> None:
    desk, panel = history
    panel.figures.setCurrentWidget(panel.figures.days)
    view = panel.figures.days

    view.setCurrentIndex(panel.figures.calendar.index(0, 1))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    desk.wait_until(lambda: panel.source.row_count() == 4)
    assert "18 Aug 2026" in panel._hint.text()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    desk.wait_until(lambda: panel.source.row_count() > 4)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    desk.wait_until(lambda: panel.source.row_count() == 4)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    desk.wait_until(lambda: panel.source.row_count() > 4)


def test_no_trade_that_fits_says_so(history) -> None:
    desk, panel = history

    panel.words.setText("nothing like this")

    desk.wait_until(lambda: panel._empty.isVisible())
    assert "longer period" in panel._empty.text()


def test_a_trade_that_closes_after_a_switch_of_workspaces_disturbs_nobody(history) -> None:
    desk, _ = history
    desk.window.workspaces.switch("risk")
    desk.wait_until(lambda: "trades" not in desk.window.panels)

    desk.bridge.take_notices([trade(11, 1_000, 8)])

    desk.wait_until(lambda: len(desk.bridge.trades) == 11)


def test_trades_keep_the_larger_share_of_the_room_until_the_border_is_moved(history) -> None:
    desk, panel = history

    desk.wait_until(lambda: panel.grid.width() > panel.figures.width())
    split = panel.grid.parentWidget()
    place = split.sizes()[0] - 20
    split.moveSplitter(place, 1)
    split.splitterMoved.emit(place, 1)
    moved = split.sizes()
    split.share_out()

    assert moved[0] == place
    assert split.sizes() == moved
