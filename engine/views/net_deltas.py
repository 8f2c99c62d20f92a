"""The net delta of every account per underlying, from what our ledger holds in it; for the screen only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from engine.core.readings import market_data
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import SCALE, Price
from engine.pricing.strike_measures import MISSING, Measure, measures
from engine.pricing.time_to_expiry import years_to_expiry


class NetDelta(msgspec.Struct, frozen=True):
    """What an account makes per point of an underlying."""

    underlying: str
    delta: int | None
    """Σ Δ·quantity in 1/10,000 units; None while a price is missing."""
    lot_size: int
    """Units of one lot of the nearest contract held."""

    @property
    def lots(self) -> float | None:
        """Answer the same in lots."""
        return None if self.delta is None else self.delta / SCALE / self.lot_size


def net_deltas(state: EngineState) -> dict[AccountId, tuple[NetDelta, ...]]:
    """Answer the net deltas of all accounts that hold something, underlyings in their order of names.

    Every contract is priced once, whatever number of accounts and portfolios hold it.
    """
    held = {
        account.account_id: {
            instrument: quantity
            for instrument, quantity in account.net_quantity.items()
            if quantity and instrument in state.master
        }
        for account in state.books.accounts.values()
    }
    contracts = {name: state.master.by_id(name) for quantities in held.values() for name in quantities}
    sizes = dict(_sizes(state, contracts.values()))
    return {account: tuple(_summed(quantities, contracts, sizes)) for account, quantities in held.items() if quantities}


def _summed(
    quantities: dict[InstrumentId, int], contracts: dict[InstrumentId, Instrument], sizes: dict[InstrumentId, int]
) -> Iterator[NetDelta]:
    groups: defaultdict[str, list[Instrument]] = defaultdict(list)
    for name in quantities:
        groups[contracts[name].underlying].append(contracts[name])
    for underlying in sorted(groups):
        mine = groups[underlying]
        nearest = min(mine, key=lambda one: one.expiry or date.max)
        known = all(one.id in sizes for one in mine)
        total = sum(sizes.get(one.id, 0) * quantities[one.id] // one.quantity_scale for one in mine)
        yield NetDelta(underlying, total if known else None, nearest.lot_size)


def _sizes(state: EngineState, contracts: Iterable[Instrument]) -> Iterator[tuple[InstrumentId, int]]:
    """Answer the delta of one unit of each contract whose prices are known, in 1/10,000."""
    chains: defaultdict[tuple[str, date, Kind], list[Instrument]] = defaultdict(list)
    for one in contracts:
        if one.kind.is_option and one.expiry is not None:
            chains[one.underlying, one.expiry, one.kind].append(one)
        else:
            yield one.id, SCALE
    for (underlying, expiry, kind), options in chains.items():
        yield from _of_chain(state, underlying, expiry, kind, options)


def _of_chain(
    state: EngineState, underlying: str, expiry: date, kind: Kind, options: list[Instrument]
) -> Iterator[tuple[InstrumentId, int]]:
    spot = state.master.spot(underlying)
    near = None if spot is None else market_data.last_price(state, state.master.row(spot.id))
    prices = [market_data.last_price(state, state.master.row(one.id)) for one in options]
    priced = [(one, price) for one, price in zip(options, prices, strict=True) if price is not None]
    if near is None or not priced:
        return
    try:
        close = state.rules.expiry_close(options[0].exchange, expiry)
    except UnknownRuleError:
        return
    forward = market_data.implied_forward(state, underlying, expiry, near) or near
    is_call = kind is Kind.CALL
    found = measures(
        Measure.DELTA,
        [price for _, price in priced],
        [one.strike or 0 for one, _ in priced],
        forward,
        years_to_expiry(state.now, close),
        is_call=is_call,
    )
    for (one, _), size in zip(priced, found, strict=True):
        whole = size if size != MISSING else _without_time_value(one.strike or Price(0), forward, is_call=is_call)
        yield one.id, whole if is_call else -whole


def _without_time_value(strike: Price, forward: Price, *, is_call: bool) -> int:
    """Answer the delta of an option whose premium has no time value: it moves with its underlying, or not at all."""
    return SCALE if (forward > strike if is_call else forward < strike) else 0
