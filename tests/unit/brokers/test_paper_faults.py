"""What goes wrong on purpose, one fault at a time."""

import numpy as np
import pytest

from brokers.definition import Surroundings
from brokers.paper.faults import CERTAIN, Fault, FaultPlan, drawn_plan
from brokers.paper.gateway import RANDOM_REJECTS, PaperBroker
from brokers.paper.refusals import Refusal, refusal_of
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.order import OrderStatus, Side
from engine.domain.reports import BooksReport, ChangeRefused, ConnectionReport, OrderReport
from tests.unit.brokers.paper_world import ACCOUNT, CE, CONTRACTS, NINE_TWENTY, PaperWorld


def world_with(**chances: int) -> PaperWorld:
    return PaperWorld(faults=FaultPlan(**chances))


def statuses(reports) -> list[OrderStatus]:
    return [report.status for report in reports if isinstance(report, OrderReport)]


def test_a_lost_request_is_unknown_and_never_in_the_books() -> None:
    world = world_with(lost_request=CERTAIN)
    world.place(CE, Side.BUY, 65, "102")

    reports = world.settle()

    assert statuses(reports) == [OrderStatus.UNKNOWN]
    assert reports[0].at == NINE_TWENTY + 7 * SECOND
    assert world.books().orders == ()
    assert world.broker.faults_injected == {"lost_request": 1}


def test_a_lost_answer_is_unknown_and_found_in_the_books_by_its_tag() -> None:
    world = world_with(lost_answer=CERTAIN)
    tag = world.place(CE, Side.BUY, 65, "102")

    reports = world.settle()
    books = world.books()

    assert statuses(reports) == [OrderStatus.UNKNOWN]
    assert [(order.order_id, order.status) for order in books.orders] == [(tag, OrderStatus.COMPLETE)]


def test_reports_after_the_timeout_of_a_lost_answer_come_through() -> None:
    world = world_with(lost_answer=CERTAIN)
    world.place(CE, Side.BUY, 65, "99")
    world.wait(8 * SECOND)

    world.show({CE: ("98", "97", 650, "98", 650)})

    assert statuses(world.wait(SECOND)) == [OrderStatus.COMPLETE]


def test_a_delayed_acceptance_is_unknown_first_and_lives_later() -> None:
    world = world_with(delayed_acceptance=CERTAIN, longest_delay=90 * SECOND)
    delays = []
    for _ in range(5):
        sent = NINE_TWENTY + world.now
        world.place(CE, Side.BUY, 65, "102")
        reports = world.settle()
        assert reports[-1].status is OrderStatus.COMPLETE
        delays.append(reports[-1].at - sent)
        assert (OrderStatus.UNKNOWN in statuses(reports)) == (delays[-1] > 7 * SECOND)

    assert max(delays) <= 90 * SECOND + 100_000
    assert len(set(delays)) == 5


def test_random_rejects_use_retryable_and_final_wordings() -> None:
    world = world_with(random_reject=CERTAIN)

    reports = [report for _ in range(40) for report in world.trade(CE, Side.BUY, 65, "102")]

    assert {report.wording for report in reports} == set(RANDOM_REJECTS)
    assert set(statuses(reports)) == {OrderStatus.REJECTED}


def test_a_partial_fill_is_whole_lots_and_the_rest_rests() -> None:
    world = world_with(partial_fill=CERTAIN)

    reports = world.trade(CE, Side.BUY, 650, "102")

    assert 0 < reports[-1].filled < 650
    assert reports[-1].filled % 65 == 0
    assert reports[-1].status is OrderStatus.OPEN


def test_lost_reports_leave_only_the_books() -> None:
    world = world_with(lost_report=CERTAIN)
    world.place(CE, Side.BUY, 65, "102")

    reports = world.settle()

    assert reports == []
    assert world.books().orders[0].status is OrderStatus.COMPLETE
    assert world.broker.faults_injected["lost_report"] == 3


def test_duplicated_reports_come_twice() -> None:
    world = world_with(duplicated_report=CERTAIN)
    world.place(CE, Side.BUY, 65, "102")

    reports = world.settle()

    assert sorted(status.value for status in statuses(reports)) == [
        "ACKED",
        "ACKED",
        "COMPLETE",
        "COMPLETE",
        "OPEN",
        "OPEN",
    ]


def test_reordered_reports_can_overtake_one_another_but_come_in_time_order() -> None:
    world = world_with(reordered_report=CERTAIN)
    orders_seen = set()
    for _ in range(20):
        world.place(CE, Side.BUY, 65, "102")
        reports = world.settle()
        assert [report.at for report in reports] == sorted(report.at for report in reports)
        orders_seen.add(tuple(statuses(reports)))

    assert len(orders_seen) > 1


def test_a_stale_read_answers_what_the_last_one_did_and_is_not_fresh() -> None:
    world = world_with(stale_books=CERTAIN)
    first = world.books()
    world.trade(CE, Side.BUY, 65, "102")

    second = world.books()

    assert first.fresh
    assert not second.fresh
    assert second.orders == ()


