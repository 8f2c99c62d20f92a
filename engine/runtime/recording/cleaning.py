"""The cleaning rules of quotes, each on whole columns and each counted."""

import numpy as np

from engine.domain.money import SCALE
from engine.domain.quote import IntArray, QuoteColumn
from engine.runtime.recording.layout import QuoteRows
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import BoolArray
from engine.runtime.recording.source import FloatArray, indian_day

_UNITS_PER_PAISA = SCALE // 100
_HIGHEST_RUPEES = 10_000_000
_HIGHEST_QUANTITY = 10**10

_SIDES = (
    (QuoteColumn.BID, QuoteColumn.BID_QUANTITY),
    (QuoteColumn.ASK, QuoteColumn.ASK_QUANTITY),
)


def prices(rupees: FloatArray, tally: Tally) -> IntArray:
    """Answer prices in 1/10,000 ₹, read to the paisa; 0 for empty and for impossible ones, which are counted.

    Sources store single-precision numbers, 11194.900390625 for 11194.90; up to ₹1,31,072 the paisa is certain.
    """
    given = ~np.isnan(rupees)
    possible = given & (rupees > 0) & (rupees <= _HIGHEST_RUPEES)
    tally.add(Rule.IMPOSSIBLE_PRICE, np.count_nonzero(given & ~possible))
    paise: IntArray = np.rint(np.where(possible, rupees, 0.0) * 100).astype(np.int64)
    return paise * _UNITS_PER_PAISA


def quantities(numbers: FloatArray, tally: Tally) -> IntArray:
    """Answer quantities as whole numbers; 0 for empty and for impossible ones, which are counted."""
    given = ~np.isnan(numbers)
    possible = given & (numbers >= 0) & (numbers <= _HIGHEST_QUANTITY)
    tally.add(Rule.IMPOSSIBLE_QUANTITY, np.count_nonzero(given & ~possible))
    return np.rint(np.where(possible, numbers, 0.0)).astype(np.int64)


def clean_books(rows: QuoteRows, ticks: IntArray, tally: Tally) -> QuoteRows:
    """Apply the rules on sides and prices of one quote; ``ticks`` holds the tick of each contract number."""
    values = rows.values.copy()
    _empty_half_sides(values, tally)
    _round_to_tick(values, ticks[rows.contract], tally)
    _empty_crossed(values, tally)
    quoted = np.any(values[:, [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]] > 0, axis=1)
    tally.add(Rule.EMPTY_BOOK, np.count_nonzero(~quoted))
    return QuoteRows(rows.at, rows.contract, values, rows.depth).take(quoted)


def _empty_half_sides(values: IntArray, tally: Tally) -> None:
    for price, quantity in _SIDES:
        half = (values[:, price] > 0) != (values[:, quantity] > 0)
        values[half, price] = 0
        values[half, quantity] = 0
        tally.add(Rule.HALF_SIDE, np.count_nonzero(half))


def _round_to_tick(values: IntArray, tick: IntArray, tally: Tally) -> None:
    last, bid, ask = (values[:, column] for column in (QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK))
    rounded = (
        # A price below half a tick still traded: it stays the smallest price there is.
        np.where(last > 0, np.maximum((2 * last + tick) // (2 * tick) * tick, tick), 0),
        bid // tick * tick,
        -(-ask // tick) * tick,
    )
    columns = (QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK)
    for column, price in zip(columns, rounded, strict=True):
        tally.add(Rule.OFF_TICK, np.count_nonzero(values[:, column] != price))
        values[:, column] = price
    values[values[:, QuoteColumn.BID] == 0, QuoteColumn.BID_QUANTITY] = 0


def _empty_crossed(values: IntArray, tally: Tally) -> None:
    crossed = (values[:, QuoteColumn.ASK] > 0) & (values[:, QuoteColumn.BID] > values[:, QuoteColumn.ASK])
    for price, quantity in _SIDES:
        values[crossed, price] = 0
        values[crossed, quantity] = 0
    tally.add(Rule.CROSSED, np.count_nonzero(crossed))


def settle_duplicates(rows: QuoteRows, tally: Tally) -> QuoteRows:
    """Answer the rows sorted by stamp and contract, one each; of several the last in the source wins."""
    ordered = rows.take(np.lexsort((rows.contract, rows.at)))
    if not len(ordered):
        return ordered
    same_key = (np.diff(ordered.at) == 0) & (np.diff(ordered.contract) == 0)
    same_values = np.all(ordered.values[1:] == ordered.values[:-1], axis=1)
    if ordered.depth is not None:
        same_values &= np.all(ordered.depth[1:] == ordered.depth[:-1], axis=(1, 2))
    tally.add(Rule.DUPLICATE, np.count_nonzero(same_key & same_values))
    tally.add(Rule.CONFLICTING, np.count_nonzero(same_key & ~same_values))
    return ordered.take(np.append(~same_key, True))


def hold_volume(rows: QuoteRows, tally: Tally) -> QuoteRows:
    """Keep the day's volume of each contract from falling; rows may come in any order of contracts."""
    if not len(rows):
        return rows
    order = np.lexsort((rows.at, rows.contract))
    volume = rows.values[order, QuoteColumn.VOLUME]
    starts = _segment_starts(rows.contract[order], indian_day(rows.at[order]))
    segment = np.cumsum(starts) - 1
    # Each segment is lifted above all before it, so that one running maximum serves them all.
    step = int(volume.max()) + 1
    held = np.maximum.accumulate(volume + segment * step) - segment * step
    tally.add(Rule.VOLUME_FELL, np.count_nonzero(held != volume))
    values = rows.values.copy()
    values[order, QuoteColumn.VOLUME] = held
    return QuoteRows(rows.at, rows.contract, values, rows.depth)


def _segment_starts(contract: IntArray, day: IntArray) -> BoolArray:
    starts = np.ones(len(contract), dtype=np.bool_)
    starts[1:] = (np.diff(contract) != 0) | (np.diff(day) != 0)
    return starts


def spacing(rows: QuoteRows) -> int:
    """Answer the median gap between two quotes of one contract on one day, in µs; 0 where none has two."""
    order = np.lexsort((rows.at, rows.contract))
    at = rows.at[order]
    inner = ~_segment_starts(rows.contract[order], indian_day(at))[1:]
    gaps = np.diff(at)[inner]
    return int(np.median(gaps)) if len(gaps) else 0
