"""The outboxes of all accounts as one: each keeps its own rate, so that no account waits for another."""

from collections.abc import Callable, Iterable

from engine.domain.facts import AnyFact
from engine.domain.instant import Instant
from engine.runtime.outbox import Outbox, Told, requests_among


class Outboxes:
    """Hands every request to the outbox of its account; empty until ``put`` is called."""

    def __init__(self) -> None:
        self._outboxes: tuple[Outbox, ...] = ()
        self._kill_at_once = False

    def put(self, outboxes: Iterable[Outbox]) -> None:
        """Take the outboxes of a session."""
        self._outboxes = tuple(outboxes)
        if self._kill_at_once:
            self.stop_openings()

    def hold_while(self, is_held: Callable[[], bool]) -> None:
        """Let no opening order pass in any account of the session while ``is_held`` says so, asked at the last gate."""
        for outbox in self._outboxes:
            outbox.hold_while(is_held)

    def stop_openings(self) -> None:
        """Let no opening order pass in any account from this moment; safe from any thread."""
        self._kill_at_once = True
        for outbox in self._outboxes:
            outbox.stop_openings()

    def allow_openings(self) -> None:
        """Take stop_openings back: the kill switch was released."""
        self._kill_at_once = False
        for outbox in self._outboxes:
            outbox.allow_openings()

    def take(self, facts: list[AnyFact]) -> None:
        """Queue the requests among facts that are safely in the journal."""
        requests = requests_among(facts)
        if requests:
            for outbox in self._outboxes:
                outbox.take(requests)

    def next_due(self) -> Instant | None:
        """Answer when the next queued request may leave; None when all queues are empty."""
        return min((due for outbox in self._outboxes if (due := outbox.next_due()) is not None), default=None)

    def release(self, now: Instant) -> list[Told]:
        """Send what may leave now in every account, and answer what the engine must be told about it."""
        return [report for outbox in self._outboxes for report in outbox.release(now)]
