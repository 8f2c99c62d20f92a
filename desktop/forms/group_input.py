"""A declaration inside a declaration, in a box of its own."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QGroupBox, QVBoxLayout

from desktop.forms.field_input import FieldInput, InputMaker, Locks
from desktop.forms.field_set import FieldSet
from engine.schema.describe import FieldSpec, describe
from engine.schema.load import FieldError

FEW = 3
"""A group with more fields than this takes the whole width."""


class GroupInput(FieldInput):
    """A group that is always there."""

    draws_title = True

    def __init__(self, spec: FieldSpec, make_input: InputMaker, columns: int) -> None:
        super().__init__()
        specs = describe(spec.variants[0])
        self.whole_width = len(specs) > FEW
        box = QGroupBox(spec.ask.title)
        box.setToolTip(spec.ask.help)
        box.setAccessibleName(spec.ask.title)
        self._fields = FieldSet(specs, make_input, columns if self.whole_width else 1)
        self._fields.changed.connect(self.changed)
        inner = QVBoxLayout(box)
        inner.setContentsMargins(6, 3, 6, 6)
        inner.addWidget(self._fields)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    def arrange(self, columns: int) -> None:
        """Lay the group's fields out in so many columns."""
        self._fields.arrange(columns if self.whole_width else 1)

    def explain(self) -> None:
        """Let the fields say what is off in them."""
        self._fields.explain()

    def set_plain(self, plain: Any) -> None:
        """Show the fields of the group."""
        self._fields.set_plain(plain)

    def plain(self) -> dict[str, Any]:
        """Answer the fields of the group."""
        return self._fields.plain()

    def lock(self, locks: Locks) -> None:
        """Lock the group, or the fields in it that are named."""
        super().lock({"": locks[""]} if "" in locks else {})
        if "" not in locks:
            self._fields.lock(locks)

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Give every field of the group its errors."""
        self._fields.show_errors(errors)
