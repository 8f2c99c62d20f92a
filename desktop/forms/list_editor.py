"""A list of declarations: one line per item, and the fields of the selected one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QGroupBox, QHBoxLayout, QListWidget, QToolButton, QVBoxLayout

from desktop.forms.field_input import ErrorLabel, FieldInput, InputMaker, by_first_step, mark_invalid
from desktop.forms.field_set import FieldSet
from engine.schema.describe import FieldSpec, describe, title_of
from engine.schema.load import FieldError

_LINES_SHOWN = 6


class ListEditor(FieldInput):
    """Items can be added, duplicated, deleted and moved.

    Alt+Up and Alt+Down move the selected item, Insert adds one, Ctrl+D duplicates it, Delete takes it away.
    """

    draws_title = True
    whole_width = True

    def __init__(
        self,
        spec: FieldSpec,
        make_input: InputMaker,
        columns: int,
        summary: Callable[[Mapping[str, Any]], str] | None = None,
    ) -> None:
        super().__init__()
        self._spec, self._item = spec, spec.variants[0]
        self._summary = summary or generic_summary
        self._items: list[dict[str, Any]] = []
        self._errors: dict[str, list[FieldError]] = {}
        self.lines = QListWidget()
        self.lines.setObjectName(spec.name)
        self.lines.setAccessibleName(spec.ask.title)
        self.lines.setAccessibleDescription(spec.ask.help)
        self.lines.setToolTip(spec.ask.help)
        self.lines.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.lines.setUniformItemSizes(True)
        self.setFocusProxy(self.lines)
        self._details_box = QGroupBox()
        self.details = FieldSet(describe(self._item), make_input, columns, headed=False)
        self._error = ErrorLabel()
        self._lay_out()
        self.lines.currentRowChanged.connect(lambda _row: self._show_selected())
        self.details.changed.connect(self._details_changed)
        self._refresh(-1)

    def _lay_out(self) -> None:
        self.lines.setFixedHeight(self.lines.fontMetrics().height() * _LINES_SHOWN + 3 * _LINES_SHOWN + 4)
        buttons = QVBoxLayout()
        buttons.setSpacing(2)
        for text, shortcut, tip, act in (
            ("Add", "Ins", "Add one below", self.add),
            ("Duplicate", "Ctrl+D", "Add one like the selected below it", self.duplicate),
            ("Delete", "Del", "Take the selected away", self.delete),
            ("Up", "Alt+Up", "Move the selected up", lambda: self.move_selected(-1)),
            ("Down", "Alt+Down", "Move the selected down", lambda: self.move_selected(1)),
        ):
            buttons.addWidget(self._button(text, shortcut, tip, act))
        buttons.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.lines, 1)
        top.addLayout(buttons)
        inside = QVBoxLayout(self._details_box)
        inside.setContentsMargins(6, 3, 6, 6)
        inside.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._error)
        column.addWidget(self._details_box)

    def _button(self, text: str, shortcut: str, tip: str, act: Callable[[], None]) -> QToolButton:
        action = QAction(text, self.lines)
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{tip} ({shortcut})")
        action.triggered.connect(lambda _checked=False: act())
        self.lines.addAction(action)
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAccessibleName(f"{text}: {self._spec.ask.title}")
        button.setFixedWidth(button.fontMetrics().horizontalAdvance("Duplicate") + 16)
        return button

    def set_plain(self, plain: Any) -> None:
        """Show a list of items; the selection stays where it was as far as it can."""
        given = plain if isinstance(plain, (list, tuple)) else []
        self._items = [dict(item) if isinstance(item, Mapping) else {} for item in given]
        self._errors = {}
        self._refresh(self.lines.currentRow())

    def plain(self) -> list[dict[str, Any]]:
        """Answer the items."""
        return [dict(item) for item in self._items]

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark the lines of wrong items, and the fields of the selected one."""
        self._errors = by_first_step(errors)
        own = [error.reason for error in self._errors.get("", [])]
        mark_invalid(self.lines, bool(errors))
        self._error.show_sentences(own)
        for row in range(len(self._items)):
            self._write_line(row)
        self.details.show_errors(self._errors.get(f"[{self.lines.currentRow()}]", []))

    def select(self, row: int) -> None:
        """Select an item and show its fields."""
        self.lines.setCurrentRow(row)

    def add(self) -> None:
        """Add an item with default values below the selected one."""
        fresh = FieldSet.defaults(describe(self._item))
        self._insert(fresh)

    def duplicate(self) -> None:
        """Add an item like the selected one below it."""
        row = self.lines.currentRow()
        if 0 <= row < len(self._items):
            self._insert(dict(self._items[row]))

    def delete(self) -> None:
        """Take the selected item away."""
        row = self.lines.currentRow()
        if 0 <= row < len(self._items):
            del self._items[row]
            self._edited(min(row, len(self._items) - 1))

    def move_selected(self, by: int) -> None:
        """Move the selected item up (negative) or down, as far as the list goes."""
        row = self.lines.currentRow()
        to = row + by
        if 0 <= row < len(self._items) and 0 <= to < len(self._items):
            self._items.insert(to, self._items.pop(row))
            self._edited(to)

    def _insert(self, item: dict[str, Any]) -> None:
        row = self.lines.currentRow() + 1 if self._items else 0
        self._items.insert(row, item)
        self._edited(row)

    def _edited(self, row: int) -> None:
        self._errors = {}
        self._refresh(row)
        self.changed.emit()

    def _refresh(self, row: int) -> None:
        with QSignalBlocker(self.lines):
            while self.lines.count() > len(self._items):
                self.lines.takeItem(self.lines.count() - 1)
            while self.lines.count() < len(self._items):
                self.lines.addItem("")
            for index in range(len(self._items)):
                self._write_line(index)
            self.lines.setCurrentRow(max(0, min(row, len(self._items) - 1)) if self._items else -1)
        self._show_selected()

    def _write_line(self, row: int) -> None:
        wrong = self._errors.get(f"[{row}]", [])
        line = self.lines.item(row)
        line.setText(f"{row + 1:>2}  {'✕ ' if wrong else ''}{self._summary(self._items[row])}")
        line.setToolTip("\n".join(error.reason for error in wrong))

    def _show_selected(self) -> None:
        row = self.lines.currentRow()
        selected = 0 <= row < len(self._items)
        self._details_box.setVisible(selected)
        if selected:
            self._details_box.setTitle(f"{title_of(self._item)} {row + 1}")
            self.details.set_plain(self._items[row])
            self.details.show_errors(self._errors.get(f"[{row}]", []))

    def _details_changed(self) -> None:
        row = self.lines.currentRow()
        if 0 <= row < len(self._items):
            self._items[row] = self.details.plain()
            self._write_line(row)
            self.changed.emit()


def generic_summary(item: Mapping[str, Any]) -> str:
    """Answer the single values of an item, side by side."""
    return " ".join(str(value) for value in item.values() if not isinstance(value, (Mapping, list)))
