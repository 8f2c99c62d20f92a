"""What keeps quotes from arriving, or makes them wrong: closed hours, halts, feed gaps and freak prints."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from brokers.simulated.effects import Span, Timed
from brokers.simulated.layout import Layout
from brokers.simulated.scenario import ContractPick, FeedGap, FreakPrint, Halt
from brokers.simulated.sessions import MarketSession
from engine.domain.instrument import Exchange
from engine.domain.money import SCALE
from engine.domain.quote import QuoteColumn

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class Disturbances:
    """The masks and wrong prints of a scenario over the columns of a layout."""

    def __init__(self, layout: Layout, spans: Sequence[Span]) -> None:
        self._layout = layout
        exchanges = np.array([exchange.value for exchange in layout.exchanges])
        self._traded_on = {
            exchange: (exchanges == exchange.value) & ~layout.is_index for exchange in dict.fromkeys(layout.exchanges)
        }
        """The columns of each exchange that trade there, (columns,)."""
        self._halts = [span for span in spans if isinstance(span.event, Halt)]
        self._gaps = [(number, span) for number, span in enumerate(spans) if isinstance(span.event, FeedGap)]
        self._freaks = [
            (time, span.event) for span in spans if isinstance(span.event, FreakPrint) for time in _times_of(span)
        ]
        self._picked: dict[tuple[int, int], int | None] = {}

    def trading(self, at: IntArray, hours: Mapping[Exchange, Sequence[MarketSession]]) -> BoolArray | None:
        """Answer where trading goes on, (steps, columns); None where it does everywhere.

        ``hours`` are the sessions of the day by exchange. An index is computed as long as anything trades on it.
        """
        layout = self._layout
        trades = at[:, None] < layout.expires
        for exchange, columns in self._traded_on.items():
            opened = np.zeros(len(at), dtype=np.bool_)
            for session in hours[exchange]:
                opened |= (at >= session.open) & (at < session.close)
            if not opened.all():
                trades[:, columns] &= opened[:, None]
        for start, end, event in self._halts:
            halted = (at >= start) & (at < end)
            if halted.any():
                trades &= ~(halted[:, None] & self._concerned(event))
        return None if trades.all() else trades

    def delivered(self, at: IntArray, spots: FloatArray, trades: BoolArray | None) -> BoolArray | None:
        """Answer which quotes arrive, (steps, columns): those that trade, less the feed's gaps; None for all.

        ``spots`` (steps, underlyings) decide which contract is at the money when a gap begins.
        """
        arrives = trades
        for number, (start, end, event) in self._gaps:
            missing = (at >= start) & (at < end)
            if not missing.any() or not isinstance(event, FeedGap):
                continue
            if arrives is None:
                arrives = np.ones((len(at), len(self._layout)), dtype=np.bool_)
            columns = self._concerned(event)
            if event.contract is not None:
                columns &= self._picked_columns(number, event.contract, spots[int(np.argmax(missing))])
            arrives = arrives & ~(missing[:, None] & columns)
        return arrives

    def misprint(self, values: IntArray, at: IntArray, previous: int, spots: FloatArray) -> None:
        """Write the wrong prints that fall after ``previous`` and up to the block's end into ``values``, in place."""
        for time, event in self._freaks:
            if not previous < time <= at[-1]:
                continue
            step = int(np.searchsorted(at, time))
            for underlying, name in enumerate(self._layout.underlyings):
                column = self._column(underlying, event.contract, float(spots[step, underlying]))
                if column is None or not event.concerns(name):
                    continue
                quote, tick = values[step, column], int(self._layout.tick[column])
                right = int(quote[QuoteColumn.LAST_PRICE])
                wrong = right * event.factor if event.factor is not None else spots[step, underlying] * SCALE
                quote[QuoteColumn.LAST_PRICE] = max(round(wrong / tick), 1) * tick
                quote[QuoteColumn.TRADED_AT] = at[step]

    def _concerned(self, event: Timed) -> BoolArray:
        concerned = np.array([event.concerns(name) for name in self._layout.underlyings])
        answer: BoolArray = concerned[self._layout.underlying]
        return answer

    def _picked_columns(self, number: int, pick: ContractPick, spots: FloatArray) -> BoolArray:
        chosen = np.zeros(len(self._layout), dtype=np.bool_)
        for underlying in range(len(self._layout.underlyings)):
            key = number, underlying
            if key not in self._picked:
                self._picked[key] = self._column(underlying, pick, float(spots[underlying]))
            column = self._picked[key]
            if column is not None:
                chosen[column] = True
        return chosen

    def _column(self, underlying: int, pick: ContractPick, spot: float) -> int | None:
        """Answer the column of a picked option while the spot is at ``spot``; None where there is no such option."""
        for chain in self._layout.chains:
            if chain.underlying == underlying and chain.rank == pick.expiry - 1 and len(chain.strikes):
                strike = int(np.argmin(np.abs(chain.strikes - spot))) + pick.strikes_above
                if 0 <= strike < len(chain.strikes):
                    return int((chain.calls if pick.call else chain.puts).start) + strike
        return None


def _times_of(span: Span) -> list[int]:
    """Answer the instants of an event's prints."""
    if not isinstance(span.event, FreakPrint):
        return []
    return [span.start + (span.end - span.start) * number // span.event.repeats for number in range(span.event.repeats)]
