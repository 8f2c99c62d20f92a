"""A short list of declarations, every item edited in place, one below the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.forms.field_input import ErrorLabel, FieldInput, InputMaker, by_first_step
from desktop.forms.items import fresh_item, item_input
from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError

_INDENT = 10


class StackEditor(FieldInput):
    """Items stand below each other with all their fields; each can be moved up and taken away, and one added."""

    draws_title = True
    whole_width = True

    def __init__(self, spec: FieldSpec, make_input: InputMaker, columns: int) -> None:
        super().__init__()
        self._spec, self._make_input, self._columns = spec, make_input, columns
        self.rows: list[_Row] = []
        self._spare: list[_Row] = []
        self._title = QLabel(spec.ask.title)
        self._title.setToolTip(spec.ask.help)
        self.add_button = QToolButton()
        self.add_button.setText("Add")
        self.add_button.setToolTip(spec.ask.help)
        self.add_button.setAccessibleName(f"Add: {spec.ask.title}")
        self.add_button.clicked.connect(lambda _checked=False: self.add())
        self.setFocusProxy(self.add_button)
        self._error = ErrorLabel()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self.add_button)
        head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._column.addLayout(head)
        self._column.addWidget(self._error)
        self._count_changed()

    def arrange(self, columns: int) -> None:
        """Lay every item out in so many columns."""
        self._columns = columns
        for row in (*self.rows, *self._spare):
            row.input.arrange(columns)

    def set_plain(self, plain: Any) -> None:
        """Show a list of items."""
        given = plain if isinstance(plain, (list, tuple)) else []
        while len(self.rows) > len(given):
            self._put_away(self.rows[-1])
        while len(self.rows) < len(given):
            self._append()
        for row, item in zip(self.rows, given, strict=True):
            row.input.set_plain(dict(item) if isinstance(item, Mapping) else {"type": item})
        self._count_changed()

    def plain(self) -> list[Any]:
        """Answer the items."""
        return [row.input.plain() for row in self.rows]

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give every item its errors; those of the whole list stand above all."""
        by_item = by_first_step(errors)
        self._error.show_errors(by_item.get("", []))
        for number, row in enumerate(self.rows):
            row.input.show_errors(by_item.get(f"[{number}]", []))

    def add(self) -> None:
        """Add an item with default values at the end."""
        row = self._append()
        row.input.set_plain(fresh_item(self._spec))
        self._count_changed()
        self.changed.emit()
        row.input.setFocus()

    def delete(self, row: "_Row") -> None:
        """Take an item away."""
        self._put_away(row)
        self._count_changed()
        self.changed.emit()

    def move_up(self, row: "_Row") -> None:
        """Let an item change places with the one above; the fields stay where they are and take each other's values."""
        number = self.rows.index(row)
        if number:
            above = self.rows[number - 1]
            upper, lower = above.input.plain(), row.input.plain()
            above.input.set_plain(lower)
            row.input.set_plain(upper)
            self.changed.emit()

    def _append(self) -> "_Row":
        row = self._spare.pop() if self._spare else _Row(self, self._spec, self._make_input, self._columns)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()
        return row

    def _put_away(self, row: "_Row") -> None:
        """Keep a row for the next item: drawing fields costs more than filling them."""
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        self._spare.append(row)

    def _count_changed(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            row.show_number(number)
        most = self._spec.ask.le
        self.add_button.setEnabled(most is None or len(self.rows) < most)


class _Row(QWidget):
    """One item: its number, its fields, and what is done to it."""

    def __init__(self, editor: StackEditor, spec: FieldSpec, make_input: InputMaker, columns: int) -> None:
        super().__init__(editor)
        self._spec = spec
        self.input = item_input(spec, make_input, columns)
        self.input.changed.connect(editor.changed)
        self._number = QLabel()
        self._number.setProperty("muted", True)
        self.up = _tool("↑", "Move up")
        self.delete = _tool("✕", "Take away")
        self.up.clicked.connect(lambda _checked=False: editor.move_up(self))
        self.delete.clicked.connect(lambda _checked=False: editor.delete(self))
        line = QHBoxLayout(self)
        line.setContentsMargins(_INDENT, 0, 0, 0)
        line.setSpacing(6)
        top = Qt.AlignmentFlag.AlignTop
        line.addWidget(self._number, 0, top)
        line.addWidget(self.input, 1, top)
        line.addWidget(self.up, 0, top)
        line.addWidget(self.delete, 0, top)

    def show_number(self, number: int) -> None:
        """Show where the item stands."""
        self._number.setText(f"{number}.")
        self.up.setEnabled(number > 1)
        for button, deed in ((self.up, "Move up"), (self.delete, "Take away")):
            button.setAccessibleName(f"{deed}: {self._spec.ask.title} {number}")


def _tool(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setFixedSize(22, 20)
    return button
