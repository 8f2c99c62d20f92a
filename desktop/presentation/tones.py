"""Name the few meanings that colour may carry."""

from enum import IntEnum


class Tone(IntEnum):
    """What a text means; the theme decides its colour.

    A tone is never the only sign: a signed number keeps its sign or arrow, a state keeps its word.
    """

    PLAIN = 0
    MUTED = 1
    UP = 2
    DOWN = 3
    HEADER = 4
    ACCENT = 5
    WARNING = 6


def tone_of_sign(value: float) -> Tone:
    """Return UP above zero, DOWN below zero, PLAIN at zero and for NaN."""
    if value > 0:
        return Tone.UP
    if value < 0:
        return Tone.DOWN
    return Tone.PLAIN
