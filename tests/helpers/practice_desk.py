"""A practice Kite on a small simulated market, and a client that calls it in virtual time."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from brokers.practice.zerodha.faults import Fault, FaultPlan
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import Line
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.sockets import Outgoing, SocketLine
from brokers.practice.zerodha.wire import Answer, Fate
from brokers.simulated.market import SimulatedMarket
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.runtime.market_rules_store import load_market_rules
from engine.schema.declared import replace

ROOT = Path(__file__).resolve().parents[2]
WEDNESDAY = date(2026, 8, 19)
NO_LIMITS = dict.fromkeys(
    ("orders_per_second", "orders_per_minute", "quotes_per_second", "history_per_second", "others_per_second")
)
CALL = "NIFTY26AUG24100CE"
FUTURE = "NIFTY26AUGFUT"


@cache
def rules() -> MarketRules:
    return load_market_rules(ROOT / "resources" / "market")


def at(hour: int, minute: int = 0, second: int = 0, day: date = WEDNESDAY) -> Instant:
    return ist_instant(day, time(hour, minute, second))


def small_market(start: Instant, seed: int = 7) -> SimulatedMarket:
    return SimulatedMarket(
        rules(), start=start, seed=seed, underlyings=("NIFTY", "INFY"), step=SECOND, expiries=1, strikes_each_side=8
    )


class VirtualClient:
    """Calls a practice Kite in virtual time; every call moves the clock on by ``pause`` first."""

    def __init__(
        self,
        *faults: Fault,
        start: Instant | None = None,
        now: Instant | None = None,
        lines: Iterable[Line] = (),
        pause: int = SECOND,
        **changes: Any,
    ) -> None:
        first = at(10) if start is None else start
        self.now = first if now is None else now
        self.pause = pause
        settings = replace(PracticeSettings(), **(NO_LIMITS | changes))
        plan = FaultPlan(faults=faults)
        self.kite = PracticeKite(small_market(first), rules(), settings, plan, seed=7, lines=lines)
        self.request_token = self.kite.begin(self.now)
        self.headers = {"X-Kite-Version": "3"}
        self.settings = settings

    def log_in(self) -> "VirtualClient":
        token = self.call("POST", "/session/token", self.login_form(self.request_token))["access_token"]
        self.headers["Authorization"] = f"token {self.settings.api_key}:{token}"
        return self

    def log_in_again(self) -> None:
        self.request_token = self.call("POST", "/sim/request_token")["request_token"]
        self.log_in()

    def login_form(self, request_token: str) -> dict[str, str]:
        signed = f"{self.settings.api_key}{request_token}{self.settings.api_secret}"
        checksum = hashlib.sha256(signed.encode()).hexdigest()
        return {"api_key": self.settings.api_key, "request_token": request_token, "checksum": checksum}

    @property
    def access_token(self) -> str:
        return self.headers["Authorization"].rpartition(":")[2]

    def send(self, method: str, path: str, form: Any = None, **query: Any) -> Answer:
        """The answer of one request: a dict as a form, a list as JSON."""
        self.wait(self.pause)
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        headers, body = dict(self.headers), b""
        if isinstance(form, dict):
            body = urlencode(form).encode()
        elif form is not None:
            headers["Content-Type"], body = "application/json", json.dumps(form).encode()
        return self.kite.answer(method, target, headers, body, self.now)

    def call(self, method: str, path: str, form: Any = None, **query: Any) -> Any:
        """The data of a request that must be granted."""
        answer = self.send(method, path, form, **query)
        document = json.loads(answer.body)
        assert (answer.status, document["status"], answer.fate) == (200, "success", Fate.DELIVERED), document
        return document["data"]

    def refused(self, method: str, path: str, form: Any = None, **query: Any) -> tuple[int, str, str]:
        """Status, error type and message of a request that must be refused."""
        answer = self.send(method, path, form, **query)
        document = json.loads(answer.body)
        assert document["status"] == "error", document
        return answer.status, document["error_type"], document["message"]

    def wait(self, microseconds: int) -> None:
        self.now = Instant(self.now + microseconds)
        self.kite.advance(self.now)

    def last(self, symbol: str = CALL, exchange: str = "NFO") -> float:
        data = self.call("GET", "/quote/ltp", i=f"{exchange}:{symbol}")
        return float(data[f"{exchange}:{symbol}"]["last_price"])

    def order(self, **changes: Any) -> dict[str, Any]:
        """The form of a market order for one lot of the call."""
        form = {
            "exchange": "NFO",
            "tradingsymbol": CALL,
            "transaction_type": "BUY",
            "quantity": 65,
            "product": "NRML",
            "order_type": "MARKET",
            "market_protection": -1,
            "tag": "T1",
        }
        return {name: value for name, value in (form | changes).items() if value is not None}

    def limit(self, percent: int, **changes: Any) -> dict[str, Any]:
        """The form of a limit order at so many per cent of the last price."""
        price = round(self.last() * percent / 100 / 0.05) * 0.05
        return self.order(order_type="LIMIT", market_protection=None, price=f"{price:.2f}", **changes)

    def place(self, form: dict[str, Any], variety: str = "regular") -> str:
        order_id: str = self.call("POST", f"/orders/{variety}", form)["order_id"]
        return order_id

    def statuses(self, order_id: str) -> list[str]:
        return [row["status"] for row in self.call("GET", f"/orders/{order_id}")]

    def row(self, order_id: str) -> dict[str, Any]:
        return next(row for row in self.call("GET", "/orders") if row["order_id"] == order_id)

    def socket(self) -> SocketLine:
        line = self.kite.connect(f"/?api_key={self.settings.api_key}&access_token={self.access_token}", self.now)
        assert isinstance(line, SocketLine)
        return line

    def frames(self, line: SocketLine, seconds: int) -> list[Outgoing]:
        """What a socket sends in some seconds, looked at every 100 ms."""
        found: list[Outgoing] = []
        for _ in range(seconds * 10):
            self.wait(SECOND // 10)
            found += line.take(self.now)
        return found

    def updates(self, line: SocketLine, seconds: int) -> list[dict[str, Any]]:
        """The order updates that a socket sends in some seconds."""
        texts = [json.loads(frame) for frame in self.frames(line, seconds) if isinstance(frame, str)]
        return [text["data"] for text in texts if text["type"] == "order"]
