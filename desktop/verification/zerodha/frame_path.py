"""From the bytes of a feed frame to the bytes of an order: a running engine, the real adapter, no sockets.

A stop of one leg waits; a frame of the whole chain crosses it. What follows is decoded, decided, journaled, released
and handed to the wire, and the wire notes the moment.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

import msgspec
import numpy as np

from brokers.practice.zerodha.faults import FaultPlan
from brokers.practice.zerodha.instruments import Listing
from brokers.practice.zerodha.packets import container
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.simulated.market import SimulatedMarket
from brokers.zerodha.frames import FrameReader, token_rows
from brokers.zerodha.gateway import Transport
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.clock import nanoseconds
from desktop.verification.account_draws import FIRST
from desktop.verification.account_line import dice_of
from desktop.verification.quotes import DisturbedMarket
from desktop.verification.virtual_time import VirtualClock, VirtualLoop
from desktop.verification.zerodha.account import KiteAccount
from desktop.verification.zerodha.house import KiteHouse
from desktop.verification.zerodha.market import FeedMarket, SharedMarket
from desktop.verification.zerodha.road import Road, RoadAsking, RoadDoor, RoadWire
from desktop.verification.zerodha.troubles import HEARTBEAT, Troubles
from engine.domain.commands import AddPortfolio
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import MINUTE, SECOND, Instant, ist_instant
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.money import SCALE
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import LegState
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, IntArray, QuoteColumn, QuoteFrame
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.journal import Journal
from engine.runtime.engine import Engine
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.schema.load import load

_DAY = date(2026, 8, 19)
_SEED = 1
_ENTERED_WITHIN = 20 * SECOND
_SETTLED_WITHIN = MINUTE
"""Until the market has shown its own prices again."""
_PAISE = SCALE // 100
_STOP_POINTS = 2
_PORTFOLIO = {
    "legs": [
        {
            "side": "BUY",
            "kind": "CE",
            "stop_loss": {"basis": "premium points", "distance": _STOP_POINTS},
        }
    ],
    "schedule": {"start": "09:20:00", "end": "15:00:00", "square_off": "15:10:00"},
    "freak": "off",
}


class Reader(Protocol):
    """What turns the bytes of a frame into quotes."""

    def read(self, frame: bytes, at: Instant) -> QuoteFrame | None:
        """Answer the quotes of a frame."""
        ...


class VendorReader:
    """kiteconnect's own parser in the same place: its dictionaries, put into rows for the engine."""

    def __init__(self, rows: Mapping[int, int]) -> None:
        from kiteconnect import KiteTicker

        self._row = dict(rows)
        self._parse: Callable[[bytes], list[dict[str, Any]]] = KiteTicker("", "")._parse_binary

    def read(self, frame: bytes, at: Instant) -> QuoteFrame | None:
        """Answer the quotes of a frame."""
        ticks = self._parse(frame)
        rows = np.empty(len(ticks), dtype=np.int64)
        values = np.zeros((len(ticks), COLUMNS), dtype=np.int64)
        depth = np.zeros((len(ticks), DEPTH_LEVELS, 4), dtype=np.int64)
        for place, tick in enumerate(ticks):
            rows[place] = self._row[tick["instrument_token"]]
            _fill(values[place], depth[place], tick)
        return QuoteFrame(at, rows, values, depth)


def _fill(values: IntArray, depth: IntArray, tick: dict[str, Any]) -> None:
    values[QuoteColumn.LAST_PRICE] = _units(tick["last_price"])
    shown = tick.get("depth")
    if not isinstance(shown, dict):
        return
    values[QuoteColumn.VOLUME] = tick["volume_traded"]
    values[QuoteColumn.OPEN_INTEREST] = tick["oi"]
    for level, (bid, ask) in enumerate(zip(shown["buy"], shown["sell"], strict=True)):
        depth[level] = _units(bid["price"]), bid["quantity"], _units(ask["price"]), ask["quantity"]
    values[QuoteColumn.BID : QuoteColumn.ASK_QUANTITY + 1] = depth[0]


def _units(price: object) -> int:
    return round(float(str(price)) * SCALE)


