"""What the paper broker refuses, and how orders are changed and cancelled."""

from decimal import Decimal

import pytest

from brokers.paper.refusals import Refusal, refusal_of
from brokers.paper.settings import PaperSettings
from brokers.simulated.price_protection import PriceProtection
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price
from engine.domain.order import OrderStatus, Side
from engine.domain.price_protection import PriceBand
from engine.domain.reports import ChangeRefused
from tests.unit.brokers.paper_world import CE, CE_WING, EXPIRED, INDEX, NINE_TWENTY, PaperWorld, rupee


@pytest.mark.parametrize(
    ("instrument", "quantity", "limit", "refusal"),
    [
        (CE, 64, "100", Refusal.LOT),
        (CE, 0, "100", Refusal.LOT),
        (CE, 1820, "100", Refusal.QTY_FREEZE),
        (CE, 65, "100.03", Refusal.TICK),
        (CE, 65, "140.05", Refusal.PRICE_BAND),
        (CE, 65, "59.95", Refusal.PRICE_BAND),
        (CE_WING, 65, "30.05", Refusal.PRICE_BAND),
        (EXPIRED, 65, "100", Refusal.EXPIRED),
        (INDEX, 1, "24850", Refusal.CONTRACT),
    ],
)
def test_an_order_against_a_rule_is_rejected_with_its_class(instrument, quantity, limit, refusal) -> None:
    world = PaperWorld()

    reports = world.trade(instrument, Side.BUY, quantity, limit)

    assert [report.status for report in reports] == [OrderStatus.REJECTED]
    assert refusal_of(reports[0].wording) is refusal


def test_the_largest_order_and_the_edges_of_the_band_are_taken() -> None:
    world = PaperWorld()

    largest = world.trade(CE, Side.BUY, 1755, "140")
    cheapest = world.trade(CE_WING, Side.BUY, 65, "30")

    assert largest[0].status is OrderStatus.ACKED
    assert cheapest[-1].status is OrderStatus.COMPLETE


def test_the_band_is_forty_per_cent_above_fifty_rupees_and_twenty_rupees_below() -> None:
    protection = PriceProtection()

    dear = protection.band(CE, NINE_TWENTY, rupee("100"))
    cheap = protection.band(CE, NINE_TWENTY, rupee("12"))

    assert dear == PriceBand(rupee("60"), rupee("140"))
    assert cheap == PriceBand(rupee("0"), rupee("32"))


def test_a_dated_price_band_replaces_the_exchanges_own() -> None:
    def five_rupees(_instrument: Instrument, _at: Instant, reference: Price) -> PriceBand:
        return PriceBand(Price(reference - rupee("5")), Price(reference + rupee("5.03")))

    world = PaperWorld(price_band=five_rupees)

    inside = world.trade(CE, Side.BUY, 65, "105")
    outside = world.trade(CE, Side.BUY, 65, "105.05")

    assert inside[-1].status is OrderStatus.COMPLETE
    assert outside[-1].wording == f"PRICE_BAND: {CE.symbol} may be priced from 95.00 to 105.00 now"


def test_a_closed_market_rejects() -> None:
    world = PaperWorld()
    world.now = 7 * 3600 * SECOND
    world.show({CE: ("100", "99.50", 650, "100.50", 650)})

    reports = world.trade(CE, Side.BUY, 65, "102")

    assert refusal_of(reports[0].wording) is Refusal.MARKET_CLOSED


def test_a_sale_beyond_the_funds_is_rejected_and_its_hedge_makes_it_possible() -> None:
    world = PaperWorld(PaperSettings(funds=Decimal(100_000)))

    naked = world.trade(CE, Side.SELL, 65, "99.50")
    world.trade(CE_WING, Side.BUY, 65, "11")
    hedged = world.trade(CE, Side.SELL, 65, "99.50")

    assert refusal_of(naked[0].wording) is Refusal.MARGIN
    assert hedged[-1].status is OrderStatus.COMPLETE


def test_an_exit_is_taken_even_when_the_funds_are_used_up() -> None:
    world = PaperWorld(PaperSettings(funds=Decimal(200_000)))
    world.trade(CE, Side.SELL, 65, "99.50")
    world.show({INDEX: ("26500", "0", 0, "0", 0), CE: ("4000", "3990", 650, "4010", 650)})

    before = world.books().available_funds
    reports = world.trade(CE, Side.BUY, 65, "4010")

    assert before < world.books().available_funds < 0
    assert reports[-1].status is OrderStatus.COMPLETE


