"""Exits first, never faster than allowed, each order at most once, and the stops looked at last."""

import pytest

from engine.domain.facts import JournalFailed
from engine.domain.instant import SECOND, Instant
from engine.domain.money import price_of
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus, OrderTerms, Purpose
from engine.domain.reports import ChangeRefused, HeldBackReport, OrderReport, SendReport
from tests.unit.runtime.outgoing import ACCOUNT, NOW, Desk


def test_exits_leave_before_cancels_before_modifications_before_entries():
    desk = Desk()
    desk.order("R1", status=OrderStatus.OPEN)
    desk.order("R2", status=OrderStatus.OPEN)
    desk.order("X1", Purpose.EXIT, OrderStatus.OPEN)
    desk.request("E1")
    desk.modify("R1")
    desk.cancel("R2")
    desk.exit("X2")
    desk.modify("X1")
    desk.request("E2")

    desk.release()

    assert desk.gateway.names() == ["place X2", "modify X1", "cancel R2", "modify R1", "place E1", "place E2"]


def test_only_so_many_leave_within_any_second():
    desk = Desk(orders_per_second=3)
    for number in range(8):
        desk.request(f"E{number}")

    sent = []
    for seconds in (0, 0.5, 0.999999, 1, 1.5, 2):
        desk.at(seconds)
        desk.release()
        sent.append(len(desk.gateway.log))

    assert sent == [3, 3, 3, 6, 6, 8]


def test_the_second_slides_and_does_not_begin_with_the_clock():
    desk = Desk(orders_per_second=2)
    desk.at(0.9)
    desk.request("E1")
    desk.request("E2")
    desk.release()
    desk.at(1.1)
    desk.request("E3")

    assert desk.release() == []
    desk.at(1.9)
    desk.release()

    assert desk.gateway.names()[-1] == "place E3"


def test_an_exit_that_comes_late_passes_everything_that_waits():
    desk = Desk(orders_per_second=1)
    for number in range(5):
        desk.request(f"E{number}")
    desk.release()
    desk.exit("X1")

    desk.at(1)
    desk.release()

    assert desk.gateway.names() == ["place E0", "place X1"]


def test_next_due_is_now_while_there_is_room_and_the_end_of_the_second_where_there_is_none():
    desk = Desk(orders_per_second=2)
    assert desk.outbox.next_due() is None

    desk.request("E1")
    assert desk.outbox.next_due() == desk.state.now
    desk.release()
    assert desk.outbox.next_due() is None

    desk.at(0.25)
    desk.request("E2")
    desk.request("E3")
    desk.release()
    assert desk.outbox.next_due() == NOW + SECOND
    desk.at(1)
    desk.release()
    assert desk.outbox.next_due() is None


def test_a_lower_limit_holds_for_what_has_left_already():
    desk = Desk(orders_per_second=4)
    for number in range(4):
        desk.request(f"E{number}")
        desk.at(number / 10)
        desk.release()

    desk.books.accounts[desk.books.account].limits = Desk(orders_per_second=2).books.limits
    desk.request("E4")

    assert desk.outbox.next_due() == Instant(NOW + int(1.2 * SECOND))
    desk.at(1.15)
    assert desk.release() == []
    desk.at(1.2)
    assert len(desk.release()) == 1


def test_the_engine_is_told_that_an_order_is_on_its_way():
    desk = Desk()
    desk.request("E1")

    assert desk.release() == [SendReport(at=NOW, account=desk.books.account, order_id="E1")]


@pytest.mark.parametrize("stop", ["at once", "in another process", "by its fact", "journal"])
def test_entries_are_held_back_and_exits_go_on(stop):
    desk = Desk()
    desk.request("E1")
    desk.exit("X1")
    match stop:
        case "at once":
            desk.outbox.stop_openings()
        case "in another process":
            desk.outbox.hold_while(lambda: True)
        case "by its fact":
            desk.books.kill_level = KillLevel.NO_OPENINGS
        case "journal":
            desk.books.journal_failed = True

    desk.release()

    assert desk.gateway.names() == ["place X1"]
    withheld = [report for report in desk.told if isinstance(report, OrderReport)]
    assert [(report.order_id, report.status) for report in withheld] == [("E1", OrderStatus.NOT_SENT)]
    assert withheld[0].wording.startswith("held back")
    assert desk.outbox.next_due() is None


def test_openings_pass_again_after_the_switch_was_released():
    desk = Desk()
    desk.outbox.stop_openings()
    desk.outbox.allow_openings()
    desk.request("E1")

    desk.release()

    assert desk.gateway.names() == ["place E1"]


