"""Fields that may be off: a check box, or a box with one, in front of the input."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QGroupBox, QHBoxLayout, QVBoxLayout

from desktop.forms.field_input import ErrorLabel, FieldInput, default_of, mark_invalid
from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError

_UNBOUNDED = 16_777_215
"""Qt's own largest height of a widget."""

_FRAME = 4


class OptionalGroup(FieldInput):
    """A group or variant that may be off; its fields are hidden while it is, and come back as they were."""

    draws_title = True

    def __init__(self, spec: FieldSpec, inner: FieldInput) -> None:
        super().__init__()
        self._inner = inner
        self._box = QGroupBox(spec.ask.title)
        self._box.setObjectName(spec.name)
        self._box.setCheckable(True)
        self._box.setChecked(False)
        self._box.setToolTip(spec.ask.help)
        self._box.setAccessibleName(spec.ask.title)
        self._box.setAccessibleDescription(spec.ask.help)
        self.setFocusProxy(self._box)
        self._error = ErrorLabel()
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(6, 3, 6, 6)
        inside.setSpacing(2)
        inside.addWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(1)
        outer.addWidget(self._box)
        outer.addWidget(self._error)
        inner.set_plain({})
        self._fold()
        inner.changed.connect(self.changed)
        self._box.toggled.connect(self._toggled)

    def set_plain(self, plain: Any) -> None:
        """Show the group, or that it is off."""
        self._box.blockSignals(True)
        self._box.setChecked(plain is not None)
        self._box.blockSignals(False)
        self._inner.set_plain({} if plain is None else plain)
        self._fold()

    def plain(self) -> Any:
        """Answer the group; None while it is off."""
        return self._inner.plain() if self._box.isChecked() else None

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give the fields their errors; those of the group itself stand below it."""
        own = [error for error in errors if not error.path]
        mark_invalid(self._box, bool(own))
        self._error.show_sentences([error.reason for error in own])
        self._inner.show_errors([error for error in errors if error.path])

    def _toggled(self, _on: bool) -> None:
        self._fold()
        self.changed.emit()

    def _fold(self) -> None:
        on = self._box.isChecked()
        self._inner.setVisible(on)
        self._box.setMaximumHeight(_UNBOUNDED if on else self._box.fontMetrics().height() + _FRAME)


class OptionalValue(FieldInput):
    """A single value that may be off."""

    draws_title = True

    def __init__(self, spec: FieldSpec, inner: FieldInput) -> None:
        super().__init__()
        self._spec, self._inner = spec, inner
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


def optional_input(spec: FieldSpec, inner: FieldInput) -> FieldInput:
    """Answer the input of a field that may be off around the input of its value."""
    return OptionalGroup(spec, inner) if spec.variants else OptionalValue(spec, inner)
