"""The official client behind our own question: its traps, its pace, and what is made of its answers."""

import asyncio
import gzip
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from brokers.errors import BooksUnreadableError, BrokerError, RefusedError, SessionLostError
from brokers.zerodha.account_questions import AccountQuestions, BasketLine, Interval, pieces
from brokers.zerodha.asking import OfficialClient, Question
from brokers.zerodha.books import read_funds
from brokers.zerodha.instruments import HEADER, DumpCache
from brokers.zerodha.rows import read_orders, read_positions, read_trades
from desktop.verification.virtual_time import VirtualLoop
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.money import money_of, price_of
from engine.domain.order import Product, Side
from tests.helpers.kite_server import World, contract_dump, refused
from tests.unit.brokers.paper_world import CE

DAY = date(2026, 11, 20)
MORNING = ist_instant(DAY, time(9, 20))
LISTED = msgspec.structs.replace(CE, token=12_342_018)


@pytest.fixture
def world() -> Iterator[World]:
    found = World()
    yield found
    found.close()


def test_an_answer_comes_through_as_it_is(world: World) -> None:
    world.kite.ready["/orders"] = [{"order_id": "1"}]

    answer = world.play(world.client.ask(Question.ORDERS))

    assert answer == [{"order_id": "1"}]
    assert world.kite.asked == [("GET", "/orders")]


def test_an_empty_book_may_be_nothing_at_all(world: World) -> None:
    world.kite.ready["/orders"] = None

    assert world.play(world.client.ask(Question.ORDERS)) is None
    assert read_orders(None, bool) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(403, "TokenException", "Incorrect `api_key` or `access_token`."), SessionLostError),
        (refused(403, "PermissionException", "Insufficient permission for that call."), RefusedError),
        (refused(400, "InputException", "interval exceeds max limit: 60 days"), RefusedError),
        (refused(429, "NetworkException", "Too many requests"), BooksUnreadableError),
        (refused(500, "MarginException", "an error that the client does not know"), BooksUnreadableError),
        (web.Response(body=b"<html>", content_type="text/html"), BooksUnreadableError),
        (web.Response(body=b"{", content_type="application/json"), BooksUnreadableError),
        (web.Response(body=b"{}", content_type="application/json"), BooksUnreadableError),
        (web.Response(body=b'{"status":"error"}', content_type="application/json"), BooksUnreadableError),
        (web.Response(body=b"[]", content_type="application/json"), BooksUnreadableError),
    ],
)
def test_trouble_becomes_a_sentence(world: World, answer: web.Response, error: type[BrokerError]) -> None:
    world.kite.ready["/orders"] = answer

    with pytest.raises(error, match="Zerodha"):
        world.play(world.client.ask(Question.ORDERS))


def test_a_login_answer_that_cannot_be_read_is_not_quoted(world: World) -> None:
    world.kite.ready["/session/token"] = web.Response(body=b'{"access_token":"hush"', content_type="application/json")

    with pytest.raises(BooksUnreadableError) as trouble:
        world.play(world.client.ask(Question.LOG_IN, "request", "secret"))

    assert "hush" not in str(trouble.value)


def test_quotes_are_asked_for_once_a_second(world: World) -> None:
    world.kite.ready["/quote/ltp"] = {}

    async def three() -> None:
        await asyncio.gather(*(world.client.ask(Question.LTP, "NSE:INFY") for _ in range(3)))

    world.play(three())

    gaps = [after - before for before, after in zip(world.kite.times, world.kite.times[1:], strict=False)]
    assert all(gap >= 1 for gap in gaps)


def test_nobody_there_is_a_sentence() -> None:
    loop = VirtualLoop()
    client = OfficialClient("key", "http://127.0.0.1:9", workers=1, patience=1)

    with pytest.raises(BooksUnreadableError, match="could not be reached"):
        loop.play(client.ask(Question.ORDERS))

    loop.play(client.close())
    loop.end()


LINE = BasketLine(
    instrument=LISTED, side=Side.SELL, quantity=65, product=Product.CARRY_FORWARD, price=price_of("184.35")
)


def test_margins_and_charges_are_read(world: World) -> None:
    world.kite.ready["/margins/basket"] = {"initial": {"total": 150270.7}, "final": {"total": 61020.35}, "orders": []}
    world.kite.ready["/charges/orders"] = [{"charges": {"total": 57.14143021}}]
    questions = AccountQuestions(world.client)

    margin = world.play(questions.basket_margin([LINE]))
    charges = world.play(questions.charges([LINE]))

    assert (margin.apart, margin.together) == (money_of("150270.7"), money_of("61020.35"))
    assert charges == (571_414,)
    assert world.kite.asked[0][1].startswith("/margins/basket?consider_positions=")


def test_history_is_asked_in_pieces_and_read_in_order(world: World) -> None:
    path = "/instruments/historical/12342018/minute"
    world.kite.ready[path] = {
        "candles": [
            ["2026-11-20T09:16:00+0530", 174.95, 176, 173.1, 173.4, 884130, 4915625],
            ["2026-11-20T09:15:00+0530", 170.1, 175.6, 169.2, 174.95, 1204450, 4902105],
        ]
    }
    since = Instant(MORNING - 70 * 86_400 * SECOND)

    bars = world.play(AccountQuestions(world.client).history(LISTED, Interval.MINUTE, since, MORNING))

    assert len(world.kite.asked) == 2
    assert [bar.open for bar in bars] == [price_of("170.1"), price_of("174.95")]
    assert bars[0].at == ist_instant(DAY, time(9, 15))
    assert bars[0].open_interest == 4_902_105


