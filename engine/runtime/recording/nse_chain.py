"""Import option chains scraped from the NSE website in 2019: both sides of a strike in a row, with bid and ask."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from engine.domain.market_rules import MarketRules
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn
from engine.runtime.recording.chain import Chain, assemble
from engine.runtime.recording.cleaned import Cleaned
from engine.runtime.recording.cleaning import prices, quantities
from engine.runtime.recording.contracts import known_underlying, latest_rule
from engine.runtime.recording.errors import RecordingMisuseError
from engine.runtime.recording.pages import Pages, without_old_pages, without_splices
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import count_disorder, in_session, possible_days, possible_stamps
from engine.runtime.recording.source import indian_day, indian_stamps, numbers, read_columns

KIND = "nse-chain"

_FIELDS: dict[str, QuoteColumn] = {
    "LTP": QuoteColumn.LAST_PRICE,
    "BidPrice": QuoteColumn.BID,
    "BidQty": QuoteColumn.BID_QUANTITY,
    "AskPrice": QuoteColumn.ASK,
    "AskQty": QuoteColumn.ASK_QUANTITY,
    "Volume": QuoteColumn.VOLUME,
    "OI": QuoteColumn.OPEN_INTEREST,
}
_PRICES = frozenset({QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK})
_SIDES = ("Call", "Put")
_KEYS = ("ts", "expiry", "StrikePrice", "CurrentVal")
COLUMNS_NEEDED = (*_KEYS, *(side + field for side in _SIDES for field in _FIELDS))


def clean(sources: Sequence[Path], rules: MarketRules, tally: Tally, *, underlying: str | None = None) -> Cleaned:
    """Read and clean chains; the underlying is taken from each file's name unless given.

    Stamps stay as the scraper wrote them; what they label was fetched within about the following minute.
    Volume counts contracts at the source and units in the recording; open interest counts units in both.
    """
    by_name: dict[str, list[Pages]] = {}
    for source in sources:
        name = known_underlying(underlying, rules) if underlying else underlying_in(source, rules)
        by_name.setdefault(name, []).append(_read(source, tally))
    chains = [_chain(name, _clean_pages(name, Pages.joined(parts), rules, tally)) for name, parts in by_name.items()]
    return assemble(chains, rules, tally)


def underlying_in(source: Path, rules: MarketRules) -> str:
    """Answer the underlying that a file's name ends with, ``…_NIFTY.parquet``. Raises RecordingMisuseError."""
    name = source.stem.rpartition("_")[2].upper()
    if name not in rules.underlyings():
        raise RecordingMisuseError(
            f"{source.name} does not say which index it holds; name it with --underlying, for example NIFTY"
        )
    return name


def _read(source: Path, tally: Tally) -> Pages:
    table = read_columns(source, KIND, COLUMNS_NEEDED)
    tally.rows_read += table.num_rows
    at = indian_stamps(table, "ts", source)
    count_disorder(at, tally)
    expiry = indian_day(indian_stamps(table, "expiry", source))
    strike = numbers(table, "StrikePrice", source)
    strikes = prices(np.where(strike > 0, strike, np.nan), tally)
    is_total = (strikes == 0) | ~possible_days(expiry)
    tally.add(Rule.TOTAL_ROW, np.count_nonzero(is_total))
    pages = Pages(
        at=at,
        expiry=expiry,
        strike=strikes,
        spot=prices(numbers(table, "CurrentVal", source), tally),
        sides=np.stack([_side(table, side, source, tally) for side in _SIDES], axis=1),
    )
    whole = pages.take(~is_total)
    return whole.take(possible_stamps(whole.at, tally))


def _side(table: pa.Table, side: str, source: Path, tally: Tally) -> IntArray:
    values = np.zeros((table.num_rows, COLUMNS), dtype=np.int64)
    for field, column in _FIELDS.items():
        whole = prices if column in _PRICES else quantities
        values[:, column] = whole(numbers(table, side + field, source), tally)
    return values


def _clean_pages(underlying: str, pages: Pages, rules: MarketRules, tally: Tally) -> Pages:
    expired = pages.expiry < indian_day(pages.at)
    tally.add(Rule.EXPIRED, np.count_nonzero(expired))
    fresh = without_old_pages(pages.take(~expired), tally)
    if not len(fresh.at):
        return fresh
    exchange = latest_rule(rules, underlying, fresh.at).exchange
    return without_splices(fresh.take(in_session(fresh.at, exchange, rules, tally)), tally)


def _chain(underlying: str, pages: Pages) -> Chain:
    size = len(pages.at)
    return Chain(
        underlying=underlying,
        at=np.tile(pages.at, 2),
        expiry=np.tile(pages.expiry, 2),
        strike=np.tile(pages.strike, 2),
        is_put=np.repeat([False, True], size),
        values=np.concatenate([pages.sides[:, 0], pages.sides[:, 1]]),
        spot=np.tile(pages.spot, 2),
        counted_in_lots=(QuoteColumn.VOLUME,),
    )
