"""How the simulated exchange fills orders."""

from brokers.paper.settings import PaperSettings
from engine.domain.instant import SECOND
from engine.domain.money import money_of
from engine.domain.order import OrderStatus, Side
from tests.unit.brokers.paper_world import CE, COIN, FUTURE, LATENCY, NINE_TWENTY, PaperWorld, rupee


def test_a_marketable_limit_fills_at_the_opposite_best_quote() -> None:
    world = PaperWorld()

    reports = world.trade(CE, Side.BUY, 65, "102")

    assert [report.status for report in reports] == [OrderStatus.ACKED, OrderStatus.OPEN, OrderStatus.COMPLETE]
    assert reports[-1].average_price == rupee("100.50")
    assert reports[-1].value == money_of("6532.50")
    assert reports[-1].broker_order_id == "PB000001"


def test_a_market_sale_fills_at_the_bid() -> None:
    world = PaperWorld()

    reports = world.trade(CE, Side.SELL, 65)

    assert reports[-1].average_price == rupee("99.50")


def test_the_quote_that_stands_on_arrival_counts_not_the_one_at_sending() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "105")

    world.now = LATENCY - 1
    world.show({CE: ("103", "102.50", 650, "103.50", 650)})
    reports = world.wait(SECOND)

    assert reports[-1].average_price == rupee("103.50")


def test_an_order_that_arrives_with_a_frame_meets_that_frame() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "105")

    world.now = LATENCY
    world.show({CE: ("103", "102.50", 650, "103.50", 650)})

    assert world.wait(SECOND)[-1].average_price == rupee("103.50")


def test_an_order_that_arrived_before_a_frame_met_the_older_quote() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "105")

    world.now = LATENCY + 1
    world.show({CE: ("103", "102.50", 650, "103.50", 650)})

    assert world.wait(SECOND)[-1].average_price == rupee("100.50")


def test_reports_come_back_after_both_latencies() -> None:
    world = PaperWorld()
    world.place(CE, Side.BUY, 65, "102")

    early = world.wait(2 * LATENCY - 1)
    on_time = world.wait(1)

    assert early == []
    assert {report.at for report in on_time} == {NINE_TWENTY + 2 * LATENCY}


def test_the_shown_quantity_is_consumed_and_refilled_by_the_next_record() -> None:
    world = PaperWorld()
    world.show({CE: ("100", "99.50", 65, "100.50", 130)})

    first = world.trade(CE, Side.BUY, 65, "100.50")
    second = world.trade(CE, Side.BUY, 130, "100.50")
    world.show({CE: ("100", "99.50", 65, "100.50", 65)})
    third = world.wait(SECOND)

    assert first[-1].filled == 65
    assert (second[-1].filled, second[-1].status) == (65, OrderStatus.OPEN)
    assert (third[-1].filled, third[-1].status) == (130, OrderStatus.COMPLETE)


def test_a_resting_limit_fills_at_its_own_price_when_the_quote_reaches_it() -> None:
    world = PaperWorld()
    resting = world.trade(CE, Side.BUY, 65, "99")

    world.show({CE: ("98.40", "98", 650, "98.50", 650)})
    filled = world.wait(SECOND)

    assert resting[-1].status is OrderStatus.OPEN
    assert filled[-1].average_price == rupee("99")


def test_resting_orders_share_a_record_by_price_then_time() -> None:
    world = PaperWorld()
    late_and_better, early, late = "99.10", "99", "99"
    world.trade(CE, Side.BUY, 65, early)
    world.trade(CE, Side.BUY, 65, late)
    world.trade(CE, Side.BUY, 65, late_and_better)

    world.show({CE: ("99", "98", 650, "98.50", 130)})
    filled = world.wait(SECOND)

    assert [report.order_id for report in filled] == ["T00003", "T00001"]


