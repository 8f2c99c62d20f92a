"""A list of declarations: one line per item, and the fields of the selected one."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.forms.field_input import (
    ErrorLabel,
    FieldInput,
    InputMaker,
    Locks,
    by_first_step,
    is_wrong,
    locks_by_first_step,
    mark_invalid,
)
from desktop.forms.field_set import FieldSet
from desktop.forms.item_table import ItemColumn, ItemTable
from desktop.forms.items import DEEDS, deed_button, fresh_item, generic_summary, item_input, item_title
from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError


class ListEditor(FieldInput):
    """Items can be added, duplicated, deleted and moved.

    Alt+Up and Alt+Down move the selected item, Insert adds one, Ctrl+D duplicates it, Delete takes it away; Enter, F2
    or a double click on a cell go to the field that the cell shows.
    """

    draws_title = True
    whole_width = True

    def __init__(
        self, spec: FieldSpec, make_input: InputMaker, columns: int, shown: Sequence[ItemColumn] | None = None
    ) -> None:
        super().__init__()
        self._spec, self._make_input, self._columns = spec, make_input, columns
        self._items: list[dict[str, Any]] = []
        self._errors: dict[str, list[FieldError]] = {}
        self._locks: dict[str, dict[str, str]] = {}
        self._fixed = 0
        self.lines = ItemTable(shown or [ItemColumn(title="", text=generic_summary, letters=0)], spec.ask.title)
        self.lines.setObjectName(spec.name)
        self.lines.setAccessibleDescription(spec.ask.help)
        self.setFocusProxy(self.lines)
        self._details_box = QGroupBox()
        self._details: FieldInput | None = None
        self._error = ErrorLabel()
        self._lay_out()
        self.lines.row_selected.connect(lambda _row: self._show_selected())
        self.lines.cell_opened.connect(self._open_field)
        self._refresh(-1)

    @property
    def details(self) -> FieldInput:
        """The fields of the selected item, drawn when one is first selected: a declaration may hold its own kind."""
        if self._details is None:
            self._details = item_input(self._spec, self._make_input, self._columns, headed=True)
            self._details.changed.connect(self._details_changed)
            self._inside.addWidget(self._details)
        return self._details

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(3)
        for deed, act in zip(
            DEEDS,
            (self.add, self.duplicate, self.delete, lambda: self.move_selected(-1), lambda: self.move_selected(1)),
            strict=True,
        ):
            buttons.addWidget(deed_button(self.lines, self._spec.ask.title, deed, act))
        buttons.addStretch(1)
        self._inside = QVBoxLayout(self._details_box)
        self._inside.setContentsMargins(6, 3, 6, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.lines)
        column.addLayout(buttons)
        column.addWidget(self._error)
        column.addWidget(self._details_box)

    def arrange(self, columns: int) -> None:
        """Lay the selected item's fields out in so many columns."""
        self._columns = columns
        if self._details is not None:
            self._details.arrange(columns)

    def set_plain(self, plain: Any) -> None:
        """Show a list of items; the selection stays where it was as far as it can."""
        given = plain if isinstance(plain, (list, tuple)) else []
        self._items = [dict(item) if isinstance(item, Mapping) else {} for item in given]
        self._errors = {}
        self._refresh(self.lines.selected_row())

    def plain(self) -> list[dict[str, Any]]:
        """Answer the items."""
        return [dict(item) for item in self._items]

    def lock(self, locks: Locks) -> None:
        """Lock fields of items: those that are there are neither taken away nor moved, new ones come behind them."""
        super().lock({"": locks[""]} if "" in locks else {})
        self._locks = locks_by_first_step(locks)
        self._fixed = len(self._items) if any(self._locks) else 0
        self._show_selected()

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Mark the lines of wrong items, and the fields of the selected one."""
        self._errors = by_first_step(errors)
        mark_invalid(self.lines, is_wrong(errors))
        self._error.show_errors(self._errors.get("", []))
        for row in range(len(self._items)):
            self._write_line(row)
        self.lines.fit_columns()
        if self._details is not None:
            self._details.show_errors(self._errors.get(f"[{self.lines.selected_row()}]", []))

    def select(self, row: int) -> None:
        """Select an item and show its fields."""
        self.lines.select_row(row)

    def add(self) -> None:
        """Add an item with default values below the selected one."""
        self._insert(fresh_item(self._spec))

    def duplicate(self) -> None:
        """Add an item like the selected one below it."""
        row = self.lines.selected_row()
        if 0 <= row < len(self._items):
            self._insert(dict(self._items[row]))

    def delete(self) -> None:
        """Take the selected item away."""
        row = self.lines.selected_row()
        if self._fixed <= row < len(self._items):
            del self._items[row]
            self._edited(min(row, len(self._items) - 1))

    def move_selected(self, by: int) -> None:
        """Move the selected item up (negative) or down, as far as the list goes."""
        row = self.lines.selected_row()
        to = row + by
        if self._fixed <= row < len(self._items) and self._fixed <= to < len(self._items):
            self._items.insert(to, self._items.pop(row))
            self._edited(to)

    def _insert(self, item: dict[str, Any]) -> None:
        row = max(self.lines.selected_row() + 1, self._fixed) if self._items else 0
        self._items.insert(row, item)
        self._edited(row)

    def _edited(self, row: int) -> None:
        self._errors = {}
        self._refresh(row)
        self.changed.emit()

    def _refresh(self, row: int) -> None:
        with QSignalBlocker(self.lines):
            self.lines.set_count(len(self._items))
            for index in range(len(self._items)):
                self._write_line(index)
            self.lines.fit_columns()
            self.lines.select_row(max(0, min(row, len(self._items) - 1)) if self._items else -1)
        self._show_selected()

    def _write_line(self, row: int) -> None:
        wrong = self._errors.get(f"[{row}]", [])
        item = self._items[row]
        texts = [column.text(item) for column in self.lines.item_columns if column.text is not None]
        mark = "✕ " if is_wrong(wrong) else "⚠ " if wrong else ""
        texts[0] = f"{row + 1}  {mark}{texts[0]}".rstrip()
        self.lines.write(row, texts, "\n".join(error.reason for error in wrong))

    def _show_selected(self) -> None:
        row = self.lines.selected_row()
        selected = 0 <= row < len(self._items)
        self._details_box.setVisible(selected)
        if selected:
            self._details_box.setTitle(f"{item_title(self._spec)} {row + 1}")
            self.details.set_plain(self._items[row])
            self.details.lock(self._locks.get(f"[{row}]", {}))
            self.details.show_errors(self._errors.get(f"[{row}]", []))

    def _details_changed(self) -> None:
        row = self.lines.selected_row()
        if 0 <= row < len(self._items):
            self._items[row] = self.details.plain()
            self._write_line(row)
            self.lines.fit_columns()
            self.changed.emit()

    def _open_field(self, name: str) -> None:
        field: QWidget | None = self._details
        if isinstance(self._details, FieldSet):
            field = self._details.inputs.get(name) or next(iter(self._details.inputs.values()), None)
        if field is not None:
            field.setFocus()
            # A field far down the form is of no use out of sight.
            above = field.parentWidget()
            while above is not None and not isinstance(above, QScrollArea):
                above = above.parentWidget()
            if above is not None:
                above.ensureWidgetVisible(field)