def test_a_slow_read_is_as_old_as_it_says() -> None:
    world = world_with(slow_books=CERTAIN)
    asked_at = NINE_TWENTY + world.now
    world.broker.ask_books(ACCOUNT)
    world.wait(100_000)
    world.place(CE, Side.BUY, 65, "102")

    books = next(report for report in world.settle() if isinstance(report, BooksReport))

    assert books.read_at == asked_at
    assert books.orders == ()
    assert books.at >= asked_at + SECOND


def test_a_failing_read_is_a_connection_report_and_the_line_comes_back() -> None:
    world = world_with(failing_books=CERTAIN)
    world.broker.ask_books(ACCOUNT)

    reports = world.settle()

    assert [report.connected for report in reports if isinstance(report, ConnectionReport)] == [False, True]


def test_an_order_met_just_before_its_cancel_is_complete_and_the_cancel_refused() -> None:
    world = world_with(fill_before_cancel=CERTAIN)
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    world.cancel(order.order_id, order.broker_order_id)
    complete, refused = world.wait(SECOND)

    assert (complete.status, complete.average_price) == (OrderStatus.COMPLETE, order.limit_price)
    assert isinstance(refused, ChangeRefused)
    assert refusal_of(refused.wording) is Refusal.TOO_LATE


@pytest.mark.parametrize("fault", ["lost_cancel", "lost_modify"])
def test_a_lost_change_is_uncertain_and_leaves_the_order(fault) -> None:
    world = world_with(**{fault: CERTAIN})
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    if fault == "lost_cancel":
        world.cancel(order.order_id, order.broker_order_id)
    else:
        world.modify(order.order_id, order.broker_order_id, 65, "101")
    reports = world.settle()

    assert [report.certain for report in reports] == [False]
    assert world.books().orders[0].status is OrderStatus.OPEN


def test_a_lost_session_refuses_requests_loses_reports_and_comes_back() -> None:
    start, end = Instant(NINE_TWENTY + SECOND), Instant(NINE_TWENTY + 11 * SECOND)
    world = PaperWorld(faults=FaultPlan(session_losses=((start, end),)))
    world.wait(SECOND - 60_000)
    world.place(CE, Side.BUY, 65, "102")

    down = world.wait(5 * SECOND)
    world.place(CE, Side.BUY, 65, "102")
    world.broker.ask_books(ACCOUNT)
    refused = world.wait(SECOND)
    back = world.wait(10 * SECOND)

    assert [report.connected for report in down] == [False]
    assert refusal_of(next(report for report in refused if isinstance(report, OrderReport)).wording) is Refusal.SESSION
    assert [report.connected for report in back] == [True]
    assert len(world.books().orders) == 1, "the first order was filled while nobody could be told"


def test_a_session_can_be_lost_at_random() -> None:
    world = world_with(session_loss=CERTAIN)
    world.place(CE, Side.BUY, 65, "102")

    reports = world.settle()

    assert [type(report).__name__ for report in reports] == ["ConnectionReport", "OrderReport", "ConnectionReport"]


def test_faults_end_when_the_plan_says() -> None:
    world = world_with(lost_request=CERTAIN, ends_at=Instant(NINE_TWENTY + SECOND))
    world.place(CE, Side.BUY, 65, "102")
    world.wait(SECOND)

    reports = world.trade(CE, Side.BUY, 65, "102")

    assert reports[-1].status is OrderStatus.COMPLETE
    assert world.broker.faults_injected.total() == 1


def test_a_read_of_another_account_fails() -> None:
    world = PaperWorld()
    world.broker.ask_books(AccountId("OTHER"))

    assert [type(report).__name__ for report in world.wait(SECOND)] == ["ConnectionReport"]


def test_hanging_up_loses_what_is_on_its_way_to_us_only() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "102")
    world.wait(60_000)
    world.place(CE, Side.BUY, 65, "102")

    world.broker.hang_up()
    reports = world.wait(SECOND)

    assert {report.order_id for report in reports} == {"T00002"}
    assert len(world.broker.orders) == 2


def test_drawn_plans_differ_by_seed_and_leave_some_faults_out() -> None:
    plans = [drawn_plan(np.random.default_rng(seed)) for seed in range(20)]

    off = [sum(plan.chance(fault) == 0 for fault in Fault) for plan in plans]

    assert len(set(plans)) == 20
    assert drawn_plan(np.random.default_rng(3)) == plans[3]
    assert min(off) >= 2
    assert all(any(plan.chance(fault) for plan in plans) for fault in Fault)


def test_a_plan_with_chances_needs_dice() -> None:
    with pytest.raises(ValueError, match="needs a seeded generator"):
        PaperBroker(Surroundings(account=ACCOUNT, contracts=CONTRACTS), faults=FaultPlan(lost_report=1))
