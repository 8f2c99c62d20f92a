"""What every input of a form can do: take plain data, give plain data, show what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError, plain_of

_HEAD = re.compile(r"\.?(?P<head>\[\d+\]|[^.\[]+)(?P<rest>.*)", re.DOTALL)


Locks = Mapping[str, str]
"""Paths of fields that may not be changed now, seen from the field that is told, and why; ``""`` is itself."""

_OWN_TIP = "own_tip"


class FieldInput(QWidget):
    """One field on the screen.

    Attributes:
        draws_title: Whether it shows the field's title itself, so that no label stands beside it.
        whole_width: Whether it takes the whole width of the form.
        needs_room: Whether it stands below its title where fields stand below each other.
        asked: The declared field that it asks for; None for a set of fields.

    Signals:
        changed: Emitted when the trader changed something; not when set_plain did.

    """

    changed = Signal()
    draws_title = False
    whole_width = False
    needs_room = False
    asked: FieldSpec | None = None

    def set_plain(self, plain: Any) -> None:
        """Show plain data; None means not given, or off."""
        raise NotImplementedError

    def plain(self) -> Any:
        """Answer what is shown as plain data, as it was typed; None means not given, or off."""
        raise NotImplementedError

    def arrange(self, columns: int) -> None:
        """Lay the fields inside out in so many columns; for a single field there is nothing to do."""

    def explain(self) -> None:
        """Say in so many words what is off here; for a single field its title is enough."""

    def lock(self, locks: Locks) -> None:
        """Let nothing be changed here where ``""`` is locked, and say why; else everything may be."""
        why = locks.get("")
        self.setEnabled(why is None)
        for widget in (self, *self.findChildren(QWidget)):
            if widget.property(_OWN_TIP) is None:
                widget.setProperty(_OWN_TIP, widget.toolTip())
            widget.setToolTip(f"Not now: {why}" if why is not None else str(widget.property(_OWN_TIP)))

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark what is wrong; paths are seen from this field, ``""`` is the field itself."""
        raise NotImplementedError


InputMaker = Callable[[FieldSpec, int], FieldInput]
"""Makes the input of a field; the number is how many columns a form inside it may have."""


class DoubtError(FieldError):
    """What may be meant, but should be looked at; shown beside its field and in the way of nothing."""


class ErrorLabel(QLabel):
    """The sentences about one field; takes no room while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark_as(error=True)
        self.setWordWrap(True)
        self.hide()

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Show the sentences of errors and warnings, or disappear."""
        lines = [f"{'⚠' if isinstance(error, DoubtError) else '✕'} {error.reason}" for error in errors]
        text = "\n".join(dict.fromkeys(lines))
        if text != self.text():
            self._mark_as(error=any(line.startswith("✕") for line in lines))
            self.setText(text)
            self.setVisible(bool(text))

    def _mark_as(self, *, error: bool) -> None:
        if self.property("error") is not error:
            self.setProperty("error", error)
            self.setProperty("warning", not error)
            self.style().unpolish(self)
            self.style().polish(self)


def is_wrong(errors: Sequence[FieldError]) -> bool:
    """Say whether there is an error among errors and warnings."""
    return any(not isinstance(error, DoubtError) for error in errors)


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
        sorted_out.setdefault(head, []).append(type(error)(rest, error.reason))
    return sorted_out


def locks_by_first_step(locks: Locks) -> dict[str, dict[str, str]]:
    """Answer locks by the first step of their paths, each seen from there."""
    sorted_out: dict[str, dict[str, str]] = {}
    for path, why in locks.items():
        head, rest = first_step(path)
        sorted_out.setdefault(head, {})[rest] = why
    return sorted_out


def default_of(spec: FieldSpec) -> Any:
    """Answer the plain data of a field's default; None where it has none or is off."""
    return None if spec.required or spec.default is None else plain_of(spec.default, spec)
