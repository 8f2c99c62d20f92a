"""A form drawn from a declaration: what it asks, and what is wrong with what was typed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop.forms.field_input import FieldInput, Locks
from desktop.forms.field_menu import give_menu
from desktop.forms.field_set import FieldSet
from desktop.forms.group_input import FEW, GroupInput
from desktop.forms.inputs import (
    ChoiceInput,
    ChoicesInput,
    DateInput,
    DecimalInput,
    SingleInput,
    SwitchInput,
    TextInput,
    TimeInput,
    WholeInput,
)
from desktop.forms.item_table import ItemColumn
from desktop.forms.list_editor import ListEditor
from desktop.forms.optional_group import OptionalGroup, OptionalValue
from desktop.forms.stack_editor import StackEditor
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
_MOST_IN_PLACE = 8
"""Items with more fields than this are not edited in place, but selected one by one."""

Tables = Mapping[type, Sequence[ItemColumn]]
"""For declarations that stand in lists the columns of the table that shows the items."""


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
        tables: Tables | None = None,
        columns: int = 3,
        parent: QWidget | None = None,
        *,
        judged: bool = True,
    ) -> None:
        """Draw a form.

        Args:
            declaration: What the form fills in.
            groups: The headings to show; fields under others keep the values they are given. None shows all.
            tables: For declarations in lists, the columns of the table that shows the items.
            columns: How many fields stand side by side.
            parent: The widget that owns the form.
            judged: Whether the form looks for mistakes itself; else its owner tells it with ``show_errors``.
        """
        super().__init__(parent)
        self._declaration, self._judged = declaration, judged
        self._tables: Tables = tables or {}
        self._errors: list[FieldError] = []
        specs = describe(declaration)
        shown = [spec for spec in specs if groups is None or spec.ask.group in groups]
        # One heading alone would only repeat what stands above the form.
        self.fields = FieldSet(specs, self._make_input, columns, shown, headed=groups is None or len(groups) > 1)
        if all(spec.variants for spec in shown):
            # Nothing but groups, most of them off: a lone check box would not tell what it stands for.
            self.fields.explain()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.fields)
        column.addStretch(1)
        self.fields.changed.connect(self._on_changed)
        self._is_settling = False
        self._settle_soon = QTimer(self)
        self._settle_soon.setSingleShot(True)
        self._settle_soon.setInterval(0)
        self._settle_soon.timeout.connect(self._settle)
        self.set_data(FieldSet.defaults(specs))

    def event(self, event: QEvent) -> bool:
        """Measure everything anew when something inside asks for another size."""
        if event.type() == QEvent.Type.LayoutRequest and not self._is_settling:
            self._settle_soon.start()
        return super().event(event)

    def _settle(self) -> None:
        # Sizes of nested boxes are remembered from before their fields were drawn, and would squeeze them for good.
        self._is_settling = True
        for widget in self.findChildren(QWidget):
            layout = widget.layout()
            if layout is not None:
                layout.invalidate()
        self.fields.updateGeometry()
        QTimer.singleShot(0, self, self._settled)

    def _settled(self) -> None:
        self._is_settling = False

    def arrange(self, columns: int) -> None:
        """Lay the fields out in so many columns."""
        self.fields.arrange(columns)

    def set_value(self, declared: Declared) -> None:
        """Show a declaration."""
        self.set_data(dump(declared))

    def set_data(self, data: Mapping[str, Any]) -> None:
        """Show plain data, right or wrong."""
        self.fields.set_plain(data)
        self._check()

    def lock(self, locks: Locks) -> None:
        """Let the fields of these paths not be changed, and say why."""
        self.fields.lock(locks)

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
        """Answer everything that is wrong with the data."""
        return list(self._errors)

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Take what the owner of an unjudged form found wrong with the data."""
        self._errors = list(errors)
        self.fields.show_errors(self._errors)

    def _on_changed(self) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        if self._judged:
            self._errors = problems(self.data(), self._declaration)
            self.fields.show_errors(self._errors)

    def _make_input(self, spec: FieldSpec, columns: int) -> FieldInput:
        field = self._input_of(spec, columns)
        field.asked = spec
        if isinstance(field, SingleInput):
            give_menu(field, field.editor)
        elif not spec.variants:
            give_menu(field, field, *field.findChildren(QCheckBox))
        return field

    def _input_of(self, spec: FieldSpec, columns: int) -> FieldInput:
        if not spec.optional:
            return self._bare_input(spec, columns)
        if not spec.variants:
            inner = self._bare_input(spec, columns)
            inner.asked = spec
            if isinstance(inner, SingleInput):
                give_menu(inner, inner.editor)
            return OptionalValue(spec, inner)
        return OptionalGroup(spec, lambda: self._optional_inner(spec, columns), whole_width=_is_large(spec))

    def _optional_inner(self, spec: FieldSpec, columns: int) -> FieldInput:
        if spec.kind is not Kind.GROUP:
            return self._bare_input(spec, columns)
        return FieldSet(describe(spec.variants[0]), self._make_input, columns if _is_large(spec) else 1)

    def _bare_input(self, spec: FieldSpec, columns: int) -> FieldInput:
        match spec.kind:
            case Kind.GROUP:
                return GroupInput(spec, self._make_input, columns)
            case Kind.VARIANT:
                return VariantInput(spec, self._make_input, columns)
            case Kind.LIST:
                return self._list_input(spec, columns)
            case single:
                return _SINGLE[single](spec)

    def _list_input(self, spec: FieldSpec, columns: int) -> FieldInput:
        item = spec.variants[0]
        if len(spec.variants) == 1 and (item in self._tables or len(describe(item)) > _MOST_IN_PLACE):
            return ListEditor(spec, self._make_input, columns, self._tables.get(item))
        return StackEditor(spec, self._make_input, columns)


def _is_large(spec: FieldSpec) -> bool:
    """Say whether a group takes the whole width of a form."""
    return spec.kind is Kind.LIST or any(len(describe(variant)) > FEW for variant in spec.variants)
