"""Inputs of single values: text, numbers, switches, choices, dates and times."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.forms.field_input import ErrorLabel, FieldInput, is_wrong, mark_invalid
from desktop.presentation.typed_numbers import typed_number
from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError

_LONG_TEXT = 100
_NUMBER_WIDTH = 84
_TEXT_WIDTH = 150
_WHOLE_DIGITS = 12
_MOST_LETTERS = 36
_CHOICES_IN_A_COLUMN = 4
_MOST_BESIDE, _BESIDE = 7, 5
_UP, _DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down

Stepper = Callable[[str, int], str | None]
"""Answers the text after some steps up (negative: down), None where the text cannot be stepped."""


class SteppedEdit(QLineEdit):
    """A line that keeps whatever is typed; arrow keys and, while it has the focus, the wheel step its value."""

    def __init__(self, stepper: Stepper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stepper = stepper

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step on the arrow keys, by ten with Shift."""
        if event.key() in (_UP, _DOWN) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
        ):
            size = 10 if event.modifiers() is Qt.KeyboardModifier.ShiftModifier else 1
            self._step(size if event.key() == _UP else -size)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step while focused; let the form scroll otherwise."""
        if not self.hasFocus() or not event.angleDelta().y():
            event.ignore()
            return
        self._step(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def _step(self, steps: int) -> None:
        text = self._stepper(self.text(), steps)
        if text is not None:
            self.setText(text)
            self.selectAll()


class StillComboBox(QComboBox):
    """A chooser that the wheel changes only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumWidth(_NUMBER_WIDTH)
        self.view().setTextElideMode(Qt.TextElideMode.ElideNone)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the form scroll while something else has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def fit_entries(self) -> None:
        """Make the open list as wide as its widest entry, and the chooser too within reason."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 8)
        longest = max((len(self.itemText(index)) for index in range(self.count())), default=0)
        if longest <= _MOST_LETTERS:
            self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        else:
            self.setMinimumContentsLength(_MOST_LETTERS - 10)  # these letters are wide ones
        self.ensurePolished()
        self.setMinimumWidth(max(_NUMBER_WIDTH, self.sizeHint().width()))


class SingleInput(FieldInput):
    """An input with one editor, its unit and its sentences below."""

    def __init__(self, spec: FieldSpec, editor: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec, self.editor = spec, editor
        self.setFocusProxy(editor)
        editor.setObjectName(spec.name)
        editor.setAccessibleName(spec.ask.title)
        editor.setAccessibleDescription(spec.ask.help)
        editor.setToolTip(spec.ask.help)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(editor)
        if spec.ask.unit:
            unit = QLabel(spec.ask.unit)
            unit.setProperty("muted", True)
            line.addWidget(unit)
        if not isinstance(editor, QLineEdit) or editor.maximumWidth() <= _TEXT_WIDTH:
            line.addStretch(1)
        self._error = ErrorLabel()
        self._is_silent = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(line)
        column.addWidget(self._error)

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark the editor and say what is wrong, unless something around it does."""
        mark_invalid(self.editor, is_wrong(errors))
        self._error.show_errors([] if self._is_silent else errors)

    def silence(self) -> None:
        """Leave the sentences to what is around it and only mark the editor."""
        self._is_silent = True


class LineInput(SingleInput):
    """Text, numbers, dates and times: a line that never eats what is typed."""

    def __init__(self, spec: FieldSpec, edit: QLineEdit) -> None:
        super().__init__(spec, edit)
        self._edit = edit
        self.whole_width = edit.maximumWidth() > _TEXT_WIDTH and (spec.ask.le or 0) >= _LONG_TEXT
        edit.textChanged.connect(lambda _text: self.changed.emit())

    def set_plain(self, plain: Any) -> None:
        """Show a value as text."""
        with QSignalBlocker(self):
            self._edit.setText("" if plain is None else str(plain))
            self._edit.setCursorPosition(0)

    def plain(self) -> str | int | None:
        """Answer the text; None where it is empty."""
        return self._edit.text().strip() or None


class TextInput(LineInput):
    """Free text."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, QLineEdit())

    def plain(self) -> str:
        """Answer the text, which may be empty."""
        return self._edit.text().strip()


class WholeInput(LineInput):
    """A whole number."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, _narrow(SteppedEdit(lambda text, steps: stepped_number(text, steps, spec))))

    def plain(self) -> str | int | None:
        """Answer the number, or the text that is none."""
        text = typed_number(self._edit.text())
        is_whole = text.isascii() and text.removeprefix("-").isdigit() and len(text) <= _WHOLE_DIGITS
        return int(text) if is_whole else text or None


class DecimalInput(LineInput):
    """A number that may have decimals."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, _narrow(SteppedEdit(lambda text, steps: stepped_number(text, steps, spec))))

    def plain(self) -> str | None:
        """Answer the number in plain digits, or the text that is none."""
        return typed_number(self._edit.text()) or None


class TimeInput(LineInput):
    """A time of day; arrow keys step minutes."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, _narrow(SteppedEdit(stepped_time)))
        self._edit.setPlaceholderText("09:20:00")


