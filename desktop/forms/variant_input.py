"""A chooser between several declarations, with the fields of the chosen one beside or below it."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.forms.field_input import ErrorLabel, FieldInput, InputMaker, first_step, is_wrong, mark_invalid
from desktop.forms.field_set import FieldSet
from desktop.forms.inputs import SingleInput, StillComboBox
from engine.schema.describe import FieldSpec, Kind, describe, title_of, variant_tag
from engine.schema.load import FieldError

_BESIDE = 2
"""So many short fields still stand beside the chooser; more, and wide ones, stand below it."""

_WIDE_KINDS = frozenset({Kind.GROUP, Kind.VARIANT, Kind.LIST, Kind.CHOICES, Kind.TEXT})


class VariantInput(FieldInput):
    """One of several shapes. What was typed in a shape is kept while another one is chosen.

    The fields of a shape are drawn when it is first chosen: shapes may hold shapes of their own kind.
    """

    def __init__(self, spec: FieldSpec, make_input: InputMaker, columns: int = 2) -> None:
        super().__init__()
        self._spec, self._make_input, self._columns = spec, make_input, columns
        self._variants = {variant_tag(variant): variant for variant in spec.variants}
        self._fields: dict[str, FieldSet] = {}
        self.whole_width = any(not _fits_beside(describe(variant)) for variant in spec.variants)
        self.needs_room = self.whole_width
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
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._column.addLayout(self._line)
        self._column.addWidget(self._error)
        self.combo.currentIndexChanged.connect(self._chosen)
        self._show_chosen()

    def arrange(self, columns: int) -> None:
        """Let few fields stand beside the chooser, unless there is room for one column only; more stand below it."""
        self._columns = columns
        for tag, fields in self._fields.items():
            self._line.removeWidget(fields)
            self._column.removeWidget(fields)
            self._place(tag, fields)

    def _place(self, tag: str, fields: FieldSet) -> None:
        specs = describe(self._variants[tag])
        if self._columns > 1 and _fits_beside(specs):
            fields.arrange(max(1, len(specs)))
            self._line.insertWidget(self._line.count() - 1, fields)
        else:
            fields.arrange(self._columns)
            self._column.insertWidget(1, fields)

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
        mark_invalid(self.combo, is_wrong(own))
        fields = self._chosen_fields()
        fields.show_errors([error for error in errors if error.path])
        # One line below chooser and fields has more room for a sentence than a number's own width.
        said_here = [e for e in errors if isinstance(fields.inputs.get(first_step(e.path)[0]), SingleInput)]
        self._error.show_errors([*own, *said_here])

    def _chosen(self, _index: int) -> None:
        self._show_chosen()
        self.changed.emit()

    def _show_chosen(self) -> None:
        chosen = self._chosen_fields()
        for fields in self._fields.values():
            fields.setVisible(fields is chosen and bool(fields.inputs))
        variant = self._variants[self.combo.currentData()]
        self.combo.setToolTip(f"{self._spec.ask.help}\n{title_of(variant)}. {_details(variant)}".rstrip())

    def _chosen_fields(self) -> FieldSet:
        tag = self.combo.currentData()
        if tag not in self._fields:
            specs = describe(self._variants[tag])
            fields = FieldSet(specs, self._make_input, self._columns)
            self._fields[tag] = fields
            fields.set_plain({})
            for field in fields.inputs.values():
                if isinstance(field, SingleInput):
                    field.silence()
            fields.changed.connect(self.changed)
            self._place(tag, fields)
        return self._fields[tag]


def _fits_beside(specs: Sequence[FieldSpec]) -> bool:
    return len(specs) <= _BESIDE and not any(spec.kind in _WIDE_KINDS or spec.optional for spec in specs)


def _entry(tag: str, title: str) -> str:
    short = title.split(";", 1)[0]
    return f"{tag} · {short}" if tag.isupper() else short


def _details(variant: type) -> str:
    _, _, rest = (variant.__doc__ or "").strip().partition("\n")
    return " ".join(rest.split()).replace("``", "")
