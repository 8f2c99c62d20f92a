"""Panels by key: go from one to the next, find in them, detach, pin and close them, and open the menu at the cursor."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

from desktop.windows.deeds import add_action, cursor_menu
from desktop.windows.panel import Panel
from desktop.workspace.docking import DockHost

_NO_PANEL = "Click into a panel first."


class PanelKeys(QObject):
    """Knows in which panel the trader works, also while a menu or the palette has the focus."""

    def __init__(
        self, window: QMainWindow, host: DockHost, panels: Mapping[str, Panel], say: Callable[[str], None]
    ) -> None:
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
            "float_panel": lambda: self._with_current(self._host.float_panel),
            "pin_panel": lambda: self._with_current(self.pin),
            "close_panel": lambda: self._with_current(self._host.close_panel),
            "find": lambda: self._with_current(self._find),
            "choose_columns": lambda: self._with_current(self._choose_columns),
            "context_menu": self._open_menu_at_cursor,
            "menu_bar": self._go_to_menus,
            "full_screen": self._toggle_full_screen,
        }

    def current(self) -> str | None:
        """Return the panel in which the trader works or worked last."""
        return self._current if self._current in self._panels else None

    def go(self, step: int) -> None:
        """Go to the next open panel, or by −1 to the one before."""
        ids = [panel_id for panel_id in self._host.panel_ids() if self._host.is_open(panel_id)]
        if not ids:
            return
        current = self.current()
        place = (ids.index(current) + step) % len(ids) if current in ids else 0
        self._host.show_panel(ids[place])
        self._current = ids[place]
        self._panels[ids[place]].window().activateWindow()

    def pin(self, panel_id: str) -> None:
        """Keep the window of a panel above all others, or no longer; a docked panel is detached first."""
        if not self._host.is_floating(panel_id):
            self._host.float_panel(panel_id)
        window = self._panels[panel_id].window()
        on = not window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
        window.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, bool(on))
        # Another flag hides the window.
        window.show()
        self._say("Its window stays above all others." if on else "Its window does not stay on top any more.")

    def open_tab_menu(self, panel_id: str, at: QPoint, action_of: Callable[[str], QAction]) -> None:
        """Open the menu of a panel's tab."""
        self._current = panel_id
        menu = cursor_menu(self._window)
        add_action(menu, action_of("float_panel"), possible=not self._host.is_floating(panel_id))
        add_action(menu, action_of("pin_panel"))
        has_table = panel_id in self._panels and self._panels[panel_id].table_header() is not None
        add_action(menu, action_of("choose_columns"), possible=has_table)
        menu.addSeparator()
        add_action(menu, action_of("close_panel"))
        menu.popup(at)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not isValid(now):
            return
        for panel_id, panel in self._panels.items():
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
        line = self._panels[panel_id].word_line()
        if line is None:
            self._say("This panel has no line to search with; the command palette finds contracts and portfolios.")
        else:
            line.setFocus(Qt.FocusReason.ShortcutFocusReason)
            line.selectAll()

    def _choose_columns(self, panel_id: str) -> None:
        header = self._panels[panel_id].table_header()
        if header is None:
            self._say("This panel has no columns.")
            return
        menu = header.chooser(header)
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
