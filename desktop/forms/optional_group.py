"""Fields that may be off: a check box, or a box with one, in front of the input."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QGroupBox, QHBoxLayout, QLabel, QVBoxLayout

from desktop.forms.field_input import ErrorLabel, FieldInput, Locks, default_of, is_wrong, mark_invalid
from engine.schema.describe import FieldSpec, Kind, describe, title_of
from engine.schema.load import FieldError

_UNBOUNDED = 16_777_215
"""Qt's own largest height of a widget."""

_FRAME = 4
_HINT_INDENT = 26
"""Pixels that bring a hint level with the title beside the check box."""
_MOST_NAMED = 12


class OptionalGroup(FieldInput):
    """A group, variant or list that may be off; its fields are hidden while it is, and come back as they were.

    They are drawn when it is first switched on: a declaration may hold itself, and most groups stay off.
    """

    draws_title = True

    def __init__(self, spec: FieldSpec, make_inner: Callable[[], FieldInput], *, whole_width: bool = False) -> None:
        super().__init__()
        self._spec, self.whole_width = spec, whole_width
        self._make_inner = make_inner
        self._columns: int | None = None
        self._inner: FieldInput | None = None
        self._locks: dict[str, str] = {}
        self._box = QGroupBox(spec.ask.title)
        self._box.setObjectName(spec.name)
        self._box.setCheckable(True)
        self._box.setChecked(False)
        self._box.setProperty("folded", False)
        self._box.setToolTip(spec.ask.help)
        self._box.setAccessibleName(spec.ask.title)
        self._box.setAccessibleDescription(spec.ask.help)
        self.setFocusProxy(self._box)
        self._error = ErrorLabel()
        self._inside = QVBoxLayout(self._box)
        self._inside.setContentsMargins(6, 3, 6, 6)
        self._inside.setSpacing(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(1)
        outer.addWidget(self._box)
        self._hint = QLabel()
        self._hint.setProperty("muted", True)
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(_HINT_INDENT, 0, 0, 4)
        self._hint.hide()
        outer.addWidget(self._hint)
        outer.addWidget(self._error)
        self._fold()
        self._box.toggled.connect(self._toggled)

    def explain(self) -> None:
        """Say below the title, while the group is off, what switching it on brings."""
        self._hint.setText(_what_it_brings(self._spec))
        self._fold()

    def arrange(self, columns: int) -> None:
        """Lay the fields inside out in so many columns."""
        self._columns = columns
        if self._inner is not None:
            self._inner.arrange(columns if self.whole_width else 1)

    def set_plain(self, plain: Any) -> None:
        """Show the group, or that it is off."""
        self._box.blockSignals(True)
        self._box.setChecked(plain is not None)
        self._box.blockSignals(False)
        if plain is not None:
            self._drawn().set_plain(plain)
        elif self._inner is not None:
            self._inner.set_plain({})
        self._fold()

    def plain(self) -> Any:
        """Answer the group; None while it is off."""
        return self._drawn().plain() if self._box.isChecked() else None

    def lock(self, locks: Locks) -> None:
        """Lock the group, or the fields in it that are named."""
        self._locks = dict(locks)
        super().lock({"": locks[""]} if "" in locks else {})
        if self._inner is not None and "" not in locks:
            self._inner.lock(locks)

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give the fields their errors; those of the group itself stand below it."""
        own = [error for error in errors if not error.path]
        mark_invalid(self._box, is_wrong(own))
        self._error.show_errors(own)
        if self._inner is not None:
            self._inner.show_errors([error for error in errors if error.path])

    def _drawn(self) -> FieldInput:
        if self._inner is None:
            self._inner = self._make_inner()
            if self._columns is not None:
                self._inner.arrange(self._columns if self.whole_width else 1)
            self._inner.set_plain({})
            self._inner.changed.connect(self.changed)
            self._inside.addWidget(self._inner)
            if self._locks and "" not in self._locks:
                self._inner.lock(self._locks)
        return self._inner

    def _toggled(self, on: bool) -> None:
        if on:
            self._drawn()
        self._fold()
        self.changed.emit()

    def _fold(self) -> None:
        on = self._box.isChecked()
        if self._inner is not None:
            self._inner.setVisible(on)
        self._hint.setVisible(not on and bool(self._hint.text()))
        self._box.setMaximumHeight(_UNBOUNDED if on else self._box.fontMetrics().height() + _FRAME)
        if self._box.property("folded") is on:
            self._box.setProperty("folded", not on)
            self._box.style().unpolish(self._box)
            self._box.style().polish(self._box)


def _what_it_brings(spec: FieldSpec) -> str:
    """Answer the help of a group and what it asks for, or which kinds there are to choose from."""
    if len(spec.variants) == 1:
        titles = [inner.ask.title for inner in describe(spec.variants[0])]
        asked = "Each entry asks for" if spec.kind is Kind.LIST else "Asks for"
    else:
        titles, asked = [title_of(variant) for variant in spec.variants], "One of"
    named = ", ".join(titles[:_MOST_NAMED]) + (", and more" if len(titles) > _MOST_NAMED else "")
    return f"{spec.ask.help}\n{asked}: {named}."


class OptionalValue(FieldInput):
    """A single value that may be off."""

    draws_title = True

    def __init__(self, spec: FieldSpec, inner: FieldInput) -> None:
        super().__init__()
        self._spec, self._inner = spec, inner
        self.whole_width = inner.whole_width
        self._box = QCheckBox(spec.ask.title)
        self._box.setToolTip(spec.ask.help)
        self._box.setAccessibleName(spec.ask.title)
        self.setFocusProxy(self._box)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self._box)
        line.addWidget(inner)
        line.addStretch(1)
        inner.setEnabled(False)
        inner.changed.connect(self.changed)
        self._box.toggled.connect(self._toggled)

    def arrange(self, columns: int) -> None:
        """Lay out what is inside."""
        self._inner.arrange(columns)

    def set_plain(self, plain: Any) -> None:
        """Show the value, or that it is off."""
        self._box.blockSignals(True)
        self._box.setChecked(plain is not None)
        self._box.blockSignals(False)
        self._inner.setEnabled(plain is not None)
        self._inner.set_plain(default_of(self._spec) if plain is None else plain)

    def plain(self) -> Any:
        """Answer the value, ``""`` where it is on and empty; None while it is off."""
        if not self._box.isChecked():
            return None
        value = self._inner.plain()
        return "" if value is None else value

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark the value."""
        self._inner.show_errors(errors)

    def _toggled(self, on: bool) -> None:
        self._inner.setEnabled(on)
        self.changed.emit()
