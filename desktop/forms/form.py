"""A form drawn from a declaration: what it asks, and what is wrong with what was typed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.forms.field_input import FieldInput, Summaries
from desktop.forms.field_set import FieldSet
from desktop.forms.group_input import GroupInput
from desktop.forms.inputs import (
    ChoiceInput,
    ChoicesInput,
    DateInput,
    DecimalInput,
    SwitchInput,
    TextInput,
    TimeInput,
    WholeInput,
)
from desktop.forms.list_editor import ListEditor
from desktop.forms.optional_group import optional_input
from desktop.forms.variant_input import VariantInput
from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe
from engine.schema.load import DeclarationError, FieldError, dump, load, problems

_SINGLE: Mapping[Kind, Callable[[FieldSpec], FieldInput]] = {
    Kind.TEXT: TextInput,
    Kind.WHOLE: WholeInput,
    Kind.DECIMAL: DecimalInput,
    Kind.SWITCH: SwitchInput,
    Kind.CHOICE: ChoiceInput,
    Kind.DATE: DateInput,
    Kind.TIME: TimeInput,
    Kind.CHOICES: ChoicesInput,
}


class DeclarationForm(QWidget):
    """The fields of a declaration; every wrong one is marked at once, with the declaration's own sentence.

    Attributes:
        fields: The inputs, by field name in ``fields.inputs``.

    Signals:
        changed: Emitted when the trader changed something; data() and errors() are up to date by then.

    """

    changed = Signal()

    def __init__(
        self,
        declaration: type[Declared],
        groups: Sequence[str] | None = None,
        summaries: Summaries | None = None,
        columns: int = 3,
        parent: QWidget | None = None,
    ) -> None:
        """Draw a form.

        Args:
            declaration: What the form fills in.
            groups: The headings to show; fields under others keep the values they are given. None shows all.
            summaries: For declarations in lists, what writes one line about an item.
            columns: How many fields stand side by side.
            parent: The widget that owns the form.
        """
        super().__init__(parent)
        self._declaration = declaration
        self._summaries: Summaries = summaries or {}
        self._errors: list[FieldError] = []
        self._refusals: list[FieldError] = []
        specs = describe(declaration)
        shown = [spec for spec in specs if groups is None or spec.ask.group in groups]
        self.fields = FieldSet(specs, self._make_input, columns, shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.fields)
        column.addStretch(1)
        self.fields.changed.connect(self._on_changed)
        self.set_data(FieldSet.defaults(specs))

    def set_value(self, declared: Declared) -> None:
        """Show a declaration."""
        self.set_data(dump(declared))

    def set_data(self, data: Mapping[str, Any]) -> None:
        """Show plain data, right or wrong."""
        self._refusals = []
        self.fields.set_plain(data)
        self._check()

    def data(self) -> dict[str, Any]:
        """Answer what is shown as plain data, as it was typed."""
        return self.fields.plain()

    def value(self) -> Declared | None:
        """Answer the declaration; None while something is wrong."""
        try:
            return load(self.data(), self._declaration)
        except DeclarationError:
            return None

    def errors(self) -> list[FieldError]:
        """Answer everything that is wrong with the data, not counting refusals."""
        return list(self._errors)

    def show_refusals(self, refusals: Sequence[FieldError]) -> None:
        """Show what something else has against the data, for example the market's rules, until it changes."""
        self._refusals = list(refusals)
        self.fields.show_errors([*self._errors, *self._refusals])

    def _on_changed(self) -> None:
        self._refusals = []
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        self._errors = problems(self.data(), self._declaration)
        self.fields.show_errors(self._errors)

    def _make_input(self, spec: FieldSpec, columns: int) -> FieldInput:
        bare = self._bare_input(spec, columns)
        return optional_input(spec, bare) if spec.optional else bare

    def _bare_input(self, spec: FieldSpec, columns: int) -> FieldInput:
        match spec.kind:
            case Kind.GROUP if spec.optional:
                return FieldSet(describe(spec.variants[0]), self._make_input, 1)
            case Kind.GROUP:
                return GroupInput(spec, self._make_input, columns)
            case Kind.VARIANT:
                return VariantInput(spec, self._make_input)
            case Kind.LIST:
                return ListEditor(spec, self._make_input, columns, self._summaries.get(spec.variants[0]))
            case single:
                return _SINGLE[single](spec)
