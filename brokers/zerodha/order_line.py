"""The queue in front of the order routes: most urgent first, within the limits, nothing older than it may be."""

import heapq
from collections.abc import Callable
from itertools import count

import msgspec

from brokers.zerodha.limits import Limits, Priority
from engine.domain.instant import Instant
from engine.ports.broker import CancelOrder, ChangeOrder, PlaceOrder

Request = PlaceOrder | ChangeOrder | CancelOrder


class Waiting(msgspec.Struct, frozen=True):
    """A request in the queue, and the instant after which it must not leave any more."""

    request: Request
    priority: Priority
    asked_at: Instant
    expires_at: Instant

    @property
    def places(self) -> bool:
        """Whether it is a new order."""
        return isinstance(self.request, PlaceOrder)


class OrderLine:
    """Requests in the order in which they leave; it looks at no clock and sends nothing itself.

    ``passes`` says whether a request may leave now, whatever the limits: while the session is lost only nothing may.
    """

    def __init__(self, limits: Limits, passes: Callable[[Waiting], bool]) -> None:
        self._limits = limits
        self._passes = passes
        self._queue: list[tuple[Priority, int, Waiting]] = []
        self._sequence = count()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, waiting: Waiting) -> None:
        """Queue a request."""
        heapq.heappush(self._queue, (waiting.priority, next(self._sequence), waiting))

    def take(self, now: Instant) -> Waiting | None:
        """Answer the request that leaves now and forget it; None where none may yet. The caller counts it."""
        for place, (_, _, waiting) in enumerate(sorted(self._queue)):
            if not self._passes(waiting):
                continue
            if self._limits.due(waiting.priority, now) > now:
                continue
            return self._remove(place)
        return None

    def expired(self, now: Instant) -> list[Waiting]:
        """Answer the requests that waited too long, and forget them."""
        old = [entry for entry in self._queue if entry[2].expires_at <= now]
        if old:
            self._queue = [entry for entry in self._queue if entry[2].expires_at > now]
            heapq.heapify(self._queue)
        return [waiting for _, _, waiting in sorted(old)]

    def drop(self, unwanted: Callable[[Waiting], bool]) -> list[Waiting]:
        """Answer the requests that are not wanted any more, and forget them."""
        gone = [entry for entry in sorted(self._queue) if unwanted(entry[2])]
        if gone:
            self._queue = [entry for entry in self._queue if not unwanted(entry[2])]
            heapq.heapify(self._queue)
        return [waiting for _, _, waiting in gone]

    def next_due(self, now: Instant) -> Instant | None:
        """Answer when to look again; None where nothing waits."""
        dues = [waiting.expires_at for _, _, waiting in self._queue]
        dues += [self._limits.due(waiting.priority, now) for _, _, waiting in self._queue if self._passes(waiting)]
        return min(dues, default=None)

    def _remove(self, place: int) -> Waiting:
        ordered = sorted(self._queue)
        _, _, waiting = ordered.pop(place)
        self._queue = ordered
        return waiting
