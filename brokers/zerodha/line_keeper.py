"""Keeps the order connection warm, notices when it breaks or the session ends, and when it is back."""

from collections.abc import Callable
from typing import Final

from brokers.errors import NotSentError, OutcomeUnknownError
from brokers.live_line import Clock
from brokers.zerodha.answers import No, Refused, read_answer
from brokers.zerodha.order_routes import OrderRoutes
from brokers.zerodha.session import Session
from brokers.zerodha.standing import Line, Standing
from brokers.zerodha.tasks import pause
from engine.domain.instant import SECOND, clock_text

_WARM_EVERY: Final = 10 * SECOND
_PROBES: Final = tuple(seconds * SECOND for seconds in (1, 2, 4, 8, 15))
"""Pauses between questions while the line is in doubt."""


class LineKeeper:
    """Asks for the profile now and then: that keeps the connection open and shows whether the session lives.

    ``back`` is called when a line that was down answers again.
    """

    def __init__(
        self,
        routes: OrderRoutes,
        standing: Standing,
        clock: Clock,
        session: Callable[[], Session | None],
        back: Callable[[], None],
    ) -> None:
        self._routes = routes
        self._standing = standing
        self._clock = clock
        self._session = session
        self._back = back
        self._failures = 0

    async def run(self, session_lost: Callable[[str], None]) -> None:
        """Ask for ever."""
        while True:
            doubt = self._failures or self._standing.line is Line.DOWN
            await pause(_PROBES[min(self._failures, len(_PROBES) - 1)] if doubt else _WARM_EVERY)
            session = self._session()
            if session is None or self._standing.line is Line.LOGGED_OUT:
                continue
            if self._clock.now() >= session.expires_at:
                session_lost(f"the token ended at {clock_text(session.expires_at)}")
                continue
            await self._probe(session, session_lost)

    async def _probe(self, session: Session, session_lost: Callable[[str], None]) -> None:
        try:
            reply = await self._routes.warm(session)
        except (NotSentError, OutcomeUnknownError) as error:
            self._failures += 1
            if self._failures > 1:
                self._standing.down(str(error))
            return
        answer = read_answer(reply.status, reply.body)
        if isinstance(answer, Refused) and answer.why is No.SESSION:
            session_lost(answer.message)
        elif reply.status < 500 and self._standing.line is Line.DOWN:
            self._standing.up("Zerodha answers again")
            self._back()
        self._failures = 0
