"""Kite's binary frames as columns: every packet size, whole frames at once with NumPy.

A frame is the number of packets, then for each its length and itself, big-endian. The length is the kind of packet
(8 price only, 28 and 32 index, 44 quote, 184 with depth); a length that is not known is skipped and counted.
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from engine.domain.instant import SECOND
from engine.domain.money import SCALE
from engine.domain.quote import DEPTH_LEVELS, IntArray, QuoteColumn

LTP, INDEX_QUOTE, INDEX_FULL, QUOTE, FULL = 8, 28, 32, 44, 184
"""Lengths of the packets in bytes."""

_PRICE, _COUNT, _TIME = "price", "count", "time"

_WORDS: Final[dict[int, tuple[tuple[str, int, str], ...]]] = {
    LTP: (("last_price", 1, _PRICE),),
    INDEX_QUOTE: (
        ("last_price", 1, _PRICE),
        ("high", 2, _PRICE),  # an index says high, low, open, close; all others open, high, low, close
        ("low", 3, _PRICE),
        ("open", 4, _PRICE),
        ("close", 5, _PRICE),
    ),
    QUOTE: (
        ("last_price", 1, _PRICE),
        ("last_quantity", 2, _COUNT),
        ("average_price", 3, _PRICE),
        ("volume", 4, _COUNT),
        ("total_buy_quantity", 5, _COUNT),
        ("total_sell_quantity", 6, _COUNT),
        ("open", 7, _PRICE),
        ("high", 8, _PRICE),
        ("low", 9, _PRICE),
        ("close", 10, _PRICE),
    ),
}
_WORDS[INDEX_FULL] = (*_WORDS[INDEX_QUOTE], ("exchange_at", 7, _TIME))
_WORDS[FULL] = (
    *_WORDS[QUOTE],
    ("traded_at", 11, _TIME),
    ("open_interest", 12, _COUNT),
    ("open_interest_high", 13, _COUNT),
    ("open_interest_low", 14, _COUNT),
    ("exchange_at", 15, _TIME),
)
"""Which 32-bit word of a packet is which column, and what it counts (protocol sheet §12.6)."""

_DEPTH_WORD = 16
"""The first word of the depth: ten levels of quantity, price, and orders with padding; bids first."""

_UNSIGNED = 0xFFFF_FFFF

_CURRENCY_DIVISORS: Final = {3: 10_000_000, 6: SCALE, 12: SCALE}
"""By the low byte of a token: currencies, BSE currencies, NSE commodities. All others count paise."""

_PER_PAISA = SCALE // 100


Words = npt.NDArray[np.int32]


class Packets(msgspec.Struct, frozen=True, eq=False):
    """Packets of one kind out of one frame, in their order in it.

    ``tokens`` is int64 (n,). ``values`` is int64 of shape (n, columns of the layout): prices in 1/10,000 ₹, times as
    Instants, 0 for what a packet does not carry. ``depth`` is int64 of shape (n, 5, 4) with bid price, bid quantity,
    ask price, ask quantity, or None where the kind has none.
    """

    length: int
    tokens: IntArray
    values: IntArray
    depth: IntArray | None


class Decoded(msgspec.Struct, frozen=True, eq=False):
    """A frame: its packets by kind, and what could not be read of it."""

    packets: tuple[Packets, ...]
    together: IntArray | None = None
    """All packets of a frame whose packets differ, one below the other: token, values, and depth or zeros."""
    unknown: int = 0
    """Packets that were skipped because their length is not known."""
    damaged: bool = False
    """The frame ended inside a packet, or after fewer or more packets than it announced."""


class _Kind:
    """How packets of one length are read: one gather of 32-bit words, one mask, one multiplication."""

    def __init__(self, length: int, columns: tuple[str, ...]) -> None:
        found = {name: (word, count) for name, word, count in _WORDS[length]}
        if length == FULL:
            found |= {"bid_quantity": (_DEPTH_WORD, _COUNT), "bid": (_DEPTH_WORD + 1, _PRICE)}
            first_ask = _DEPTH_WORD + 3 * DEPTH_LEVELS
            found |= {"ask_quantity": (first_ask, _COUNT), "ask": (first_ask + 1, _PRICE)}
        if "exchange_at" in found and "last_quantity" not in found:
            found["traded_at"] = found["exchange_at"]  # an index is never traded; this is when it was counted
        places = [found.get(name) for name in columns]
        if length == FULL:
            for level in range(DEPTH_LEVELS):
                bid, ask = _DEPTH_WORD + 3 * level, _DEPTH_WORD + 3 * (level + DEPTH_LEVELS)
                places += [(bid + 1, _PRICE), (bid, _COUNT), (ask + 1, _PRICE), (ask, _COUNT)]
        self.length = length
        self.words = length // 4
        self.width = len(columns)
        self.gather = np.array([0, *(0 if place is None else place[0] for place in places)])
        counts = [_COUNT, *(_COUNT if place is None else place[1] for place in places)]
        self.is_price = np.array([count == _PRICE for count in counts])
        self.mask = np.array([-1 if count == _PRICE else _UNSIGNED for count in counts], dtype=np.int64)
        factors = {_PRICE: _PER_PAISA, _COUNT: 1, _TIME: SECOND}
        self.factors = np.array([factors[count] for count in counts], dtype=np.int64)
        # What a packet does not carry is gathered from anywhere and multiplied by nothing.
        self.factors[1:][[place is None for place in places]] = 0


class Layout:
    """Which columns are wanted of every packet; built once, it knows how to read each kind of packet."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._kinds = {length: _Kind(length, columns) for length in _WORDS}
        self._alone = {4 + length: (bytes((0, 1, 0, length)), kind) for length, kind in self._kinds.items()}

    def column(self, name: str) -> int:
        """Answer the place of a column. Raises ValueError for one that is not in this layout."""
        return self.columns.index(name)

    def single(self, frame: bytes) -> Packets | None:
        """Answer the packet of a frame of one packet; None for any other frame. Most frames of a quiet hour are such.

        A frame of one packet has a length that no frame of several known packets shares with its first four bytes.
        """
        found = self._alone.get(len(frame))
        if found is None or frame[:4] != found[0]:
            return None
        kind = found[1]
        return _one(np.frombuffer(frame, _WORD, kind.words, 4).take(kind.gather), kind)

    def decode(self, frame: bytes) -> Decoded:
        """Answer what a binary frame holds; frames of less than four bytes are heartbeats and hold nothing.

        Never raises: what cannot be read is counted, and nothing is guessed.
        """
        alone = self.single(frame)
        if alone is not None:
            return Decoded((alone,))
        size = len(frame)
        if size < 4:
            return _NOTHING
        announced = frame[0] << 8 | frame[1]
        length = frame[2] << 8 | frame[3]
        kind = self._kinds.get(length)
        if kind is not None and announced and size == 2 + announced * (length + 2):
            lengths = np.ndarray((announced,), dtype=">u2", buffer=frame, offset=2, strides=(length + 2,))
            if (lengths == length).all():
                beside = np.ndarray((announced, kind.words), _WORD, frame, 4, (length + 2, 4))
                return Decoded((_many(beside[:, kind.gather], kind),))
        return self._mixed(frame, announced)

    def _mixed(self, frame: bytes, announced: int) -> Decoded:
        """Read a frame whose packets differ: all packets of one length at once, into one block."""
        lengths, whole = _lengths(frame, announced)
        starts = np.cumsum(lengths + 2) - lengths + 2
        raw = np.frombuffer(frame, np.uint8)
        groups = [(kind, of_kind) for length, kind in self._kinds.items() if len(of_kind := starts[lengths == length])]
        known = sum(len(of_kind) for _, of_kind in groups)
        together = np.zeros((known, 1 + len(self.columns) + 4 * DEPTH_LEVELS), dtype=np.int64)
        packets: list[Packets] = []
        for kind, of_kind in groups:
            place = sum(len(group.tokens) for group in packets)
            block = together[place : place + len(of_kind), : len(kind.gather)]
            # Whole packets are copied first: a packet may begin at any byte, and gathering words there is slow.
            copies = np.lib.stride_tricks.sliding_window_view(raw, kind.length)[of_kind]
            block[:] = copies.view(_WORD)[:, kind.gather]
            packets.append(_counted(block, kind))
        return Decoded(tuple(packets), together, len(lengths) - known, not whole)


