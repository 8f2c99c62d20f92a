"""The profit of a portfolio over time, in the panel and in a window of its own."""

import numpy as np
import pytest

from desktop.presentation.fonts import register_fonts
from desktop.presentation.theme import built_in_theme
from desktop.widgets.profit_chart import ProfitChart, thinned
from desktop.windows.profit_view import ProfitDialog
from engine.domain.commands import AddPortfolio
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.states import PortfolioState
from engine.domain.profit_curve import ProfitCurve
from tests.helpers.core_desk import leg, portfolio, stop
from tests.helpers.simulated_desk import at

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUPEE = 10_000


@pytest.fixture
def chart(qtbot):
    register_fonts()
    chart = ProfitChart(built_in_theme())
    qtbot.addWidget(chart)
    chart.resize(360, 120)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def curve(*rupees):
    times = [at(9, 20) + number * 5_000_000 for number in range(len(rupees))]
    profits = [round(one * RUPEE) for one in rupees]
    return ProfitCurve(portfolio_id=PortfolioId("P1"), execution=1, at=times, profit=profits, legs=())


def test_peak_and_trough_are_marked_where_they_lie(chart):
    chart.show_curve(curve(10, 1_250, -30, -400, 20))

    assert [(note.value, note.caption) for note in chart._overlay.notes] == [(1.0, "peak +1,250"), (3.0, "trough −400")]
    assert chart.readout_at(None) == (
        ("09:20:20", chart.readout_at(None)[0][1]),
        ("▲ +₹20", chart.readout_at(None)[1][1]),
    )
    assert chart.column_label(1) == "09:20:05"


def test_a_curve_that_never_lost_has_no_trough_and_an_empty_one_says_so(chart):
    chart.show_curve(curve(10, 20))
    marked = [note.caption for note in chart._overlay.notes]
    chart.show_curve(None)

    assert marked == ["peak +20"]
    assert chart.readout_at(None)[0][0] == "Nothing is noted of its profit yet"


def test_a_thinned_curve_keeps_its_ends_and_extremes():
    profit = np.cumsum(np.random.default_rng(7).normal(size=5_000))

    x, y = thinned(profit, 100)

    assert len(x) <= 202
    assert (x[0], x[-1]) == (0, 4_999)
    assert (y.min(), y.max()) == (profit.min(), profit.max())


@pytest.fixture
def desk(open_desk):
    """A window in which a short put runs and something is noted of it."""
    desk = open_desk(speed=60)
    declared = portfolio(leg("SELL", "PE", stop_loss=stop(80)))
    desk.bridge.submit(lambda now: AddPortfolio(at=now, portfolio=declared, start=True))
    desk.wait_until(lambda: state(desk) is PortfolioState.RUNNING)
    desk.wait_until(lambda: desk.window.desk.curves.book.count("P1", 1) >= 3)
    return desk


def state(desk):
    row = desk.bridge.portfolios.get("P1")
    return None if row is None else row.state


def test_the_panel_shows_the_curve_where_there_is_room(desk):
    panel = desk.panel("portfolios")

    desk.window.resize(1_900, 1_060)
    desk.wait_until(lambda: panel.profit.isVisible())
    words, tip = panel.profit.words.text(), panel.profit.words.toolTip()
    desk.window.resize(1_280, 700)
    desk.wait_until(lambda: not panel.profit.isVisible())

    assert words.startswith("Best ")
    assert "deepest drawdown" in words
    assert tip.startswith("Leg 1 NIFTY 25 Aug ")


def test_the_curve_has_a_window_of_its_own_that_goes_on(desk):
    panel = desk.panel("portfolios")
    desk.wait_until(lambda: panel.source.row_count() > 0)
    panel.show_profit(panel.source.row(0))

    dialog = desk.dialog(ProfitDialog)
    shown = len(dialog.view.chart._at)
    desk.wait_until(lambda: len(dialog.view.chart._at) > shown)

    assert dialog.windowTitle() == "Profit of Test (P1)"
    dialog.reject()
