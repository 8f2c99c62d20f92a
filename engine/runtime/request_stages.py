"""Wall-clock stamps of requests on their way from a quote to the gateway; they never reach a decision."""

from collections import deque
from collections.abc import Iterable

import msgspec

from engine.domain.facts import AnyFact, OrderCancelRequested, OrderModifyRequested, OrderRequested
from engine.domain.instant import Instant
from engine.runtime.clock import stopwatch
from engine.views.latency import Request, RequestLatency

_MOST_KEPT = 1_024
"""Requests kept between two looks; a desktop that does not look misses the older ones."""

_REQUESTS: dict[type[AnyFact], Request] = {
    OrderRequested: Request.PLACE,
    OrderModifyRequested: Request.MODIFY,
    OrderCancelRequested: Request.CANCEL,
}


class _Stamps(msgspec.Struct):
    """One request on its way; nanoseconds of the stopwatch, ``feed`` in microseconds."""

    fact: AnyFact
    """Held, so that its id stays its own until it has left."""
    feed: int
    began: int
    decided: int
    durable: int = 0


class RequestStages:
    """Stamps every request as it passes; one thread writes and reads.

    A request is known by the object of its fact, which is the same from the decision to the outbox. What was decided by
    an earlier run of the program has no stamps and is not measured.
    """

    def __init__(self) -> None:
        self._began = stopwatch()
        self._feed = 0
        self._under_way: dict[int, _Stamps] = {}
        self._gone: deque[RequestLatency] = deque(maxlen=_MOST_KEPT)

    def begin(self) -> None:
        """Stamp the moment at which the engine turns to the next thing: what it decides from here on came of that."""
        self._began, self._feed = stopwatch(), 0

    def quotes_taken(self, late: int) -> None:
        """Stamp the moment at which the feed handed over quotes, ``late`` microseconds after they were due.

        What a simulated market takes to make its quotes is no time of the engine's.
        """
        self._began, self._feed = stopwatch(), max(0, late)

    def decided(self, facts: Iterable[AnyFact]) -> None:
        """Stamp the requests among facts that have just been decided."""
        requests = [fact for fact in facts if type(fact) in _REQUESTS]
        if requests:
            now = stopwatch()
            for fact in requests:
                self._under_way[id(fact)] = _Stamps(fact=fact, feed=self._feed, began=self._began, decided=now)

    def durable(self, facts: Iterable[AnyFact]) -> None:
        """Stamp the requests among facts that are on the disk now."""
        if self._under_way:
            now = stopwatch()
            for fact in facts:
                stamps = self._under_way.get(id(fact))
                if stamps is not None:
                    stamps.durable = now

    def handed_over(self, fact: OrderRequested | OrderModifyRequested | OrderCancelRequested, at: Instant) -> None:
        """Note that the gateway has a request; ``at`` is the engine's time."""
        stamps = self._under_way.pop(id(fact), None)
        if stamps is None:
            return
        now = stopwatch()
        self._gone.append(
            RequestLatency(
                order_id=fact.order_id,
                request=_REQUESTS[type(fact)],
                at=at,
                feed=stamps.feed,
                decision=(stamps.decided - stamps.began) // 1_000,
                journal=(stamps.durable - stamps.decided) // 1_000,
                queue=(now - stamps.durable) // 1_000,
            )
        )

    def dropped(self, fact: OrderRequested | OrderModifyRequested | OrderCancelRequested) -> None:
        """Forget a request that will not leave."""
        self._under_way.pop(id(fact), None)

    def news(self) -> list[RequestLatency]:
        """Answer the requests that left since the last look, oldest first."""
        gone = list(self._gone)
        self._gone.clear()
        return gone
