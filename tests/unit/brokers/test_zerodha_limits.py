"""Limits on order requests, and the queue that keeps them."""

from brokers.zerodha.limits import Budgets, Limits, Priority
from brokers.zerodha.order_line import OrderLine, Waiting
from engine.domain.identifiers import AccountId, BrokerOrderId, OrderId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.ports.broker import CancelOrder

NOW = Instant(1_787_025_000 * SECOND)


def at(offset: int) -> Instant:
    return Instant(NOW + offset)


def spent(limits: Limits, priority: Priority, times: int, every: int = 0) -> int:
    """Send as often as may be within one instant, or spread; answer how often that was."""
    sent = 0
    for turn in range(times):
        now = at(turn * every)
        if limits.due(priority, now) <= now:
            limits.sent(now, places=True)
            sent += 1
    return sent


def test_entries_leave_two_requests_of_every_second_to_exits() -> None:
    limits = Limits(Budgets())

    assert spent(limits, Priority.ENTRY, 20) == 8
    assert spent(limits, Priority.EXIT, 20) == 2
    assert limits.due(Priority.EXIT, NOW) == at(SECOND)


def test_no_second_sees_more_than_ten_wherever_it_begins() -> None:
    limits = Limits(Budgets())
    sent: list[Instant] = []

    for step in range(0, 5 * SECOND, SECOND // 50):
        if limits.due(Priority.EXIT, at(step)) <= at(step):
            limits.sent(at(step), places=False)
            sent.append(at(step))

    assert all(sum(begin <= one < begin + SECOND for one in sent) <= 10 for begin in sent)
    assert len(sent) > 40


def test_entries_leave_fifty_requests_of_every_minute_to_exits() -> None:
    limits = Limits(Budgets())

    assert spent(limits, Priority.ENTRY, 400, SECOND // 8) == 350
    assert limits.due(Priority.EXIT, at(50 * SECOND)) == at(50 * SECOND)
    assert limits.due(Priority.ENTRY, at(50 * SECOND)) >= at(MINUTE)


def test_the_last_orders_of_the_day_are_kept_for_exits() -> None:
    limits = Limits(Budgets(orders_per_day=100, day_reserve=10))

    warnings = [limits.sent(at(turn * SECOND), places=True) for turn in range(90)]

    assert [turn for turn, warning in enumerate(warnings) if warning] == [79]
    assert limits.refusal(Priority.ENTRY, at(MINUTE), places=True).startswith("RATE_LIMIT")
    assert limits.refusal(Priority.EXIT, at(MINUTE), places=True) == ""
    assert limits.refusal(Priority.ENTRY, at(86_400 * SECOND), places=True) == "", "a new day"


def test_orders_of_others_in_the_book_count() -> None:
    limits = Limits(Budgets(orders_per_day=100, day_reserve=10))
    limits.seen_in_book(95, NOW)

    assert limits.refusal(Priority.ENTRY, NOW, places=True)
    assert limits.placed_today == 95


def test_an_order_is_changed_twenty_five_times() -> None:
    limits, number = Limits(Budgets()), BrokerOrderId("1")
    for _ in range(25):
        assert limits.may_change(number)
        limits.changed(number)

    assert not limits.may_change(number)


def test_after_too_many_requests_nothing_leaves_until_the_second_after_next() -> None:
    limits = Limits(Budgets())
    limits.told_too_many(at(SECOND // 2))

    assert limits.due(Priority.KILL, at(SECOND // 2)) == at(2 * SECOND)


def waiting(name: str, priority: Priority, expires: int = MINUTE) -> Waiting:
    request = CancelOrder(account=AccountId("Z1"), order_id=OrderId(name), broker_order_id=BrokerOrderId("1"))
    return Waiting(request, priority, NOW, at(expires))


def taken(line: OrderLine, now: Instant) -> list[str]:
    names = []
    while (found := line.take(now)) is not None:
        names.append(str(found.request.order_id))
    return names


def test_the_most_urgent_leaves_first_and_equals_in_their_order() -> None:
    line = OrderLine(Limits(Budgets()), lambda _one: True)
    for name, priority in (
        ("entry", Priority.ENTRY),
        ("modify", Priority.MODIFY),
        ("cancel", Priority.CANCEL),
        ("stop", Priority.STOP),
        ("exit 1", Priority.EXIT),
        ("exit 2", Priority.EXIT),
        ("kill", Priority.KILL),
    ):
        line.put(waiting(name, priority))

    assert taken(line, NOW) == ["kill", "exit 1", "exit 2", "stop", "cancel", "modify", "entry"]


def test_what_may_not_pass_waits_and_expires() -> None:
    line = OrderLine(Limits(Budgets()), lambda one: one.priority is not Priority.ENTRY)
    line.put(waiting("entry", Priority.ENTRY, SECOND))
    line.put(waiting("exit", Priority.EXIT))

    assert taken(line, NOW) == ["exit"]
    assert line.next_due(NOW) == at(SECOND)
    assert line.expired(at(SECOND - 1)) == []
    assert [str(one.request.order_id) for one in line.expired(at(SECOND))] == ["entry"]
    assert len(line) == 0


def test_requests_that_are_not_wanted_any_more_are_dropped() -> None:
    line = OrderLine(Limits(Budgets()), lambda _one: False)
    line.put(waiting("entry", Priority.ENTRY))
    line.put(waiting("exit", Priority.EXIT))

    gone = line.drop(lambda one: one.priority is Priority.ENTRY)

    assert [str(one.request.order_id) for one in gone] == ["entry"]
    assert len(line) == 1
