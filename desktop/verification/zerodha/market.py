"""One simulated market for several practice Kites, and what of it reaches the engine through a feed."""

from collections import deque
from collections.abc import Iterator

from brokers.simulated.market import SimulatedMarket
from desktop.verification.quotes import DisturbedMarket
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import IntArray, QuoteFrame
from engine.runtime.engine import Engine


class SharedMarket:
    """The frames of a market in their order, drawn once and shown to every Kite that plays it."""

    def __init__(self, simulated: SimulatedMarket, disturbed: DisturbedMarket) -> None:
        self.simulated = simulated
        self.disturbed = disturbed
        self._frames: list[QuoteFrame] = []

    def due(self, place: int) -> Instant | None:
        """Answer when the frame of a place is due; None after the last."""
        return self._frames[place].at if place < len(self._frames) else self.disturbed.next_at

    def frame(self, place: int) -> QuoteFrame:
        """Answer the frame of a place, which is at most the next one."""
        if place == len(self._frames):
            self._frames.append(self.disturbed.take_next())
        return self._frames[place]


class KiteSource:
    """The market as one practice Kite plays it, from the first frame on; a FrameSource."""

    def __init__(self, market: SharedMarket) -> None:
        self._market = market
        self._place = 0
        self.master = market.simulated.master
        self.start = market.simulated.start

    @property
    def next_at(self) -> Instant | None:
        """Answer when the next frame is due."""
        return self._market.due(self._place)

    def frames(self, until: Instant | None = None) -> Iterator[QuoteFrame]:
        """Yield the frames not yet taken, up to and including ``until``."""
        while (at := self.next_at) is not None and (until is None or at <= until):
            self._place += 1
            yield self._market.frame(self._place - 1)

    def day_before(self) -> Iterator[QuoteFrame]:
        """Yield some frames of the day before the first."""
        return self._market.simulated.day_before()

    def depth(self, rows: IntArray, values: IntArray) -> IntArray:
        """Answer five levels around quotes."""
        return self._market.simulated.depth(rows, values)


class FeedMarket:
    """What the engine sees: the frames that the adapter's feed has brought, when it brought them."""

    def __init__(self, disturbed: DisturbedMarket) -> None:
        self.freak: tuple[Instant, int] | None = None
        self._disturbed = disturbed
        self._arrived: deque[QuoteFrame] = deque()

    @property
    def next_at(self) -> Instant | None:
        """When the next frame arrived; None while none waits."""
        return self._arrived[0].at if self._arrived else None

    def take_next(self) -> QuoteFrame:
        """Answer the next frame."""
        return self._arrived.popleft()

    def arrive(self, frame: QuoteFrame) -> None:
        """Take a frame of the feed."""
        self._arrived.append(frame)
        freak = self._disturbed.freak
        if freak is not None and freak[0] <= frame.at < freak[0] + SECOND and freak[1] in frame.rows:
            self.freak = frame.at, freak[1]

    def lose(self) -> None:
        """Forget what the engine has not seen: it is gone."""
        self._arrived.clear()

    def prints(self, row: int, now: Instant) -> Iterator[int]:
        """Answer the last prices of a row that the exchange has seen of late, right and wrong ones."""
        return self._disturbed.prints(row, now)

    def recall(self, engine: Engine, at: Instant, *, today: bool) -> None:
        """Show an engine that starts what came before."""
        self._disturbed.recall(engine, at, today=today)
