"""What the strike selector can answer about a leg."""

import msgspec

from engine.domain.instrument import Instrument


class Chosen(msgspec.Struct, frozen=True):
    """A contract and the words that explain it."""

    instrument: Instrument
    why: str


class NotYet(msgspec.Struct, frozen=True):
    """The market does not show enough to choose; looking again may help."""

    why: str


class Impossible(msgspec.Struct, frozen=True):
    """No contract fits, and waiting will not help."""

    why: str


Choice = Chosen | NotYet | Impossible