def test_a_sale_that_still_works_counts_as_filled() -> None:
    world = PaperWorld(PaperSettings(funds=Decimal(200_000)))

    first = world.trade(CE, Side.SELL, 65, "105")
    second = world.trade(CE, Side.SELL, 65, "105")

    assert first[-1].status is OrderStatus.OPEN
    assert refusal_of(second[0].wording) is Refusal.MARGIN


def test_selling_the_hedge_before_the_short_is_rejected() -> None:
    world = PaperWorld(PaperSettings(funds=Decimal(100_000)))
    world.trade(CE_WING, Side.BUY, 65, "11")
    world.trade(CE, Side.SELL, 65, "99.50")

    reports = world.trade(CE_WING, Side.SELL, 65, "9.95")

    assert refusal_of(reports[0].wording) is Refusal.MARGIN


def test_more_requests_in_a_second_than_allowed_are_refused() -> None:
    world = PaperWorld(PaperSettings(orders_per_second=2))

    tags = [world.place(CE, Side.BUY, 65, "90") for _ in range(3)]
    reports = world.wait(SECOND)

    refused = [report for report in reports if report.status is OrderStatus.REJECTED]
    assert [report.order_id for report in refused] == [tags[2]]
    assert refusal_of(refused[0].wording) is Refusal.RATE_LIMIT


def test_a_request_for_another_account_is_refused() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "90", account=AccountId("OTHER"))

    reports = world.wait(SECOND)

    assert refusal_of(reports[0].wording) is Refusal.ACCOUNT


def test_a_modified_limit_that_reaches_the_quote_trades_at_the_quote() -> None:
    world = PaperWorld()
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    world.modify(order.order_id, order.broker_order_id, 130, "101")
    reports = world.wait(SECOND)

    assert (reports[0].status, reports[0].quantity, reports[0].limit_price) == (OrderStatus.OPEN, 130, rupee("101"))
    assert (reports[-1].status, reports[-1].average_price) == (OrderStatus.COMPLETE, rupee("100.50"))


def test_a_modification_to_the_filled_quantity_completes_the_order() -> None:
    world = PaperWorld()
    world.show({CE: ("100", "99.50", 65, "100.50", 65)})
    order = world.trade(CE, Side.BUY, 130, "100.50")[-1]

    world.modify(order.order_id, order.broker_order_id, 65, "100.50")

    assert world.wait(SECOND)[-1].status is OrderStatus.COMPLETE


@pytest.mark.parametrize(("quantity", "limit"), [(64, "90"), (65, "90.01"), (65, "145"), (1820, "90")])
def test_a_bad_modification_is_refused_and_the_order_stays(quantity, limit) -> None:
    world = PaperWorld()
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    world.modify(order.order_id, order.broker_order_id, quantity, limit)
    answer = world.wait(SECOND)[-1]

    assert isinstance(answer, ChangeRefused)
    assert answer.certain
    assert world.books().orders[0].limit_price == rupee("90")


def test_an_order_cannot_be_modified_more_often_than_allowed() -> None:
    world = PaperWorld(PaperSettings(modifications_per_order=1))
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    world.modify(order.order_id, order.broker_order_id, 65, "91")
    world.modify(order.order_id, order.broker_order_id, 65, "92")
    answers = world.wait(SECOND)

    assert refusal_of(answers[-1].wording) is Refusal.MODIFICATIONS


def test_a_cancelled_order_keeps_its_fill_and_a_finished_one_refuses_the_cancel() -> None:
    world = PaperWorld()
    world.show({CE: ("100", "99.50", 65, "100.50", 65)})
    order = world.trade(CE, Side.BUY, 130, "100.50")[-1]

    world.cancel(order.order_id, order.broker_order_id)
    cancelled = world.wait(SECOND)[-1]
    world.cancel(order.order_id, order.broker_order_id)
    refused = world.wait(SECOND)[-1]

    assert (cancelled.status, cancelled.filled) == (OrderStatus.CANCELLED, 65)
    assert isinstance(refused, ChangeRefused)
    assert refusal_of(refused.wording) is Refusal.TOO_LATE


def test_a_cancellation_by_the_broker_is_reported_with_its_reason() -> None:
    world = PaperWorld()
    order = world.trade(CE, Side.BUY, 65, "90")[-1]

    was_working = world.broker.cancel_externally(order.broker_order_id, "Out of the revised band")
    report = world.wait(SECOND)[-1]

    assert was_working
    assert (report.status, report.wording) == (OrderStatus.CANCELLED, "Out of the revised band")
