"""What every input of a form can do: take plain data, give plain data, show what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError, plain_of

Summaries = Mapping[type, Callable[[Mapping[str, Any]], str]]
"""For each declaration that stands in lists the function that writes one line about an item's plain data."""

_HEAD = re.compile(r"\.?(?P<head>\[\d+\]|[^.\[]+)(?P<rest>.*)", re.DOTALL)


class FieldInput(QWidget):
    """One field on the screen.

    Attributes:
        draws_title: Whether it shows the field's title itself, so that no label stands beside it.
        whole_width: Whether it takes the whole width of the form.

    Signals:
        changed: Emitted when the trader changed something; not when set_plain did.

    """

    changed = Signal()
    draws_title = False
    whole_width = False

    def set_plain(self, plain: Any) -> None:
        """Show plain data; None means not given, or off."""
        raise NotImplementedError

    def plain(self) -> Any:
        """Answer what is shown as plain data, as it was typed; None means not given, or off."""
        raise NotImplementedError

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark what is wrong; paths are seen from this field, ``""`` is the field itself."""
        raise NotImplementedError


InputMaker = Callable[[FieldSpec, int], FieldInput]
"""Makes the input of a field; the number is how many columns a form inside it may have."""


class ErrorLabel(QLabel):
    """The sentences about one field; takes no room while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("error", True)
        self.setWordWrap(True)
        self.hide()

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Show some sentences, or disappear."""
        text = "\n".join(f"✕ {sentence}" for sentence in dict.fromkeys(sentences))
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))


def mark_invalid(widget: QWidget, invalid: bool) -> None:
    """Set the property ``invalid`` that themes colour."""
    if bool(widget.property("invalid")) is not invalid:
        widget.setProperty("invalid", invalid)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def first_step(path: str) -> tuple[str, str]:
    """Answer the first step of a path and the rest: ``"legs[1].lots"`` is ``"legs"`` and ``"[1].lots"``."""
    found = _HEAD.fullmatch(path)
    return (found["head"], found["rest"].removeprefix(".")) if found else ("", "")


def by_first_step(errors: Sequence[FieldError]) -> dict[str, list[FieldError]]:
    """Answer errors by the first step of their paths, each seen from there; ``""`` are errors of the whole."""
    sorted_out: dict[str, list[FieldError]] = {}
    for error in errors:
        head, rest = first_step(error.path)
        sorted_out.setdefault(head, []).append(FieldError(rest, error.reason))
    return sorted_out


def default_of(spec: FieldSpec) -> Any:
    """Answer the plain data of a field's default; None where it has none or is off."""
    return None if spec.required or spec.default is None else plain_of(spec.default, spec)
