"""Panels by key: go from one to the next, find in them, close them, and open the menu at the cursor."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

from desktop.windows.panel import Panel
from desktop.workspace.docking import DockHost

_NO_PANEL = "Click into a panel first."


class PanelKeys(QObject):
    """Knows in which panel the trader works, also while a menu or the palette has the focus."""

    def __init__(
        self,
        window: QMainWindow,
        host: Callable[[], DockHost],
        panels: Callable[[], Mapping[str, Panel]],
        say: Callable[[str], None],
    ) -> None:
        """``host`` and ``panels`` are asked when a key is pressed: actions are made before panels."""
        super().__init__(window)
        self._window, self._host, self._panels, self._say = window, host, panels, say
        self._current: str | None = None
        self._widget: QWidget | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out the declared actions."""
        return {
            "next_panel": lambda: self.go(1),
            "previous_panel": lambda: self.go(-1),
            "find": lambda: self._with_current(self._find),
            "choose_columns": lambda: self._with_current(self._choose_columns),
            "sort_table": lambda: self._with_current(self._choose_sort),
            "context_menu": self._open_menu_at_cursor,
            "menu_bar": self._go_to_menus,
            "full_screen": self._toggle_full_screen,
        }

    def current(self) -> str | None:
        """Return the panel in which the trader works or worked last."""
        return self._current if self._current in self._panels() else None

    def current_panel(self) -> Panel | None:
        """Return the panel itself in which the trader works or worked last."""
        current = self.current()
        return None if current is None else self._panels()[current]

    def go(self, step: int) -> None:
        """Go to the next open panel, or by −1 to the one before."""
        host = self._host()
        ids = [panel_id for panel_id in host.panel_ids() if host.is_open(panel_id)]
        if not ids:
            return
        current = self.current()
        place = (ids.index(current) + step) % len(ids) if current in ids else 0
        host.show_panel(ids[place])
        self._current = ids[place]
        self._panels()[ids[place]].window().activateWindow()

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not isValid(now):
            return
        for panel_id, panel in self._panels().items():
            if isValid(panel) and (now is panel or panel.isAncestorOf(now)):
                self._current, self._widget = panel_id, now
                return

    def _with_current(self, act: Callable[[str], None]) -> None:
        current = self.current()
        if current is None:
            self._say(_NO_PANEL)
        else:
            act(current)

    def _find(self, panel_id: str) -> None:
        line = self._panels()[panel_id].word_line()
        if line is None:
            self._say("This panel has no line to search with; the command palette finds contracts and portfolios.")
        else:
            line.setFocus(Qt.FocusReason.ShortcutFocusReason)
            line.selectAll()

    def _choose_columns(self, panel_id: str) -> None:
        header = self._panels()[panel_id].table_header()
        if header is None:
            self._say("This panel has no columns.")
            return
        menu = header.chooser(header)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(header.mapToGlobal(QPoint(0, header.height())))

    def _choose_sort(self, panel_id: str) -> None:
        header = self._panels()[panel_id].table_header()
        if header is None or not header.sortable:
            self._say("The lines of this panel keep an order of their own.")
            return
        menu = header.sorter(header)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(header.mapToGlobal(QPoint(0, header.height())))

    def _open_menu_at_cursor(self) -> None:
        target = QApplication.focusWidget() or self._widget
        if target is None or not isValid(target):
            self._say(_NO_PANEL)
            return
        middle = target.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, target.mapToGlobal(middle))
        QApplication.sendEvent(target, event)

    def _go_to_menus(self) -> None:
        bar = self._window.menuBar()
        bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
        bar.setActiveAction(bar.actions()[0])

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
