"""QuoteSnapshot: the quote board as it stood at one frame, the same for every panel of that frame."""

import numpy as np

from engine.api import EngineClient
from engine.domain.instant import Instant
from engine.domain.quote import COLUMNS, IntArray

PERIOD_MS = 100
"""A new snapshot ten times a second: as often as anybody can read a number."""


class QuoteSnapshot:
    """A copy of the board from which all panels compute, so that one picture never shows two different profits.

    Only what was quoted since the last snapshot is copied; a row that is being written keeps its earlier quote.

    Attributes:
        number: Grows with every snapshot; a panel that has seen it has nothing to compute.
        at: The engine's time when it was taken.
    """

    def __init__(self, client: EngineClient) -> None:
        self._board = board = client.board
        self._rows: IntArray = np.arange(len(board), dtype=np.int64)
        self._values: IntArray = np.zeros((len(board), COLUMNS), dtype=np.int64)
        self._versions: IntArray = np.zeros(len(board), dtype=np.int64)
        self._due_ms = 0
        self.number = 0
        self.at = Instant(0)

    def renew(self, now_ms: int, at: Instant) -> None:
        """Take the board again where the present copy is old by the frame clock's ``now_ms``."""
        if self.number and now_ms < self._due_ms:
            return
        self._due_ms = now_ms + PERIOD_MS
        # Read before the quotes: a quote that comes in between is copied again the next time.
        versions = self._board.versions(self._rows)
        changed = np.flatnonzero(versions != self._versions)
        if len(changed):
            self._values[changed] = self._board.copy(changed, into=self._values[changed])
        self._versions = versions
        self.number += 1
        self.at = at

    def quotes(self, rows: IntArray) -> IntArray:
        """Answer the quotes of board rows, int64 (n, COLUMNS); zeros for a row below 0."""
        wanted = np.asarray(rows, dtype=np.int64)
        values = self._values[np.maximum(wanted, 0)]
        values[wanted < 0] = 0
        return values

    def versions(self, rows: IntArray) -> IntArray:
        """Answer a number per row that differs once a quote came, int64 (n,); 0 for a row below 0."""
        wanted = np.asarray(rows, dtype=np.int64)
        answer: IntArray = np.where(wanted >= 0, self._versions[np.maximum(wanted, 0)], 0)
        return answer
