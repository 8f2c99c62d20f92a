"""What a market did today before a live run began, asked of the broker bar by bar and told again as frames."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from itertools import groupby
from operator import itemgetter
from typing import Final, Protocol

import msgspec
import numpy as np

from brokers.errors import BrokerError
from desktop.composition.broker_questions import Candle, Interval
from desktop.composition.live_contracts import LEADING
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import MINUTE, SECOND, Instant, ist_date, ist_instant
from engine.domain.instrument import Exchange, Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.money import Price
from engine.domain.quote import COLUMNS, QuoteColumn, QuoteFrame

MOST_ASKED: Final = 20
"""Contracts whose history is asked at a start: three questions in a second are allowed, and somebody waits."""

_MOST_INDICES: Final = 3
"""Indices that are looked at although nothing is held in them, with their nearest futures."""


class Historian(Protocol):
    """A broker that is asked for bars."""

    async def history(
        self, instrument: Instrument, interval: Interval, since: Instant, until: Instant
    ) -> tuple[Candle, ...]:
        """Answer the bars from one instant to another, oldest first. Raises BrokerError."""
        ...


class Stretch(msgspec.Struct, frozen=True):
    """What is asked for: the day before as a whole, and today minute by minute."""

    previous: Instant
    """The open of the trading day before."""
    since: Instant
    """The open of today."""
    until: Instant


def stretch_before(rules: MarketRules, now: Instant) -> Stretch | None:
    """Answer what a run that begins now has to know of; None on a day without trading."""
    today = rules.session_instants(Exchange.NFO, ist_date(now))
    previous = rules.session_instants(Exchange.NFO, rules.previous_trading_day(Exchange.NFO, ist_date(now)))
    if not today or not previous:
        return None
    return Stretch(previous=previous[0][0], since=today[0][0], until=now)


class Past(msgspec.Struct, frozen=True):
    """The frames of the day before and of today's hours, oldest first, and a sentence for what could not be had."""

    before: tuple[QuoteFrame, ...] = ()
    today: tuple[QuoteFrame, ...] = ()
    problems: tuple[str, ...] = ()


def worth_asking(master: ContractMaster, held: Sequence[InstrumentId]) -> list[Instrument]:
    """Answer whose history a start needs, most important first.

    What is held, then the underlyings of that with their nearest futures, then the leading indices with theirs.
    """
    found = {one: master.by_id(one) for one in held if one in master}
    indices = [name for name in LEADING if name in master.underlyings()]
    for name in dict.fromkeys((*(one.underlying for one in found.values()), *indices[:_MOST_INDICES])):
        spot, nearest = master.spot(name), next(iter(master.futures(name)), None)
        found |= {one.id: one for one in (spot, nearest) if one is not None}
    return list(found.values())[:MOST_ASKED]


async def past_of(
    asked: Historian, master: ContractMaster, instruments: Sequence[Instrument], stretch: Stretch
) -> Past:
    """Answer what some contracts did before a run begins, as frames.

    The minute that still runs is left out: its bar would be told twice. A contract without history is named once.
    """
    ended = Instant(stretch.until // MINUTE * MINUTE - 1)
    days: dict[int, list[Candle]] = {}
    minutes: dict[int, tuple[Candle, ...]] = {}
    problems: list[str] = []
    for instrument in instruments:
        row = master.row(instrument.id)
        try:
            daily = await asked.history(instrument, Interval.DAY, _midnight(stretch.previous), stretch.previous)
            # A bar of a day is stamped with its midnight, when nothing trades.
            days[row] = [msgspec.structs.replace(one, at=stretch.previous) for one in daily[-1:]]
            if ended > stretch.since:
                minutes[row] = await asked.history(instrument, Interval.MINUTE, stretch.since, ended)
        except BrokerError as error:
            problems.append(f"{instrument.id}: what it did before the start is not known: {error}")
    return Past(tuple(frames_of(days)), tuple(frames_of(minutes)), tuple(problems))


def _midnight(at: Instant) -> Instant:
    return ist_instant(ist_date(at), time(0))


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
