"""The menu of a field: what can be done with its text, and the way to the page of Help that explains it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from desktop.forms.field_input import FieldInput

HELP_ACTION = "help_here"
"""The action of the window that opens Help; its data, where there is some, is the declared field that is meant."""

_TITLE = "What does this field mean?"


def give_menu(field: FieldInput, *widgets: QWidget) -> None:
    """Let the right mouse button on these widgets, and the menu key in them, open the menu of a field."""
    for widget in widgets:
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(lambda at, widget=widget: field_menu(field, widget, at))


def field_menu(field: FieldInput, widget: QWidget, at: QPoint) -> QMenu | None:
    """Open the menu at a place of the widget and return it; None where there is nothing to offer."""
    menu = widget.createStandardContextMenu() if isinstance(widget, QLineEdit) else QMenu(widget)
    menu.aboutToHide.connect(menu.deleteLater)
    opener = help_action(widget)
    if opener is not None and field.asked is not None:
        if menu.actions():
            menu.addSeparator()
        entry = menu.addAction(_TITLE)
        entry.setObjectName("explain_field")
        entry.triggered.connect(lambda _checked=False: _explain(opener, field))
    if not menu.actions():
        menu.deleteLater()
        return None
    menu.popup(widget.mapToGlobal(at))
    return menu


def help_action(widget: QWidget) -> QAction | None:
    """Return the action that opens Help from a widget's window; None where there is no Help."""
    return next((one for one in widget.window().actions() if one.objectName() == HELP_ACTION), None)


def _explain(opener: QAction, field: FieldInput) -> None:
    opener.setData(field.asked)
    opener.trigger()
    opener.setData(None)
