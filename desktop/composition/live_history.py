"""What a market did today before a live run began, asked of the broker bar by bar and told again as frames."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, Protocol

import msgspec
import numpy as np

from brokers.errors import BrokerError
from desktop.composition.broker_questions import Candle, Interval
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price
from engine.domain.quote import COLUMNS, QuoteColumn, QuoteFrame

MOST_ASKED: Final = 60
"""Contracts whose history is asked at a start: at three questions a second they take twenty."""


class Historian(Protocol):
    """A broker that is asked for bars."""

    async def history(
        self, instrument: Instrument, interval: Interval, since: Instant, until: Instant
    ) -> tuple[Candle, ...]:
        """Answer the bars from one instant to another, oldest first. Raises BrokerError."""
        ...


class Past(msgspec.Struct, frozen=True):
    """The frames of the hours before, oldest first, and a sentence for whatever could not be had."""

    frames: tuple[QuoteFrame, ...]
    problems: tuple[str, ...]


def worth_asking(master: ContractMaster, underlyings: Sequence[str], held: Sequence[InstrumentId]) -> list[Instrument]:
    """Answer whose history a start needs, most important first: what is held, then each index and nearest future."""
    found = {one: master.by_id(one) for one in held if one in master}
    for name in underlyings:
        spot, nearest = master.spot(name), next(iter(master.futures(name)), None)
        found |= {one.id: one for one in (spot, nearest) if one is not None}
    return list(found.values())[:MOST_ASKED]


async def past_of(
    asked: Historian, master: ContractMaster, instruments: Sequence[Instrument], since: Instant, until: Instant
) -> Past:
    """Answer what some contracts did between two instants of a day, as frames of one-minute bars.

    The minute that still runs is left out: its bar would be told twice. A contract without history is named once.
    """
    ended = Instant(until // MINUTE * MINUTE - 1)
    bars: dict[int, tuple[Candle, ...]] = {}
    problems: list[str] = []
    for instrument in instruments:
        try:
            bars[master.row(instrument.id)] = await asked.history(instrument, Interval.MINUTE, since, ended)
        except BrokerError as error:
            problems.append(f"{instrument.id}: what it did before the start is not known: {error}")
    return Past(tuple(frames_of(bars)), tuple(problems))


def frames_of(bars: Mapping[int, Sequence[Candle]]) -> Iterator[QuoteFrame]:
    """Yield the bars of some rows as frames in the order of time: four to a minute, which make the same bar again.

    A bar does not say which of its ends came first, so nothing may be decided by the order inside one.
    """
    told = sorted(_told(bars), key=itemgetter(0))
    for at, together in groupby(told, key=itemgetter(0)):
        rows, prices, volumes = zip(*((row, price, volume) for _, row, price, volume in together), strict=True)
        values = np.zeros((len(rows), COLUMNS), dtype=np.int64)
        values[:, QuoteColumn.LAST_PRICE] = prices
        values[:, QuoteColumn.VOLUME] = volumes
        values[:, QuoteColumn.TRADED_AT] = at
        yield QuoteFrame(at, np.array(rows, dtype=np.int64), values)


_PLACES: Final = (0, 20 * SECOND, 40 * SECOND, 59 * SECOND)
"""Where in its minute each price of a bar is told."""


def _told(bars: Mapping[int, Sequence[Candle]]) -> Iterator[tuple[Instant, int, Price, int]]:
    for row, candles in bars.items():
        volume = 0
        for candle in candles:
            before, volume = volume, volume + candle.volume
            prices = (candle.open, candle.low, candle.high, candle.close)
            for place, price in zip(_PLACES, prices, strict=True):
                yield Instant(candle.at + place), row, price, volume if place == _PLACES[-1] else before
