"""Ticks as bytes: packets by mode, and the container that carries them (kite protocol sheet §12)."""

import struct
from collections.abc import Mapping, Sequence

from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.quotes import Quotes
from engine.domain.instant import SECOND
from engine.domain.instrument import Kind
from engine.domain.money import SCALE
from engine.domain.quote import QuoteColumn

Levels = list[list[int]]
"""Five levels of bid price, bid quantity, ask price, ask quantity."""

HEARTBEAT = b"\x00"

_PAISE = SCALE // 100
_LTP = struct.Struct(">Ii")
_INDEX_QUOTE = struct.Struct(">Iiiiiii")
_QUOTE = struct.Struct(">IiIiIIIiiii")
_TIMES = struct.Struct(">IIIII")
_LEVEL = struct.Struct(">IiHH")
_LARGEST = 0xFFFF_FFFF


class Packets:
    """Writes the packets of the market's instruments; every exchange of this market divides prices by 100."""

    def __init__(self, market: PracticeMarket, index_change_scale: int) -> None:
        self._market, self._change_scale = market, index_change_scale
        self._quotes = Quotes(market)

    def packets(self, modes: Mapping[int, str]) -> list[bytes]:
        """Answer the packets of some rows, each in its mode."""
        rows = list(modes)
        levels = self._market.depths(rows) if rows else []
        return [self._packet(row, mode, shown) for (row, mode), shown in zip(modes.items(), levels, strict=True)]

    def _packet(self, row: int, mode: str, levels: Levels) -> bytes:
        token, last = self._market.listing.token(row), _paise(self._market.last(row))
        if mode == "ltp":
            return _LTP.pack(token, last)
        if self._market.listing.instrument(row).kind is Kind.INDEX:
            return self._index(row, token, last, mode)
        return self._tradable(row, token, last, mode, levels)

    def _index(self, row: int, token: int, last: int, mode: str) -> bytes:
        market = self._market
        close = int(market.previous_close[row])
        change = (market.last(row) - close) * self._change_scale // SCALE
        prices = (market.high[row], market.low[row], market.open[row], close)
        body = _INDEX_QUOTE.pack(token, last, *(_paise(int(price)) for price in prices), change)
        return body if mode == "quote" else body + struct.pack(">I", market.board.arrival(row) // SECOND)

    def _tradable(self, row: int, token: int, last: int, mode: str, levels: Levels) -> bytes:
        market, board = self._market, self._market.board
        turnover, traded = self._quotes.average(row)
        body = _QUOTE.pack(
            token,
            last,
            _count(int(market.last_quantity[row])),
            _paise(turnover // traded),
            _count(board.number(row, QuoteColumn.VOLUME)),
            _count(sum(level[1] for level in levels) * 7),
            _count(sum(level[3] for level in levels) * 7),
            *(_paise(int(one[row])) for one in (market.open, market.high, market.low, market.previous_close)),
        )
        if mode == "quote":
            return body
        times = _TIMES.pack(
            board.number(row, QuoteColumn.TRADED_AT) // SECOND,
            _count(board.number(row, QuoteColumn.OPEN_INTEREST)),
            _count(int(market.interest_high[row])),
            _count(int(market.interest_low[row])),
            board.arrival(row) // SECOND,
        )
        bids = b"".join(_level(level[0], level[1]) for level in levels)
        return body + times + bids + b"".join(_level(level[2], level[3]) for level in levels)


def container(packets: Sequence[bytes]) -> bytes:
    """Answer the frame that carries packets: their count, and each after its length."""
    return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(one)) + one for one in packets)


def _level(price: int, quantity: int) -> bytes:
    return _LEVEL.pack(_count(quantity), _paise(price), 0 if quantity == 0 else 1 + quantity % 37, 0)


def _paise(units: int) -> int:
    return units // _PAISE


def _count(number: int) -> int:
    return min(max(number, 0), _LARGEST)