_NOTHING: Final = Decoded(())
_WORD: Final = np.dtype(">i4")


def _one(words: Words, kind: _Kind) -> Packets:
    """Count a single packet; the same as ``_many`` with fewer steps."""
    values = words.astype(np.int64)
    values &= kind.mask
    values *= kind.factors
    token = values[:1]
    if token.item() & 0xFF in _CURRENCY_DIVISORS:
        return _many(words[None, :], kind)
    width = kind.width + 1
    depth = values[width:].reshape(1, DEPTH_LEVELS, 4) if kind.length == FULL else None
    return Packets(kind.length, token, values[None, 1:width], depth)


def _many(words: Words, kind: _Kind) -> Packets:
    return _counted(words.astype(np.int64), kind)


def _counted(values: IntArray, kind: _Kind) -> Packets:
    """Turn the words of packets into what they count, in place, and answer them."""
    values &= kind.mask
    values *= kind.factors
    tokens = values[:, 0]
    segments = tokens & 0xFF
    for segment, divisor in _CURRENCY_DIVISORS.items():
        odd = segments == segment
        if odd.any():
            _rescale(values, odd, kind, divisor)
    width = kind.width + 1
    depth = values[:, width:].reshape(-1, DEPTH_LEVELS, 4) if kind.length == FULL else None
    return Packets(kind.length, tokens, values[:, 1:width], depth)


