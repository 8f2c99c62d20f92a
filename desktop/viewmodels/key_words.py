"""Which keys can be given to an action: read them as they are written, and say why some belong to others."""

from collections.abc import Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

_Key, _Modifier = Qt.Key, Qt.KeyboardModifier
_SHIFT, _CONTROL, _ALT = _Modifier.ShiftModifier, _Modifier.ControlModifier, _Modifier.AltModifier
_NONE = _Modifier.NoModifier
_LAST_SIGN = 0x0100_0000
"""Qt numbers keys that write a sign below it."""
_LONELY = frozenset({_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_Meta, _Key.Key_AltGr, _Key.Key_unknown})
_OF_MOVING = frozenset(
    {_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End, _Key.Key_Backspace}
)
_OF_FIELDS = _OF_MOVING | {
    _Key.Key_Tab,
    _Key.Key_Backtab,
    _Key.Key_Return,
    _Key.Key_Enter,
    _Key.Key_Escape,
    _Key.Key_Space,
    _Key.Key_Delete,
    _Key.Key_Insert,
    _Key.Key_PageUp,
    _Key.Key_PageDown,
}
_OF_WRITING = frozenset({_Key.Key_C, _Key.Key_V, _Key.Key_X, _Key.Key_A, _Key.Key_Insert, _Key.Key_Delete})
_OF_THE_DESKTOP: Mapping[str, str] = {"Alt+F4": "the desktop closes windows with it", "Alt+Tab": "the desktop takes it"}


class KeyRefusedError(ValueError):
    """A key cannot be given to an action; the message says why, and what can be done."""


def read_key(written: str) -> str:
    """Return one combination in Qt's portable spelling. Raises KeyRefusedError for what is none."""
    sequence = QKeySequence(written, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() > 1:
        raise KeyRefusedError(f'"{written}" is a row of keys; an action has one combination, e.g. Ctrl+Shift+E')
    if sequence.isEmpty() or _combination(sequence).key() in _LONELY or not sequence.toString().strip():
        raise KeyRefusedError(f'"{written}" is no key; write e.g. F5, Ctrl+E or Ctrl+Shift+E')
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def shown_key(portable: str) -> str:
    """Return a key as it is shown to the trader."""
    return QKeySequence(portable).toString(QKeySequence.SequenceFormat.NativeText)


def shown_keys(portable: tuple[str, ...]) -> str:
    """Return keys as they are shown to the trader, side by side."""
    return ", ".join(shown_key(key) for key in portable)


def whose(portable: str) -> str:
    """Return to whom a key belongs for good, as the end of a sentence; empty for one that is free."""
    combination = _combination(QKeySequence(portable))
    key, held = combination.key(), combination.keyboardModifiers()
    bare = held in (_NONE, _SHIFT)
    if bare and key.value < _LAST_SIGN:
        return "signs are typed into fields and panels"
    if bare and key in _OF_FIELDS:
        return "fields and tables need it"
    if held == _CONTROL and key in _OF_WRITING:
        return "fields and tables need it to copy and paste"
    if held in (_CONTROL, _CONTROL | _SHIFT) and key in _OF_MOVING:
        return "fields and tables need it to move and to select"
    return _OF_THE_DESKTOP.get(portable, "")


def _combination(sequence: QKeySequence) -> QKeyCombination:
    found: QKeyCombination = sequence[0]  # type: ignore[index] # the stubs leave it out
    return found
