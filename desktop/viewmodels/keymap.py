"""The keys of all actions: as declared, as the trader has changed them, and who comes first.

Precedence, from first to last:

1. A field in which text is typed keeps the keys of typing: signs, moving, selecting, copy and paste, undo and redo.
2. A list or table with the focus keeps the keys of its own deeds: Insert, Delete, Ctrl+D, Alt+Up, B and S of the chain.
3. The keys of actions. They work in the main window and in every detached window; those of the kill switch and of
   the panic exit in every dialog too.

What belongs to 1 or 2 for good, the menus' own letters (Alt with an underlined letter) and the desktop's keys cannot
be given to actions; see ``desktop.viewmodels.key_words``. Among actions a key has one owner: the trader's own keys
come before declared ones, of two own ones the action declared first; and what must never be without a key keeps its
last one.
"""

from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.viewmodels.key_words import KeyRefusedError, read_key, shown_key, whose

MOST_KEYS = 2
"""Of one action."""

Keys = tuple[str, ...]


class KeyedAction(msgspec.Struct, frozen=True):
    """What the key map knows of an action.

    Attributes:
        name: Its lasting name.
        title: Its text, without mnemonic.
        keys: Declared keys, in Qt's portable spelling.
        never_without: It must always have a key.
    """

    name: str
    title: str
    keys: Keys
    never_without: bool = False


class KeyMap(QObject):
    """Who has which keys.

    Signals:
        changed: Some action has other keys.
    """

    changed = Signal()

    def __init__(
        self, actions: Sequence[KeyedAction], reserved: Mapping[str, str] | None = None, parent: QObject | None = None
    ) -> None:
        """``reserved`` names keys that belong to others for good, with the end of a sentence that says to whom."""
        super().__init__(parent)
        self._actions = {action.name: action for action in actions}
        self._reserved = dict(reserved or {})
        self._own: dict[str, Keys] = {}
        self._aside: dict[str, object] = {}
        self._keys = self._resolved()

    def keys(self, name: str) -> Keys:
        """Return the keys of an action, the first shown in menus. Raises KeyError for an unknown one."""
        return self._keys[name]

    def names(self) -> tuple[str, ...]:
        """Return the actions in their declared order."""
        return tuple(self._actions)

    def title(self, name: str) -> str:
        """Return the text of an action."""
        return self._actions[name].title

    def is_own(self, name: str) -> bool:
        """Return whether an action's keys differ from the declared ones."""
        return self._keys[name] != self._actions[name].keys

    def owner(self, key: str) -> str | None:
        """Return the action that has a key."""
        return next((name for name, keys in self._keys.items() if key in keys), None)

    def check(self, name: str, key: str) -> str:
        """Return a key in its spelling, if it can be given to an action. Raises KeyRefusedError.

        Another action's key passes: see ``conflict``.
        """
        portable = read_key(key)
        owned = self._reserved.get(portable) or whose(portable)
        if owned and portable not in self._actions[name].keys:
            raise KeyRefusedError(f"{shown_key(portable)} cannot be an action's key: {owned}.")
        return portable

    def conflict(self, name: str, key: str) -> str | None:
        """Return the other action that has a key. Raises KeyRefusedError where it is its only one and must stay."""
        other = self.owner(key)
        if other is None or other == name:
            return None
        if self._actions[other].never_without and len(self._keys[other]) == 1:
            raise KeyRefusedError(
                f"{shown_key(key)} is the only key of {self.title(other)}, which must never be without one; "
                "give that another key first."
            )
        return other

    def give(self, name: str, keys: Sequence[str]) -> None:
        """Give an action these keys and no others, and take them away from whoever had them.

        Raises KeyRefusedError, and changes nothing, where one cannot be given, there are too many, or the action must
        never be without.
        """
        wanted = tuple(dict.fromkeys(self.check(name, key) for key in keys))
        if len(wanted) > MOST_KEYS:
            raise KeyRefusedError(f"{self.title(name)} can have {MOST_KEYS} keys, not {len(wanted)}.")
        if not wanted and self._actions[name].never_without:
            raise KeyRefusedError(f"{self.title(name)} must never be without a key: it is for emergencies.")
        others = {other for key in wanted if (other := self.conflict(name, key)) is not None}
        left: dict[str, Keys] = {
            other: tuple(key for key in self._keys[other] if key not in wanted) for other in sorted(others)
        }
        for other, keys_left in left.items():
            if not keys_left and self._actions[other].never_without:
                raise KeyRefusedError(f"{self.title(other)} must never be without a key: it is for emergencies.")
        self._own |= left
        self._own[name] = wanted
        self._settle()

    def reset(self, name: str) -> None:
        """Give an action its declared keys again. Raises KeyRefusedError as ``give`` does."""
        self.give(name, self._actions[name].keys)

    def reset_all(self) -> None:
        """Give every action its declared keys again."""
        self._own.clear()
        self._settle()

    def load(self, table: Mapping[str, object]) -> list[str]:
        """Take the trader's own keys; return a sentence for each entry that is kept out.

        What is kept out is carried along and written again with the rest.
        """
        self._own, self._aside, sentences = {}, {}, []
        taken: dict[str, str] = {}
        for name in sorted(table, key=self._place):
            try:
                self._own[name] = self._read(name, table[name], taken)
            except KeyRefusedError as error:
                self._aside[name] = table[name]
                sentences.append(f'Keys of "{name}" are left as declared: {error}')
        self._settle()
        return sentences

    def table(self) -> dict[str, object]:
        """Return what differs from the declaration, and what was kept out, for the file."""
        own = {name: list(keys) for name, keys in self._keys.items() if self.is_own(name)}
        return {**self._aside, **own}

    def _place(self, name: str) -> tuple[bool, int]:
        """Those that must have a key come first, so that it is known which of theirs are free."""
        if name not in self._actions:
            return True, len(self._actions)
        return not self._actions[name].never_without, list(self._actions).index(name)

    def _read(self, name: str, written: object, taken: dict[str, str]) -> Keys:
        action = self._actions.get(name)
        if action is None:
            raise KeyRefusedError("there is no such action.")
        if not isinstance(written, list) or not all(isinstance(key, str) for key in written):
            raise KeyRefusedError('keys are written as a list of texts, e.g. ["Ctrl+E"].')
        keys = tuple(dict.fromkeys(self.check(name, key) for key in written))
        if len(keys) > MOST_KEYS:
            raise KeyRefusedError(f"there can be {MOST_KEYS} keys, not {len(keys)}.")
        if not keys and action.never_without:
            raise KeyRefusedError("it must never be without a key.")
        for key in keys:
            if key in taken:
                raise KeyRefusedError(f"{shown_key(key)} is given to {self.title(taken[key])} as well.")
            kept = next((one for one in self._actions.values() if one.never_without and one.keys[:1] == (key,)), None)
            if kept is not None and kept.name not in (name, *self._own):
                raise KeyRefusedError(f"{shown_key(key)} is kept for {kept.title}.")
        taken.update(dict.fromkeys(keys, name))
        return keys

    def _settle(self) -> None:
        keys = self._resolved()
        self._own = {name: own for name, own in self._own.items() if own != self._actions[name].keys}
        if keys != self._keys:
            self._keys = keys
            self.changed.emit()

    def _resolved(self) -> dict[str, Keys]:
        """Return every action's keys: own ones, and declared ones that nobody else has taken."""
        taken = {key for keys in self._own.values() for key in keys}
        return {
            name: self._own[name] if name in self._own else tuple(key for key in action.keys if key not in taken)
            for name, action in self._actions.items()
        }
