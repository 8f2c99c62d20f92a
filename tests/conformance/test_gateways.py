"""The numbered cases that every order gateway must pass."""

from collections.abc import Callable, Iterator

import pytest

from engine.domain.identifiers import BrokerOrderId, OrderId
from engine.domain.money import money_of, price_of
from engine.domain.order import TERMINAL, OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import (
    BookPosition,
    BooksReport,
    ChangeRefused,
    ConnectionReport,
    ConversionReport,
    OrderReport,
    Report,
)
from engine.ports.broker import CancelOrder, ChangeOrder, ConvertPosition, PlaceOrder
from tests.conformance.harness import GatewayHarness, Trouble
from tests.conformance.paper_harness import paper
from tests.conformance.zerodha_harness import zerodha

GATEWAYS: dict[str, Callable[[Trouble], GatewayHarness]] = {
    "paper": paper,
    "zerodha": zerodha,
}
"""Every adapter joins here with a harness of its own."""

TAG = OrderId("LWTEST00001")
PATIENCE = 20
"""Seconds in which every gateway must have answered or given up."""


@pytest.fixture(params=GATEWAYS)
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[Trouble], GatewayHarness]]:
    harnesses: list[GatewayHarness] = []

    def open_one(trouble: Trouble) -> GatewayHarness:
        harnesses.append(GATEWAYS[request.param](trouble))
        return harnesses[-1]

    yield open_one
    for harness in harnesses:
        harness.close()


def place(
    harness: GatewayHarness,
    quantity: int,
    limit: str,
    side: Side = Side.BUY,
    tag: OrderId = TAG,
    trigger: str | None = None,
) -> None:
    harness.call(
        harness.gateway.place,
        PlaceOrder(
            account=harness.account,
            order_id=tag,
            instrument=harness.instrument,
            side=side,
            quantity=quantity,
            product=Product.INTRADAY,
            order_type=OrderType.LIMIT if trigger is None else OrderType.STOP_LIMIT,
            limit_price=price_of(limit),
            purpose=Purpose.ENTRY,
            trigger_price=None if trigger is None else price_of(trigger),
        ),
    )


def of_order(reports: list[Report], tag: OrderId = TAG) -> list[OrderReport]:
    return [report for report in reports if isinstance(report, OrderReport) and report.order_id == tag]


def number_of(reports: list[Report]) -> BrokerOrderId:
    number = of_order(reports)[-1].broker_order_id
    assert number is not None
    return number


def read_books(harness: GatewayHarness) -> BooksReport:
    harness.call(harness.gateway.ask_books, harness.account)
    return next(report for report in harness.wait(PATIENCE) if isinstance(report, BooksReport))


def cancel(harness: GatewayHarness, number: BrokerOrderId) -> None:
    harness.call(harness.gateway.cancel, CancelOrder(account=harness.account, order_id=TAG, broker_order_id=number))


def modify(
    harness: GatewayHarness, number: BrokerOrderId, quantity: int, limit: str, trigger: str | None = None
) -> None:
    harness.call(
        harness.gateway.modify,
        ChangeOrder(
            account=harness.account,
            order_id=TAG,
            broker_order_id=number,
            quantity=quantity,
            limit_price=price_of(limit),
            trigger_price=None if trigger is None else price_of(trigger),
        ),
    )


def test_01_a_placed_order_is_acknowledged_opens_and_completes(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)

    place(harness, harness.lot, "102")
    reports = of_order(harness.wait(PATIENCE))

    assert reports[-1].status is OrderStatus.COMPLETE
    assert reports[-1].filled == harness.lot
    assert reports[-1].average_price == price_of("100.50")
    assert {report.status for report in reports} <= {OrderStatus.ACKED, OrderStatus.OPEN, OrderStatus.COMPLETE}
    assert len({report.broker_order_id for report in reports}) == 1


def test_02_calls_return_before_anything_is_reported(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)

    place(harness, harness.lot, "102")
    at_once = harness.wait(0)

    assert at_once == []


