"""The buttons above the portfolio grid: as many as there is room for, the rest behind "More"."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.widgets.keyed_tip import ActionButton
from desktop.windows.deeds import add_action

BUTTONS: tuple[str, ...] = (
    "start_selected",
    "square_off_selected",
    "panic_selected",
    "edit_selected",
    "clone_selected",
    "resume_selected",
    "part_exit_selected",
    "part_entry_selected",
    "mark_completed_selected",
    "reset_selected",
    "arm_selected",
)
"""Actions that have a button; those that stand last give way first."""
_ALWAYS = ("check_all", "check_none")
_SPACING = 5


class PortfolioBar(QWidget):
    """Buttons of declared actions, and a menu with those that have no room.

    Attributes:
        buttons: The buttons by the names of their actions.
        more: Opens the menu of the others.
    """

    def __init__(
        self, action_of: Callable[[str], QAction], others: Sequence[str], parent: QWidget | None = None
    ) -> None:
        """``others`` are actions that only the menu offers."""
        super().__init__(parent)
        self._action_of, self._others = action_of, tuple(others)
        self._possible: Collection[str] = ()
        self.buttons: Mapping[str, QPushButton] = {name: ActionButton(action_of(name), self) for name in BUTTONS}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING)
        for button in self.buttons.values():
            self._row.addWidget(button)
        self.more = QToolButton(self)
        self.more.setText("More")
        self.more.setAccessibleName("More that can be done to portfolios")
        self.more.setToolTip("What else can be done to the portfolio, or to all that are checked")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.more.setMenu(menu)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        # The row shows what has room instead of asking for room for everything.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(self.more.sizeHint().width())

    def enable(self, possible: Collection[str]) -> None:
        """Let the named actions be asked for, and no others."""
        self._possible = possible
        for name, button in self.buttons.items():
            button.setEnabled(name in possible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what has room."""
        super().resizeEvent(event)
        room = event.size().width() - self.more.sizeHint().width()
        for button in self.buttons.values():
            room -= button.sizeHint().width() + _SPACING
            button.setVisible(room >= 0)

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for name in (*self.buttons, *self._others):
            button = self.buttons.get(name)
            if button is None or not button.isVisible():
                add_action(menu, self._action_of(name), possible=name in self._possible)
        menu.addSeparator()
        for name in _ALWAYS:
            add_action(menu, self._action_of(name))
