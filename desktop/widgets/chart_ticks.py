"""Choose where a chart's axes carry a label, and what it says."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_IST_OFFSET_MINUTES = 330
_NANOSECONDS_PER_MINUTE = 60_000_000_000
_MINUTES_PER_DAY = 1_440
_STEPS_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, _MINUTES_PER_DAY, 7 * _MINUTES_PER_DAY)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Tick(NamedTuple):
    """One label of an axis; ``strong`` marks the first bar of a day."""

    value: float
    label: str
    strong: bool = False


def round_step(span: float, wanted: int) -> float:
    """Return the step of 1, 2, 2.5 or 5 times a power of ten that cuts ``span`` into at most ``wanted`` parts."""
    rough = span / max(wanted, 1)
    if not (math.isfinite(rough) and rough > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((power * factor for factor in (1, 2, 2.5, 5) if power * factor >= rough), 10 * power)


def decimal_places(step: float) -> int:
    """Return the places that tell neighbouring labels apart, at most four."""
    return next((places for places in range(4) if abs(step * 10**places - round(step * 10**places)) < 1e-9), 4)


def round_values(low: float, high: float, wanted: int) -> list[float]:
    """Return round values between ``low`` and ``high``, about ``wanted`` of them."""
    step = round_step(high - low, wanted)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, min(last, first + 200) + 1)]


def time_ticks(times_ns: NDArray[np.int64], first: int, last: int, pixels_per_bar: float, room: int) -> list[Tick]:
    """Return labels of bars ``first`` to ``last - 1`` in Indian time, at least ``room`` pixels apart.

    Bars stand side by side without gaps, so a label marks the first bar of a round stretch of time;
    the first bar of a day carries the date.

    Args:
        times_ns: Start of every bar, nanoseconds since 1970 UTC, ascending.
        first: First visible bar.
        last: One past the last visible bar.
        pixels_per_bar: How far apart two bars stand on the screen.
        room: Pixels a label needs.
    """
    first, last = max(first, 0), min(last, len(times_ns))
    if last - first < 1 or pixels_per_bar <= 0:
        return []
    minutes = times_ns[first:last] // _NANOSECONDS_PER_MINUTE + _IST_OFFSET_MINUTES
    needed = room / pixels_per_bar
    step = next((s for s in _STEPS_MINUTES if _labels(minutes, s) <= (last - first) / needed), _STEPS_MINUTES[-1])
    starts = np.flatnonzero(np.diff(minutes // step)) + 1
    days = set((np.flatnonzero(np.diff(minutes // _MINUTES_PER_DAY)) + 1).tolist())
    return _thinned(starts.tolist(), days, minutes, first, needed)


def _labels(minutes: NDArray[np.int64], step: int) -> int:
    return int(np.count_nonzero(np.diff(minutes // step)))


def _thinned(starts: list[int], days: set[int], minutes: NDArray[np.int64], first: int, needed: float) -> list[Tick]:
    ticks: list[Tick] = []
    taken = -needed
    for start in starts:
        if start - taken >= needed:
            minute = int(minutes[start])
            label = date_label(minute) if start in days else time_label(minute)
            ticks.append(Tick(float(first + start), label, start in days))
            taken = start
    return ticks


def time_label(ist_minute: int) -> str:
    """Write minutes since 1970 (already in Indian time) as a time of day."""
    minute = ist_minute % _MINUTES_PER_DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"


def date_label(ist_minute: int) -> str:
    """Write minutes since 1970 (already in Indian time) as a day and month."""
    day = np.datetime64(ist_minute // _MINUTES_PER_DAY, "D")
    _year, month, day_of_month = str(day).split("-")
    return f"{int(day_of_month)} {_MONTHS[int(month) - 1]}"


def bar_label(time_ns: int) -> str:
    """Write the start of a bar as date and time in Indian time."""
    minute = time_ns // _NANOSECONDS_PER_MINUTE + _IST_OFFSET_MINUTES
    return f"{date_label(minute)} {time_label(minute)}"
