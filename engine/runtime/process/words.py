"""What the window's process and the engine's say to each other, and the bytes it crosses as."""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import msgspec

from engine.domain.commands import AnyCommand
from engine.domain.identifiers import AccountId
from engine.domain.instrument import Instrument
from engine.domain.multileg.states import KillLevel
from engine.views.desk import Notice


class Submitted(msgspec.Struct, frozen=True, tag="submitted"):
    """A command; the engine stamps it with the time at which it takes it."""

    command: AnyCommand


class Tripped(msgspec.Struct, frozen=True, tag="tripped"):
    """The kill switch; openings are held back already, by the shared count of trips."""

    level: KillLevel
    reason: str


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    """Let time stand still, or run on."""

    on: bool


class Sped(msgspec.Struct, frozen=True, tag="sped"):
    """Let time run at another speed."""

    speed: float


class LoggedIn(msgspec.Struct, frozen=True, tag="logged_in"):
    """Let a live account go on with the session that lies in the secrets now."""

    account: AccountId


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Stop the engine, close everything and end."""


ToEngine = Submitted | Tripped | Paused | Sped | LoggedIn | Leave


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """The run is open and its arrays are made; these are its contracts, row by row."""

    instruments: tuple[Instrument, ...]
    is_live: bool = False
    """Time is the market's: nobody can stop or hurry it."""


class Told(msgspec.Struct, frozen=True, tag="told"):
    """What the engine tells, oldest first: each notice's kind, a number in the order of ``Notice``, and its bytes."""

    kinds: tuple[int, ...]
    bodies: tuple[msgspec.Raw, ...]


class Working(msgspec.Struct, frozen=True, tag="working"):
    """The engine is open for business and everything so far was told."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The run cannot be opened: which of the expected errors it was, and its sentence."""

    which: int
    sentence: str


class Aside(msgspec.Struct, frozen=True, tag="aside"):
    """Something that who opened the run has to say, in his own bytes."""

    body: bytes


ToWindow = Opened | Told | Working | Refused | Aside

_KINDS: tuple[type[Any], ...] = get_args(Notice)
_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
_notice_decoders = tuple(msgspec.msgpack.Decoder(kind) for kind in _KINDS)
_encoder = msgspec.msgpack.Encoder()
_to_engine = msgspec.msgpack.Decoder(ToEngine)
_to_window = msgspec.msgpack.Decoder(ToWindow)


def encoded(word: ToEngine | ToWindow) -> bytes:
    """Answer a word as the bytes that cross."""
    return _encoder.encode(word)


def to_engine(body: bytes) -> ToEngine:
    """Answer what the window says."""
    word: ToEngine = _to_engine.decode(body)
    return word


def to_window(body: bytes) -> ToWindow:
    """Answer what the engine's process says."""
    word: ToWindow = _to_window.decode(body)
    return word


def told(notices: Iterable[Notice]) -> Told:
    """Pack notices, each by itself, so that no long call holds the interpreter while orders wait."""
    kinds, bodies = [], []
    for notice in notices:
        kinds.append(_NUMBER[type(notice)])
        bodies.append(msgspec.Raw(_encoder.encode(notice)))
    return Told(tuple(kinds), tuple(bodies))


def notices_of(word: Told) -> Sequence[Notice]:
    """Unpack notices."""
    return [_notice_decoders[kind].decode(body) for kind, body in zip(word.kinds, word.bodies, strict=True)]