def test_pieces_of_a_history_meet_and_do_not_overlap() -> None:
    since = ist_instant(date(2026, 1, 1), time(0, 0))

    found = list(pieces(since, Instant(since + 130 * 86_400 * SECOND), 60))

    assert [begin[:10] for begin, _ in found] == ["2026-01-01", "2026-03-02", "2026-05-01"]
    assert found[0][1] == "2026-03-01 23:59:59"


def test_orders_that_wait_for_a_price_are_listed_and_cancelled(world: World) -> None:
    condition = {"exchange": "NFO", "tradingsymbol": "NIFTY26D0124500CE", "trigger_values": [120.0, 260.0]}
    order = {"transaction_type": "BUY", "quantity": 65, "product": "NRML", "price": 118}
    world.kite.ready["/gtt/triggers"] = [
        {"id": 4711001, "status": "active", "condition": condition, "orders": [order, order], "expires_at": None}
    ]
    world.kite.ready["/gtt/triggers/4711001"] = {"trigger_id": 4711001}
    questions = AccountQuestions(world.client)

    (waiting,) = world.play(questions.waiting_orders())
    world.play(questions.cancel_waiting(waiting.number))

    assert waiting.triggers == (price_of("120"), price_of("260"))
    assert waiting.orders[0] == "BUY 65 NRML at 118"
    assert world.kite.asked[-1] == ("DELETE", "/gtt/triggers/4711001")


def test_last_prices_of_unknown_instruments_are_missing(world: World) -> None:
    world.kite.ready["/quote/ltp"] = {f"NFO:{LISTED.symbol}": {"last_price": 184.35}}

    found = world.play(AccountQuestions(world.client).last_prices([LISTED]))

    assert found == {LISTED.id: price_of("184.35")}


FEWEST = dict.fromkeys(("NFO", "BFO", "NSE", "BSE"), 2)


def lay_out(world: World, rows: int = 4, **changes: bytes) -> None:
    for exchange in FEWEST:
        world.kite.ready[f"/instruments/{exchange}"] = changes.get(exchange, contract_dump(exchange, rows))


def test_the_contract_list_is_fetched_once_a_day_and_kept(world: World, tmp_path: Path) -> None:
    lay_out(world)
    cache = DumpCache(tmp_path, fewest=FEWEST)

    first = world.play(cache.fetch(world.client, DAY))
    again = world.play(cache.fetch(world.client, DAY))

    assert (first.rows, again.rows) == (16, 16)
    assert len(world.kite.asked) == 4
    content = gzip.decompress(first.path.read_bytes()).decode().splitlines()
    assert content[0] == HEADER
    assert len(content) == 17


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda whole: whole[:-20], "ends in the middle"),
        (lambda whole: whole.replace(b"tick_size", b"tick"), "other columns"),
        (lambda _whole: b"", "other columns"),
        (lambda whole: b"\xff" + whole, "not text"),
        (lambda _whole: contract_dump("NFO", 1), "only 1 rows"),
        (lambda _whole: contract_dump("NFO", 4, "2026-11-17"), "earlier day"),
        (lambda whole: whole.replace(b",65,CE,", b",CE,", 1), "is damaged"),
    ],
)
def test_a_damaged_contract_list_is_not_taken(
    world: World, tmp_path: Path, damage: Callable[[bytes], bytes], says: str
) -> None:
    lay_out(world, NFO=damage(contract_dump("NFO", 4)))

    with pytest.raises(BooksUnreadableError, match=says):
        world.play(DumpCache(tmp_path, fewest=FEWEST).fetch(world.client, DAY))

    assert list(tmp_path.iterdir()) == []


def test_a_list_half_as_long_as_yesterdays_is_cut_off(world: World, tmp_path: Path) -> None:
    cache = DumpCache(tmp_path, fewest=FEWEST)
    lay_out(world, 10)
    world.play(cache.fetch(world.client, date(2026, 11, 19)))
    lay_out(world, 4)

    with pytest.raises(BooksUnreadableError, match="cut off"):
        world.play(cache.fetch(world.client, DAY))


def test_recorded_books_of_the_vendor_are_read(real_data: Path) -> None:
    folder = real_data / "wire" / "kite" / "dotnetkiteconnect-test"

    def data(name: str) -> Any:
        return msgspec.json.decode((folder / f"{name}.json").read_bytes().removeprefix(b"\xef\xbb\xbf"))["data"]

    orders = read_orders(data("orders"), bool)
    trades = read_trades(data("trades"))
    positions = read_positions(data("positions"))

    assert [order.status.value for order in orders if order.is_finished]
    assert trades[0].price == price_of("100.98")
    assert positions.outside
    assert read_funds(data("margins")["equity"]).available == money_of("1697.7")
