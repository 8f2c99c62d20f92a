"""Whatever is sent to the paper broker, its books add up, and the same calls get the same answers."""

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.definition import Surroundings
from brokers.paper.books import PaperBooks
from brokers.paper.faults import drawn_plan
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from engine.domain.instant import SECOND
from engine.domain.order import OrderStatus, OrderType, Side
from engine.domain.reports import OrderReport
from tests.unit.brokers.paper_world import ACCOUNT, CE, CE_WING, CONTRACTS, FUTURE, INDEX, PE, USUAL, PaperWorld

TRADED = (CE, PE, CE_WING, FUTURE)
FAST = PaperSettings(orders_per_second=None)

prices = st.integers(1, 60).map(lambda ticks: f"{90 + ticks * 0.5:.2f}")
quantities = st.integers(0, 6).map(lambda lots: lots * 65)

shows = st.tuples(st.just("show"), st.sampled_from(TRADED), prices, quantities, prices, quantities)
places = st.tuples(
    st.just("place"), st.sampled_from(TRADED), st.sampled_from(Side), st.integers(1, 5), st.none() | prices
)
changes = st.tuples(st.just("modify"), st.integers(0, 20), st.integers(1, 5), prices)
cancels = st.tuples(st.just("cancel"), st.integers(0, 20))
waits = st.tuples(st.just("wait"), st.integers(0, 2 * SECOND))
steps = st.lists(shows | places | places | changes | cancels | waits, min_size=5, max_size=40)


def run(world: PaperWorld, script: list[tuple]) -> list:
    """Play a script and answer every report."""
    reports: list = []
    sent: list = []
    for step in script:
        match step:
            case ("show", instrument, bid, bid_quantity, ask, ask_quantity):
                world.show({instrument: (ask, bid, bid_quantity, ask, ask_quantity)})
            case ("place", instrument, side, lots, limit):
                sent.append(world.place(instrument, side, lots * 65, limit))
            case ("modify", number, lots, limit) if number < len(sent):
                world.modify(sent[number], f"PB{number + 1:06d}", lots * 65, limit)
            case ("cancel", number) if number < len(sent):
                world.cancel(sent[number], f"PB{number + 1:06d}")
            case ("wait", microseconds):
                reports += world.wait(microseconds)
    return reports + world.settle()


def books_of(world: PaperWorld) -> PaperBooks:
    return world.broker._desk.books


@given(script=steps, seed=st.integers(0, 1_000))
@settings(max_examples=150)
def test_positions_are_the_trades_and_cash_is_what_they_cost(script, seed) -> None:
    world = PaperWorld(FAST, faults=drawn_plan(np.random.default_rng(seed)), seed=seed)

    run(world, script)

    books = books_of(world)
    net: Counter = Counter()
    filled: defaultdict = defaultdict(int)
    cash = 0
    for trade in books.trades:
        net[trade.instrument, trade.product] += trade.side.sign * trade.quantity
        filled[trade.broker_order_id] += trade.quantity
        cash -= trade.side.sign * trade.price * trade.quantity
    assert {key: quantity for key, quantity in net.items() if quantity} == {
        key: quantity for key, quantity in books.net.items() if quantity
    }
    assert books.cash == cash
    for order in books.orders.values():
        assert order.filled == filled[order.broker_order_id] <= order.quantity
        assert (order.status is OrderStatus.COMPLETE) == (order.filled == order.quantity)


@given(script=steps)
@settings(max_examples=150)
def test_without_faults_filled_never_falls_and_no_fill_is_worse_than_the_limit(script) -> None:
    world = PaperWorld(FAST)

    reports = run(world, script)

    filled: dict[str, int] = {}
    for report in reports:
        if isinstance(report, OrderReport):
            assert report.filled >= filled.get(report.order_id, 0)
            filled[report.order_id] = report.filled
    limits = {order.broker_order_id: order for order in books_of(world).orders.values()}
    changed = {step[1] for step in script if step[0] == "modify"}
    for trade in books_of(world).trades:
        order = limits[trade.broker_order_id]
        if order.order_type is OrderType.LIMIT and int(order.broker_order_id[2:]) - 1 not in changed:
            assert trade.side.sign * (order.limit_price - trade.price) >= 0


@given(
    orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 5), st.none() | prices), min_size=1, max_size=12),
    records=st.lists(st.tuples(prices, quantities, prices, quantities), min_size=1, max_size=6),
)
@settings(max_examples=150)
def test_no_record_gives_more_than_it_shows(orders, records) -> None:
    world = PaperWorld(FAST, usual=False)
    world.show({INDEX: USUAL[INDEX]})
    traded = 0

    for record, (bid, bid_quantity, ask, ask_quantity) in enumerate(records):
        world.show({CE: (ask, bid, bid_quantity, ask, ask_quantity)})
        for side, lots, limit in orders if record == 0 else ():
            world.place(CE, side, lots * 65, limit)
        world.wait(SECOND)
        trades = books_of(world).trades[traded:]
        traded += len(trades)

        for side, shown in ((Side.BUY, ask_quantity), (Side.SELL, bid_quantity)):
            assert sum(trade.quantity for trade in trades if trade.side is side) <= shown


@given(script=steps, seed=st.integers(0, 1_000))
@settings(max_examples=80)
def test_the_same_calls_with_the_same_seed_get_the_same_reports(script, seed) -> None:
    plan = drawn_plan(np.random.default_rng(seed))

    first = run(PaperWorld(FAST, faults=plan, seed=seed), script)
    second = run(PaperWorld(FAST, faults=plan, seed=seed), script)

    assert first == second


@given(script=steps)
@settings(max_examples=80)
def test_how_often_reports_are_taken_changes_nothing(script) -> None:
    seldom, often = PaperWorld(FAST), PaperWorld(FAST)
    more_often = [part for step in script for part in (step, ("wait", 0))]

    assert run(seldom, script) == run(often, more_often)


@given(script=steps)
@settings(max_examples=40)
def test_books_read_back_from_their_file_are_the_same(script, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("books") / "paper.books"
    world = PaperWorld(FAST, books_file=path)
    run(world, script)
    world.broker.close()

    again = PaperBroker(Surroundings(account=ACCOUNT, contracts=CONTRACTS, books_file=path))

    assert again.orders == world.broker.orders
    assert again.positions == world.broker.positions
    assert again.cash == world.broker.cash
