"""Whatever comes in whatever order: the rate holds, no exit is dropped, nothing leaves twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instant import SECOND
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus, Purpose
from tests.unit.runtime.outgoing import Desk

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["entry", "exit"]), st.integers(1, 5)),
        st.tuples(st.sampled_from(["modify", "cancel", "answer", "finish"]), st.integers(0, 60)),
        st.tuples(st.just("wait"), st.integers(0, 1_500_000)),
        st.tuples(st.sampled_from(["kill", "journal", "all clear", "release"]), st.just(0)),
    ),
    max_size=80,
)


def _play(desk, steps):
    made = 0
    passed = 0
    for step, amount in steps:
        orders = list(desk.books.orders.values())
        picked = orders[amount % len(orders)] if orders else None
        match step:
            case "entry" | "exit":
                for _ in range(amount):
                    made += 1
                    desk.request(f"O{made}", Purpose.EXIT if step == "exit" else Purpose.ENTRY)
            case "modify" if picked and picked.status is OrderStatus.OPEN:
                desk.modify(picked.order_id)
            case "cancel" if picked and picked.status in (OrderStatus.NEW, OrderStatus.OPEN):
                desk.cancel(picked.order_id)
            case "answer" if picked and picked.status is OrderStatus.SENT:
                picked.status, picked.broker_order_id = OrderStatus.OPEN, f"B{picked.order_id}"
            case "finish" if picked and picked.status is OrderStatus.OPEN:
                picked.status = OrderStatus.COMPLETE
            case "wait":
                passed += amount
                desk.at(passed / SECOND)
                desk.release()
            case "kill":
                desk.books.kill_level = KillLevel.NO_OPENINGS
            case "journal":
                desk.books.journal_failed = True
            case "all clear":
                desk.books.kill_level, desk.books.journal_failed = KillLevel.OFF, False
            case "release":
                desk.release()
            case _:
                pass
    return passed


@settings(max_examples=60)
@given(steps=STEPS, limit=st.integers(1, 10))
def test_no_interleaving_breaks_the_rate_or_drops_an_exit(steps, limit):
    desk = Desk(orders_per_second=limit)
    passed = _play(desk, steps)

    for _ in range(1_000):
        due = desk.outbox.next_due()
        if due is None:
            break
        assert due <= desk.state.now + SECOND
        passed = max(passed, due - desk.gateway.now + passed)
        desk.at(passed / SECOND)
        desk.release()

    assert desk.outbox.next_due() is None
    times = [at for at, _, _ in desk.gateway.log]
    for at in times:
        assert sum(at - SECOND < other <= at for other in times) <= limit
    placed = [order_id for _, kind, order_id in desk.gateway.log if kind == "place"]
    assert len(placed) == len(set(placed))
    exits = {order.order_id for order in desk.books.orders.values() if order.purpose is Purpose.EXIT}
    assert exits <= set(placed)
    withheld = {order.order_id for order in desk.books.orders.values() if order.status is OrderStatus.NOT_SENT}
    assert withheld.isdisjoint(placed)
