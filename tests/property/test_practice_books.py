"""Whatever a client does, and whatever goes wrong, the books of the practice Kite agree with each other."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.practice.zerodha.faults import NAMED_PLANS
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import RESTING
from brokers.practice.zerodha.wire import Fate
from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, FUTURE, VirtualClient, at

PLACED = st.fixed_dictionaries(
    {
        "tradingsymbol": st.sampled_from([CALL, FUTURE]),
        "transaction_type": st.sampled_from(["BUY", "SELL"]),
        "quantity": st.sampled_from([65, 130, 65 * 27, 65 * 40]),
        "product": st.sampled_from(["NRML", "MIS"]),
        "order_type": st.sampled_from(["MARKET", "LIMIT", "SL"]),
        "validity": st.sampled_from(["DAY", "IOC"]),
        "autoslice": st.sampled_from(["true", "false"]),
        "variety": st.sampled_from(["regular", "iceberg", "co"]),
    }
)
PER_MILLE = st.integers(985, 1_015)
DEEDS = st.one_of(
    st.tuples(st.just("place"), PLACED, PER_MILLE),
    st.tuples(st.just("modify"), st.integers(0, 5), PER_MILLE),
    st.tuples(st.just("cancel"), st.integers(0, 5), PER_MILLE),
    st.tuples(st.just("wait"), st.integers(1, 30), PER_MILLE),
)


def priced(client: VirtualClient, symbol: str, per_mille: int) -> str:
    market = client.kite.broker.market
    last = market.last(market.listing.row_of("NFO", symbol) or 0)
    return f"{last * per_mille // 1_000 // 1_000 / 10:.2f}"


def done(client: VirtualClient, deed: Any) -> None:
    kind, what, per_mille = deed
    ids = list(client.kite.broker.book.orders)
    match kind:
        case "place":
            price = priced(client, what["tradingsymbol"], per_mille)
            more = {"price": price, "trigger_price": price, "iceberg_legs": 3, "iceberg_quantity": 65}
            client.send("POST", f"/orders/{what['variety']}", client.order(**what, **more))
        case "modify" if ids:
            order = client.kite.broker.book.orders[ids[what % len(ids)]]
            price = priced(client, order.tradingsymbol, per_mille)
            client.send("PUT", f"/orders/regular/{order.order_id}", {"price": price, "quantity": 65 * (what + 1)})
        case "cancel" if ids:
            client.send("DELETE", f"/orders/regular/{ids[what % len(ids)]}")
        case "wait":
            client.wait(what * SECOND)


def check(kite: PracticeKite) -> None:
    book = kite.broker.book
    filled: Counter[str | None] = Counter()
    for trade in book.trades:
        filled[trade.order_id] += trade.quantity
    for order in book.orders.values():
        assert order.filled_quantity == filled[order.order_id] <= order.quantity
        assert (order.status == "COMPLETE") == (order.left == 0)
        history = [state.filled_quantity for state in book.histories[order.order_id]]
        assert history == sorted(history)
        if order.status in RESTING:
            assert order.exchange_order_id is not None
    assert len({order.order_id for order in book.orders.values()}) == len(book.orders)


@given(deeds=st.lists(DEEDS, max_size=14), plan=st.sampled_from(["none", "storm", "lost-answers", "timeouts"]))
@settings(max_examples=20)
def test_orders_trades_and_histories_agree_and_survive_a_kill(deeds: list[Any], plan: str) -> None:
    client = VirtualClient(pause=SECOND // 2).log_in()
    client.kite.broker.dice.follow(NAMED_PLANS[plan])

    for deed in deeds:
        done(client, deed)
        check(client.kite)
    lines = client.kite.take_changes()
    again = VirtualClient(start=at(10), now=client.now, lines=lines)
    before, after = client.kite.broker.book, again.kite.broker.book
    assert after.trades == before.trades
    assert after.net() == before.net()
    assert set(after.orders) == set(before.orders)
    assert again.kite.broker.ledger.standing() == client.kite.broker.ledger.standing()
    again.headers = client.headers
    again.wait(60 * SECOND)
    check(again.kite)
    assert again.send("GET", "/orders").fate is Fate.DELIVERED
