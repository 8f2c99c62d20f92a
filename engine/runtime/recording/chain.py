"""Turn the chains of one or more underlyings into clean quotes of numbered contracts."""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.domain.instrument import Instrument, Kind
from engine.domain.listing import spot_instrument
from engine.domain.market_rules import ContractRule, MarketRules
from engine.domain.money import Price
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn
from engine.runtime.recording.cleaned import NOTHING_LEFT, Cleaned, cleaned
from engine.runtime.recording.cleaning import clean_books, hold_volume, settle_duplicates
from engine.runtime.recording.contracts import contract_rule, latest_rule, option_instrument
from engine.runtime.recording.errors import RecordingError
from engine.runtime.recording.layout import QuoteRows
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.sessions import BoolArray, date_of
from engine.runtime.recording.source import indian_day


class Chain(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Option quotes of one underlying as scraped: one row per stamp, expiry, strike and kind.

    ``expiry`` is in days since 1970-01-01, ``strike`` and ``spot`` in 1/10,000 ₹ (spot 0 = not given), ``values`` as
    in a quote frame but volume and open interest in the source's own units (see ``counted_in_lots``).
    """

    underlying: str
    at: IntArray
    expiry: IntArray
    strike: IntArray
    is_put: BoolArray
    values: IntArray
    spot: IntArray
    counted_in_lots: tuple[QuoteColumn, ...]
    """Which columns count lots, and become units by the contract's lot size."""

    def take(self, chosen: BoolArray) -> "Chain":
        """Answer some of the rows."""
        return Chain(
            underlying=self.underlying,
            at=self.at[chosen],
            expiry=self.expiry[chosen],
            strike=self.strike[chosen],
            is_put=self.is_put[chosen],
            values=self.values[chosen],
            spot=self.spot[chosen],
            counted_in_lots=self.counted_in_lots,
        )

    @staticmethod
    def joined(parts: Sequence["Chain"]) -> "Chain":
        """Answer the rows of several sources of one underlying as one."""
        return Chain(
            underlying=parts[0].underlying,
            at=np.concatenate([part.at for part in parts]),
            expiry=np.concatenate([part.expiry for part in parts]),
            strike=np.concatenate([part.strike for part in parts]),
            is_put=np.concatenate([part.is_put for part in parts]),
            values=np.concatenate([part.values for part in parts]),
            spot=np.concatenate([part.spot for part in parts]),
            counted_in_lots=parts[0].counted_in_lots,
        )


def assemble(chains: Sequence[Chain], rules: MarketRules, tally: Tally) -> Cleaned:
    """Answer the chains as one set of clean quotes, each underlying's index first, then its options in order."""
    contracts: list[Instrument] = []
    parts: list[QuoteRows] = []
    for chain in sorted((chain for chain in chains if len(chain.at)), key=lambda chain: chain.underlying):
        spot = spot_instrument(latest_rule(rules, chain.underlying, chain.at))
        listed, options = _options(chain, rules, len(contracts) + 1)
        ticks = np.array([0] * (len(contracts) + 1) + [option.tick_size for option in listed], dtype=np.int64)
        books = settle_duplicates(clean_books(options, ticks, tally), tally)
        parts += [_spot_rows(chain, len(contracts), spot.tick_size, tally), hold_volume(books, tally)]
        contracts += [spot, *listed]
    if not parts:
        raise RecordingError(NOTHING_LEFT)
    rows = QuoteRows(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.contract for part in parts]),
        np.concatenate([part.values for part in parts]),
    )
    return cleaned(tuple(contracts), rows.take(np.lexsort((rows.contract, rows.at))))


def _options(chain: Chain, rules: MarketRules, start: int) -> tuple[list[Instrument], QuoteRows]:
    """Number the contracts from ``start``, in order of expiry, strike, call before put."""
    keys = np.stack([chain.expiry, chain.strike, chain.is_put.astype(np.int64)], axis=1)
    packed = np.ascontiguousarray(keys).view([("", np.int64)] * 3).ravel()
    unique, first_row, number = np.unique(packed, return_index=True, return_inverse=True)
    first_day = np.full(len(unique), np.iinfo(np.int64).max)
    np.minimum.at(first_day, number, indian_day(chain.at))
    known: dict[tuple[int, int], ContractRule] = {}
    listed: list[Instrument] = []
    for row, day in zip(first_row.tolist(), first_day.tolist(), strict=True):
        expiry, strike, is_put = keys[row].tolist()
        if (day, expiry) not in known:
            known[day, expiry] = contract_rule(rules, chain.underlying, date_of(day), date_of(expiry))
        kind = Kind.PUT if is_put else Kind.CALL
        rule = known[day, expiry]
        listed.append(option_instrument(rules, rule, date_of(expiry), Price(strike), kind))
    lots = np.array([option.lot_size for option in listed], dtype=np.int64)
    values = chain.values.copy()
    for column in chain.counted_in_lots:
        values[:, column] *= lots[number]
    return listed, QuoteRows(chain.at, number.astype(np.int64) + start, values)


def _spot_rows(chain: Chain, number: int, tick: int, tally: Tally) -> QuoteRows:
    """Answer one index level per stamp: that beside the nearest expiry, among rows that show a quote."""
    prices = chain.values[:, [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]]
    quoted = np.any(prices > 0, axis=1)
    stamps = np.unique(chain.at[quoted])
    given = quoted & (chain.spot > 0)
    at, expiry, spot = chain.at[given], chain.expiry[given], chain.spot[given]
    order = np.lexsort((expiry, at))
    first = np.diff(at[order], prepend=-1) != 0
    nearest = order[first]
    tally.add(Rule.NO_SPOT, len(stamps) - len(nearest))
    differs = spot[order] != np.repeat(spot[nearest], np.diff(np.flatnonzero(first), append=len(order)))
    tally.add(Rule.SEVERAL_SPOTS, len(np.unique(at[order][differs])))
    values = np.zeros((len(nearest), COLUMNS), dtype=np.int64)
    on_tick = (2 * spot[nearest] + tick) // (2 * tick) * tick
    tally.add(Rule.OFF_TICK, np.count_nonzero(on_tick != spot[nearest]))
    values[:, QuoteColumn.LAST_PRICE] = np.maximum(on_tick, tick)
    return QuoteRows(at[nearest], np.full(len(nearest), number, dtype=np.int64), values)
