"""What a scenario does to the paths: displacements, volatility factors and pins, at given instants."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brokers.simulated.scenario import Event, FeedGap, FreakPrint, Gap, Halt, Move, Pin, Scenario, Volatility, Whipsaw
from brokers.simulated.sessions import TradingStretch
from engine.domain.instant import DAY, MINUTE, day_time, ist_time_of_day

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

Timed = Move | Volatility | Whipsaw | Pin | Halt | FeedGap | FreakPrint

_LONGEST_LOOK_AHEAD = 300
"""Sessions searched for the beginning of an event, more than a year of trading."""


class Span(NamedTuple):
    """An event with its instants."""

    start: int
    end: int
    event: Timed


def spans_of(scenario: Scenario, stretches: Iterable[TradingStretch]) -> tuple[Span, ...]:
    """Answer the timed events with their instants; those that begin after the last known session are left out."""
    waiting: list[Timed] = [event for event in scenario.events if not isinstance(event, Gap)]
    found: list[Span] = []
    traded = 0
    for number, stretch in enumerate(stretches):
        if not waiting or number >= _LONGEST_LOOK_AHEAD:
            break
        for event in tuple(waiting):
            start = _start_within(event, stretch, traded)
            if start is not None:
                found.append(Span(start, start + int(event.minutes * MINUTE), event))
                waiting.remove(event)
        traded += stretch.close - stretch.open
    return tuple(found)


def _start_within(event: Timed, stretch: TradingStretch, traded: int) -> int | None:
    """Answer when an event begins if it is in this session, ``traded`` being the trading time before it."""
    if event.after_minutes is not None:
        due = int(event.after_minutes * MINUTE) - traded
        return stretch.open + due if due < stretch.close - stretch.open else None
    if event.at is None or event.day != stretch.day_number:
        return None
    midnight = stretch.day_open - ist_time_of_day(stretch.day_open)
    return midnight + day_time(event.at) if day_time(event.at) < DAY else None


class Effects:
    """The effects of a scenario on some underlyings; results have shape (steps, underlyings)."""

    def __init__(self, scenario: Scenario, spans: Sequence[Span], underlyings: Sequence[str]) -> None:
        self._underlyings = tuple(underlyings)
        self._gaps = [event for event in scenario.events if isinstance(event, Gap)]
        self._shifting = [span for span in spans if isinstance(span.event, Move | Whipsaw)]
        self._volatile = [span for span in spans if isinstance(span.event, Volatility)]
        self.pins = [span for span in spans if isinstance(span.event, Pin)]

    def touched(self, event: Event) -> FloatArray:
        """Answer 1.0 for every underlying that an event concerns and 0.0 for the others."""
        return np.array([float(event.concerns(name)) for name in self._underlyings])

    def opening_gap(self, day_number: int) -> FloatArray:
        """Answer the logarithmic gap of every underlying at the open of a trading day, shape (underlyings,)."""
        gap = np.zeros(len(self._underlyings))
        for event in self._gaps:
            if event.day in (None, day_number):
                gap += np.log1p(event.percent / 100) * self.touched(event)
        return gap

    def displacement(self, at: IntArray) -> FloatArray:
        """Answer how far moves and whipsaws have carried the logarithm of each spot by the instants ``at``."""
        shift = np.zeros((len(at), len(self._underlyings)))
        for start, end, event in self._shifting:
            match event:
                case Move():
                    way = np.log1p(event.percent / 100) * _progress(at, start, end)
                case Whipsaw():
                    way = np.log1p(event.percent / 100) * np.sin(2 * np.pi * event.swings * _progress(at, start, end))
                case _:
                    continue
            shift += way[:, None] * self.touched(event)
        return shift

    def realised(self, at: IntArray) -> FloatArray:
        """Answer by how much the movement of each spot is multiplied."""
        factor = np.ones((len(at), len(self._underlyings)))
        for start, end, event in self._volatile:
            if isinstance(event, Volatility):
                active = ((at >= start) & (at < end))[:, None] * self.touched(event)
                factor *= np.where(active > 0, event.realised, 1.0)
        return factor

    def implied(self, at: IntArray) -> FloatArray:
        """Answer the logarithm of the factor on each quoted volatility: full within an event, halving after it."""
        logarithm = np.zeros((len(at), len(self._underlyings)))
        for start, end, event in self._volatile:
            if isinstance(event, Volatility):
                minutes_after = np.maximum(at - end, 0) / MINUTE
                strength = np.where(at >= start, np.exp2(-minutes_after / event.half_life), 0.0)
                logarithm += (np.log(event.implied) * strength)[:, None] * self.touched(event)
        return logarithm


def _progress(at: IntArray, start: int, end: int) -> FloatArray:
    """Answer how much of an event is over, 0 before it and 1 after; a jump where it takes no time."""
    if end <= start:
        return (at >= start).astype(np.float64)
    return np.clip((at - start) / (end - start), 0.0, 1.0)