class FramePath:
    """An engine with one Zerodha account on virtual time. ``cross`` is one stop and its order; times in ns."""

    def __init__(self, rules: MarketRules, journal: Journal, *, vendors_parser: bool = False) -> None:
        begin = ist_instant(_DAY, time(9, 30))
        self._rules = rules
        self._loop = VirtualLoop(has_sockets=False)
        self._clock = VirtualClock(self._loop, begin)
        market = SimulatedMarket(
            rules, start=begin, seed=_SEED, underlyings=("NIFTY",), expiries=1, strikes_each_side=30, step=MINUTE
        )
        listing = Listing(market.master)
        self.contracts = ContractMaster(
            msgspec.structs.replace(one, token=listing.token(row)) for row, one in enumerate(market.master.instruments)
        )
        rows = token_rows(self.contracts)
        self._reader: Reader = VendorReader(rows) if vendors_parser else FrameReader(rows)
        self._house, self._account, self._feed = self._zerodha(market, rules)
        engine = Engine(state_from_journal(journal, market.master, rules), journal)
        self._run = SimulatedRun(engine, self._feed, self._account)
        self._number = 0
        self._left_at = 0
        self._account.open()
        self._run.open_session(begin, FIRST, "FRM", RiskLimits(), 5 * MINUTE)
        self._live(30 * SECOND)

    def _zerodha(self, market: SimulatedMarket, rules: MarketRules) -> tuple[KiteHouse, KiteAccount, FeedMarket]:
        disturbed = DisturbedMarket(market, dice_of(_SEED, 2), 0, Counter(), Instant(0))
        feed = FeedMarket(disturbed)
        settings = PracticeSettings(
            funds=Decimal(1_000_000_000), shares=(), heartbeat=HEARTBEAT, answer_delay=0, step_delay=0, update_delay=0
        )
        drawn = Troubles(
            settings=settings,
            adapter=ZerodhaSettings(silence=60, stale_data=300),
            faults=FaultPlan(),
            up=0,
            down=0,
            relogin=SECOND,
            cuts=(),
            kills=(),
        )
        house = KiteHouse(
            self._loop, self._clock, SharedMarket(market, disturbed), rules, settings, drawn.faults, _SEED
        )
        road = Road(house, self._clock, dice_of(_SEED, 101), 0, 0, self._look)
        account = KiteAccount(
            FIRST,
            self._loop,
            self._clock,
            house,
            lambda _: Transport(RoadWire(road, 12_000), RoadAsking(road), RoadDoor(road)),
            drawn,
            self.contracts,
            self._hours,
            lambda tag: tag.startswith("FRM"),
            dice_of(_SEED, 102),
            feed.arrive,
        )
        house.restart()
        return house, account, feed

    def _hours(self, instrument: Instrument, at: Instant) -> bool:
        return self._rules.is_open(instrument.exchange, at)

    def _look(self, method: str, path: str, form: Mapping[str, str]) -> None:
        del form
        if method == "POST" and path.startswith("/orders"):
            self._left_at = nanoseconds()

    def cross(self) -> int:
        """Enter a leg, cross its stop with a frame, and answer the ns from its bytes to those of the exit order.

        Answers 0 where the leg was not entered or no order left.
        """
        self._number += 1
        portfolio = load({"name": f"Stop {self._number}", **_PORTFOLIO}, MultilegPortfolio)
        self._run.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, account=FIRST, start=True))
        self._run.step(self._clock.now())
        self._live(_ENTERED_WITHIN)
        frame = self._crossing()
        if frame is None:
            return 0
        self._left_at = 0
        began = nanoseconds()
        quotes = self._reader.read(frame, self._clock.now())
        if quotes is not None:
            self._account.quotes(quotes)
            self._run.step(self._clock.now())
        for _ in range(8):
            if self._left_at:
                break
            self._loop.live_until(self._loop.time())
        taken = max(0, self._left_at - began)
        self._live(_SETTLED_WITHIN)
        return taken

    def chain(self) -> bytes:
        """Answer a frame of the whole chain as it stands."""
        return container(self._house.packets(range(len(self.contracts))))

    def close(self) -> None:
        """Let go of the account and the loop; the journal belongs to the caller."""
        self._account.end()
        self._loop.end()

    def _crossing(self) -> bytes | None:
        """Answer a frame of the whole chain in which the open leg trades below its stop."""
        for run in self._run.state.alive():
            leg = run.legs[0]
            if leg.state is LegState.OPEN and leg.average_entry is not None:
                price = leg.average_entry - (_STOP_POINTS + 1) * SCALE
                return container(list(self._packets(leg.row, price)))
        return None

    def _packets(self, row: int, price: int) -> Iterator[bytes]:
        for place, packet in enumerate(self._house.packets(range(len(self.contracts)))):
            fresh = (price // _PAISE).to_bytes(4, "big")
            yield packet[:4] + fresh + packet[8:] if place == row else packet

    def _live(self, duration: int) -> None:
        """Let virtual time go on, the engine and the account with it."""
        until = Instant(self._clock.now() + duration)
        while self._clock.now() < until:
            due = self._run.next_due()
            self._loop.live_until(self._clock.seconds(until if due is None else min(due, until)))
            due = self._run.next_due()
            if due is not None and due <= self._clock.now():
                self._run.step(due)
