"""An engine that stands still, behind a bridge, for tests of what the desktop makes of its words."""

from collections.abc import Sequence

import numpy as np

from desktop.bridge import EngineBridge
from engine.api import EngineClient, Notice
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import COLUMNS, QuoteFrame
from engine.runtime.run import SimulatedRun
from tests.helpers.simulated_desk import run_at


class StandingEngine(EngineClient):
    """Opens a run and tells it all, but starts no thread: tests move the board and speak for the engine."""

    def __init__(self, run: SimulatedRun | None = None) -> None:
        super().__init__(lambda: run or run_at(9, 30))

    def begin(self, bridge: EngineBridge) -> None:
        """Tell the bridge everything so far, with the run's own quotes on the board."""
        service = self._service
        service._tell = bridge.take_notices
        service._open()
        service.pace.pause()
        state = service.run.state
        self.quote_all(Instant(state.now), state.board.values[:, 0].copy())
        values = state.board.values
        rows = np.arange(len(values), dtype=np.int64)
        service.board.take(QuoteFrame(Instant(state.now), rows, values.copy()))

    def quote_all(self, at: Instant, prices: Sequence[int] | np.ndarray) -> None:
        """Put a last price on every row."""
        values = np.zeros((len(prices), COLUMNS), dtype=np.int64)
        values[:, 0] = prices
        self.take(QuoteFrame(at, np.arange(len(prices), dtype=np.int64), values))

    def quote(self, row: int, last: int, at: Instant | None = None, **cells: int) -> None:
        """Put a quote on one row; its other cells stay."""
        values = self.board.copy(np.array([row]))
        values[0, 0] = last
        self.take(QuoteFrame(at or Instant(self.now() + SECOND), np.array([row]), values))

    def take(self, frame: QuoteFrame) -> None:
        """Show a frame to board and bars."""
        self.board.take(frame)
        self.bars.take(frame)


def standing_desk(run: SimulatedRun | None = None) -> tuple[StandingEngine, EngineBridge]:
    """Answer an engine that stands still and a bridge that has heard everything of it."""
    engine = StandingEngine(run)
    bridge = EngineBridge(engine)
    engine.begin(bridge)
    bridge.stop()
    return engine, bridge


def tell(bridge: EngineBridge, *notices: Notice) -> None:
    """Speak for the engine and hand it on at once."""
    bridge.take_notices(notices)
    bridge.stop()


def listening(source, bridge):
    """Answer a grid source that hears of portfolios, as its panel lets it."""
    bridge.portfolios_changed.connect(source.take_portfolios)
    return source
