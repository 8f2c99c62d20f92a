"""Shows the trader around: points at the real panels, lets things be done, and goes on when they were."""

import re
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

from desktop.composition.first_start import note_tour, tour_is_known
from desktop.viewmodels.key_words import shown_keys
from desktop.viewmodels.keymap import KeyMap
from desktop.windows.dialog import tell
from desktop.windows.panel import Desk, Panel
from desktop.windows.status_bar import DeskStatusBar
from desktop.windows.tour_balloon import TourBalloon, TourFrame
from desktop.windows.tour_steps import KILL_BUTTON, STEPS, Done, Toured
from desktop.workspace.docking import DockHost

_LOOK_MS = 250
"""How often it looks whether something was done, and where the panels are by now."""

_WORD = re.compile(r"\{(action|key):(\w+)\}")


class TourDesk:
    """The tour of one main window.

    Attributes:
        balloon: What is shown; None while no tour is on.
    """

    def __init__(
        self,
        window: QMainWindow,
        desk: Desk,
        keymap: KeyMap,
        host: Callable[[], DockHost],
        panels: Callable[[], Mapping[str, Panel]],
        show_panel: Callable[[str], None],
        act: Callable[[str], None],
    ) -> None:
        """``host`` and ``panels`` are asked when they are needed: they come later, and change with the workspace."""
        self._window, self._desk, self._keymap = window, desk, keymap
        self._host, self._panels, self._show_panel, self._act = host, panels, show_panel, act
        self.balloon: TourBalloon | None = None
        self._frame: TourFrame | None = None
        self._number = 0
        self._done: Done | None = None
        self._look = QTimer(window)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.look)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out the declared action."""
        return {"tour": self.begin}

    def begin(self) -> None:
        """Begin at the first step; while a tour is on, put the focus into its balloon."""
        if self._desk.real_money:
            tell(
                self._window,
                "The tour is for the simulated market",
                "It starts a portfolio on its way, which would cost money here. Choose the simulated market in the "
                "menu Desk, Trade at another broker…",
            )
            return
        if self.balloon is None or not isValid(self.balloon):
            self.go(0)
        if self.balloon is not None:
            self.balloon.next_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def offer_once(self) -> None:
        """Begin where the trader was never shown around; the focus stays where it is."""
        if not tour_is_known() and not self._desk.real_money:
            self.go(0)

    def number(self) -> int | None:
        """Return the step that is shown, from 0; None while no tour is on."""
        return self._number if self.balloon is not None else None

    def go(self, number: int) -> None:
        """Show a step: its panel is brought to the front, opened where it is closed."""
        self._number = number
        step = STEPS[number]
        if step.panel and step.panel != KILL_BUTTON:
            self._show_panel(step.panel)
        about = Toured(window=self._window, host=self._host(), bridge=self._desk.bridge)
        self._done = step.watch(about) if step.watch is not None else None
        deed = self._title(step.deed) if step.deed else ""
        self._stand_in(self._target())
        assert self.balloon is not None
        self.balloon.show_step(step.title, _WORD.sub(self._worded, step.text), number + 1, len(STEPS), deed)
        self._place()
        self._look.start()

    def end(self) -> None:
        """Take the balloon away and remember that the tour was shown."""
        self._look.stop()
        for widget in (self.balloon, self._frame):
            if widget is not None and isValid(widget):
                widget.hide()
                widget.deleteLater()
        self.balloon = self._frame = self._done = None
        if self._desk.keeps_settings:
            note_tour()

    def close(self) -> None:
        """Stop with the window; a tour that was not ended is offered again."""
        self._look.stop()

    def look(self) -> None:
        """Go on where the step was done, and follow what it points at."""
        if self.balloon is None or not isValid(self.balloon):
            # The window it stood in was closed with it.
            self.balloon = self._frame = None
            self.go(self._number)
            return
        if self._done is not None and self._done():
            self._forward()
            return
        self._place()

    def _forward(self) -> None:
        if self._number + 1 < len(STEPS):
            had_focus = self._has_focus()
            self.go(self._number + 1)
            if had_focus and self.balloon is not None:
                self.balloon.next_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.end()

    def _back(self) -> None:
        self.go(max(0, self._number - 1))

    def _do(self) -> None:
        deed = STEPS[self._number].deed
        if deed == "float_panel":
            # What has the focus is the balloon; the panel of the step is meant.
            self._host().float_panel(STEPS[self._number].panel)
        elif deed:
            self._act(deed)

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return self.balloon is not None and focused is not None and self.balloon.isAncestorOf(focused)

    # --- where it stands --------------------------------------------------------------------------------------------

    def _target(self) -> QWidget:
        """Return what the step points at, where it can be seen; else the window as a whole."""
        panel_id, bar = STEPS[self._number].panel, self._window.statusBar()
        if not panel_id:
            return bar
        if panel_id == KILL_BUTTON and isinstance(bar, DeskStatusBar):
            return bar.kill_button
        panel = self._panels().get(panel_id)
        return panel if panel is not None and panel.isVisible() else self._window

    def _stand_in(self, target: QWidget) -> None:
        """Let balloon and frame belong to the window of the target."""
        window = target.window()
        if self.balloon is None or not isValid(self.balloon):
            self.balloon = TourBalloon(
                self._desk.theme, window, forward=self._forward, back=self._back, leave=self.end, do=self._do
            )
            self._frame = TourFrame(self._desk.theme, window)
        elif self.balloon.window() is not window and self._frame is not None:
            self.balloon.setParent(window)
            self._frame.setParent(window)

    def _place(self) -> None:
        target = self._target()
        self._stand_in(target)
        if self.balloon is None or self._frame is None:
            return
        window = target.window()
        around = QRect(target.mapTo(window, QPoint(0, 0)), target.size()) if target is not window else window.rect()
        if self._frame.geometry() != around:
            self._frame.setGeometry(around)
        before = self.balloon.geometry()
        self.balloon.place_beside(around, window.rect())
        over = window.childAt(self.balloon.geometry().center())
        covered = over is None or not (over is self.balloon or self.balloon.isAncestorOf(over))
        if self.balloon.isHidden() or covered or self.balloon.geometry() != before:
            # Only then: what is raised is painted anew.
            self._frame.setVisible(target is not window)
            self.balloon.show()
            self._frame.raise_()
            self.balloon.raise_()

    def _worded(self, found: re.Match[str]) -> str:
        title, keys = self._title(found[2]), shown_keys(self._keymap.keys(found[2]))
        if found[1] == "key":
            return f"**{keys or title}**"
        return f"**{title}** ({keys})" if keys else f"**{title}**"

    def _title(self, name: str) -> str:
        return self._keymap.title(name).rstrip("…")
