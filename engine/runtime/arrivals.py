"""Quotes that arrive by themselves, as a market that is asked for its next frame."""

from collections import deque

from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame


class ArrivedFrames:
    """Frames in the order of their arrival; a market without a future, so that nobody waits for its next frame."""

    def __init__(self) -> None:
        self._frames: deque[QuoteFrame] = deque()

    def put(self, frame: QuoteFrame) -> None:
        """Take a frame that has just arrived."""
        self._frames.append(frame)

    @property
    def next_at(self) -> Instant | None:
        """When the oldest frame arrived that nobody took; None where none waits."""
        return self._frames[0].at if self._frames else None

    def take_next(self) -> QuoteFrame:
        """Answer the oldest frame. Raises IndexError where none waits."""
        return self._frames.popleft()
