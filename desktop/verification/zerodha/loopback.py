"""Three minutes of a seed over loopback: real HTTP and WebSocket, and the official client beside the adapter."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from decimal import Decimal
from typing import Any

import msgspec

from brokers.practice.zerodha.app import PracticeServer
from brokers.practice.zerodha.faults import Fault, FaultPlan, Kind
from brokers.practice.zerodha.settings import SecondLogin
from brokers.zerodha.asking import OfficialClient
from brokers.zerodha.feed_door import AiohttpDoor
from brokers.zerodha.gateway import Transport
from brokers.zerodha.session import Session
from brokers.zerodha.wire import AiohttpWire, Patience, Reply
from desktop.verification.account_draws import FIRST
from desktop.verification.account_line import dice_of
from desktop.verification.day import Outcome
from desktop.verification.draw import Draw
from desktop.verification.plan import DayPlan, day_plan
from desktop.verification.zerodha.account import KiteAccount
from desktop.verification.zerodha.day import ZerodhaDay
from desktop.verification.zerodha.house import KiteHouse
from desktop.verification.zerodha.road import Look, Road
from desktop.verification.zerodha.troubles import Troubles, troubles
from engine.core.verification.violations import Violation
from engine.domain.identifiers import OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.schedule import Schedule
from engine.domain.order import Side
from engine.domain.settings.account import Account

_LASTS = 150 * SECOND
_LAST_LOOK = 20 * SECOND
_SCHEDULE = Schedule(start=time(9, 15, 30), end=time(9, 16), square_off=time(9, 16, 20))
_FUNDS = Decimal(50_000_000)
_FAULTS_LAST = 100 * SECOND

_KINDS = (
    (Kind.LOST_ANSWER, "place modify cancel", 8),
    (Kind.ACCEPTED_BEHIND_GATEWAY, "place modify cancel", 8),
    (Kind.CUT_ANSWER, "place", 8),
    (Kind.STALE_BOOK, "orders trades", 8),
    (Kind.NULL_LIST, "orders trades", 8),
    (Kind.LOST_UPDATE, "update", 8),
    (Kind.REPEATED_UPDATE, "update", 2),
    (Kind.LATE_UPDATE, "update", 2),
    (Kind.UNKNOWN_TEXT, "ticks", 8),
    (Kind.DROPPED_MID_FRAME, "ticks", 8),
)


class ServedHouse(KiteHouse):
    """A practice Kite behind a real port of this machine."""

    port = 0

    def restart(self) -> None:
        """Serve from what was written down; returns once the port is open."""
        kite = self._kite = self._new_kite()
        opened: asyncio.Future[int] = self._loop.create_future()
        self._server = PracticeServer(kite, self, self._keep, note=lambda _: None)
        self._serving = self._loop.create_task(self._server.serve("127.0.0.1", self.port, opened.set_result))
        self.port = self._loop.run_until_complete(opened)

    def live(self) -> None:
        """Do nothing: the server wakes itself."""

    def close(self) -> None:
        """End serving."""
        self._server.stop()
        self._loop.run_until_complete(self._serving)

    # --- the server's pace ------------------------------------------------------------------------------------------

    def now(self) -> Instant:
        """Answer the present virtual instant."""
        return self._clock.now()

    def wall_until(self, due: Instant) -> int:
        """Answer how many microseconds of virtual time away an instant is."""
        return max(0, due - self._clock.now())


class WatchedWire(AiohttpWire):
    """The adapter's own wire, looked at as requests leave."""

    def __init__(self, root: str, patience: Patience, look: Look) -> None:
        super().__init__(root, patience)
        self._look = look

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request once."""
        self._look(method, path, form or {})
        return await super().send(method, path, headers, form)


class LoopbackDay(ZerodhaDay):
    """A short day over loopback; the official client reads along at its end."""

    has_sockets = True
    lasts = _LASTS
    last_look = _LAST_LOOK

    def _troubles(self, draw: Draw, number: int) -> Troubles:
        drawn = troubles(draw, self.plan, number)
        # Official clients wait in threads, while which virtual time stands: no answer may be late.
        settings = msgspec.structs.replace(
            drawn.settings, answer_delay=0, second_login=SecondLogin.KEEP, postback_url=""
        )
        found = []
        for kind, calls, seconds in _KINDS:
            chance = draw.one_of((0, 0, 500, 2_000))
            if chance:
                found.append(Fault(kind=kind, calls=calls, chance=chance, seconds=seconds))
        faults = FaultPlan(faults=tuple(found))
        return msgspec.structs.replace(drawn, settings=settings, faults=faults, cuts=(), kills=())

    def _faults_end(self) -> Instant:
        return Instant(self.plan.opens + _FAULTS_LAST)

    def _house(self, drawn: Troubles, number: int) -> KiteHouse:
        seed = self.plan.seed * 10 + number
        return ServedHouse(self._loop, self._clock, self._shared, self.rules, drawn.settings, drawn.faults, seed)

    def _transport(self, road: Road, drawn: Troubles) -> Callable[[Session], Transport]:
        def opened(session: Session) -> Transport:
            root = _root(road.house)
            wire = WatchedWire(root, Patience(answer=drawn.adapter.answer_within), road.look)
            return Transport(wire, OfficialClient(session.api_key, root), AiohttpDoor(root.replace("http", "ws")))

        return opened

    def _at_the_end(self) -> list[Violation]:
        found = super()._at_the_end()
        for venue in self._venues:
            rows = self._loop.run_until_complete(self._loop.run_in_executor(None, _official, venue))
            found += self._other_words(*rows)
        return found

    def _other_words(self, orders: list[dict[str, Any]], positions: dict[str, Any]) -> Iterator[Violation]:
        """Answer what the official client reads otherwise than our books have it."""
        now = self.run_now.now
        read: dict[str, dict[str, Any]] = {row["tag"]: row for row in orders if row["tag"]}
        for order_id, order in self.state.books.orders.items():
            row = read.pop(order_id, None)
            if row is None and (order.filled or order.broker_order_id is not None):
                yield Violation(64, now, f"the official client does not see {order_id}, {order.status.value} here")
            if row is not None and (row["filled_quantity"], row["order_id"]) != (order.filled, order.broker_order_id):
                words = f"{row['filled_quantity']} filled of {row['order_id']}"
                yield Violation(64, now, f"the official client reads {words} for {order_id}, {order.filled} here")
        yield from (
            Violation(64, now, f"{tag} is in no journal") for tag in read if OrderId(tag) not in self.checks.orders
        )
        held: Counter[str] = Counter()
        for row in positions["net"]:
            held[f"{row['exchange']}:{row['tradingsymbol']}"] += row["quantity"]
        ours: Counter[str] = Counter()
        for order in self.state.books.orders.values():
            ours[order.instrument] += order.side.sign * order.filled
        for one in sorted({*held, *ours}):
            if held[one] != ours[one]:
                words = f"the official client reads {held[one]:+d} of {one}, {ours[one]:+d} here"
                yield Violation(11, now, words)

    def _let_go(self) -> None:
        super()._let_go()
        for venue in self._venues:
            if isinstance(venue.house, ServedHouse):
                venue.house.close()


def _root(house: KiteHouse) -> str:
    if not isinstance(house, ServedHouse):
        raise TypeError("only a served Kite has an address")
    return f"http://127.0.0.1:{house.port}"


def _official(venue: KiteAccount) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Read orders and positions with the official client as it comes; in a thread."""
    from kiteconnect import KiteConnect

    session = venue.session
    assert session is not None  # the day has traded with it
    client = KiteConnect(api_key=session.api_key, access_token=session.access_token, root=_root(venue.house))
    read = client.orders() or [], client.positions()
    client.reqsession.close()
    return read


def loopback_plan(seed: int, rules: MarketRules) -> DayPlan:
    """Answer the plan of a short day: the seed's market and one account, a few plain legs for a minute."""
    plan = day_plan(seed, rules)
    draw = Draw(dice_of(seed, 110))
    kinds = (LegKind.CALL, LegKind.PUT)
    legs = tuple(
        Leg(kind=draw.one_of(kinds), side=draw.one_of(tuple(Side)), lots=draw.one_of((1, 2, 40)))
        for _ in range(draw.between(1, 4))
    )
    portfolio = MultilegPortfolio(name="P1", legs=legs, schedule=_SCHEDULE)
    account = msgspec.structs.replace(plan.accounts[0], declared=Account(id=FIRST), funds=_FUNDS)
    return msgspec.structs.replace(
        plan,
        days=plan.days[-1:],
        step=10 * SECOND,
        wrong_prints=0,
        portfolios=(portfolio,),
        accounts=(account,),
        outages=(),
        actions=(),
        tags=(),
    )


def live_on_loopback(seed: int, rules: MarketRules) -> Outcome:
    """Live three minutes of a seed over loopback and answer what they came to."""
    return LoopbackDay(loopback_plan(seed, rules), rules).run()
