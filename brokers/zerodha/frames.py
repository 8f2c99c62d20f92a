"""Binary frames → quote frames of the engine: tokens of the day → rows of the contract master."""

from collections.abc import Mapping

import numpy as np

from brokers.zerodha.ticks import QUOTES, Packets
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, IntArray, QuoteFrame


def token_rows(contracts: ContractMaster) -> dict[int, int]:
    """Answer the row of every token of the day. Tokens are given anew after an expiry: never keep them overnight."""
    return {instrument.token: row for row, instrument in enumerate(contracts.instruments) if instrument.token}


class FrameReader:
    """Turns what one feed connection says into quote frames; counts what it had to leave out."""

    def __init__(self, rows: Mapping[int, int]) -> None:
        self._row = dict(rows)
        order = sorted(self._row)
        self._tokens = np.array([*order, np.iinfo(np.int64).max], dtype=np.int64)
        self._rows = np.array([*(self._row[token] for token in order), -1], dtype=np.int64)
        # One place more than rows: strangers, whose row is -1, fall into the last.
        self._last_place = np.zeros(max(self._row.values(), default=0) + 2, dtype=np.int64)
        self._token_of = np.zeros_like(self._last_place)
        for token, row in self._row.items():
            self._token_of[row] = token
        self._row_array: dict[int, IntArray] = {}
        self.quotes = 0
        self.strangers = 0
        """Packets of contracts that are not in today's list."""
        self.unreadable = 0
        """Packets of an unknown length, and frames that ended too early or too late."""

    def read(self, frame: bytes, at: Instant) -> QuoteFrame | None:
        """Answer the quotes of a binary frame received at an instant; None where it holds none."""
        alone = QUOTES.single(frame)
        if alone is not None:
            return self._one(alone, at)
        decoded = QUOTES.decode(frame)
        if decoded.unknown or decoded.damaged:
            self.unreadable += decoded.unknown + decoded.damaged
        together = decoded.together
        if together is not None:
            depth = together[:, COLUMNS + 1 :].reshape(-1, DEPTH_LEVELS, 4)
            return self._placed(at, together[:, 0], together[:, 1 : COLUMNS + 1], depth)
        if not decoded.packets:
            return None
        (packets,) = decoded.packets
        return self._placed(at, packets.tokens, packets.values, packets.depth)

    def tokens_of(self, rows: IntArray) -> list[int]:
        """Answer the tokens of some rows."""
        found: list[int] = self._token_of[rows].tolist()
        return found

    def _one(self, packets: Packets, at: Instant) -> QuoteFrame | None:
        token = packets.tokens.item()
        row = self._row_array.get(token)
        if row is None:
            number = self._row.get(token)
            if number is None:
                self.strangers += 1
                return None
            # Rows of single quotes are made once: they are only read.
            row = self._row_array[token] = np.array((number,), dtype=np.int64)
        self.quotes += 1
        return QuoteFrame(at, row, packets.values, packets.depth)

    def _placed(self, at: Instant, tokens: IntArray, values: IntArray, depth: IntArray | None) -> QuoteFrame | None:
        places = np.searchsorted(self._tokens, tokens)
        rows = np.where(self._tokens[places] == tokens, self._rows[places], -1)
        order = np.arange(len(rows))
        # Of two quotes of one contract the later counts, and a frame holds no row twice.
        self._last_place[rows] = order
        kept = (rows >= 0) & (self._last_place[rows] == order)
        if not kept.all():
            self.strangers += int((rows < 0).sum())
            rows, values = rows[kept], values[kept]
            depth = None if depth is None else depth[kept]
        self.quotes += len(rows)
        return QuoteFrame(at, rows, values, depth) if len(rows) else None


assert len(QUOTES.columns) == COLUMNS  # The layout is built from the columns of the board.
