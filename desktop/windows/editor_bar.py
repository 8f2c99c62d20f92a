"""The bar of the multileg editor: what can be done with the draft; what has no room waits behind an arrow."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from desktop.widgets.keyed_tip import KeyedTip
from desktop.windows.panel import push_button

_ACTIONS: tuple[tuple[str, str, str], ...] = (
    ("template", "Template…", "Start from a predefined structure"),
    ("open", "Open…", "Open a TOML file"),
    ("save", "Save…", "Write a TOML file"),
    ("legs", "Legs as text", "Paste a leg string, or copy the legs as one"),
    ("pick", "Pick…", "Pick the contract of the selected leg from the live chain"),
    ("undo", "Undo", "Back to the draft before"),
    ("redo", "Redo", "Take back the undo"),
    ("payoff", "Payoff", "Show payoff, words and figures, or only the fields"),
)
"""Name, text and tip of every action, from left to right."""
_ARM_TIP = "Hand it to the engine"
_DECLARED = {
    "template": "new_portfolio",
    "open": "open_portfolio",
    "save": "save_portfolio",
    "pick": "pick_contract",
    "undo": "undo",
    "redo": "redo",
}
"""The window's action that does the same, whose keys the tip names."""


class EditorBar(QWidget):
    """A tool bar and, always in sight, the button that hands the draft to the engine.

    Attributes:
        undo, redo: Actions, to be enabled while there is something to go back to.
        payoff: A checkable action, for small panels in which fields and payoff take turns.
        arm_button: Starts, arms or applies.
    """

    def __init__(
        self, acts: Mapping[str, Callable[[], None]], arm: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        """``acts`` are what the actions do, by their names, and ``paste_legs`` and ``copy_legs``.

        Raises KeyError where one is missing.
        """
        super().__init__(parent)
        self._tools = QToolBar("Multileg editor", self)
        self._tools.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._tools.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._actions = {name: self._added(text, tip) for name, text, tip in _ACTIONS}
        self.undo, self.redo, self.payoff = (self._actions[name] for name in ("undo", "redo", "payoff"))
        self.payoff.setCheckable(True)
        for name, action in self._actions.items():
            if name != "legs":
                action.triggered.connect(lambda _checked=False, act=acts[name]: act())
        self._give_menu(self._actions["legs"], acts)
        self.arm_button = push_button("Arm", _ARM_TIP, arm)
        self.arm_button.setObjectName("arm_button")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(4)
        row.addWidget(self._tools, 1)
        row.addWidget(self.arm_button)

    def name_steps(self, undo: str, redo: str) -> None:
        """Say what undo and redo would do; empty for nothing, which switches them off."""
        for action, title, name in ((self.undo, "Undo", undo), (self.redo, "Redo", redo)):
            action.setEnabled(bool(name))
            action.setToolTip(f"{title}: {name}" if name else title)

    def follow(self, action_of: Callable[[str], QAction]) -> None:
        """Name the keys of the window's actions in the tips, as they are now."""
        for name, declared in _DECLARED.items():
            KeyedTip(self._actions[name], action_of(declared), self._actions[name].toolTip())
        KeyedTip(self.arm_button, action_of("arm_edited"), _ARM_TIP)

    def _added(self, text: str, tip: str) -> QAction:
        action = self._tools.addAction(text)
        action.setIconText(text)  # else a tool button drops the dots
        action.setToolTip(tip)
        button = self._tools.widgetForAction(action)
        button.setAccessibleName(text.rstrip("…"))
        button.setAccessibleDescription(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return action

    def _give_menu(self, action: QAction, acts: Mapping[str, Callable[[], None]]) -> None:
        menu = QMenu(self)
        menu.addAction("Paste legs…").triggered.connect(lambda _checked=False: acts["paste_legs"]())
        menu.addAction("Copy the legs").triggered.connect(lambda _checked=False: acts["copy_legs"]())
        action.setMenu(menu)
        button = self._tools.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
