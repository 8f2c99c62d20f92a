"""Whether a book that was read is proven not to be older than the reading: Zerodha's own book has lagged for hours.

A book is contradicted where it lacks an order that Zerodha gave a number for, or shows one less far than was seen
before. While the outcome of a request is unknown, a book must besides show that something happened after the request,
or the account must have been quiet for long: absence proves nothing in a book that may be old.
"""

from collections.abc import Iterable

import msgspec

from brokers.zerodha.rows import KiteOrder
from engine.domain.identifiers import BrokerOrderId, OrderId
from engine.domain.instant import SECOND, Instant

_STAMPS_ARE_WHOLE_SECONDS = 2 * SECOND
"""Kite's times have no fractions and its clock is not ours."""

_LOOKED_FOR = 300 * SECOND
"""How much longer than books need to be proven the outcome of a request is looked for."""


class _Seen(msgspec.Struct, frozen=True):
    """How far an order was seen to be, and when."""

    filled: int
    finished: bool
    at: Instant


class Freshness:
    """Judges books by what is known from elsewhere; ``quiet_after`` in µs is explained above."""

    def __init__(self, quiet_after: int) -> None:
        self._quiet_after = quiet_after
        self._seen: dict[BrokerOrderId, _Seen] = {}
        self._unsure: dict[OrderId, Instant] = {}

    def saw(self, number: BrokerOrderId, at: Instant, filled: int = 0, *, finished: bool = False) -> None:
        """Note how far an order was at an instant, from an answer, the socket or a book."""
        known = self._seen.get(number)
        if known is None:
            self._seen[number] = _Seen(filled, finished, at)
        elif filled > known.filled or (finished and not known.finished):
            self._seen[number] = _Seen(max(filled, known.filled), finished or known.finished, at)

    def unsure(self, tag: OrderId, ended_at: Instant) -> None:
        """Note that a request ended at an instant without a word about its outcome."""
        self._unsure[tag] = ended_at

    def settled(self, tag: OrderId) -> None:
        """Note that the outcome of a request is known now."""
        self._unsure.pop(tag, None)

    def is_waiting(self, now: Instant) -> bool:
        """Say whether the outcome of a request is still looked for."""
        return any(now < ended_at + self._quiet_after + _LOOKED_FOR for ended_at in self._unsure.values())

    def forget_day(self) -> None:
        """Forget everything: Kite serves the current day only."""
        self._seen.clear()
        self._unsure.clear()

    def doubt(self, read_at: Instant, orders: Iterable[KiteOrder]) -> str:
        """Answer why a book whose reading began at an instant is not proven to be fresh; empty where it is."""
        rows = {order.number: order for order in orders}
        for number, seen in self._seen.items():
            if seen.at > read_at:
                continue
            row = rows.get(number)
            if row is None:
                return f"Zerodha's order book does not show order {number}, which it gave a number for"
            if row.filled < seen.filled or (seen.finished and not row.is_finished):
                return f"Zerodha's order book shows order {number} as it was earlier"
        newest = max((row.updated_at for row in rows.values()), default=Instant(0))
        shown = {row.tag for row in rows.values()}
        for tag, ended_at in self._unsure.items():
            proven = newest > ended_at + _STAMPS_ARE_WHOLE_SECONDS
            if tag not in shown and not proven and read_at < ended_at + self._quiet_after:
                return f"nothing in Zerodha's order book is newer than the request {tag} without an answer"
        return ""
