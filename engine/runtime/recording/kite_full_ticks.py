"""Import Kite full-mode ticks kept as text, one tick a line, one file per option."""

import ast
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
import numpy as np

from engine.domain.instant import IST, SECOND, instant_of
from engine.domain.instrument import Instrument
from engine.domain.listing import OptionSymbol, parse_option_symbol, symbol_expiry
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, QuoteColumn
from engine.runtime.recording.cleaned import NOTHING_LEFT, Cleaned, cleaned
from engine.runtime.recording.cleaning import clean_books, hold_volume, prices, quantities
from engine.runtime.recording.contracts import contract_rule, option_instrument
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.layout import QuoteRows
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import count_disorder, date_of, in_session, possible_stamps
from engine.runtime.recording.source import indian_day

KIND = "kite-full-ticks"

_LONGEST_LINE = 65_536
_NO_INDEX = "The source holds no index level: rules that need the index or a whole chain cannot work on this recording"


class _Level(msgspec.Struct):
    price: float
    quantity: int


class _Depth(msgspec.Struct):
    buy: tuple[_Level, ...]
    sell: tuple[_Level, ...]


class Tick(msgspec.Struct):
    """One full-mode packet with the names of pykiteconnect 3 and 4 (``timestamp``) or 5 (``exchange_timestamp``)."""

    instrument_token: int
    last_price: float
    depth: _Depth
    timestamp: str | None = None
    exchange_timestamp: str | None = None
    last_trade_time: str | None = None
    volume: int = 0
    volume_traded: int = 0
    oi: int = 0


def clean(sources: Sequence[Path], rules: MarketRules, tally: Tally) -> Cleaned:
    """Read and clean ticks; the option is taken from each file's name, ``BANKNIFTY21SEP35300PE_2021_08_20.txt.gz``."""
    parts = [_option_ticks(source, rules, tally) for source in sources]
    contracts = sorted({option.id: option for option, _ in parts}.values(), key=lambda option: option.id)
    if len(contracts) < len(parts):
        raise RecordingMisuseError("Two sources hold ticks of the same option; import one of them, or join the files")
    tally.notes.append(_NO_INDEX)
    places = [contracts.index(option) for option, _ in parts]
    depths = [rows.depth for _, rows in parts if rows.depth is not None]
    rows = QuoteRows(
        np.concatenate([rows.at for _, rows in parts]),
        np.concatenate([np.full(len(rows), place) for place, (_, rows) in zip(places, parts, strict=True)]),
        np.concatenate([rows.values for _, rows in parts]),
        np.concatenate(depths),
    )
    return cleaned(tuple(contracts), rows.take(np.lexsort((rows.contract, rows.at))))


def _option_ticks(source: Path, rules: MarketRules, tally: Tally) -> tuple[Instrument, QuoteRows]:
    named = parse_option_symbol(source.name.partition("_")[0].partition(".")[0], rules.underlyings())
    if named is None:
        raise RecordingMisuseError(
            f"{source.name} is not named after an option; name it like BANKNIFTY21SEP35300PE_2021_08_20.txt.gz"
        )
    ticks = _of_one_instrument(list(_ticks(source, tally)), tally)
    rows = _rows(ticks, tally)
    rows = rows.take(possible_stamps(rows.at, tally))
    if not len(rows):
        raise RecordingError(
            f"{source} holds no readable tick with a stamp; {NOTHING_LEFT[0].lower()}{NOTHING_LEFT[1:]}"
        )
    rows = _in_time_order(rows, source, tally)
    option = _option(named, date_of(int(np.median(indian_day(rows.at)))), rules)
    rows = rows.take(in_session(rows.at, option.exchange, rules, tally))
    books = _with_clean_depth(_without_empty_books(rows, tally), option, tally)
    return msgspec.structs.replace(option, token=ticks[0].instrument_token), hold_volume(_spread(books, tally), tally)


def _ticks(source: Path, tally: Tally) -> Iterator[Tick]:
    seen: set[str] = set()
    for line in _lines(source):
        tally.rows_read += 1
        if line in seen:
            tally.add(Rule.DUPLICATE, 1)
            continue
        seen.add(line)
        tick = read_tick(line)
        if tick is None:
            tally.add(Rule.UNREADABLE, 1)
        else:
            yield tick


def _lines(source: Path) -> Iterator[str]:
    opened = gzip.open if source.suffix == ".gz" else open
    try:
        with opened(source, "rt", encoding="utf-8", errors="replace") as text:
            for line in text:
                if line.strip():
                    yield line.strip()
    except (OSError, EOFError, zlib.error) as trouble:
        raise RecordingError(f"{source} is cut short or cannot be unpacked ({trouble}); fetch it again") from trouble


def read_tick(line: str) -> Tick | None:
    """Answer the tick of a line written as JSON or as a Python dictionary; None where it is not a full tick."""
    if len(line) > _LONGEST_LINE:
        return None
    plain = line.replace("'", '"').replace("True", "true").replace("False", "false").replace("None", "null")
    try:
        return msgspec.json.decode(plain, type=Tick)
    except (msgspec.ValidationError, RecursionError):
        return None
    except (msgspec.DecodeError, UnicodeError):
        return _python_tick(line)