class DateInput(LineInput):
    """A date; arrow keys step days."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, _narrow(SteppedEdit(stepped_date)))
        self._edit.setPlaceholderText("2026-08-25")


class SwitchInput(SingleInput):
    """On or off."""

    draws_title = True

    def __init__(self, spec: FieldSpec) -> None:
        self._box = QCheckBox(spec.ask.title)
        super().__init__(spec, self._box)
        self._box.toggled.connect(lambda _on: self.changed.emit())

    def set_plain(self, plain: Any) -> None:
        """Show on for True."""
        with QSignalBlocker(self):
            self._box.setChecked(plain is True)

    def plain(self) -> bool:
        """Answer whether it is on."""
        return self._box.isChecked()


class ChoiceInput(SingleInput):
    """One of a fixed set of choices."""

    def __init__(self, spec: FieldSpec) -> None:
        self._combo = StillComboBox()
        super().__init__(spec, self._combo)
        for value in choice_values(spec):
            self._combo.addItem(value, value)
        self._combo.fit_entries()
        self._combo.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def set_plain(self, plain: Any) -> None:
        """Select a choice; a value that is none stays visible, so that its error makes sense."""
        with QSignalBlocker(self):
            index = self._combo.findData(plain) if plain is not None else -1
            if index < 0 and plain is not None:
                self._combo.addItem(str(plain), plain)
                index = self._combo.count() - 1
            self._combo.setCurrentIndex(index)

    def plain(self) -> Any:
        """Answer the chosen value; None where nothing is."""
        return self._combo.currentData()


class ChoicesInput(SingleInput):
    """Several of a fixed set of choices, side by side."""

    def __init__(self, spec: FieldSpec) -> None:
        row = QWidget()
        layout = QGridLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        super().__init__(spec, row)
        self.whole_width = len(choice_values(spec)) > _CHOICES_IN_A_COLUMN
        self._boxes = {value: QCheckBox(value.capitalize()) for value in choice_values(spec)}
        # More than the days of a week would run out of a narrow form.
        beside = len(self._boxes) if len(self._boxes) <= _MOST_BESIDE else _BESIDE
        for number, (value, box) in enumerate(self._boxes.items()):
            box.setAccessibleName(f"{spec.ask.title}: {value}")
            box.setToolTip(spec.ask.help)
            box.toggled.connect(lambda _on: self.changed.emit())
            layout.addWidget(box, number // beside, number % beside)

    def set_plain(self, plain: Any) -> None:
        """Check what a list of values names."""
        chosen = plain if isinstance(plain, (list, tuple)) else ()
        with QSignalBlocker(self):
            for value, box in self._boxes.items():
                box.setChecked(value in chosen)

    def plain(self) -> list[str]:
        """Answer the checked values in their order."""
        return [value for value, box in self._boxes.items() if box.isChecked()]


def choice_values(spec: FieldSpec) -> list[str]:
    """Answer the values of a field's choices as documents write them."""
    members: Sequence[Enum] = list(spec.choices) if spec.choices else []
    return [str(member.value) for member in members]


def stepped_number(text: str, steps: int, spec: FieldSpec) -> str | None:
    """Answer a number some steps of one further, inside the field's bounds; an empty line counts from zero."""
    try:
        number = Decimal(typed_number(text) or "0")
    except InvalidOperation:
        return None
    if not number.is_finite() or len(text) > _WHOLE_DIGITS + 5:
        return None
    moved = number + steps
    lowest = spec.ask.ge if spec.ask.ge is not None else spec.ask.gt
    if lowest is not None and moved < lowest:
        moved = Decimal(lowest)
    if spec.ask.le is not None and moved > spec.ask.le:
        moved = Decimal(spec.ask.le)
    if spec.ask.gt is not None and moved <= spec.ask.gt:
        return None
    return f"{moved:f}"


def stepped_time(text: str, steps: int) -> str | None:
    """Answer a time of day some minutes later, inside the same day; None where the text is no time."""
    try:
        at = time.fromisoformat(text.strip())
    except ValueError:
        return None
    start = datetime.combine(date(2000, 1, 1), at)
    moved = start + timedelta(minutes=steps)
    return moved.time().isoformat() if moved.date() == start.date() else None


def stepped_date(text: str, steps: int) -> str | None:
    """Answer a date some days later; None where the text is no date or the calendar ends."""
    try:
        return (date.fromisoformat(text.strip()) + timedelta(days=steps)).isoformat()
    except (ValueError, OverflowError):
        return None


def _narrow(edit: SteppedEdit) -> SteppedEdit:
    edit.setMinimumWidth(_NUMBER_WIDTH)
    edit.setMaximumWidth(_NUMBER_WIDTH)
    return edit
