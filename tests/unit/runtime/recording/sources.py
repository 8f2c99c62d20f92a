"""Small sources in the layouts of the real ones, and the rules to import them by."""

import gzip
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.domain.instant import Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.runtime.market_rules_store import load_market_rules
from engine.runtime.recording.importing import ImportOptions, import_recording
from engine.runtime.recording.layout import Header
from engine.runtime.recording.reader import Recording, open_recording

MARKET_FOLDER = Path(__file__).resolve().parents[4] / "resources" / "market"

DAY = date(2019, 7, 24)
EXPIRY = datetime(2019, 7, 25)  # noqa: DTZ001 - the sources carry Indian wall-clock times without a zone

_NSE_FIELDS = ("LTP", "BidPrice", "BidQty", "AskPrice", "AskQty", "Volume", "OI")


@cache
def rules() -> MarketRules:
    """The shipped market data."""
    return load_market_rules(MARKET_FOLDER)


def wall(hour: int, minute: int, day: date = DAY) -> datetime:
    """An Indian wall-clock time without a zone, as the sources carry it."""
    return datetime.combine(day, time(hour, minute))


def instant(hour: int, minute: int, second: int = 0, day: date = DAY) -> Instant:
    """The same as an instant."""
    return ist_instant(day, time(hour, minute, second))


def nse_row(at: datetime, strike: float | None = 11300.0, *, spot: float | None = 11271.3, **cells: float) -> dict:
    """One row of a scraped page: both sides quoted 100.05 × 75 to 100.55 × 150, but for ``cells``."""
    quoted = dict(zip(_NSE_FIELDS, (100.3, 100.05, 75.0, 100.55, 150.0, 10.0, 750.0), strict=True))
    sides = {side + field: value for side in ("Call", "Put") for field, value in quoted.items()}
    return {"ts": at, "expiry": EXPIRY, "StrikePrice": strike, "CurrentVal": spot, **sides, **cells}


def write_nse(path: Path, rows: list[dict]) -> Path:
    """Write rows in the layout of nse_chain_2019: single precision, empty cells null."""
    names = list(nse_row(wall(10, 0)))
    fields = [pa.field(n, pa.timestamp("us") if n in ("ts", "expiry") else pa.float32()) for n in names]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path)
    return path


def chain_row(stamp: str, strike: float = 24000.0, option_type: str = "CE", **cells: object) -> dict:
    """One row of a one-minute chain of 2026."""
    row = {"timestamp": stamp, "symbol": "NIFTY50", "expiry": "25-Aug-2026", "strike": strike}
    quoted = {"option_type": option_type, "spot": 24052.4, "ltp": 150.25, "volume": 3.0, "oi": 153.0}
    return {**row, **quoted, **cells}


def write_chain(path: Path, rows: list[dict]) -> Path:
    """Write rows in the layout of nifty_chain_2026."""
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def bar(at: datetime, ohlc: tuple[float, float, float, float], symbol: str = "NIFTY") -> dict:
    """One bar of an index."""
    return {"symbol": symbol, "ts": at, **dict(zip(("open", "high", "low", "close"), ohlc, strict=True))}


def write_bars(path: Path, rows: list[dict]) -> Path:
    """Write bars in the layout of the one-minute sets."""
    prices = [pa.field(n, pa.float32()) for n in ("open", "high", "low", "close")]
    schema = pa.schema([pa.field("symbol", pa.large_string()), pa.field("ts", pa.timestamp("us")), *prices])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def end_labelled_day(level: float = 11300.0, day: date = DAY) -> list[dict]:
    """A whole day of flat bars named by their end, 09:16 to 15:30."""
    first = wall(9, 16, day)
    return [bar(first + timedelta(minutes=n), (level, level + 1, level - 1, level)) for n in range(375)]


def tick(at: str, *, bid: float = 99.95, ask: float = 100.05, volume: int = 100, token: int = 12612866) -> dict:
    """One full packet with five levels on each side; a price of 0 empties a side."""

    def side(best: float, step: float) -> list[dict]:
        live = best > 0
        return [
            {"quantity": 25 * (n + 1) * live, "price": round(best + n * step, 2) if live else 0.0, "orders": int(live)}
            for n in range(5)
        ]

    return {
        "tradable": True,
        "mode": "full",
        "instrument_token": token,
        "last_price": 100.0,
        "volume": volume,
        "ohlc": {"open": 90.0, "high": 110.0, "low": 85.0, "close": 95.0},
        "last_trade_time": at,
        "oi": 4650,
        "timestamp": at,
        "depth": {"buy": side(bid, -0.05), "sell": side(ask, 0.05)},
    }


TICK_FILE = "BANKNIFTY21SEP35300PE_2021_08_20.txt.gz"


def write_ticks(path: Path, ticks: list[dict | str]) -> Path:
    """Write ticks one a line as text of Python dictionaries, gzipped with a fixed header."""
    text = "\n".join(one if isinstance(one, str) else repr(one) for one in ticks) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def imported(kind: str, source: Path, **options: object) -> tuple[Header, Recording]:
    """Import one source beside itself; answer header and opened recording."""
    out = source.with_name("out.parquet")
    header = import_recording(kind, [source], out, rules(), options=ImportOptions(**options))
    return header, open_recording(out)
