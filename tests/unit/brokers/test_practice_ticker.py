"""The binary feed of the practice Kite (kite protocol sheet §12), read by offsets as the sheet gives them."""

import hashlib
import json
import struct
from typing import Any

from brokers.practice.zerodha.packets import HEARTBEAT
from brokers.practice.zerodha.settings import ModifyFrames, PartialFill, SocketAtExpiry
from brokers.practice.zerodha.sockets import Hangup, Outgoing
from brokers.practice.zerodha.wire import Answer
from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, FUTURE, VirtualClient

INDEX = 256265


def packets(frame: Outgoing) -> list[bytes]:
    assert isinstance(frame, bytes)
    (count,) = struct.unpack_from(">H", frame)
    found, offset = [], 2
    for _ in range(count):
        (length,) = struct.unpack_from(">H", frame, offset)
        found.append(frame[offset + 2 : offset + 2 + length])
        offset += 2 + length
    assert offset == len(frame)
    return found


def ticks(frames: list[Outgoing]) -> list[list[bytes]]:
    return [packets(frame) for frame in frames if isinstance(frame, bytes) and frame != HEARTBEAT]


def token_of(client: VirtualClient, symbol: str) -> int:
    found = client.call("GET", "/quote/ltp", i=f"NFO:{symbol}")
    return int(found[f"NFO:{symbol}"]["instrument_token"])


def mode(name: str, *tokens: int) -> str:
    return json.dumps({"a": "mode", "v": [name, tokens]})


def test_a_connection_is_greeted_and_then_sent_heartbeats() -> None:
    client = VirtualClient().log_in()

    frames = client.frames(client.socket(), 4)

    assert [json.loads(frame)["type"] for frame in frames[:2] if isinstance(frame, str)] == [
        "instruments_meta",
        "app_code",
    ]
    assert frames[2:] == [HEARTBEAT] * 3


def test_a_packet_has_the_length_of_its_mode_and_of_its_kind() -> None:
    client = VirtualClient().log_in()
    future, call = token_of(client, FUTURE), token_of(client, CALL)
    line = client.socket()

    lengths = {}
    for name in ("ltp", "quote", "full"):
        line.receive(mode(name, INDEX, future, call), client.now)
        lengths[name] = [len(packet) for packet in ticks(client.frames(line, 1))[0]]

    assert lengths == {"ltp": [8, 8, 8], "quote": [28, 44, 44], "full": [32, 184, 184]}


def test_an_index_packet_has_its_prices_in_the_order_high_low_open_close() -> None:
    client = VirtualClient().log_in()
    line = client.socket()
    line.receive(mode("full", INDEX), client.now)

    (packet,) = ticks(line_frames := client.frames(line, 1))[-1]

    quote = client.call("GET", "/quote/ohlc", i="NSE:NIFTY 50")["NSE:NIFTY 50"]["ohlc"]
    token, _, high, low, opened, close, _, stamp = struct.unpack(">Iiiiiiii", packet)
    assert line_frames
    assert (token, opened, close) == (INDEX, round(quote["open"] * 100), round(quote["close"] * 100))
    assert low <= opened <= high
    assert 0 <= client.now // SECOND - stamp <= 3


def test_a_full_packet_says_what_the_quote_says() -> None:
    client = VirtualClient().log_in()
    token = token_of(client, CALL)
    line = client.socket()
    line.receive(mode("full", token), client.now)
    client.pause = 0

    (packet,) = ticks(client.frames(line, 1))[-1]
    quote = client.call("GET", "/quote", i=f"NFO:{CALL}")[f"NFO:{CALL}"]

    last, quantity, _, volume = struct.unpack_from(">iIiI", packet, 4)
    opened, high, low, close = struct.unpack_from(">iiii", packet, 28)
    assert (last, quantity, volume) == (round(quote["last_price"] * 100), quote["last_quantity"], quote["volume"])
    assert [opened, high, low, close] == [round(quote["ohlc"][name] * 100) for name in ("open", "high", "low", "close")]
    assert struct.unpack_from(">I", packet, 48)[0] == quote["oi"]
    bid, ask = struct.unpack_from(">IiH", packet, 64), struct.unpack_from(">IiH", packet, 124)
    assert bid[:2] == (quote["depth"]["buy"][0]["quantity"], round(quote["depth"]["buy"][0]["price"] * 100))
    assert ask[:2] == (quote["depth"]["sell"][0]["quantity"], round(quote["depth"]["sell"][0]["price"] * 100))


