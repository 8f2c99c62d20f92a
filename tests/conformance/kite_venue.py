"""A scripted Zerodha on loopback: order routes over HTTP, the feed over WebSocket, books asked in process."""

import asyncio
import hashlib
from collections import Counter, deque
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from brokers.errors import BooksUnreadableError, SessionLostError
from brokers.zerodha.asking import Question
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import pause
from desktop.verification.virtual_time import VirtualClock
from engine.domain.instant import SECOND, Instant, ist_datetime
from tests.conformance.kite_answers import DOUBTS, REFUSALS

LATE = 8 * SECOND
"""After so long an order appeared that had been answered with an error (failure rules, finding 1)."""


class KiteVenue:
    """Zerodha in the hands of a test. What the next order requests meet is queued with ``will``."""

    def __init__(self, clock: VirtualClock, symbol: str, *, token: str = "access") -> None:
        self.clock = clock
        self.symbol = symbol
        self.token = token
        self.orders: dict[str, dict[str, Any]] = {}
        self.trades: list[dict[str, Any]] = []
        self.extra_positions: list[dict[str, Any]] = []
        self.sent: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.quote: tuple[Decimal, int, Decimal, int] | None = None
        self.frozen_books: list[dict[str, Any]] | None = None
        self.books_fail = False
        self.hides_orders = False
        self.twice = False
        self.news_without_tags = False
        self.mute = False
        self.ticks = True
        self.fills_before_cancel = False
        self.loses_answers = False
        self.takes_session = True
        self._behaviours: deque[tuple[str, str]] = deque()
        self._number = 1000
        self._trade = 0
        self._sockets: set[web.WebSocketResponse] = set()
        self._subscribed: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.port = 0
        self._late: set[asyncio.Task[None]] = set()
        self._moved: Counter[tuple[str, str, str]] = Counter()
        self.carried: Counter[str] = Counter()

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/", self._feed)
        application.router.add_get("/user/profile", self._profile)
        application.router.add_post("/orders/{variety}", self._place)
        application.router.add_put("/portfolio/positions", self._convert)
        application.router.add_put("/orders/{variety}/{number}", self._modify)
        application.router.add_delete("/orders/{variety}/{number}", self._cancel)
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.listen()

    async def listen(self) -> None:
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def vanish(self) -> None:
        """Refuse every connection, and break those that are open."""
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
        for connection in list(self._runner.server.connections):
            connection.force_close()
            if connection.transport is not None:
                connection.transport.abort()

    async def stop(self) -> None:
        for task in self._late:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    def will(self, behaviour: str, detail: str = "") -> None:
        """Say how the next order request is met; without a word it is accepted."""
        self._behaviours.append((behaviour, detail))

    # --- the exchange -------------------------------------------------------------------------------------------------

    def show(self, bid: str, bid_quantity: int, ask: str, ask_quantity: int) -> None:
        self.quote = (Decimal(bid), bid_quantity, Decimal(ask), ask_quantity)
        self._match()

    def fill(self, number: str, quantity: int, price: str, *, tell: bool = True) -> None:
        row = self.orders[number]
        self._fill(row, quantity, Decimal(price))
        if tell:
            self.tell(row)

    def finish(self, number: str, status: str, message: str | None = None, *, tell: bool = True) -> None:
        row = self.orders[number]
        row |= {"status": status, "status_message": message, **self._stamps()}
        if tell:
            self.tell(row)

    def tell(self, row: dict[str, Any]) -> None:
        """Send an order row over the feed."""
        if self.mute:
            return
        if self.news_without_tags:
            row = {**row, "tag": None, "tags": None}
        self.say(msgspec.json.encode({"type": "order", "data": row}).decode())
        if self.twice:
            self.say(msgspec.json.encode({"type": "order", "data": row}).decode())

    def say(self, message: str | bytes) -> None:
        for socket in self._sockets:
            sending = socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message)
            self._later(sending)

    async def break_feed(self) -> None:
        for socket in list(self._sockets):
            await socket.close()

    def foreign(self, symbol: str, quantity: int, price: str, *, tell: bool = True) -> dict[str, Any]:
        """Let somebody trade by hand in Zerodha's own terminal."""
        form = {"tradingsymbol": symbol, "transaction_type": "BUY", "quantity": str(quantity), "price": price}
        row = self._row({"exchange": "NFO", "product": "NRML", "order_type": "LIMIT", **form})
        self.orders[row["order_id"]] = row
        self._fill(row, quantity, Decimal(price))
        if tell:
            self.tell(row)
        return row

    def _match(self) -> None:
        if self.quote is None:
            return
        bid, bid_quantity, ask, ask_quantity = self.quote
        for row in list(self.orders.values()):
            if row["status"] == "TRIGGER PENDING":
                buys = row["transaction_type"] == "BUY"
                trigger = Decimal(str(row["trigger_price"]))
                if (bid >= trigger) if buys else (bid <= trigger):
                    row |= {"status": "OPEN", **self._stamps()}
                    self.tell(row)
            if row["status"] != "OPEN":
                continue
            buys, limit = row["transaction_type"] == "BUY", Decimal(str(row["price"]))
            left = row["quantity"] - row["filled_quantity"]
            if buys and ask <= limit and ask_quantity:
                taken = min(left, ask_quantity)
                ask_quantity -= taken
                self._fill(row, taken, ask)
                self.tell(row)
            elif not buys and bid >= limit and bid_quantity:
                taken = min(left, bid_quantity)
                bid_quantity -= taken
                self._fill(row, taken, bid)
                self.tell(row)
        self.quote = (bid, bid_quantity, ask, ask_quantity)

    def _fill(self, row: dict[str, Any], quantity: int, price: Decimal) -> None:
        self._trade += 1
        before = Decimal(str(row["average_price"])) * row["filled_quantity"]
        row["filled_quantity"] += quantity
        row["average_price"] = float((before + price * quantity) / row["filled_quantity"])
        row["pending_quantity"] = row["quantity"] - row["filled_quantity"]
        row |= {"status": "COMPLETE" if not row["pending_quantity"] else "OPEN", **self._stamps()}
        self.trades.append(
            {
                "trade_id": str(self._trade),
                "order_id": row["order_id"],
                "exchange": row["exchange"],
                "tradingsymbol": row["tradingsymbol"],
                "product": row["product"],
                "transaction_type": row["transaction_type"],
                "quantity": quantity,
                "average_price": float(price),
            }
        )

    # --- order routes -------------------------------------------------------------------------------------------------

    async def _profile(self, request: web.Request) -> web.Response:
        return self._refused(request) or self._json(200, {"status": "success", "data": {"user_id": "ZX0001"}})

    async def _place(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.forms.append(form)
        return await self._answer("place", request, lambda: self._accept(form))

    async def _modify(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.forms.append(form)
        return await self._answer("modify", request, lambda: self._change(request.match_info["number"], form))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        return await self._answer("cancel", request, lambda: self._withdraw(request.match_info["number"]))

    async def _convert(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.forms.append(form)
        return await self._answer("convert", request, lambda: self._move(form))

    async def _answer(self, what: str, request: web.Request, act: Any) -> web.StreamResponse:
        self.sent[what] += 1
        refused = self._refused(request)
        if refused is not None:
            return refused
        behaviour, detail = self._behaviours.popleft() if self._behaviours else ("accepts", "")
        if self.loses_answers and what in ("place", "convert"):
            behaviour = "accepts-silently"
        match behaviour:
            case "accepts":
                return act()
            case "accepts-slowly":
                answer = act()
                await pause(SECOND)
                return answer
            case "accepts-silently":
                act()
                await asyncio.Event().wait()
            case "accepts-hangs-up":
                act()
                return self._hang_up(request)
            case "accepts-late":
                self._later(self._after(LATE, act))
                status, kind, words = DOUBTS[detail or "timeout-text"]
                return self._error(status, kind, words)
            case "accepts-doubt":
                act()
                status, kind, words = DOUBTS[detail]
                return self._error(status, kind, words)
            case "accepts-garbage":
                act()
                return web.Response(status=200, body=b"<html>gateway</html>", content_type="text/html")
            case "silent":
                await asyncio.Event().wait()
            case "hangs-up":
                return self._hang_up(request)
            case "half":
                act()
                response = web.StreamResponse(status=200, headers={"Content-Length": "500"})
                await response.prepare(request)
                await response.write(b'{"status":"succ')
                return self._hang_up(request)
            case "redirects":
                return web.Response(status=307, headers={"Location": str(request.url)})
            case "doubt":
                status, kind, words = DOUBTS[detail]
                return self._error(status, kind, words)
            case "refuses":
                status, kind, words = REFUSALS[detail]
                return self._error(status, kind, words)
            case "bare":
                return web.Response(status=int(detail), body=b"")
            case "success-without-number":
                return self._json(200, {"status": "success", "data": {}})
            case "sliced":
                act()
                number = next(reversed(self.orders))
                error = {"code": 400, "error_type": "MarginException", "message": "Insufficient funds.", "data": None}
                data: Any = {"order_id": number, "children": [{"order_id": f"{number}1"}, {"error": error}]}
                return self._json(200, {"status": "success", "data": data})
            case _:
                raise ValueError(f"the venue cannot {behaviour}")
        raise AssertionError("not reached")

    def _accept(self, form: dict[str, str]) -> web.Response:
        row = self._row(form)
        self.orders[row["order_id"]] = row
        if row["trigger_price"]:
            row["status"] = "TRIGGER PENDING"
        self._match()
        return self._done(row)

    def _change(self, number: str, form: dict[str, str]) -> web.Response:
        row = self.orders.get(number)
        if row is None or row["status"] not in ("OPEN", "TRIGGER PENDING"):
            return self._error(*REFUSALS["finished"])
        row |= {"quantity": int(form.get("quantity", row["quantity"])), "order_type": form["order_type"]}
        row |= {"price": float(form.get("price", 0)), "trigger_price": float(form.get("trigger_price", 0))}
        row["status"] = "TRIGGER PENDING" if row["trigger_price"] else "OPEN"
        row |= {"pending_quantity": row["quantity"] - row["filled_quantity"], **self._stamps()}
        self.tell({**row, "status": "UPDATE"})
        self._match()
        return self._done(row)

    def _withdraw(self, number: str) -> web.Response:
        row = self.orders.get(number)
        if row is None or row["status"] not in ("OPEN", "TRIGGER PENDING"):
            return self._error(*REFUSALS["finished"])
        if self.fills_before_cancel:
            self._fill(row, row["quantity"] - row["filled_quantity"], Decimal(str(row["price"])))
        else:
            row |= {"status": "CANCELLED", **self._stamps()}
        self.tell(row)
        return self._done(row)

    def _move(self, form: dict[str, str]) -> web.Response:
        """Move a position between products; ``carried`` says what was held before today."""
        contract = (form["exchange"], form["tradingsymbol"])
        signed = int(form["quantity"]) * (1 if form["transaction_type"] == "BUY" else -1)
        held = self._net()[*contract, form["old_product"]]
        brought = bool(self.carried[form["old_product"]])
        if held * signed <= 0 or abs(held) < abs(signed) or brought != (form["position_type"] == "overnight"):
            return self._error(*REFUSALS["held"])
        self._moved[*contract, form["old_product"]] -= signed
        self._moved[*contract, form["new_product"]] += signed
        return self._json(200, {"status": "success", "data": True})

    def _row(self, form: dict[str, str]) -> dict[str, Any]:
        self._number += 1
        number = f"{self._number}"
        quantity = int(form["quantity"])
        tag = form.get("tag")
        is_market = form["order_type"] == "MARKET"
        return {
            "order_id": number,
            "exchange_order_id": f"X{number}",
            "parent_order_id": None,
            "status": "OPEN",
            "status_message": None,
            "variety": "regular",
            "exchange": form["exchange"],
            "tradingsymbol": form["tradingsymbol"],
            "order_type": "LIMIT" if is_market else form["order_type"],
            "transaction_type": form["transaction_type"],
            "validity": "DAY",
            "product": form["product"],
            "quantity": quantity,
            "price": float(form.get("price", 0)) or 999.0,
            "trigger_price": float(form.get("trigger_price", 0)),
            "average_price": 0,
            "filled_quantity": 0,
            "pending_quantity": quantity,
            "cancelled_quantity": 0,
            "tag": None if is_market else tag,
            "tags": [*(["mktp", "mktp:2.00"] if is_market else ()), *([tag] if tag else ())],
            **self._stamps(),
        }

    def _stamps(self) -> dict[str, str]:
        now = ist_datetime(self.clock.now()).strftime("%Y-%m-%d %H:%M:%S")
        return {"order_timestamp": now, "exchange_update_timestamp": now}

    # --- the feed -----------------------------------------------------------------------------------------------------

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        if not self.takes_session or request.query.get("access_token") != self.token:
            return web.Response(status=403)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        self._later(self._beat(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and '"mode"' in message.data:
                    self._subscribed.add(socket)
                    if self.ticks:
                        await socket.send_bytes(TICK)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await pause(SECOND)
            if not self.mute and not socket.closed:
                await socket.send_bytes(TICK if self.ticks and socket in self._subscribed else b"\x00")

    # --- the books ----------------------------------------------------------------------------------------------------

    async def ask(self, question: Question, *_arguments: object, **_named: object) -> object:
        """Answer as the official client does."""
        await pause(20_000)
        if not self.takes_session:
            raise SessionLostError(REFUSALS["session"][2])
        if self.books_fail:
            raise BooksUnreadableError("Zerodha did not answer about orders: Request failed")
        match question:
            case Question.ORDERS:
                if self.frozen_books is not None:
                    return self.frozen_books
                return [] if self.hides_orders else [dict(row) for row in self.orders.values()]
            case Question.TRADES:
                return [dict(row) for row in self.trades]
            case Question.POSITIONS:
                return {"net": [*self._positions(), *self.extra_positions], "day": []}
            case Question.FUNDS:
                return {"net": 412350.75, "available": {"live_balance": 412350.75}, "utilised": {"debits": 87649.25}}
            case _:
                raise AssertionError(f"{question} is not asked in these conversations")

    def use(self, _session: Session | None) -> None:
        return None

    async def close(self) -> None:
        return None

    def _net(self) -> Counter[tuple[str, str, str]]:
        net = Counter(self._moved)
        for product, quantity in self.carried.items():
            net["NFO", self.symbol, product] += quantity
        for trade in self.trades:
            sign = 1 if trade["transaction_type"] == "BUY" else -1
            net[trade["exchange"], trade["tradingsymbol"], trade["product"]] += sign * trade["quantity"]
        return net

    def _positions(self) -> list[dict[str, Any]]:
        return [
            {
                "exchange": exchange,
                "tradingsymbol": symbol,
                "product": product,
                "quantity": quantity,
                "overnight_quantity": self.carried[product] if symbol == self.symbol else 0,
            }
            for (exchange, symbol, product), quantity in self._net().items()
        ]

    # --- answers ------------------------------------------------------------------------------------------------------

    def _refused(self, request: web.Request) -> web.Response | None:
        authorised = request.headers.get("Authorization") == f"token key:{self.token}" and self.takes_session
        return None if authorised else self._error(*REFUSALS["session"])

    def _done(self, row: dict[str, Any]) -> web.Response:
        return self._json(200, {"status": "success", "data": {"order_id": row["order_id"]}})

    def _error(self, status: int, kind: str, message: str) -> web.Response:
        document = {"status": "error", "message": message, "error_type": kind, "data": None}
        return self._json(status, document if kind else {"status": "error"})

    def _json(self, status: int, document: object) -> web.Response:
        return web.Response(status=status, body=msgspec.json.encode(document), content_type="application/json")

    def _hang_up(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _after(self, duration: int, act: Any) -> None:
        await pause(duration)
        act()

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


def checksum(number: str, stamp: str, secret: str) -> str:
    """Answer what Zerodha puts into a postback."""
    return hashlib.sha256(f"{number}{stamp}{secret}".encode()).hexdigest()


TOKEN = 12_342_018
TICK = b"\x00\x01\x00\x08" + TOKEN.to_bytes(4, "big") + (10_000).to_bytes(4, "big")
"""A frame of one price: ₹100.00."""


def moment(at: Instant) -> str:
    """Answer an instant as Zerodha writes it."""
    return ist_datetime(at).strftime("%Y-%m-%d %H:%M:%S")
