"""The Zerodha gateway under the conformance cases, against a scripted venue on virtual time."""

from collections.abc import Callable

from engine.domain.reports import Report
from tests.conformance.harness import GatewayHarness, Trouble
from tests.conformance.zerodha_desk import ACCOUNT, LISTED, ZerodhaDesk, session


class ZerodhaHarness:
    """A Zerodha gateway at 09:20 whose venue shows nothing yet."""

    def __init__(self, trouble: Trouble) -> None:
        self._desk = ZerodhaDesk()
        self.gateway = self._desk.gateway
        self.account = ACCOUNT
        self.instrument = LISTED.id
        self.lot = LISTED.lot_size
        self.freeze_quantity = LISTED.freeze_quantity or 0
        venue = self._desk.venue
        match trouble:
            case Trouble.NONE:
                pass
            case Trouble.LOST_ANSWERS:
                venue.loses_answers, venue.mute = True, True
            case Trouble.DUPLICATES:
                venue.twice = True
            case Trouble.FILL_BEFORE_CANCEL:
                venue.fills_before_cancel = True
            case Trouble.SESSION_LOSS:
                loop = self._desk.loop
                loop.call_later(1, self._lose_session)
                loop.call_later(11, lambda: loop.create_task(self._log_in_again()))

    def show(self, bid: str, bid_quantity: int, ask: str, ask_quantity: int) -> None:
        """Let the exchange show this quote."""
        self._desk.call(self._desk.venue.show, bid, bid_quantity, ask, ask_quantity)

    def wait(self, seconds: int) -> list[Report]:
        """Let time pass."""
        return self._desk.wait(seconds)

    def call(self, action: Callable[..., None], *arguments: object) -> None:
        """Call the gateway on its loop."""
        self._desk.call(action, *arguments)

    def close(self) -> None:
        """Let go of the gateway, the venue and the loop."""
        self._desk.close()

    def _lose_session(self) -> None:
        venue = self._desk.venue
        venue.takes_session, venue.mute = False, True

    async def _log_in_again(self) -> None:
        venue = self._desk.venue
        venue.takes_session, venue.mute = True, False
        await self.gateway.log_in(session("access"))


def zerodha(trouble: Trouble) -> GatewayHarness:
    """Answer a Zerodha gateway whose venue has this trouble."""
    return ZerodhaHarness(trouble)
