"""What every editor of a list shares: the input of one item, and the buttons that move items about."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.forms.field_input import FieldInput, InputMaker
from desktop.forms.field_set import FieldSet
from desktop.forms.variant_input import VariantInput
from engine.schema.describe import FieldSpec, Kind, describe, title_of, variant_tag
from engine.schema.field import Ask

DEEDS: tuple[tuple[str, str, str], ...] = (
    ("Add", "Ins", "Add one below"),
    ("Duplicate", "Ctrl+D", "Add one like the selected below it"),
    ("Delete", "Del", "Take the selected away"),
    ("Up", "Alt+Up", "Move the selected up"),
    ("Down", "Alt+Down", "Move the selected down"),
)
"""Text, keys and tip of what is done to the items of a list."""


def item_input(spec: FieldSpec, make_input: InputMaker, columns: int, *, headed: bool = False) -> FieldInput:
    """Answer the input of one item of a list field: its fields, or a chooser where items have several shapes."""
    if len(spec.variants) == 1:
        return FieldSet(describe(spec.variants[0]), make_input, columns, headed=headed)
    return VariantInput(one_of(spec), make_input, columns)


def one_of(spec: FieldSpec) -> FieldSpec:
    """Answer a list field of several shapes as the field of one item."""
    asked = Ask(title=spec.ask.title, help=spec.ask.help)
    return FieldSpec(name=spec.name, kind=Kind.VARIANT, ask=asked, default=None, variants=spec.variants)


def fresh_item(spec: FieldSpec) -> dict[str, Any]:
    """Answer the plain data of a new item with default values; of several shapes the first."""
    first = spec.variants[0]
    tag = {"type": variant_tag(first)} if len(spec.variants) > 1 else {}
    return tag | FieldSet.defaults(describe(first))


def item_title(spec: FieldSpec) -> str:
    """Answer what one item of a list field is called."""
    if len(spec.variants) == 1:
        return title_of(spec.variants[0])
    return spec.ask.title.removesuffix("s")


def deed_button(owner: QWidget, list_title: str, deed: tuple[str, str, str], act: Callable[[], None]) -> QToolButton:
    """Answer a button for something done to a list; its keys work while ``owner`` has the focus."""
    text, keys, tip = deed
    action = QAction(text, owner)
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setToolTip(f"{tip} ({keys})")
    action.triggered.connect(lambda _checked=False: act())
    owner.addAction(action)
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(f"{text}: {list_title}")
    button.setFixedWidth(button.fontMetrics().horizontalAdvance("Duplicate") + 16)
    return button


def generic_summary(item: Mapping[str, Any]) -> str:
    """Answer the single values of an item, side by side."""
    return " ".join(str(value) for value in item.values() if not isinstance(value, (Mapping, list)))