def _rescale(values: IntArray, odd: npt.NDArray[np.bool_], kind: _Kind, divisor: int) -> None:
    """Count the prices of some rows by another divisor than paise, rounded to 1/10,000 ₹, halves away from zero."""
    places = np.ix_(odd, kind.is_price)
    scaled = values[places] // _PER_PAISA * SCALE
    values[places] = np.sign(scaled) * ((2 * np.abs(scaled) + divisor) // (2 * divisor))


_ALIKE = 6
"""Packets of one length in a row after which all that follow are looked at together."""


def _lengths(frame: bytes, announced: int) -> tuple[IntArray, bool]:
    """Answer the lengths of the whole packets of a frame, and whether the frame holds these and nothing else.

    Where a packet begins is known only from those before it, so this is the one step that goes packet by packet; as
    soon as some of one length follow each other, the rest of the stretch is measured with one comparison.
    """
    lengths: list[int] = []
    at, size, left, last, alike = 2, len(frame), announced, -1, 0
    while left and at + 1 < size:
        length = frame[at] << 8 | frame[at + 1]
        if length != last:
            last, alike = length, 0
        elif alike < _ALIKE:
            alike += 1
        else:
            count = _stretch(frame, at, length, left)
            lengths += [length] * count
            at += count * (length + 2)
            left -= count
            last = -1
            continue
        lengths.append(length)
        at += length + 2
        left -= 1
    if at > size:
        lengths.pop()
    return np.array(lengths, dtype=np.int64), not left and at == size


def _stretch(frame: bytes, at: int, length: int, most: int) -> int:
    """Answer how many packets of one length follow each other from a place on; at least the one that is there."""
    step = length + 2
    inside = min(most, (len(frame) - at) // step)
    if inside < 1:
        return 1
    others = np.flatnonzero(np.ndarray((inside,), ">u2", frame, at, (step,)) != length)
    return int(others[0]) if len(others) else inside


EVERYTHING: Final = Layout(
    (
        "last_price",
        "last_quantity",
        "average_price",
        "volume",
        "total_buy_quantity",
        "total_sell_quantity",
        "open",
        "high",
        "low",
        "close",
        "traded_at",
        "open_interest",
        "open_interest_high",
        "open_interest_low",
        "exchange_at",
    )
)
"""All that a packet says, for recordings and comparisons."""

_QUOTE_COLUMNS: Final = {
    QuoteColumn.LAST_PRICE: "last_price",
    QuoteColumn.BID: "bid",
    QuoteColumn.BID_QUANTITY: "bid_quantity",
    QuoteColumn.ASK: "ask",
    QuoteColumn.ASK_QUANTITY: "ask_quantity",
    QuoteColumn.VOLUME: "volume",
    QuoteColumn.OPEN_INTEREST: "open_interest",
    QuoteColumn.TRADED_AT: "traded_at",
}

QUOTES: Final = Layout(tuple(_QUOTE_COLUMNS[column] for column in QuoteColumn))
"""What the engine's quote board holds, column by column."""
