"""A service that takes notifications: a real HTTP server on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

WAIT = 10.0


class Receiver:
    """Keeps what it is sent; answers the next requests with ``refusals`` first, then takes everything."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refusals: list[int] = []
        self.got: list[dict[str, Any]] = []
        self._asked = 0
        self._changed = Condition()

    def url(self, secret: str = "s3cret-token") -> str:
        """Answer the URL under which Apprise finds it."""
        return f"json://127.0.0.1:{self.port}/{secret}?cto=5&rto=5"

    def take(self, body: bytes) -> int:
        """Take a request and answer its status."""
        with self._changed:
            self._asked += 1
            status = self.refusals.pop(0) if self.refusals else 200
            if status == 200:
                self.got.append(json.loads(body))
            self._changed.notify_all()
            return status

    def wait_for(self, messages: int = 0, asked: int = 0) -> list[dict[str, Any]]:
        """Wait until so many messages were taken and so many requests came; answer the messages."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.got) >= messages and self._asked >= asked, WAIT)
            assert there, f"{len(self.got)} messages of {messages}, {self._asked} requests of {asked}"
            return list(self.got)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiving service for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(taker.take(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        taker = Receiver(server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="receiver")
        thread.start()
        try:
            yield taker
        finally:
            server.shutdown()
            thread.join()
