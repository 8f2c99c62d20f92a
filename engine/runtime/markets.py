"""Streams of frames as a run wants them: one at a time, with the time of the next."""

from collections.abc import Iterator

from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame


class FrameStream:
    """A market made of an iterator of frames in order of time."""

    def __init__(self, frames: Iterator[QuoteFrame]) -> None:
        self._frames = frames
        self._next: QuoteFrame | None = next(frames, None)

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        return None if self._next is None else self._next.at

    def take_next(self) -> QuoteFrame:
        """Answer the next frame and go on to the one after it. Raises StopIteration after the last."""
        frame = self._next
        if frame is None:
            raise StopIteration
        self._next = next(self._frames, None)
        return frame
