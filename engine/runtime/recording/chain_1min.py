"""Import one-minute option chains of 2026: one option in a row, last price only, no bid and ask."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.domain.market_rules import MarketRules
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn
from engine.runtime.recording.chain import Chain, assemble
from engine.runtime.recording.cleaned import Cleaned
from engine.runtime.recording.cleaning import prices, quantities
from engine.runtime.recording.contracts import latest_rule, spellings, underlying_of
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import count_disorder, in_session, possible_days, possible_stamps
from engine.runtime.recording.source import from_wall_clock, indian_day, numbers, read_columns, words

KIND = "chain-1min"
COLUMNS_NEEDED = ("timestamp", "symbol", "expiry", "strike", "option_type", "spot", "ltp", "volume", "oi")

_NO_BOOKS = "The source has no bid and ask: orders fill at the last price plus slippage"


def clean(sources: Sequence[Path], rules: MarketRules, tally: Tally) -> Cleaned:
    """Read and clean chains; volume and open interest count contracts at the source and units in the recording."""
    chains: dict[str, list[Chain]] = {}
    for source in sources:
        for chain in _read(source, rules, tally):
            chains.setdefault(chain.underlying, []).append(_in_hours(chain, rules, tally))
    tally.notes.append(_NO_BOOKS)
    return assemble([Chain.joined(parts) for parts in chains.values()], rules, tally)


def _read(source: Path, rules: MarketRules, tally: Tally) -> list[Chain]:
    table = read_columns(source, KIND, COLUMNS_NEEDED)
    tally.rows_read += table.num_rows
    symbol = words(table, "symbol", source)
    at = _stamps(table, "timestamp", "%Y%m%d%H%M", source)
    expiry = indian_day(_stamps(table, "expiry", "%d-%b-%Y", source))
    option_type = words(table, "option_type", source)
    is_put = pc.equal(option_type, "PE").to_numpy()
    strike = numbers(table, "strike", source)
    strikes = prices(np.where(strike > 0, strike, np.nan), tally)
    readable = (is_put | pc.equal(option_type, "CE").to_numpy()) & (strikes > 0) & possible_days(expiry)
    tally.add(Rule.UNREADABLE, np.count_nonzero(~readable))
    count_disorder(at, tally)
    readable[readable] = possible_stamps(at[readable], tally)
    spot = prices(numbers(table, "spot", source), tally)
    values = _values(table, source, tally)
    if not readable.any():
        return []
    known = spellings(rules, at[readable])
    found = []
    for name in sorted(set(pc.unique(symbol).to_pylist())):
        chosen = readable & pc.equal(symbol, name).to_numpy()
        chain = Chain(
            underlying=underlying_of(name, known, str(source)),
            at=at,
            expiry=expiry,
            strike=strikes,
            is_put=is_put,
            values=values,
            spot=spot,
            counted_in_lots=(QuoteColumn.VOLUME, QuoteColumn.OPEN_INTEREST),
        )
        found.append(chain.take(chosen))
    return found


def _stamps(table: pa.Table, name: str, form: str, source: Path) -> IntArray:
    return from_wall_clock(pc.strptime(words(table, name, source), format=form, unit="us", error_is_null=True))


def _values(table: pa.Table, source: Path, tally: Tally) -> IntArray:
    values = np.zeros((table.num_rows, COLUMNS), dtype=np.int64)
    values[:, QuoteColumn.LAST_PRICE] = prices(numbers(table, "ltp", source), tally)
    values[:, QuoteColumn.VOLUME] = quantities(numbers(table, "volume", source), tally)
    values[:, QuoteColumn.OPEN_INTEREST] = quantities(numbers(table, "oi", source), tally)
    return values


def _in_hours(chain: Chain, rules: MarketRules, tally: Tally) -> Chain:
    expired = chain.expiry < indian_day(chain.at)
    tally.add(Rule.EXPIRED, np.count_nonzero(expired))
    valid = chain.take(~expired)
    if not len(valid.at):
        return valid
    exchange = latest_rule(rules, chain.underlying, valid.at).exchange
    return valid.take(in_session(valid.at, exchange, rules, tally))
