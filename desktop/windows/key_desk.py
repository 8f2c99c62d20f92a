"""Applies the trader's keys to the actions of the window, keeps them in a file, and shows them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.composition.failures import EXPECTED
from desktop.composition.keys_file import read_keys, write_keys
from desktop.viewmodels.keymap import KeyMap
from desktop.windows.key_sheet import KeySheet
from desktop.windows.live_actions import keyed_actions, menu_letters, set_keys
from desktop.windows.shortcut_editor import ShortcutEditor


class KeyDesk:
    """The keys of one window.

    Attributes:
        keymap: Who has which keys.
    """

    def __init__(self, window: QWidget, path: Path | None, say: Callable[[str], None]) -> None:
        """``path`` is the trader's file of keys; None keeps changes for this window only."""
        self._window, self._path, self._say = window, path, say
        self._actions: Mapping[str, QAction] = {}
        self._why_not_kept = ""
        self.keymap = KeyMap(keyed_actions(), menu_letters(), window)
        self._load()
        self.keymap.changed.connect(self._apply)

    def give_keys_to(self, actions: Mapping[str, QAction]) -> None:
        """Let the actions of the window have their keys, now and after every change."""
        self._actions = actions
        self._apply()

    def open_editor(self) -> None:
        """Open the editor of keys."""
        ShortcutEditor(self._window, self.keymap, self.keep).open()

    def open_sheet(self) -> None:
        """Open the list of keys."""
        KeySheet(self._window, self.keymap, self.open_editor).open()

    def keep(self) -> str:
        """Write the trader's keys; return a sentence where that was not possible, else ``""``."""
        if self._path is None:
            return ""
        if self._why_not_kept:
            return f"The new keys hold until Legwork is closed and are not kept: {self._why_not_kept}"
        try:
            write_keys(self._path, self.keymap.table())
        except EXPECTED as error:
            return str(error)
        return ""

    def _load(self) -> None:
        if self._path is None:
            return
        try:
            sentences = self.keymap.load(read_keys(self._path))
        except EXPECTED as error:
            # What could not be read must not be written over.
            self._why_not_kept = str(error)
            sentences = [str(error)]
        for sentence in sentences:
            self._say(sentence)

    def _apply(self) -> None:
        # First all are taken away, so that no key has two owners in between.
        changed = {
            name: self.keymap.keys(name)
            for name, action in self._actions.items()
            if tuple(key.toString() for key in action.shortcuts()) != self.keymap.keys(name)
        }
        for name in changed:
            set_keys(self._actions[name], ())
        for name, keys in changed.items():
            set_keys(self._actions[name], keys)