def _python_tick(line: str) -> Tick | None:
    try:
        return msgspec.convert(ast.literal_eval(line), Tick)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        # literal_eval answers odd text with any of these; each means that the line is no dictionary of a tick.
        return None


def _of_one_instrument(ticks: list[Tick], tally: Tally) -> list[Tick]:
    tokens = Counter(tick.instrument_token for tick in ticks)
    mine = min(tokens, key=lambda token: (-tokens[token], token), default=0)
    tally.add(Rule.WRONG_INSTRUMENT, len(ticks) - tokens[mine])
    return [tick for tick in ticks if tick.instrument_token == mine]


def _instant(text: str | None) -> int:
    """Answer the instant of an ISO stamp, Indian time where it has no zone; 0 where there is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return 0
    try:
        return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=IST))
    except OverflowError:
        return 0


def _rows(ticks: Sequence[Tick], tally: Tally) -> QuoteRows:
    depth = np.zeros((len(ticks), DEPTH_LEVELS, 4))
    for row, tick in enumerate(ticks):
        for start, side in ((0, tick.depth.buy), (2, tick.depth.sell)):
            for level, order in enumerate(side[:DEPTH_LEVELS]):
                depth[row, level, start : start + 2] = order.price or np.nan, order.quantity
    books = np.stack(
        [
            (prices if column % 2 == 0 else quantities)(depth[:, :, column].ravel(), tally).reshape(-1, DEPTH_LEVELS)
            for column in range(4)
        ],
        axis=2,
    )
    values = np.zeros((len(ticks), COLUMNS), dtype=np.int64)
    values[:, QuoteColumn.LAST_PRICE] = prices(np.array([tick.last_price or np.nan for tick in ticks]), tally)
    values[:, QuoteColumn.BID : QuoteColumn.ASK_QUANTITY + 1] = books[:, 0]
    volumes = np.array([tick.volume or tick.volume_traded for tick in ticks], dtype=np.float64)
    values[:, QuoteColumn.VOLUME] = quantities(volumes, tally)
    values[:, QuoteColumn.OPEN_INTEREST] = quantities(np.array([tick.oi for tick in ticks], dtype=np.float64), tally)
    values[:, QuoteColumn.TRADED_AT] = np.maximum([_instant(tick.last_trade_time) for tick in ticks], 0)
    at = np.array([_instant(tick.timestamp or tick.exchange_timestamp) for tick in ticks], dtype=np.int64)
    return QuoteRows(at, np.zeros(len(ticks), dtype=np.int64), values, books)


def _in_time_order(rows: QuoteRows, source: Path, tally: Tally) -> QuoteRows:
    count_disorder(rows.at, tally)
    step = np.diff(rows.at)
    if np.count_nonzero(step < 0) > np.count_nonzero(step > 0):
        # Ticks of one second carry no finer order than that of the file, so the file is read from its end.
        tally.notes.append(f"{source.name} was written newest first; it is read from its end")
        rows = rows.take(slice(None, None, -1))
    return rows.take(np.argsort(rows.at, kind="stable"))


def _without_empty_books(rows: QuoteRows, tally: Tally) -> QuoteRows:
    quoted = (rows.values[:, QuoteColumn.BID] > 0) | (rows.values[:, QuoteColumn.ASK] > 0)
    tally.add(Rule.EMPTY_BOOK, np.count_nonzero(~quoted))
    return rows.take(quoted)


def _with_clean_depth(rows: QuoteRows, option: Instrument, tally: Tally) -> QuoteRows:
    """Clean the best prices by the rules of every quote, and make the depth agree with them."""
    books = clean_books(rows, np.array([option.tick_size], dtype=np.int64), tally)
    if books.depth is None:
        return books
    tick = option.tick_size
    depth = books.depth.copy()
    depth[:, :, 0] = depth[:, :, 0] // tick * tick
    depth[:, :, 2] = -(-depth[:, :, 2] // tick) * tick
    for price, best in ((0, QuoteColumn.BID), (2, QuoteColumn.ASK)):
        empty = (depth[:, :, price] == 0) | (depth[:, :, price + 1] == 0) | (books.values[:, best] == 0)[:, None]
        depth[empty, price : price + 2] = 0
    return QuoteRows(books.at, books.contract, books.values, depth)


def _spread(rows: QuoteRows, tally: Tally) -> QuoteRows:
    """Give ticks of the same stamp stamps of their own, evenly until the next stamp but over a second at most."""
    if not len(rows):
        return rows
    starts = np.flatnonzero(np.diff(rows.at, prepend=-1))
    counts = np.diff(starts, append=len(rows))
    tally.add(Rule.SAME_SECOND, len(rows) - len(starts))
    width = np.minimum(np.diff(rows.at[starts], append=rows.at[-1] + SECOND), SECOND)
    place = np.arange(len(rows)) - np.repeat(starts, counts)
    at = rows.at + place * np.repeat(width, counts) // np.repeat(counts, counts)
    return QuoteRows(at, rows.contract, rows.values, rows.depth)


def _option(named: OptionSymbol, on: date, rules: MarketRules) -> Instrument:
    try:
        expiry = symbol_expiry(named, rules, on)
    except UnknownRuleError as unknown:
        raise RecordingError(f"This recording cannot be made: {unknown}") from unknown
    rule = contract_rule(rules, named.underlying, on, expiry)
    return option_instrument(rules, rule, expiry, named.strike, named.kind)
