"""The base of all facts."""

import msgspec

from engine.domain.instant import Instant


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all facts; ``at`` is the engine time of the message that led to it."""

    at: Instant
