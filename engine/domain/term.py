"""What the enumerations of the trade have in common."""

from enum import Enum


class Term(Enum):
    """A word of a fixed list, told apart by identity.

    Python hashes members of an Enum by their names, in Python; the engine looks words up in sets and tables hundreds of
    times for every quote that moves something.
    """

    __hash__ = object.__hash__
