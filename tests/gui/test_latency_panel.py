"""The latency panel: percentiles of every stage, a histogram of the selected one, and the window's own smoothness."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.latency import EDGES, STAGES, LatencyModel, distribution, stage_row
from desktop.windows.latency_panel import LatencyPanel
from engine.domain.identifiers import OrderId
from engine.views.latency import Request, RequestLatency
from tests.gui.engine_desk import standing_desk, tell


def latency(number, *, request=Request.PLACE, decision=100, journal=500, queue=20, feed=0):
    return RequestLatency(
        order_id=OrderId(f"O{number}"),
        request=request,
        at=1_787_111_400_000_000 + number,
        feed=feed,
        decision=decision,
        journal=journal,
        queue=queue,
    )


def row_of(model, key):
    return next(row for row in model.shown_rows() if row.stage.key == key)


def test_percentiles_are_those_of_numpy():
    samples = np.arange(1, 1_001)

    row = stage_row(STAGES[0], samples)

    # NIST/SEMATECH e-Handbook, 2.6.2, with linear interpolation: 1 + 0.5·999, 1 + 0.95·999, 1 + 0.99·999.
    assert (row.p50, row.p95, row.p99) == (500, 950, 990)
    assert (row.count, row.newest, row.worst) == (1_000, 1_000, 1_000)


def test_a_stage_without_samples_has_no_figures():
    row = stage_row(STAGES[0], np.zeros(0, np.int64))

    assert (row.count, row.p50, row.worst) == (0, None, None)


@pytest.mark.parametrize(("microseconds", "low", "high"), [(0, 0, 10), (9, 0, 10), (10, 10, 20), (1_999, 1_000, 2_000)])
def test_a_length_falls_into_the_bin_that_begins_with_it(microseconds, low, high):
    found = distribution(np.array([microseconds]))

    place = found.counts.index(1)
    assert (found.edges[place], found.edges[place + 1]) == (low, high)


def test_nothing_is_lost_from_a_histogram_however_long_it_took():
    samples = np.array([0, 50, 5_000_000, 10**12])

    found = distribution(samples)

    assert sum(found.counts) == 4
    assert found.edges[-1] == EDGES[-1]


def test_the_table_follows_requests_of_the_chosen_kind(qtbot):
    _engine, bridge = standing_desk()
    model = LatencyModel(bridge, built_in_theme())
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tell(bridge, latency(1), latency(2, request=Request.CANCEL, journal=900))

    assert model.renew()
    assert row_of(model, "tick_to_order").worst == 1_020
    model.show_request(Request.PLACE)

    assert row_of(model, "tick_to_order").worst == 620
    assert row_of(model, "journal").count == 1
    assert not model.renew()


def test_the_broker_s_answers_are_those_of_the_order_book():
    _engine, bridge = standing_desk()

    row = row_of(LatencyModel(bridge, built_in_theme()), "answer")

    answers = [one.acknowledge_latency for one in bridge.orders.values() if one.acknowledge_latency is not None]
    assert row.count == len(answers) > 0
    assert row.worst == max(answers)


def test_the_panel_shows_the_histogram_of_the_selected_stage(open_desk, qtbot):
    desk = open_desk(workspace="risk")
    desk.window.act("show_latency")
    panel = desk.panel("latency")
    assert isinstance(panel, LatencyPanel)
    tell(desk.bridge, *(latency(number, decision=30, journal=number * 100) for number in range(1, 51)))
    desk.wait_until(lambda: row_of(panel.model, "journal").count >= 50)

    panel.table.view.selectRow([row.stage.key for row in panel.model.shown_rows()].index("journal"))

    assert panel.selected().stage.key == "journal"
    assert sum(panel.chart._bars.counts) == row_of(panel.model, "journal").count
    assert [note.caption.split()[0] for note in panel.chart._overlay.notes] == ["p50", "p99"]
    desk.wait_until(lambda: "frame" in panel.smoothness.text())


def test_the_panel_is_worked_by_keys_alone(open_desk, qtbot):
    desk = open_desk(workspace="risk")
    desk.window.act("show_latency")
    panel = desk.panel("latency")
    panel.table.view.setFocus()

    qtbot.keyClick(panel.table.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Down)

    assert panel.selected().stage.key == panel.model.row_at(1).stage.key
