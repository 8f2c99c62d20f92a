"""Five levels of depth around the best bid and ask."""

import numpy as np
import numpy.typing as npt

from engine.domain.quote import DEPTH_LEVELS, QuoteColumn

IntArray = npt.NDArray[np.int64]

_MIX = np.int64(2_654_435_761)
"""Knuth's multiplicative hash: the quantity behind the best price depends on the price level alone, so that a level
keeps its queue while the market moves around it."""

_WIDEST = 16
"""A level shows at most this many times the lots of the best one, halved."""


def depth_of(values: IntArray, tick: IntArray, lot: IntArray) -> IntArray:
    """Answer bid price, bid quantity, ask price, ask quantity per level, shape (n, DEPTH_LEVELS, 4).

    ``values`` are rows of a quote frame (n, COLUMNS), ``tick`` and ``lot`` (n,). The first level is the quote itself;
    a side without a best price is empty, and no bid goes below one tick.
    """
    depth = np.zeros((len(values), DEPTH_LEVELS, 4), dtype=np.int64)
    level = np.arange(DEPTH_LEVELS, dtype=np.int64)[None, :] * tick[:, None]
    sides = ((QuoteColumn.BID, QuoteColumn.BID_QUANTITY, -1, 0), (QuoteColumn.ASK, QuoteColumn.ASK_QUANTITY, 1, 2))
    for price_column, quantity_column, direction, first in sides:
        best, shown = values[:, price_column, None], values[:, quantity_column, None]
        price = best + direction * level
        quantity = _behind(price, shown, lot[:, None])
        quantity[:, 0] = shown[:, 0]
        there = (best > 0) & (price > 0)
        depth[:, :, first] = np.where(there, price, 0)
        depth[:, :, first + 1] = np.where(there, quantity, 0)
    return depth


def _behind(price: IntArray, shown: IntArray, lot: IntArray) -> IntArray:
    """Answer the quantity waiting at prices behind the best, whole lots, from 1 lot up to some times the best."""
    weight = ((price * _MIX) >> 9) % _WIDEST + 4
    quantity: IntArray = np.maximum((shown // lot) * weight // 8, 1) * lot
    return quantity
