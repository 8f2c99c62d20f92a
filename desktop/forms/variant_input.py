"""A chooser between several declarations, with the fields of the chosen one beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.forms.field_input import ErrorLabel, FieldInput, InputMaker, first_step, mark_invalid
from desktop.forms.field_set import FieldSet
from desktop.forms.inputs import SingleInput, StillComboBox
from engine.schema.describe import FieldSpec, describe, title_of, variant_tag
from engine.schema.load import FieldError


class VariantInput(FieldInput):
    """One of several shapes. What was typed in a shape is kept while another one is chosen."""

    def __init__(self, spec: FieldSpec, make_input: InputMaker) -> None:
        super().__init__()
        self._spec, self._make_input = spec, make_input
        self._variants = {variant_tag(variant): variant for variant in spec.variants}
        self._fields: dict[str, FieldSet] = {}
        self.combo = StillComboBox()
        self.combo.setObjectName(spec.name)
        self.combo.setAccessibleName(spec.ask.title)
        self.combo.setAccessibleDescription(spec.ask.help)
        self.combo.setToolTip(spec.ask.help)
        self.setFocusProxy(self.combo)
        for tag, variant in self._variants.items():
            self.combo.addItem(_entry(tag, title_of(variant)), tag)
        self.combo.fit_entries()
        self._error = ErrorLabel()
        self._line = QHBoxLayout()
        self._line.setSpacing(6)
        self._line.addWidget(self.combo)
        self._line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(self._line)
        column.addWidget(self._error)
        self.combo.currentIndexChanged.connect(self._chosen)
        self._show_chosen()

    def set_plain(self, plain: Any) -> None:
        """Choose a shape and show its fields; something without a known type shows the first shape."""
        data: Mapping[str, Any] = plain if isinstance(plain, Mapping) else {"type": plain}
        tag = data.get("type")
        chosen = tag if isinstance(tag, str) and tag in self._variants else next(iter(self._variants))
        with QSignalBlocker(self):
            self.combo.setCurrentIndex(self.combo.findData(chosen))
        self._show_chosen()
        self._chosen_fields().set_plain({name: value for name, value in data.items() if name != "type"})

    def plain(self) -> dict[str, Any]:
        """Answer the type and the fields of the chosen shape."""
        return {"type": self.combo.currentData(), **self._chosen_fields().plain()}

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give the chosen shape's fields their errors; those of the choice itself stand below it."""
        own = [error for error in errors if not error.path]
        mark_invalid(self.combo, bool(own))
        fields = self._chosen_fields()
        fields.show_errors([error for error in errors if error.path])
        # One line below chooser and fields has more room for a sentence than a number's own width.
        said_here = [e for e in errors if isinstance(fields.inputs.get(first_step(e.path)[0]), SingleInput)]
        self._error.show_sentences([error.reason for error in [*own, *said_here]])

    def _chosen(self, _index: int) -> None:
        self._show_chosen()
        self.changed.emit()

    def _show_chosen(self) -> None:
        chosen = self._chosen_fields()
        for fields in self._fields.values():
            fields.setVisible(fields is chosen and bool(fields.inputs))

    def _chosen_fields(self) -> FieldSet:
        tag = self.combo.currentData()
        if tag not in self._fields:
            specs = describe(self._variants[tag])
            fields = self._fields[tag] = FieldSet(specs, self._make_input, max(1, len(specs)))
            fields.set_plain({})
            for field in fields.inputs.values():
                if isinstance(field, SingleInput):
                    field.silence()
            fields.changed.connect(self.changed)
            self._line.insertWidget(self._line.count() - 1, fields)
        return self._fields[tag]


def _entry(tag: str, title: str) -> str:
    short = title.split(";", 1)[0]
    return f"{tag} · {short}" if tag.isupper() else short
