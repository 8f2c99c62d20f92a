"""Import one-minute bars of indices: open, high, low, close become four quotes inside the minute."""

from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.compute as pc

from engine.domain.instant import MINUTE, Instant
from engine.domain.instrument import Exchange
from engine.domain.listing import spot_instrument
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn
from engine.runtime.recording.cleaned import NOTHING_LEFT, Cleaned
from engine.runtime.recording.cleaning import prices, settle_duplicates
from engine.runtime.recording.contracts import latest_rule, spellings, underlying_of
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.layout import QuoteRows
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import BoolArray, count_disorder, date_of, in_session, possible_stamps
from engine.runtime.recording.source import indian_day, indian_stamps, numbers, read_columns, words
from engine.runtime.recording.splices import far_from_surroundings

KIND = "index-1min"
COLUMNS_NEEDED = ("symbol", "ts", "open", "high", "low", "close")

QUARTER = MINUTE // 4
_BARS_PER_GROUP = 8_192


class BarLabel(Enum):
    """Which end of its minute a bar's stamp names."""

    START = "start"
    END = "end"


class Bars(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Bars of several indices: ``starts`` is the first instant of the minute, ``ohlc`` (n, 4) in 1/10,000 ₹."""

    starts: IntArray
    contract: IntArray
    ohlc: IntArray

    def take(self, chosen: BoolArray | IntArray | slice) -> "Bars":
        """Answer some of the bars."""
        return Bars(starts=self.starts[chosen], contract=self.contract[chosen], ohlc=self.ohlc[chosen])


def clean(sources: Sequence[Path], rules: MarketRules, tally: Tally, *, labels: BarLabel | None = None) -> Cleaned:
    """Read and clean bars; each file's labelling is found out from its first and last bars of the day unless given."""
    parts = [_read(source, rules, tally, labels) for source in sources]
    names = sorted({name for names, _ in parts for name in names})
    joined = _joined(parts, names)
    if not len(joined.starts):
        raise RecordingError(NOTHING_LEFT)
    spots = tuple(spot_instrument(latest_rule(rules, name, joined.starts)) for name in names)
    bars = _settled(joined, np.array([spot.tick_size for spot in spots], dtype=np.int64), tally)
    bars = bars.take(_genuine(bars, len(names), tally))
    if not len(bars.starts):
        raise RecordingError(NOTHING_LEFT)
    return Cleaned(
        contracts=spots,
        groups=_groups(bars),
        quotes=4 * len(bars.starts),
        first=Instant(bars.starts.item(0) + QUARTER),
        last=Instant(bars.starts.item(-1) + MINUTE),
        spacing=QUARTER,
    )


def _read(source: Path, rules: MarketRules, tally: Tally, labels: BarLabel | None) -> tuple[list[str], Bars]:
    """Answer the underlyings of a source and its bars in trading hours, numbered by their place in that list."""
    table = read_columns(source, KIND, COLUMNS_NEEDED)
    tally.rows_read += table.num_rows
    symbol = words(table, "symbol", source)
    at = indian_stamps(table, "ts", source)
    possible = possible_stamps(at, tally)
    if not possible.any():
        raise RecordingError(f"{source} holds no bar with a possible stamp; there is nothing to import")
    known = spellings(rules, at[possible])
    spelled = pc.unique(symbol).to_pylist()
    names = sorted({underlying_of(name, known, str(source)) for name in spelled})
    contract = np.zeros(table.num_rows, dtype=np.int64)
    for name in spelled:
        contract[pc.equal(symbol, name).to_numpy()] = names.index(underlying_of(name, known, str(source)))
    for number in range(len(names)):
        count_disorder(at[contract == number], tally)
    ohlc = np.stack([prices(numbers(table, name, source), tally) for name in COLUMNS_NEEDED[2:]], axis=1)
    bars = Bars(starts=at, contract=contract, ohlc=ohlc).take(possible)
    exchanges = [latest_rule(rules, name, at[possible]).spot_exchange for name in names]
    found = labels or _labels(bars, exchanges[0], rules, source)
    tally.notes.append(f"{source.name}: bars are labelled with the {found.value} of their minute")
    if found is BarLabel.END:
        bars = msgspec.structs.replace(bars, starts=bars.starts - MINUTE)
    return names, bars.take(_in_hours(bars, exchanges, rules, tally))


def _labels(bars: Bars, exchange: Exchange, rules: MarketRules, source: Path) -> BarLabel:
    """Find out the labelling: bars named 09:15 open a day of start labels, bars named 15:30 close one of end labels."""
    at_open, at_close = 0, 0
    days, which = np.unique(indian_day(bars.starts), return_inverse=True)
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(len(days) + 1))
    for number, day in enumerate(days.tolist()):
        try:
            sessions = rules.session_instants(exchange, date_of(day))
        except UnknownRuleError:
            continue
        stamps = bars.starts[order[edges[number] : edges[number + 1]]]
        at_open += sum(bool(np.any(stamps == opens)) for opens, _ in sessions)
        at_close += sum(bool(np.any(stamps == closes)) for _, closes in sessions)
    if at_open == at_close:
        raise RecordingMisuseError(
            f"{source.name} does not show whether its bars are named by their start or their end; "
            "say so with --labels start or --labels end"
        )
    return BarLabel.START if at_open > at_close else BarLabel.END


