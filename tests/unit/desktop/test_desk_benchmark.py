"""What the desktop's benchmarks count: percentiles with and without the disk, and the slope of memory."""

import pytest

from desktop.benchmark.latencies import Added, Latencies, tick_to_order_figures
from desktop.benchmark.load import Driver, desk_choice, portfolio, portfolios_alive
from desktop.benchmark.memory import slope
from engine.domain.identifiers import OrderId
from engine.domain.instant import Instant
from engine.domain.multileg.checks import refusals
from engine.views.latency import Request, RequestLatency
from tests.helpers.simulated_desk import DAY, simulated_run


def latency(decision, journal, queue):
    return RequestLatency(
        order_id=OrderId("O1"),
        request=Request.PLACE,
        at=Instant(0),
        feed=0,
        decision=decision,
        journal=journal,
        queue=queue,
    )


def test_the_disk_is_counted_and_left_out():
    figures = tick_to_order_figures([latency(100, 900, 10)] * 3)

    assert (figures["requests"], figures["p50_us"], figures["without_disk_p50_us"]) == (3, 1_010, 110)
    assert figures["decision_worst_us"] == 100


def test_no_requests_give_zeros_and_say_so():
    figures = tick_to_order_figures([])

    assert (figures["requests"], figures["p99_us"], figures["worst_us"]) == (0, 0, 0)


@pytest.mark.parametrize(("around", "quiet", "added"), [(31_000, 1_000, 30.0), (900, 1_000, 0)])
def test_a_deed_adds_what_is_beyond_the_worst_of_a_quiet_stretch(around, quiet, added):
    assert Added(around, quiet).milliseconds == added


def test_the_slope_is_that_of_the_second_half():
    # 60 minutes, 61 samples: the first half grows by 1 MB a minute, the second by 0.1, which is 6 MB an hour.
    samples = [100.0 + minute for minute in range(30)] + [130.0 + 0.1 * minute for minute in range(31)]

    found = slope(samples, 60)

    assert found["growth_mb_per_hour"] == pytest.approx(6.0, rel=0.03)
    assert (found["first_mb"], found["last_mb"]) == (112.0, 133.0)


def test_every_portfolio_of_the_load_would_be_taken_by_an_engine():
    run = simulated_run()

    for number in range(20):
        assert refusals(portfolio(number), run.state.rules, run.state.master, DAY) == []


def test_the_load_stops_where_many_run_already():
    submitted = []
    driver = Driver(submitted.append, lambda: 10**6, 0, 1_000.0)

    driver.start()
    driver.stop()

    assert submitted == []


def test_an_engine_that_has_said_nothing_runs_nothing():
    assert portfolios_alive(Latencies()) == 0


def test_each_account_of_the_load_has_a_rate_of_its_own(tmp_path):
    choice = desk_choice(tmp_path / "journal.sqlite")

    hierarchy = choice.hierarchy
    assert {tag.members[0].account for tag in hierarchy.tags} == {one.id for one in hierarchy.accounts}
