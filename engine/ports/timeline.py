"""Things that have a timeline of their own: markets, brokers and timers that simulated time merges into one order."""

from collections.abc import Iterable
from typing import Protocol

from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.quote import QuoteFrame


class Timeline(Protocol):
    """A source of messages that says when its next one is due and never looks at a clock."""

    def next_due(self) -> Instant | None:
        """Answer when the next message is due; None when there is none unless something else happens first."""
        ...

    def take(self, until: Instant) -> Iterable[Message]:
        """Answer the messages due up to and including ``until``, in order, and forget them."""
        ...


class QuoteTap(Protocol):
    """Somebody who learns prices from the engine's own message order: the paper exchange."""

    def take_quotes(self, frame: QuoteFrame) -> None:
        """See a frame that the engine is about to see."""
        ...
