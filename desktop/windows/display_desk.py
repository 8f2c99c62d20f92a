"""How the desktop looks, as the trader changes it, and the keys for larger and smaller text."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.composition.display import LARGEST_TEXT, SMALLEST_TEXT, Display, save_display
from desktop.composition.failures import EXPECTED
from desktop.windows.panel import Desk
from engine.schema.declared import Declared


class DisplayDesk:
    """Keeps the display, and tells ``chosen``, who builds the window anew."""

    def __init__(
        self, window: QWidget, desk: Desk, chosen: Callable[[Display], None], say: Callable[[str], None]
    ) -> None:
        self._window, self._desk, self._chosen, self._say = window, desk, chosen, say

    def resize_text(self, steps: int) -> None:
        """Make all text larger or smaller by whole pixels; at the last size it says so."""
        size = self._desk.display.text_size + steps
        if not SMALLEST_TEXT <= size <= LARGEST_TEXT:
            self._say(f"Text is from {SMALLEST_TEXT} to {LARGEST_TEXT} pixels high; it is {size - steps} now.")
            return
        try:
            self.keep(replace(self._desk.display, text_size=size))
        except EXPECTED as error:
            self._say(str(error))

    def keep(self, display: Declared) -> None:
        """Keep a display and let it be shown. Raises FailureError where it cannot be written."""
        assert isinstance(display, Display)
        if display == self._desk.display:
            return
        if self._desk.keeps_settings:
            save_display(display)
        # The form says first that it is done: it belongs to the window that goes.
        QTimer.singleShot(0, self._window, lambda: self._chosen(display))
