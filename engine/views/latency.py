"""How long one request to a broker took on its way through the engine, stage by stage."""

from enum import StrEnum

import msgspec

from engine.domain.identifiers import OrderId
from engine.domain.instant import Instant


class Request(StrEnum):
    """What the broker was asked for."""

    PLACE = "place"
    MODIFY = "modify"
    CANCEL = "cancel"


class RequestLatency(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was handed to the broker's gateway; all lengths in microseconds of wall time.

    ``at`` is the engine's time at which it left.
    """

    order_id: OrderId
    request: Request
    at: Instant
    feed: int
    """How late its quotes were taken, after the instant at which they were due; 0 where no quote led to it."""
    decision: int
    """From what led to it (a quote, a report, a command, a timer) until it was decided."""
    journal: int
    """From the decision until it was safely on the disk."""
    queue: int
    """From the disk to the gateway: other orders, and the rate that the broker allows."""

    @property
    def tick_to_order(self) -> int:
        """Answer the microseconds from what led to it to the gateway."""
        return self.decision + self.journal + self.queue
