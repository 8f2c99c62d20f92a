"""What the services around the engine have to say: lines of the message log that are no facts of the journal."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.views.desk import Notice
from engine.views.messages import MessageLevel, MessageRow

KIND = "service"
"""The kind of these messages, beside those of facts."""

_MOST_WAITING = 100


class OwnWords:
    """Takes sentences from any thread and hands them to the desktop; those from before it came wait for it.

    ``now`` answers the time that stands beside a sentence.
    """

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._lock = Lock()
        self._said = 0
        self._waiting: deque[MessageRow] = deque(maxlen=_MOST_WAITING)
        self._tell: Callable[[Sequence[Notice]], None] | None = None

    def attach(self, tell: Callable[[Sequence[Notice]], None]) -> None:
        """Hand everything to ``tell`` from now on, what waited first; it may be called from any thread."""
        with self._lock:
            self._tell = tell
            waiting = list(self._waiting)
            self._waiting.clear()
        if waiting:
            tell(waiting)

    def say(self, sentence: str) -> None:
        """Say a sentence as a warning."""
        at = self._now()
        with self._lock:
            self._said += 1
            row = MessageRow(
                number=-self._said,  # Facts are counted from 1 upwards.
                at=at,
                level=MessageLevel.WARNING,
                kind=KIND,
                sentence=sentence,
                account=AccountId(""),
                tag="",
                portfolio_id=None,
                portfolio="",
            )
            tell = self._tell
            if tell is None:
                self._waiting.append(row)
        if tell is not None:
            tell([row])
