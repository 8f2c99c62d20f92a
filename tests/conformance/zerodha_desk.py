"""A Zerodha gateway with its scripted venue on one virtual loop, in the hands of a test."""

from datetime import date, time

import msgspec
import numpy as np

from brokers.live_line import LiveLine
from brokers.zerodha.feed_door import AiohttpDoor
from brokers.zerodha.gateway import Surrounding, Transport, ZerodhaGateway
from brokers.zerodha.session import Session
from brokers.zerodha.settings import ZerodhaSettings
from brokers.zerodha.tasks import pause
from brokers.zerodha.wire import AiohttpWire, Patience
from desktop.verification.virtual_time import VirtualClock, VirtualLoop
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.instrument import Instrument
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Report
from tests.conformance.kite_venue import TOKEN, KiteVenue
from tests.unit.brokers.paper_world import CE, INDEX, PE

NINE_TWENTY = ist_instant(date(2026, 8, 18), time(9, 20))
ACCOUNT = AccountId("Z1")
LISTED = msgspec.structs.replace(CE, token=TOKEN)
CONTRACTS = ContractMaster([INDEX, LISTED, PE])


class Heard:
    """What the gateway told, in order."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.frames: list[QuoteFrame] = []
        self.notices: list[str] = []

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def quotes(self, frame: QuoteFrame) -> None:
        self.frames.append(frame)

    def notice(self, at: Instant, sentence: str) -> None:
        self.notices.append(sentence)


class NoSecrets:
    """A keyring with nothing in it."""

    def read(self, name: str) -> str | None:
        return None

    def write(self, name: str, secret: str) -> None:
        return None

    def forget(self, name: str) -> None:
        return None


class ZerodhaDesk:
    """A gateway that is logged in at 09:20. ``wait`` lets virtual time pass and answers what was reported."""

    def __init__(self, settings: ZerodhaSettings | None = None) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop, NINE_TWENTY)
        self.venue = KiteVenue(self.clock, LISTED.symbol)
        self.heard = Heard()
        self.settings = settings or ZerodhaSettings()
        self._told = 0
        self.loop.play(self._open())

    async def _open(self) -> None:
        await self.venue.start()
        root = f"http://127.0.0.1:{self.venue.port}"
        around = Surrounding(
            account=ACCOUNT,
            contracts=CONTRACTS,
            hours=_open_hours,
            line=LiveLine(clock=self.clock, listener=self.heard, secrets=NoSecrets()),
            ours=lambda tag: tag.startswith("LW"),
            dice=np.random.default_rng(7),
        )

        def transport(_session: Session) -> Transport:
            wire = AiohttpWire(root, Patience(answer=self.settings.answer_within))
            return Transport(wire, self.venue, AiohttpDoor(root))

        self.gateway = ZerodhaGateway(self.settings, around, lambda: session("access"), transport)
        self.gateway.subscribe([1])
        await self.gateway.open()
        await pause(SECOND)
        self._told = len(self.heard.reports)

    def wait(self, seconds: int) -> list[Report]:
        self.loop.play(pause(seconds * SECOND) if seconds else _nothing())
        told, self._told = self.heard.reports[self._told :], len(self.heard.reports)
        return told

    def call(self, action: object, *arguments: object) -> None:
        """Call the gateway as the engine does, on its loop."""

        async def on_loop() -> None:
            assert callable(action)
            action(*arguments)

        self.loop.play(on_loop())

    def log_in(self, token: str = "access") -> None:
        self.venue.takes_session, self.venue.token = True, token
        self.loop.play(self.gateway.log_in(session(token)))

    def close(self) -> None:
        self.loop.play(self._close())
        self.loop.end()

    async def _close(self) -> None:
        await self.gateway.close()
        await self.venue.stop()


def session(token: str) -> Session:
    """Answer a session of this morning."""
    return Session("key", token, "ZX0001", Instant(NINE_TWENTY - 3_600 * SECOND))


def _open_hours(_instrument: Instrument, _at: Instant) -> bool:
    return True


async def _nothing() -> None:
    return None
