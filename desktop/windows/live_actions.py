"""The declared actions as Qt's own, with menus, and with whatever keys the trader has given them."""

import re
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from desktop.actions import ACTIONS, ActionSpec, Menu
from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.keymap import KeyedAction

_MNEMONIC = re.compile(r"&(\w)")


class UnboundActionError(KeyError):
    """An action was declared and nobody carries it out, or the other way round."""


def make_actions(
    window: QWidget, theme: Theme, handlers: Mapping[str, Callable[[], None]], specs: Iterable[ActionSpec] = ACTIONS
) -> dict[str, QAction]:
    """Return a QAction for each declaration, added to the window so that its keys work there.

    Raises UnboundActionError where declarations and handlers do not match one to one.
    """
    declared = {spec.name: spec for spec in specs}
    missing = declared.keys() ^ handlers.keys()
    if missing:
        raise UnboundActionError(f"Actions without a counterpart: {', '.join(sorted(missing))}")
    actions = {name: _action(window, theme, spec) for name, spec in declared.items()}
    for name, action in actions.items():
        action.triggered.connect(lambda _checked=False, handler=handlers[name]: handler())
        window.addAction(action)
    return actions


def fill_menu_bar(bar: QMenuBar, actions: Mapping[str, QAction], specs: Iterable[ActionSpec] = ACTIONS) -> None:
    """Build the menus from the declarations."""
    menus = {menu: bar.addMenu(menu.value) for menu in Menu}
    for menu in menus.values():
        menu.setToolTipsVisible(True)
    for spec in specs:
        if spec.separator_before:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.name])


def keyed_actions(specs: Iterable[ActionSpec] = ACTIONS) -> list[KeyedAction]:
    """Return what the key map must know: what works everywhere is for emergencies and never without a key."""
    return [KeyedAction(spec.name, spec.plain_title, spec.keys, never_without=spec.everywhere) for spec in specs]


def menu_letters() -> dict[str, str]:
    """Return the keys that open the menus, each with the end of a sentence that says so."""
    found = ((_MNEMONIC.search(menu.value), menu) for menu in Menu)
    return {
        f"Alt+{letter.group(1).upper()}": f"it opens the menu {menu.value.replace('&', '')}"
        for letter, menu in found
        if letter is not None
    }


def set_keys(action: QAction, keys: tuple[str, ...]) -> None:
    """Let an action have these keys from now on."""
    action.setShortcuts([QKeySequence(key) for key in keys])


def keys_text(action: QAction) -> str:
    """Return the keys of an action as they are shown to the trader."""
    return ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())


def _action(window: QWidget, theme: Theme, spec: ActionSpec) -> QAction:
    action = QAction(spec.title, window)
    action.setObjectName(spec.name)
    action.setCheckable(spec.checkable)
    action.setIconText(spec.short or spec.plain_title)
    action.setToolTip(spec.tip)
    action.setStatusTip(spec.tip)
    action.setProperty("danger", spec.danger)
    context = Qt.ShortcutContext.ApplicationShortcut if spec.everywhere else Qt.ShortcutContext.WindowShortcut
    action.setShortcutContext(context)
    set_keys(action, spec.keys)
    if spec.symbol:
        action.setIcon(QIcon(icon(spec.symbol, theme, Tone.DOWN if spec.danger else Tone.PLAIN)))
    return action