def _in_hours(bars: Bars, exchanges: Sequence[Exchange], rules: MarketRules, tally: Tally) -> BoolArray:
    inside = np.zeros(len(bars.starts), dtype=np.bool_)
    for number, exchange in enumerate(exchanges):
        mine = bars.contract == number
        # The middle of a bar lies inside the session exactly where the whole bar does.
        inside[mine] = in_session(bars.starts[mine] + MINUTE // 2, exchange, rules, tally)
    return inside


def _joined(parts: Sequence[tuple[list[str], Bars]], names: list[str]) -> Bars:
    return Bars(
        starts=np.concatenate([bars.starts for _, bars in parts]),
        contract=np.concatenate([np.array([names.index(n) for n in own])[bars.contract] for own, bars in parts]),
        ohlc=np.concatenate([bars.ohlc for _, bars in parts]),
    )


def _settled(bars: Bars, ticks: IntArray, tally: Tally) -> Bars:
    """Answer the bars on the tick, believable, in order, one per minute and index."""
    tick = ticks[bars.contract][:, None]
    on_tick = np.where(bars.ohlc > 0, np.maximum((2 * bars.ohlc + tick) // (2 * tick), 1) * tick, 0)
    tally.add(Rule.OFF_TICK, np.count_nonzero(on_tick != bars.ohlc))
    high, low = on_tick[:, 1], on_tick[:, 2]
    body = on_tick[:, [0, 3]]
    bad = (body.max(axis=1) > high) | (body.min(axis=1) < low) | (low <= 0)
    tally.add(Rule.BAD_BAR, np.count_nonzero(bad))
    rows = settle_duplicates(QuoteRows(bars.starts[~bad], bars.contract[~bad], on_tick[~bad]), tally)
    return Bars(starts=rows.at, contract=rows.contract, ohlc=rows.values)


def _genuine(bars: Bars, indices: int, tally: Tally) -> BoolArray:
    genuine = np.ones(len(bars.starts), dtype=np.bool_)
    for number in range(indices):
        mine = np.flatnonzero(bars.contract == number)
        genuine[mine] = ~far_from_surroundings(bars.ohlc[mine, 3], indian_day(bars.starts[mine]))
    tally.add(Rule.SPLICE, np.count_nonzero(~genuine))
    return genuine


def _groups(bars: Bars) -> Iterator[QuoteRows]:
    day_ends = np.flatnonzero(np.diff(indian_day(bars.starts), append=-1)) + 1
    start = 0
    while start < len(bars.starts):
        wanted = min(start + _BARS_PER_GROUP, len(bars.starts))
        end = int(day_ends[np.searchsorted(day_ends, wanted)])
        yield quotes_of(bars.take(slice(start, end)))
        start = end


def quotes_of(bars: Bars) -> QuoteRows:
    """Answer four quotes a bar, each at the end of its quarter of the minute.

    A rising bar (close not below open) is told as open, low, high, close and a falling one as open, high, low, close:
    the usual order of a bar, in which the price first goes against the way it ends. The close stands exactly at the
    end of the minute, when it became known.
    """
    rising = bars.ohlc[:, 3] >= bars.ohlc[:, 0]
    told = np.where(rising[:, None], bars.ohlc[:, [0, 2, 1, 3]], bars.ohlc)
    at = (bars.starts[:, None] + QUARTER * np.arange(1, 5)).ravel()
    contract = np.repeat(bars.contract, 4)
    values = np.zeros((len(at), COLUMNS), dtype=np.int64)
    values[:, QuoteColumn.LAST_PRICE] = told.ravel()
    return QuoteRows(at, contract, values).take(np.lexsort((contract, at)))