def test_ticks_come_at_most_twice_a_second_and_stop_when_unsubscribed() -> None:
    client = VirtualClient().log_in()
    line = client.socket()
    line.receive(json.dumps({"a": "subscribe", "v": [INDEX]}), client.now)
    many = len(ticks(client.frames(line, 10)))

    line.receive(json.dumps({"a": "unsubscribe", "v": [INDEX]}), client.now)

    assert 8 <= many <= 21
    assert ticks(client.frames(line, 5)) == []


def test_tokens_beyond_the_limit_are_answered_with_an_error_and_the_link_stays() -> None:
    client = VirtualClient(subscriptions=1).log_in()
    line = client.socket()
    line.receive(mode("ltp", INDEX, token_of(client, FUTURE)), client.now)

    frames = client.frames(line, 1)

    errors = [json.loads(frame) for frame in frames if isinstance(frame, str) and "error" in frame]
    assert errors == [{"type": "error", "data": "Subscription limit of 1 tokens is reached."}]
    assert [len(one) for one in ticks(frames)[:1]] == [1]


def test_a_fourth_connection_and_a_wrong_token_are_refused_at_the_door() -> None:
    client = VirtualClient().log_in()
    lines = [client.socket() for _ in range(3)]
    path = f"/?api_key=practicekey&access_token={client.access_token}"

    fourth = client.kite.connect(path, client.now)
    lines[0].is_open = False
    again = client.kite.connect(path, client.now)
    wrong = client.kite.connect("/?api_key=practicekey&access_token=x", client.now)

    assert isinstance(fourth, Answer)
    assert fourth.status == 429
    assert not isinstance(again, Answer)
    assert isinstance(wrong, Answer)
    assert wrong.status == 403


def test_a_plain_placement_sends_no_update_and_a_fill_does() -> None:
    client = VirtualClient().log_in()
    line = client.socket()
    client.place(client.limit(70))
    resting = client.updates(line, 2)

    client.place(client.order())

    (update,) = client.updates(line, 2)
    assert resting == []
    assert (update["status"], update["filled_quantity"], update["tag"]) == ("COMPLETE", 65, "T1")
    assert (update["checksum"], update["app_id"], update["unfilled_quantity"]) == ("", 101, 0)


def modified(**changes: Any) -> list[str]:
    client = VirtualClient(**changes).log_in()
    line = client.socket()
    order_id = client.place(client.limit(70))
    client.call("PUT", f"/orders/regular/{order_id}", {"quantity": 130})
    return [update["status"] for update in client.updates(line, 2)]


def test_a_modification_sends_the_updates_that_are_set() -> None:
    assert modified() == ["UPDATE", "OPEN"]
    assert modified(modify_frames=ModifyFrames.STATUS_THEN_UPDATE) == ["OPEN", "UPDATE"]
    assert modified(modify_frames=ModifyFrames.STATUS_ONLY) == ["OPEN"]
    assert modified(repeats_updates=True) == ["UPDATE", "UPDATE", "OPEN", "OPEN"]
    assert modified(open_on_place=True)[0] == "OPEN"


def test_a_part_fill_is_called_what_is_set() -> None:
    for setting in PartialFill:
        client = VirtualClient(partial_fill=setting, funds=500_000_000).log_in()
        line = client.socket()
        client.place(client.limit(101, quantity=65 * 27))

        statuses = {update["status"] for update in client.updates(line, 60) if update["unfilled_quantity"]}

        assert statuses <= {setting.value}


def test_a_socket_outlives_its_session_or_closes_as_it_is_set() -> None:
    for setting, is_open in ((SocketAtExpiry.KEEPS_TICKING, True), (SocketAtExpiry.CLOSES, False)):
        client = VirtualClient(socket_at_expiry=setting).log_in()
        line = client.socket()
        client.call("DELETE", "/sim/sessions")

        frames = client.frames(line, 3)

        assert line.is_open is is_open
        assert (Hangup(code=1000) in frames) is not is_open


def test_postbacks_are_signed_and_only_for_orders_of_the_key() -> None:
    client = VirtualClient(postback_url="http://127.0.0.1:1/post").log_in()
    client.call("POST", "/sim/orders", client.order())
    client.wait(SECOND)
    by_hand = client.kite.take_postbacks()
    client.place(client.order())
    client.wait(SECOND)

    (postback,) = client.kite.take_postbacks()

    body = json.loads(postback.body)
    signed = f"{body['order_id']}{body['order_timestamp']}practicesecret"
    assert by_hand == []
    assert (postback.url, body["status"]) == ("http://127.0.0.1:1/post", "COMPLETE")
    assert body["checksum"] == hashlib.sha256(signed.encode()).hexdigest()
