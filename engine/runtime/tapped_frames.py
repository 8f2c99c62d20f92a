"""A market on its way to the engine, seen by the boards that the screen reads."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import SharedBoard
from engine.runtime.run import Frames


class TappedFrames:
    """A market whose frames the boards are shown too, by ``show``; ``late`` is told when each was due."""

    def __init__(
        self,
        market: Frames,
        board: SharedBoard,
        bars: MinuteBars,
        late: Callable[[Instant], None],
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``around`` surrounds the market's own work: a simulated one takes milliseconds to make its quotes."""
        self._market = market
        self._around = around
        self._board, self._bars = board, bars
        self._late = late
        self._unseen: list[QuoteFrame] = []
        self.frames = 0
        self.quotes = 0

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        return self._market.next_at

    def take_next(self) -> QuoteFrame:
        """Answer the next frame and go on to the one after it."""
        with self._around():
            frame = self._market.take_next()
        self._late(frame.at)
        self.frames += 1
        self.quotes += len(frame.rows)
        self._unseen.append(frame)
        return frame

    def show(self) -> None:
        """Show the boards what was taken; called when the orders that came of it have left."""
        for frame in self._unseen:
            self._board.take(frame)
            self._bars.take(frame)
        self._unseen.clear()
