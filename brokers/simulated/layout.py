"""The simulated contracts in columns: which column of a block is which row of the contract master."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.domain.contract_master import ContractMaster
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import SCALE

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

VIX = "INDIA VIX"

_NEVER = np.iinfo(np.int64).max


class Future(NamedTuple):
    """The column of a future."""

    column: int
    underlying: int
    expires: int


class Chain(NamedTuple):
    """The columns of one expiry: calls and puts of the same strikes (₹, rising)."""

    underlying: int
    expiry: date
    expires: int
    rank: int
    """0 for the nearest expiry of its underlying."""
    strikes: FloatArray
    calls: slice
    puts: slice


class Layout:
    """Columns in the order spots, volatility index, futures, chains; ``rows`` maps them to the contract master.

    Chains keep their columns together so that a block is written by slices. Only strikes with both a call and a put
    are quoted.
    """

    def __init__(self, master: ContractMaster, rules: MarketRules, underlyings: Sequence[str]) -> None:
        self.underlyings = tuple(underlyings)
        self._instruments: list[Instrument] = []
        self._of: list[int] = []
        self._expiry_instants: list[int] = []
        self.spots = tuple(self._spot_column(master, index) for index in range(len(underlyings)))
        vix = master.spot(VIX)
        self.vix: int | None = None if vix is None else self._add(vix, 0, _NEVER)
        self.futures = tuple(
            future for index in range(len(underlyings)) for future in self._futures_of(master, rules, index)
        )
        self.chains = tuple(
            self._chain(master, rules, index, expiry, rank)
            for index, name in enumerate(underlyings)
            for rank, expiry in enumerate(master.expiries(name))
        )
        self._freeze(master)

    def _freeze(self, master: ContractMaster) -> None:
        chosen = self._instruments
        self.rows: IntArray = np.array([master.row(instrument.id) for instrument in chosen], dtype=np.int64)
        self.tick: IntArray = np.array([instrument.tick_size for instrument in chosen], dtype=np.int64)
        self.lot: IntArray = np.array([instrument.lot_size for instrument in chosen], dtype=np.int64)
        self.is_index = np.array([instrument.kind is Kind.INDEX for instrument in chosen], dtype=np.bool_)
        self.is_option = np.array([instrument.kind.is_option for instrument in chosen], dtype=np.bool_)
        self.has_interest = np.array([instrument.expiry is not None for instrument in chosen], dtype=np.bool_)
        self.underlying: IntArray = np.array(self._of, dtype=np.int64)
        self.expires: IntArray = np.array(self._expiry_instants, dtype=np.int64)
        self.exchanges: tuple[Exchange, ...] = tuple(instrument.exchange for instrument in chosen)

    def __len__(self) -> int:
        return len(self._instruments)

    def strikes_of(self, underlying: int) -> FloatArray:
        """Answer the strikes of an underlying's nearest expiry in ₹; empty where it has no options."""
        return next((chain.strikes for chain in self.chains if chain.underlying == underlying), np.empty(0))

    def _add(self, instrument: Instrument, underlying: int, expires: int) -> int:
        self._instruments.append(instrument)
        self._of.append(underlying)
        self._expiry_instants.append(expires)
        return len(self._instruments) - 1

    def _spot_column(self, master: ContractMaster, index: int) -> int | None:
        spot = master.spot(self.underlyings[index])
        return None if spot is None else self._add(spot, index, _NEVER)

    def _futures_of(self, master: ContractMaster, rules: MarketRules, index: int) -> list[Future]:
        found = []
        for future in master.futures(self.underlyings[index]):
            if future.expiry is not None:
                expires = rules.expiry_close(future.exchange, future.expiry)
                found.append(Future(self._add(future, index, expires), index, expires))
        return found

    def _chain(self, master: ContractMaster, rules: MarketRules, index: int, expiry: date, rank: int) -> Chain:
        name = self.underlyings[index]
        pairs = [
            (call, put)
            for strike in master.strikes(name, expiry)
            if (call := master.contract(name, expiry, strike, Kind.CALL)) is not None
            and (put := master.contract(name, expiry, strike, Kind.PUT)) is not None
        ]
        expires = rules.expiry_close(pairs[0][0].exchange, expiry) if pairs else _NEVER
        first = len(self._instruments)
        for side in (0, 1):
            for pair in pairs:
                self._add(pair[side], index, expires)
        middle = first + len(pairs)
        strikes = np.array([(call.strike or 0) / SCALE for call, _ in pairs])
        return Chain(index, expiry, expires, rank, strikes, slice(first, middle), slice(middle, middle + len(pairs)))
