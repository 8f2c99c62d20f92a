"""Tips that name the keys an action has now, and buttons that follow an action."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget


class KeyedTip(QObject):
    """Keeps the tip of a widget or of a tool bar's action: a sentence, and the keys a declared action has now."""

    def __init__(self, target: QWidget | QAction, action: QAction, tip: str = "") -> None:
        super().__init__(target)
        self._target, self._action = target, action
        self._tip = tip or action.toolTip().rstrip(".")
        if isinstance(target, QWidget):
            target.setAccessibleDescription(self._tip)
        action.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        keys = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._target.setToolTip(f"{self._tip} ({keys})" if keys else self._tip)


class ActionButton(QPushButton):
    """A button for a declared action: its short text, its tip, its keys and its danger."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        text = action.iconText()
        super().__init__(text, parent)
        self.setAccessibleName(text.rstrip("…"))
        self.setProperty("danger", bool(action.property("danger")))
        self.setAutoDefault(False)
        self.clicked.connect(lambda _checked=False: action.trigger())
        self.tip = KeyedTip(self, action)
