"""The charts show the visible bars, Indian times, profits and losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.presentation.fonts import register_fonts
from desktop.presentation.theme import built_in_theme
from desktop.presentation.tones import Tone
from desktop.widgets.candle_chart import CandleChart
from desktop.widgets.candle_series import Bar, CandleSeries
from desktop.widgets.chart_items import draw_lines, draw_rectangles, segments
from desktop.widgets.chart_overlay import AxisTag
from desktop.widgets.chart_ticks import bar_label, decimal_places, round_step, round_values, time_ticks
from desktop.widgets.payoff_chart import Payoff, PayoffChart

THEME = built_in_theme("dark")
MINUTE = 60_000_000_000
OPENING = 1_755_834_300_000_000_000  # 22 August 2025, 09:15 in India
NEXT_OPENING = OPENING + 3 * 86_400_000_000_000  # the Monday after

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def history(count):
    rng = np.random.default_rng(7)
    close = 24_850 + rng.normal(0, 4, count).cumsum()
    opened = np.concatenate([[24_850.0], close[:-1]])
    values = np.vstack([opened, np.maximum(opened, close) + 2, np.minimum(opened, close) - 2, close, np.ones(count)])
    return OPENING + np.arange(count) * MINUTE, values


@pytest.fixture
def chart(qtbot):
    register_fonts()
    chart = CandleChart(THEME, "NIFTY")
    qtbot.addWidget(chart)
    chart.resize(640, 420)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


@pytest.fixture
def payoff_chart(qtbot):
    register_fonts()
    chart = PayoffChart(THEME)
    qtbot.addWidget(chart)
    chart.resize(500, 320)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def straddle(premium=235.0, spot=24_862.0):
    underlying = np.linspace(24_000, 25_700, 341)
    profit = 65 * (premium - np.abs(underlying - 24_850))
    return Payoff(
        underlying=underlying, at_expiry=profit, today=profit / 2, break_evens=(24_615.0, 25_085.0), spot=spot
    )


def colours(widget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_a_short_straddle_shows_profit_and_loss_areas(payoff_chart):
    payoff_chart.show_payoff(straddle())

    assert {THEME.colours.up_tint, THEME.colours.down_tint} <= colours(payoff_chart)


def test_the_payoff_reads_both_curves_at_the_spot(payoff_chart):
    payoff_chart.show_payoff(straddle())

    texts = [text for text, _tone in payoff_chart.readout_at(None)]

    assert texts == ["At 24,862.0", "Expiry ▲ +₹14,495", "Today ▲ +₹7,248"]


def test_the_payoff_at_the_crosshair_says_how_far_it_is_from_the_spot(payoff_chart):
    payoff_chart.show_payoff(straddle(spot=24_850.0))

    texts = [text for text, _tone in payoff_chart.readout_at(25_347.0)]

    assert texts[:3] == ["At 25,347.0", "+2.00 %", "Expiry ▼ −₹17,030"]


def test_an_empty_payoff_says_what_to_do(payoff_chart):
    payoff_chart.show_payoff(straddle())
    payoff_chart.show_payoff(None)

    assert payoff_chart.readout_at(None) == (("Add a leg to see its payoff", Tone.MUTED),)


@pytest.mark.parametrize(
    ("underlying", "profit"),
    [([1.0], [2.0]), ([2.0, 1.0], [0.0, 0.0]), ([1.0, 2.0], [0.0, np.nan]), ([1.0, 2.0], [0.0])],
)
def test_an_impossible_payoff_is_refused(payoff_chart, underlying, profit):
    with pytest.raises(ValueError, match=r"payoff needs|one finite value"):
        payoff_chart.show_payoff(Payoff(underlying=np.array(underlying), at_expiry=np.array(profit)))


def test_candles_of_both_kinds_are_drawn(chart):
    chart.set_bars(*history(300))

    assert {THEME.colours.up, THEME.colours.down} <= colours(chart)


def test_the_last_candle_lives_until_the_next_begins(chart):
    times, values = history(200)
    chart.set_bars(times, values)
    before = chart.visible_range()

    chart.put_bar(Bar(int(times[-1]), 100.0, 120.0, 90.0, 110.0))
    amended = chart.visible_range()
    chart.put_bar(Bar(int(times[-1]) + MINUTE, 110.0, 111.0, 109.0, 110.5, 7.0))
    chart.refresh(0)

    assert amended.right() == before.right()
    assert chart.visible_range().right() == pytest.approx(before.right() + 1)
    assert [text for text, _tone in chart.readout_at(None)][1:6] == [
        "O 110.00",
        "H 111.00",
        "L 109.00",
        "C 110.50",
        "+0.50",
    ]


def test_a_new_bar_does_not_scroll_a_chart_that_looks_at_the_past(chart):
    times, values = history(400)
    chart.set_bars(times, values)
    chart._view.setXRange(20, 120, padding=0)

    chart.put_bar(Bar(int(times[-1]) + MINUTE, 1.0, 1.0, 1.0, 1.0))

    assert chart.visible_range().right() == pytest.approx(120)


def test_the_first_live_bars_stay_in_view(chart):
    for number in range(200):
        chart.put_bar(Bar(OPENING + number * MINUTE, 100.0, 101.0, 99.0, 100.5))
        chart.refresh(number)

        shown = chart.visible_range()
        assert shown.left() < number < shown.right()


def test_visible_bars_fit_between_top_and_bottom(chart):
    times, values = history(400)
    chart.set_bars(times, values)

    shown = chart.visible_range()

    visible = values[:, max(int(shown.left()), 0) :]
    assert shown.top() < visible[2].min()
    assert shown.bottom() > visible[1].max()


def test_a_line_on_its_own_scale_gets_the_left_axis(chart):
    times, values = history(200)
    chart.set_bars(times, values)

    chart.set_line("Premium", np.linspace(240, 180, 200), "accent", own_scale=True)
    chart.put_line_value("Premium", 175.0)
    chart.refresh(0)

    assert chart._plot.getPlotItem().getAxis("left").isVisible()
    assert chart.readout_at(None)[-1] == ("Premium 175.00", Tone.ACCENT)
    assert THEME.colours.accent in colours(chart)


def test_a_double_click_returns_to_the_last_bars(qtbot, chart):
    chart.set_bars(*history(400))
    opened = chart.visible_range()
    chart._view.setXRange(20, 120, padding=0)

    qtbot.mouseDClick(chart._plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 150))

    assert chart.visible_range().right() == pytest.approx(opened.right())


def test_a_chart_of_one_flat_bar_has_a_height(chart):
    chart.put_bar(Bar(OPENING, 100.0, 100.0, 100.0, 100.0))
    chart.refresh(0)

    assert chart.visible_range().top() < 100 < chart.visible_range().bottom()


def test_labels_rest_while_the_curve_still_fits(payoff_chart):
    payoff_chart.show_payoff(straddle(235.0))
    before = payoff_chart.visible_range()

    payoff_chart.show_payoff(straddle(235.5))

    assert payoff_chart.visible_range() == before


def test_levels_are_marked(chart):
    times, values = history(200)
    chart.set_bars(times, values)
    level = float(values[3, -1])

    chart.set_levels([AxisTag(level + 1, "stop", Tone.WARNING, "Stop")])
    chart.refresh(0)

    assert THEME.colours.warning in colours(chart)


def test_the_crosshair_follows_the_mouse_and_leaves_with_it(qtbot, chart):
    chart.set_bars(*history(200))
    viewport = chart._plot.viewport()

    qtbot.mouseMove(viewport, QPoint(200, 150))
    at = chart._overlay.cross
    chart._overlay.grab()

    assert at is not None
    assert at[0].x() == round(at[0].x())
    assert at[1].startswith("22 Aug")


def test_an_empty_chart_says_that_it_waits(chart):
    assert chart.readout_at(None) == (("Waiting for the first bar", Tone.MUTED),)
    assert not chart.grab().isNull()


def test_bars_out_of_order_are_refused():
    series = CandleSeries()
    series.put(Bar(2 * MINUTE, 1.0, 1.0, 1.0, 1.0))

    with pytest.raises(ValueError, match="cannot begin before"):
        series.put(Bar(MINUTE, 1.0, 1.0, 1.0, 1.0))
    with pytest.raises(ValueError, match="in order of time"):
        series.replace(np.array([2, 1]), np.ones((5, 2)))
    with pytest.raises(ValueError, match="shape"):
        series.replace(np.array([1, 2]), np.ones((4, 2)))


@given(count=st.integers(1, 400), most=st.integers(1, 50), first=st.integers(-5, 300), length=st.integers(1, 400))
def test_joined_bars_keep_the_extremes_and_the_volume(count, most, first, length):
    series = CandleSeries()
    series.replace(*history(count))
    start, end = max(first, 0), min(first + length, count)

    bars = series.binned(first, first + length, most)

    if end <= start:
        assert len(bars.x) == 0
    else:
        start -= start % bars.width
        assert len(bars.x) <= most + 2
        assert bars.volume.sum() == end - start
        assert (bars.low.min(), bars.high.max()) == series.lowest_and_highest(start, end)
        assert (bars.open[0], bars.close[-1]) == (series.bar(start).open, series.bar(end - 1).close)


def test_appended_bars_outgrow_the_first_room():
    series = CandleSeries()
    for number in range(500):
        series.put(Bar(number * MINUTE, 1.0, 2.0, 0.5, float(number)))

    assert len(series) == 500
    assert series.closes.tolist() == list(range(500))


def test_time_labels_are_round_indian_times_and_days_carry_their_date():
    times = np.concatenate([OPENING + np.arange(375) * MINUTE, NEXT_OPENING + np.arange(375) * MINUTE])

    ticks = time_ticks(times, 300, 500, 4.0, 64)

    assert [tick.label for tick in ticks] == ["14:30", "15:00", "25 Aug", "10:00", "10:30", "11:00"]
    assert [tick.value for tick in ticks if tick.strong] == [375.0]


@given(st.floats(0.001, 40), st.integers(0, 700), st.integers(1, 700))
def test_time_labels_never_overlap(pixels_per_bar, first, count):
    times = OPENING + np.arange(750) * MINUTE

    ticks = time_ticks(times, first, first + count, pixels_per_bar, 64)

    places = np.array([tick.value for tick in ticks]) * pixels_per_bar
    assert (np.diff(places) >= 64 - 1e-6).all()
    assert all(first <= tick.value < first + count for tick in ticks)


def test_a_bar_is_labelled_with_date_and_time():
    assert bar_label(OPENING) == "22 Aug 09:15"


@pytest.mark.parametrize(("span", "wanted", "step"), [(100, 5, 20), (101, 5, 25), (0.3, 3, 0.1), (0, 5, 1), (9, 2, 5)])
def test_steps_are_round(span, wanted, step):
    assert round_step(span, wanted) == pytest.approx(step)


def test_round_values_lie_inside_and_tell_themselves_apart():
    assert round_values(24_803, 24_897, 5) == [24_820, 24_840, 24_860, 24_880]
    assert (decimal_places(20), decimal_places(2.5), decimal_places(0.25)) == (0, 1, 2)


def test_arrays_are_drawn_as_lines_and_rectangles(qapp):
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setPen(QColor("white"))

    draw_lines(painter, np.array([[0, 2, 19, 2], [0, 4, 19, 4]], dtype=np.float64))
    draw_rectangles(painter, np.array([[5, 10, 6, 6]], dtype=np.float64))
    draw_lines(painter, np.empty((0, 4)))
    painter.end()

    lit = {(x, y) for x in range(20) for y in range(20) if image.pixelColor(x, y) == QColor("white")}
    assert {(10, 2), (10, 4), (5, 12), (11, 12)} <= lit
    assert (10, 3) not in lit


def test_a_line_breaks_where_a_value_is_missing():
    x = np.arange(4.0)

    lines = segments(x, np.array([1.0, 2.0, np.nan, 4.0]))

    assert lines.tolist() == [[0.0, 1.0, 1.0, 2.0]]
