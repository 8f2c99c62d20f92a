"""What a run in the engine's process says besides, as the bytes it crosses as."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from desktop.composition.curves import Curves
from desktop.composition.desk_choice import DeskEars
from engine.domain.profit_curve import Noted, ProfitCurve
from engine.views.alerts import Alert


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The run begins to open."""


class Said(msgspec.Struct, frozen=True, tag="said"):
    """A sentence for the message log."""

    sentence: str


class Warned(msgspec.Struct, frozen=True, tag="warned"):
    """What the trader has to be warned of when the window opens."""

    sentences: tuple[str, ...]


class Offered(msgspec.Struct, frozen=True, tag="offered"):
    """Alerts for the trader's services."""

    alerts: tuple[Alert, ...]


class CurvesBegun(msgspec.Struct, frozen=True, tag="curves_begun"):
    """The profit curves of before."""

    known: tuple[ProfitCurve, ...]


class ProfitsNoted(msgspec.Struct, frozen=True, tag="profits_noted"):
    """What was noted of profits."""

    noted: Noted


class NotClosed(msgspec.Struct, frozen=True, tag="not_closed"):
    """What went wrong when the files were closed."""

    sentence: str


AnyAside = Begun | Said | Warned | Offered | CurvesBegun | ProfitsNoted | NotClosed

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyAside)


class DeskHearer(DeskEars, Protocol):
    """Who hears a run in another process."""

    def fail_to_close(self, sentence: str) -> None:
        """Hear what went wrong when the files were closed."""
        ...


class AsideEars:
    """Hears a run in the engine's process and passes everything on; ``send`` returns at once, from any thread."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send

    def begin(self) -> None:
        """Pass on that the run begins to open."""
        self._pass(Begun())

    def say(self, sentence: str) -> None:
        """Pass a sentence on."""
        self._pass(Said(sentence))

    def warn(self, sentences: Sequence[str]) -> None:
        """Pass warnings on."""
        self._pass(Warned(tuple(sentences)))

    def offer(self, alerts: Sequence[Alert]) -> None:
        """Pass alerts on."""
        self._pass(Offered(tuple(alerts)))

    def begin_curves(self, curves: Curves) -> None:
        """Pass the curves of before on."""
        self._pass(CurvesBegun(tuple(curves.book.curves())))

    def note(self, noted: Noted) -> None:
        """Pass what was noted of profits on."""
        self._pass(ProfitsNoted(noted))

    def fail_to_close(self, sentence: str) -> None:
        """Pass on what went wrong when the files were closed."""
        self._pass(NotClosed(sentence))

    def _pass(self, aside: AnyAside) -> None:
        self._send(_encoder.encode(aside))


def hear(body: bytes, hearer: DeskHearer) -> None:
    """Tell a hearer in the window's process what a run in the engine's said."""
    aside: AnyAside = _decoder.decode(body)
    match aside:
        case Begun():
            hearer.begin()
        case Said(sentence):
            hearer.say(sentence)
        case Warned(sentences):
            hearer.warn(sentences)
        case Offered(alerts):
            hearer.offer(alerts)
        case CurvesBegun(known):
            hearer.begin_curves(Curves.mirrored(known))
        case ProfitsNoted(noted):
            hearer.note(noted)
        case NotClosed(sentence):
            hearer.fail_to_close(sentence)