def test_cancelling_an_order_that_has_not_left_withdraws_it():
    desk = Desk(orders_per_second=1)
    desk.request("E1")
    desk.release()
    desk.request("E2")
    desk.cancel("E2")
    desk.at(1)

    (report,) = desk.release()

    assert (report.order_id, report.status) == ("E2", OrderStatus.NOT_SENT)
    assert desk.gateway.names() == ["place E1"]
    assert desk.outbox.next_due() is None


def test_an_exit_that_leaves_before_its_cancellation_is_not_called_unsent():
    desk = Desk(orders_per_second=2)
    desk.exit("X1")
    desk.cancel("X1")

    reports = desk.release()

    assert desk.gateway.names() == ["place X1"]
    assert [type(report) for report in reports] == [SendReport, ChangeRefused]
    assert reports[1].wording == "the broker has not given it a number yet"


@pytest.mark.parametrize("status", [OrderStatus.COMPLETE, OrderStatus.CANCELLED, OrderStatus.REJECTED])
@pytest.mark.parametrize("change", ["modify", "cancel"])
def test_a_change_of_a_finished_order_is_answered_and_not_sent(status, change):
    desk = Desk()
    desk.order("R1", status=status)
    getattr(desk, change)("R1")

    (report,) = desk.release()

    assert isinstance(report, ChangeRefused)
    assert (report.order_id, report.certain, report.wording) == ("R1", True, "the order is done")
    assert desk.gateway.log == []


def test_what_waited_too_long_is_asked_for_before_it_leaves_and_only_once():
    desk = Desk(orders_per_second=1)
    for number in range(3):
        desk.exit(f"X{number}")
    desk.release()
    desk.at(1)
    desk.release()
    desk.at(2)

    asked = desk.outbox.release(desk.state.now)
    then = desk.outbox.release(desk.state.now)

    assert asked == [HeldBackReport(at=desk.state.now, account=desk.books.account, order_id="X2", waited=2 * SECOND)]
    assert [type(report) for report in then] == [SendReport]
    assert desk.gateway.names() == ["place X0", "place X1", "place X2"]


def test_a_change_leaves_with_the_limit_that_the_journal_says_when_it_leaves():
    desk = Desk(orders_per_second=1)
    desk.exit("X0")
    desk.order("X1", Purpose.EXIT, OrderStatus.OPEN)
    desk.modify("X1")
    desk.release()
    desk.at(1.5)
    asked = desk.outbox.release(desk.state.now)
    desk.books.orders["X1"].pending_terms = OrderTerms(65, price_of(103))

    desk.outbox.release(desk.state.now)

    assert [report.order_id for report in asked] == ["X1"]
    assert desk.gateway.limits == [price_of(103)]


def test_a_cancellation_has_no_price_and_waits_for_none():
    desk = Desk(orders_per_second=1)
    desk.exit("X0")
    desk.order("R1", status=OrderStatus.OPEN)
    desk.cancel("R1")
    desk.release()
    desk.at(3)

    desk.release()

    assert desk.held_back == []
    assert desk.gateway.names() == ["place X0", "cancel R1"]


def test_an_order_leaves_once_however_often_it_is_taken_and_released():
    desk = Desk()
    fact = desk.request("E1")
    desk.outbox.take([fact])
    desk.outbox.release(desk.state.now)
    desk.outbox.take([fact])
    desk.outbox.release(desk.state.now)
    desk.release()

    assert desk.gateway.names() == ["place E1"]


def test_an_order_that_moved_on_meanwhile_does_not_leave():
    desk = Desk()
    desk.request("E1")
    desk.order("E1", status=OrderStatus.UNKNOWN)

    assert desk.release() == []
    assert desk.gateway.log == []


def test_other_facts_pass_by():
    desk = Desk()

    desk.outbox.take([JournalFailed(at=NOW, detail="full")])

    assert desk.outbox.next_due() is None


def test_a_conversion_leaves_once_behind_changes_and_before_entries():
    desk = Desk()
    desk.request("E1")
    fact = desk.convert("C1")
    desk.exit("X1")
    desk.outbox.take([fact])

    desk.release()

    assert desk.gateway.names() == ["place X1", "convert C1", "place E1"]


def test_a_conversion_that_is_answered_already_does_not_leave():
    desk = Desk()
    desk.convert("C1")
    desk.books.of(ACCOUNT).converting.clear()

    desk.release()

    assert desk.gateway.names() == []
