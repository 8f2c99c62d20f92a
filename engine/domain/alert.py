"""Alert: something that happened of which the trader wants to be told wherever they are."""

from enum import Enum


class AlertClass(Enum):
    """What an alert is about."""

    ENTRY = "entry"
    EXIT = "exit"
    STOP = "stop"
    TARGET = "target"
    TRAIL = "trail"
    REJECTION = "rejection"
    DIFFERENCE = "difference with the broker"
    MARGIN = "margin"
    FEED = "feed"


EVERY_CLASS = tuple(AlertClass)

USUAL = tuple(one for one in AlertClass if one is not AlertClass.TRAIL)
"""A level that follows the price moves many times a day."""


def class_of(word: str) -> AlertClass | None:
    """Answer the class that a word means, by its name or value in any case; None for another word."""
    wanted = word.strip().casefold()
    return next((one for one in AlertClass if wanted in (one.name.casefold(), one.value)), None)
