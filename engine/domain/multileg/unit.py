"""What a distance is counted in."""

from enum import Enum


class Unit(Enum):
    """Points or percent."""

    POINTS = "points"
    PERCENT = "percent"
