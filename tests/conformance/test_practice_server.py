"""The practice Kite on a real port: what breaks on the wire, what is posted, how it starts and ends."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from typer.testing import CliRunner

from brokers.practice.zerodha.faults import Fault, Kind
from desktop.commands.app import app
from tests.helpers.practice_desk import CALL, ROOT, VirtualClient
from tests.helpers.practice_server import practice_server

PATIENCE = 30


class LoopbackClient:
    """The least that can speak to the server: one request per connection."""

    def __init__(self, card: dict[str, str]) -> None:
        self.place = urlsplit(card["root"])
        self.headers: dict[str, str] = {}
        secrets = VirtualClient()
        form = secrets.login_form(card["request_token"])
        self.token = json.loads(self.send("POST", "/session/token", form))["data"]["access_token"]
        self.headers = {"Authorization": f"token {card['api_key']}:{self.token}"}

    def send(self, method: str, path: str, form: dict[str, Any] | None = None) -> bytes:
        body = urlencode(form) if form else None
        typed = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection = http.client.HTTPConnection(self.place.hostname or "", self.place.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {**self.headers, **typed})
            return connection.getresponse().read()
        finally:
            connection.close()

    def data(self, path: str) -> Any:
        return json.loads(self.send("GET", path))["data"]

    def upgraded(self) -> socket.socket:
        """A raw socket after the handshake of a WebSocket."""
        raw = socket.create_connection((self.place.hostname, self.place.port), timeout=PATIENCE)
        key = base64.b64encode(bytes(16)).decode()
        raw.sendall(
            f"GET /?api_key=practicekey&access_token={self.token} HTTP/1.1\r\nHost: practice\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        return raw


MARKET_ORDER = {
    "exchange": "NFO",
    "tradingsymbol": CALL,
    "transaction_type": "BUY",
    "quantity": 65,
    "product": "NRML",
    "order_type": "MARKET",
    "market_protection": -1,
}


def test_a_lost_answer_closes_the_connection_and_the_order_lives() -> None:
    with practice_server(Fault(kind=Kind.LOST_ANSWER, calls="place")) as card:
        client = LoopbackClient(card)

        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            client.send("POST", "/orders/regular", MARKET_ORDER)

        assert len(client.data("/orders")) == 1


def test_a_cut_answer_ends_before_its_length() -> None:
    with practice_server(Fault(kind=Kind.CUT_ANSWER, calls="profile")) as card:
        client = LoopbackClient(card)

        with pytest.raises(http.client.IncompleteRead):
            client.send("GET", "/user/profile")


def everything(raw: socket.socket) -> bytes:
    """What comes until the other side closes."""
    found = b""
    try:
        while piece := raw.recv(65_536):
            found += piece
    except ConnectionError:
        pass
    return found


def test_a_socket_that_breaks_in_the_middle_of_a_frame_says_more_than_it_sends() -> None:
    with practice_server(Fault(kind=Kind.DROPPED_MID_FRAME, calls="ticks")) as card:
        raw = LoopbackClient(card).upgraded()
        text = json.dumps({"a": "mode", "v": ["full", [256265]]}).encode()
        raw.sendall(b"\x81" + bytes([0x80 | len(text)]) + bytes(4) + text)

        received = everything(raw)
        raw.close()

    assert received.startswith(b"HTTP/1.1 101")
    promised = 2 + 2 + 32
    frame = received[received.rindex(b"\x82" + bytes([promised])) :]
    assert len(frame) == 2 + promised // 2


def test_a_wrong_token_is_refused_at_the_upgrade() -> None:
    with practice_server() as card:
        client = LoopbackClient(card)
        client.token = "wrong"
        raw = client.upgraded()

        line = raw.recv(1_000).split(b"\r\n")[0]
        raw.close()

    assert line == b"HTTP/1.1 403 Forbidden"


@contextmanager
def receiver(posted: "Queue[bytes]") -> Iterator[str]:
    """A listener for postbacks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    listener = HTTPServer(("127.0.0.1", 0), Handler)
    listening = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, name="postbacks")
    listening.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}/kite"
    finally:
        listener.shutdown()
        listening.join(PATIENCE)
        listener.server_close()


def test_a_finished_order_is_posted_to_the_address_that_is_set() -> None:
    posted: Queue[bytes] = Queue()
    with receiver(posted) as url, practice_server(postback_url=url) as card:
        LoopbackClient(card).send("POST", "/orders/regular", MARKET_ORDER)

        body = json.loads(posted.get(timeout=PATIENCE))

    assert (body["status"], body["tradingsymbol"], len(body["checksum"])) == ("COMPLETE", CALL, 64)


def test_the_date_of_an_answer_is_the_simulated_one() -> None:
    with practice_server() as card, urllib.request.urlopen(f"{card['root']}/sim/clock", timeout=PATIENCE) as answered:
        assert answered.headers["Date"].startswith("Wed, 19 Aug 2026 04:3")


def started(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "desktop", "practice", "zerodha", "--underlying", "NIFTY", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )


def first_line(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    card: dict[str, str] = json.loads(process.stdout.readline())
    return card


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The status and the last words of a server that was told to end."""
    _, words = process.communicate(timeout=PATIENCE)
    return process.returncode, words


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_the_command_prints_where_it_is_and_ends_when_it_is_told_to() -> None:
    process = started()
    card = first_line(process)
    port = str(urlsplit(card["root"]).port)
    second = started("--port", port)

    refused = ended(second)
    process.send_signal(signal.SIGTERM)

    assert set(card) == {"root", "login", "websocket", "api_key", "api_secret", "user_id", "request_token"}
    assert refused[0] == 1
    assert "choose another --port" in refused[1]
    assert ended(process) == (0, "")


def test_a_server_that_was_killed_is_found_again_with_its_orders_and_sessions(tmp_path: Path) -> None:
    state = str(tmp_path / "state.lines")
    process = started("--state", state)
    client = LoopbackClient(first_line(process))
    placed = json.loads(client.send("POST", "/orders/regular", {**MARKET_ORDER, "tradingsymbol": "NIFTY26AUGFUT"}))
    process.kill()
    ended(process)

    again = started("--state", state)
    client.place = urlsplit(first_line(again)["root"])
    orders = client.data("/orders")
    again.kill()
    ended(again)

    assert [order["order_id"] for order in orders] == [placed["data"]["order_id"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--faults", "bad luck"), "There is no fault plan called 'bad luck'"),
        (("--speed", "max"), "--speed max is for runs without a server"),
        (("--settings", "nowhere.toml"), "cannot be read"),
        (("--underlying", "GOLD"), "GOLD"),
        (("--from", "2010-01-01"), "2010"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    left = CliRunner().invoke(app, ["practice", "zerodha", *arguments])

    assert left.exit_code in (1, 2)
    assert words in left.stderr
    assert "Traceback" not in left.stderr