def test_the_rest_of_a_market_order_takes_the_following_records_within_its_protection() -> None:
    world = PaperWorld()
    world.show({CE: ("100", "99.50", 65, "100.50", 65)})
    first = world.trade(CE, Side.BUY, 195)

    world.show({CE: ("150", "149", 65, "151", 65)})
    beyond = world.wait(SECOND)
    world.show({CE: ("120", "119", 65, "120.50", 650)})
    within = world.wait(SECOND)

    assert first[-1].filled == 65
    assert beyond == []
    assert within[-1].status is OrderStatus.COMPLETE
    assert within[-1].value == money_of("6532.50") + 2 * money_of("7832.50")


def test_without_bid_and_ask_it_trades_at_the_last_price_plus_slippage_against_the_trader() -> None:
    world = PaperWorld(PaperSettings(slippage_ticks=2))
    world.show({CE: ("100", "0", 0, "0", 0)})

    bought = world.trade(CE, Side.BUY, 1755, "101")
    sold = world.trade(CE, Side.SELL, 65)

    assert bought[-1].average_price == rupee("100.10")
    assert bought[-1].status is OrderStatus.COMPLETE
    assert sold[-1].average_price == rupee("99.90")


def test_an_empty_side_fills_nothing() -> None:
    world = PaperWorld()
    world.show({CE: ("100", "99.50", 650, "0", 0)})

    reports = world.trade(CE, Side.BUY, 65, "110")

    assert reports[-1].status is OrderStatus.OPEN


def test_a_limit_without_any_quote_rests_and_a_market_order_is_rejected() -> None:
    world = PaperWorld(usual=False)

    limit = world.trade(CE, Side.BUY, 65, "100")
    market = world.trade(CE, Side.BUY, 65)

    assert limit[-1].status is OrderStatus.OPEN
    assert market[-1].status is OrderStatus.REJECTED
    assert market[-1].wording.startswith("NO_QUOTE")


def test_depth_is_walked_only_where_the_setting_says_so() -> None:
    second_level = {CE: [("0", "99", 650, "101", 650)]}
    shown = {CE: ("100", "99.50", 65, "100.50", 65)}
    plain, walking = PaperWorld(), PaperWorld(PaperSettings(walks_depth=True))
    plain.show(shown, second_level)
    walking.show(shown, second_level)

    best_only = plain.trade(CE, Side.BUY, 130, "105")
    walked = walking.trade(CE, Side.BUY, 130, "105")

    assert best_only[-1].filled == 65
    assert walked[-1].average_price == rupee("100.75")


def test_nothing_fills_after_the_close_and_day_orders_lapse_overnight() -> None:
    world = PaperWorld()
    tag = world.trade(CE, Side.BUY, 65, "90")[-1].order_id

    world.now = 7 * 3600 * SECOND
    world.show({CE: ("80", "79", 650, "81", 650)})
    evening = world.wait(SECOND)
    world.now = 24 * 3600 * SECOND
    world.show({CE: ("80", "79", 650, "81", 650)})
    morning = world.wait(SECOND)

    assert evening == []
    assert [(report.order_id, report.status) for report in morning] == [(tag, OrderStatus.CANCELLED)]
    assert world.books().orders == ()


def test_an_expired_position_is_settled_at_its_intrinsic_value() -> None:
    world = PaperWorld()
    world.trade(CE, Side.BUY, 65, "102")
    before = world.broker.cash

    world.now = 3 * 24 * 3600 * SECOND
    world.show({FUTURE: ("24960", "0", 0, "0", 0)})
    world.wait(SECOND)

    assert world.broker.positions == ()
    assert world.broker.cash == before, "at 24,850 the 24,850 call is worth nothing"


def test_a_fraction_of_a_coin_has_an_exact_value() -> None:
    world = PaperWorld()

    reports = world.trade(COIN, Side.BUY, 1, "5001000")

    assert reports[-1].value == money_of("50010")
    assert reports[-1].average_price == rupee("5001000")