def test_03_a_partial_fill_says_what_is_filled_so_far(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", harness.lot)

    place(harness, 3 * harness.lot, "100.50")
    partial = of_order(harness.wait(PATIENCE))[-1]
    harness.show("99.50", 650, "100.50", 650)
    complete = of_order(harness.wait(PATIENCE))[-1]

    assert (partial.status, partial.filled) == (OrderStatus.OPEN, harness.lot)
    assert (complete.status, complete.filled) == (OrderStatus.COMPLETE, 3 * harness.lot)
    assert complete.value in (None, money_of("100.50") * 3 * harness.lot)


def test_04_a_rejected_order_says_why_and_has_no_fill(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)

    place(harness, (harness.freeze_quantity // harness.lot + 1) * harness.lot, "102")
    report = of_order(harness.wait(PATIENCE))[-1]

    assert report.status is OrderStatus.REJECTED
    assert report.wording
    assert report.filled == 0


def test_05_a_lost_acknowledgement_is_unknown_and_found_by_its_tag_in_the_books(opened) -> None:
    harness = opened(Trouble.LOST_ANSWERS)
    harness.show("99.50", 650, "100.50", 650)

    place(harness, harness.lot, "102")
    reports = of_order(harness.wait(PATIENCE))
    books = read_books(harness)

    said = {report.status for report in reports}
    assert said
    # A gateway that reads the books by itself may find the order before it gives up waiting.
    assert said <= {OrderStatus.UNKNOWN, OrderStatus.COMPLETE}
    assert [(order.order_id, order.status) for order in books.orders] == [(TAG, OrderStatus.COMPLETE)]


def test_06_duplicate_reports_repeat_themselves_and_contradict_nothing(opened) -> None:
    harness = opened(Trouble.DUPLICATES)
    harness.show("99.50", 650, "100.50", 650)

    place(harness, harness.lot, "102")
    reports = of_order(harness.wait(PATIENCE))

    complete = [report for report in reports if report.status is OrderStatus.COMPLETE]
    assert len(complete) in (1, 2), "what was said before may be left out"
    assert {report.filled for report in complete} == {harness.lot}
    assert len(read_books(harness).orders) == 1


def test_07_a_cancelled_order_ends_with_what_it_had(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", harness.lot)
    place(harness, 2 * harness.lot, "100.50")
    number = number_of(harness.wait(PATIENCE))

    cancel(harness, number)
    report = of_order(harness.wait(PATIENCE))[-1]

    assert (report.status, report.filled) == (OrderStatus.CANCELLED, harness.lot)


def test_08_a_cancel_that_meets_a_fill_is_refused_and_the_fill_is_told(opened) -> None:
    harness = opened(Trouble.FILL_BEFORE_CANCEL)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, harness.lot, "90")
    number = number_of(harness.wait(PATIENCE))

    cancel(harness, number)
    reports = harness.wait(PATIENCE)

    assert of_order(reports)[-1].status is OrderStatus.COMPLETE
    assert [report.certain for report in reports if isinstance(report, ChangeRefused)] == [True]


def test_09_a_modified_order_works_at_its_new_terms(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, harness.lot, "90")
    number = number_of(harness.wait(PATIENCE))

    modify(harness, number, 2 * harness.lot, "91")
    working = of_order(harness.wait(PATIENCE))[-1]
    modify(harness, number, 2 * harness.lot, "101")
    complete = of_order(harness.wait(PATIENCE))[-1]

    assert (working.status, working.quantity, working.limit_price) == (
        OrderStatus.OPEN,
        2 * harness.lot,
        price_of("91"),
    )
    assert (complete.status, complete.filled) == (OrderStatus.COMPLETE, 2 * harness.lot)


def test_10_a_change_of_a_finished_or_unknown_order_is_refused(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, harness.lot, "102")
    number = number_of(harness.wait(PATIENCE))

    modify(harness, number, 2 * harness.lot, "101")
    cancel(harness, BrokerOrderId("NOSUCHORDER"))
    refusals = [report for report in harness.wait(PATIENCE) if isinstance(report, ChangeRefused)]

    assert [(refusal.order_id, refusal.certain) for refusal in refusals] == [(TAG, True), (TAG, True)]
    assert all(refusal.wording for refusal in refusals)


def test_11_the_books_agree_with_the_reports(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, 2 * harness.lot, "102")
    place(harness, harness.lot, "98", Side.SELL, OrderId("LWTEST00002"))
    place(harness, harness.lot, "90", Side.BUY, OrderId("LWTEST00003"))
    reports = harness.wait(PATIENCE)

    books = read_books(harness)

    for order in books.orders:
        assert order.order_id is not None
        last = of_order(reports, order.order_id)[-1]
        assert (order.status, order.filled) == (last.status, last.filled)
    assert books.fresh
    assert books.positions == (
        BookPosition(instrument=harness.instrument, product=Product.INTRADAY, net_quantity=harness.lot),
    )


def test_12_books_after_a_reconnect_tell_what_was_missed(opened) -> None:
    harness = opened(Trouble.SESSION_LOSS)
    harness.show("99.50", 650, "100.50", harness.lot)
    place(harness, 2 * harness.lot, "100.50")
    before = of_order(harness.wait(0) + harness.wait(2))[-1]
    harness.show("99.50", 650, "100.50", harness.lot)

    during_and_after = harness.wait(PATIENCE)
    books = read_books(harness)

    assert before.filled == harness.lot
    assert before.status not in TERMINAL
    said = {(report.status, report.filled) for report in of_order(during_and_after)}
    assert said <= {(OrderStatus.COMPLETE, 2 * harness.lot)}, "nothing old is told as new"
    assert [report.connected for report in during_and_after if isinstance(report, ConnectionReport)][-1:] == [True]
    assert [(order.filled, order.status) for order in books.orders] == [(2 * harness.lot, OrderStatus.COMPLETE)]


def test_13_a_request_without_a_session_is_refused_and_never_traded(opened) -> None:
    harness = opened(Trouble.SESSION_LOSS)
    harness.show("99.50", 650, "100.50", 650)
    harness.wait(2)

    place(harness, harness.lot, "102")
    reports = of_order(harness.wait(PATIENCE))

    assert [report.status for report in reports] == [OrderStatus.REJECTED]
    assert read_books(harness).positions == ()


def test_14_a_stop_order_sleeps_until_its_trigger_and_then_trades(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("100", 650, "100.50", 650)
    place(harness, harness.lot, "115", trigger="110")
    asleep = of_order(harness.wait(PATIENCE))[-1]

    harness.show("110", 650, "110.50", 650)
    complete = of_order(harness.wait(PATIENCE))[-1]

    assert (asleep.status, asleep.trigger_price) == (OrderStatus.TRIGGER_PENDING, price_of("110"))
    assert (complete.status, complete.average_price) == (OrderStatus.COMPLETE, price_of("110.50"))


def test_15_a_sleeping_stop_order_is_moved_and_becomes_a_limit_order(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("100", 650, "100.50", 650)
    place(harness, harness.lot, "115", trigger="110")
    number = number_of(harness.wait(PATIENCE))

    modify(harness, number, harness.lot, "125", trigger="120")
    moved = of_order(harness.wait(PATIENCE))[-1]
    modify(harness, number, harness.lot, "101")
    complete = of_order(harness.wait(PATIENCE))[-1]

    assert (moved.status, moved.trigger_price, moved.limit_price) == (
        OrderStatus.TRIGGER_PENDING,
        price_of("120"),
        price_of("125"),
    )
    assert (complete.status, complete.average_price) == (OrderStatus.COMPLETE, price_of("100.50"))


def convert(harness: GatewayHarness, quantity: int) -> list[ConversionReport]:
    harness.call(
        harness.gateway.convert,
        ConvertPosition(
            account=harness.account,
            reference="LWCONV1",
            instrument=harness.instrument,
            quantity=quantity,
            before=Product.INTRADAY,
            after=Product.CARRY_FORWARD,
        ),
    )
    return [report for report in harness.wait(PATIENCE) if isinstance(report, ConversionReport)]


def test_16_a_conversion_is_answered_by_its_reference_and_shown_by_the_books(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, harness.lot, "102")
    harness.wait(PATIENCE)

    reports = convert(harness, harness.lot)
    held = {row.product: row.net_quantity for row in read_books(harness).positions if row.net_quantity}

    assert [(report.reference, report.done) for report in reports] == [("LWCONV1", True)]
    assert held == {Product.CARRY_FORWARD: harness.lot}


def test_17_a_conversion_of_what_is_not_held_is_refused_in_words(opened) -> None:
    harness = opened(Trouble.NONE)
    harness.show("99.50", 650, "100.50", 650)

    reports = convert(harness, harness.lot)

    assert [report.done for report in reports] == [False]
    assert reports[0].wording


def test_18_a_conversion_whose_answer_is_lost_is_reported_as_unanswered(opened) -> None:
    harness = opened(Trouble.LOST_ANSWERS)
    harness.show("99.50", 650, "100.50", 650)
    place(harness, harness.lot, "102")
    harness.wait(PATIENCE)

    assert [report.done for report in convert(harness, harness.lot)] == [None]
