"""Find index levels that belong to another instrument or another day."""

import numpy as np

from engine.domain.quote import IntArray
from engine.runtime.recording.sessions import BoolArray

SURROUNDING_DAYS = 21
WIDEST_FACTOR = 1.5
LARGEST_STEP = 0.0125
SHORT_END = 4


def far_from_surroundings(level: IntArray, day: IntArray) -> BoolArray:
    """Say which index levels, in time order, lie beyond a factor of 1.5 of the median of 21 surrounding days.

    A wrong instrument looks like −91 %; the widest real moves (March 2020) stay far inside.
    """
    if not len(level):
        return np.zeros(0, dtype=np.bool_)
    starts = np.flatnonzero(np.diff(day, prepend=-1))
    medians = np.array([np.median(part) for part in np.split(level, starts[1:])])
    half = SURROUNDING_DAYS // 2
    around = np.array([np.median(medians[max(0, i - half) : i + half + 1]) for i in range(len(medians))])
    reference = np.repeat(around, np.diff(starts, append=len(level)))
    return np.asarray((level > reference * WIDEST_FACTOR) | (level * WIDEST_FACTOR < reference))


def longest_smooth_run(level: IntArray) -> BoolArray:
    """Say which of one day's index levels, in time order, form the longest run without a step of over 1.25 %.

    Two writers that mixed pages of two days leave levels that jump to and fro; the longer tale is the day's own. A
    level that shifts once and stays there for a quarter of the day or more is a real move, and all is believed.
    """
    size = len(level)
    length = np.ones(size, dtype=np.int64)
    previous = np.full(size, -1, dtype=np.int64)
    for i in range(1, size):
        near = np.abs(level[:i] - level[i]) <= LARGEST_STEP * level[i]
        if near.any():
            reach = np.where(near, length[:i], 0)
            # The latest of equals, so that a run is not broken where it need not be.
            previous[i] = i - 1 - int(np.argmax(reach[::-1]))
            length[i] = reach.max() + 1
    chosen = np.zeros(size, dtype=np.bool_)
    at = int(np.argmax(length)) if size else -1
    while at >= 0:
        chosen[at] = True
        at = int(previous[at])
    return np.ones(size, dtype=np.bool_) if _shifted_once(chosen) else chosen


def _shifted_once(chosen: BoolArray) -> bool:
    run = np.flatnonzero(chosen)
    unbroken = len(run) and run[-1] - run[0] + 1 == len(run)
    return bool(unbroken and max(run[0], len(chosen) - 1 - run[-1]) * SHORT_END >= len(chosen))
