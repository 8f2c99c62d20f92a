"""The fields of one declaration laid out in columns, under their headings."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QGroupBox, QLabel, QVBoxLayout, QWidget

from desktop.forms.field_input import (
    ErrorLabel,
    FieldInput,
    InputMaker,
    Locks,
    by_first_step,
    default_of,
    locks_by_first_step,
)
from desktop.forms.field_menu import give_menu
from engine.schema.describe import FieldSpec
from engine.schema.load import FieldError

_GAP = 4
_LABEL_DROP = 3
"""Pixels that bring a label level with the text in the editor beside it."""


class FieldSet(FieldInput):
    """Inputs of some fields of a declaration.

    Fields with a heading (``group``) are drawn in boxes, unless the set is not ``headed``. Fields of the declaration
    that are not among ``shown`` keep the values they were given.
    """

    draws_title = True

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        make_input: InputMaker,
        columns: int,
        shown: Sequence[FieldSpec] | None = None,
        headed: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._specs = {spec.name: spec for spec in specs}
        self._kept: dict[str, Any] = {}
        self.inputs: dict[str, FieldInput] = {}
        self._sections: list[tuple[QGridLayout, list[tuple[QLabel | None, FieldInput]]]] = []
        self._error = ErrorLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addWidget(self._error)

        sections: dict[str, list[FieldSpec]] = {}
        for spec in self._specs.values() if shown is None else shown:
            sections.setdefault(spec.ask.group if headed else "", []).append(spec)
        for heading, fields in sections.items():
            column.addWidget(self._section(heading, fields, make_input, columns))
        self._columns = 0
        self.arrange(columns)

    def _section(self, heading: str, fields: list[FieldSpec], make_input: InputMaker, columns: int) -> QWidget:
        section = QGroupBox(heading) if heading else QWidget()
        grid = QGridLayout(section)
        margin = 6 if heading else 0
        grid.setContentsMargins(margin, margin // 2, margin, margin)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(_GAP)
        placed: list[tuple[QLabel | None, FieldInput]] = []
        for spec in fields:
            field = self.inputs[spec.name] = make_input(spec, columns)
            field.changed.connect(self.changed)
            placed.append((None if field.draws_title else _label(spec, field), field))
        self._sections.append((grid, placed))
        return section

    def arrange(self, columns: int) -> None:
        """Lay the fields out in so many columns, also inside the fields; what is typed stays."""
        if columns == self._columns:
            return
        self._columns = columns
        for grid, placed in self._sections:
            row = column = 0
            for label, field in placed:
                field.arrange(columns)
                if column and (field.whole_width or column == columns):
                    row, column = row + 1, 0
                if label is not None and field.needs_room and columns == 1:
                    grid.addWidget(label, row, 0, 1, 2)
                    row += 1
                    grid.addWidget(field, row, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
                else:
                    _place(grid, row, column, label, field, columns)
                column = columns if field.whole_width else column + 1
            for pair in range(grid.columnCount() // 2 + 1):
                grid.setColumnStretch(2 * pair + 1, 1 if pair < columns else 0)

    def explain(self) -> None:
        """Let every field say what is off in it."""
        for field in self.inputs.values():
            field.explain()

    def set_plain(self, plain: Any) -> None:
        """Show a group of fields; fields that it lacks get their defaults."""
        data = plain if isinstance(plain, Mapping) else {}
        self._kept = {name: data[name] for name in self._specs if name in data and name not in self.inputs}
        for name, field in self.inputs.items():
            spec = self._specs[name]
            value = data.get(name, default_of(spec))
            field.set_plain(None if value == "off" and spec.optional else value)

    def plain(self) -> dict[str, Any]:
        """Answer the fields that are given; a field that is off is left out, or ``"off"`` where it is on by default."""
        data: dict[str, Any] = {}
        for name, spec in self._specs.items():
            if name not in self.inputs:
                data |= {name: self._kept[name]} if name in self._kept else {}
                continue
            value = self.inputs[name].plain()
            if value is not None:
                data[name] = value
            elif spec.optional and spec.default is not None and not spec.required:
                data[name] = "off"
        return data

    @staticmethod
    def defaults(specs: Sequence[FieldSpec]) -> dict[str, Any]:
        """Answer the plain data of a fresh declaration, without the fields that are off or must be given."""
        defaults = {spec.name: default_of(spec) for spec in specs}
        return {name: value for name, value in defaults.items() if value is not None}

    def lock(self, locks: Locks) -> None:
        """Lock the fields that are named."""
        super().lock({"": locks[""]} if "" in locks else {})
        by_field = locks_by_first_step(locks)
        for name, field in self.inputs.items():
            field.lock(by_field.get(name, {}))

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give every field its errors; those of no field stand above all."""
        by_field = by_first_step(errors)
        for name, field in self.inputs.items():
            field.show_errors(by_field.pop(name, []))
        own = by_field.pop("", [])
        strange = {name: found for name, found in by_field.items() if name not in self._specs}
        unknown = [type(e)("", f"{name}: {e.reason}") for name, found in strange.items() for e in found]
        self._error.show_errors([*own, *unknown])


def _label(spec: FieldSpec, field: FieldInput) -> QLabel:
    label = QLabel(spec.ask.title)
    label.setContentsMargins(0, _LABEL_DROP, 0, 0)
    label.setToolTip(spec.ask.help)
    label.setBuddy(field.focusProxy() or field)
    give_menu(field, label)
    return label


def _place(grid: QGridLayout, row: int, column: int, label: QLabel | None, field: FieldInput, columns: int) -> None:
    first, span = 2 * column, 2 * columns if field.whole_width else 2
    if label is None:
        grid.addWidget(field, row, first, 1, span, Qt.AlignmentFlag.AlignTop)
        return
    grid.addWidget(label, row, first, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(field, row, first + 1, 1, span - 1, Qt.AlignmentFlag.AlignTop)
