"""Every menu entry, button and shortcut of the workstation, each declared once."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from desktop.presentation.icons import icon
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone


class Menu(Enum):
    """Where an action stands; the order is that of the menu bar."""

    DESK = "&Desk"
    PORTFOLIO = "&Portfolio"
    ORDERS = "&Orders"
    PANELS = "P&anels"
    WINDOW = "&Window"
    RISK = "&Risk"
    HELP = "&Help"


class ActionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the trader can ask for.

    Attributes:
        name: Lasting name; handlers are found by it.
        title: Text of the menu entry, with its mnemonic.
        menu: Menu it stands in.
        tip: One sentence: what happens.
        shortcut: Keys in Qt's portable spelling; empty for none.
        symbol: Bundled symbol; empty for none.
        danger: Drawn in the colour of a loss.
        everywhere: Its keys work in every window and dialog of the program.
        separator_before: A line stands above it.
    """

    name: str
    title: str
    menu: Menu
    tip: str
    shortcut: str = ""
    symbol: str = ""
    danger: bool = False
    everywhere: bool = False
    separator_before: bool = False


def _panel(number: int, name: str, title: str, tip: str, symbol: str, other: str = "") -> tuple[ActionSpec, ...]:
    spec = ActionSpec(
        name=f"show_{name}",
        title=title,
        menu=Menu.PANELS,
        tip=tip,
        shortcut=f"Ctrl+{number}" + (f"; {other}" if other else ""),
        symbol=symbol,
    )
    return (spec,)


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        name="start_demonstration",
        title="Start the &demonstration…",
        menu=Menu.DESK,
        tip="Run the hedged short straddle on NIFTY from 09:20 to square-off, with simulated money.",
        shortcut="Ctrl+D",
        symbol="play",
    ),
    ActionSpec(
        name="save_screenshot",
        title="Save a &picture of the window…",
        menu=Menu.DESK,
        tip="Write what the window shows to a PNG file.",
        shortcut="Ctrl+Shift+P",
    ),
    ActionSpec(
        name="notifications",
        title="&Notifications…",
        menu=Menu.DESK,
        tip="Choose which alerts pop up, sound, or are sent to a messenger, a mailbox or a webhook.",
        symbol="settings",
    ),
    ActionSpec(
        name="display",
        title="D&isplay…",
        menu=Menu.DESK,
        tip="Choose theme, colours of profit and loss, text size, room of rows and how large numbers are grouped.",
        symbol="settings",
    ),
    ActionSpec(
        name="text_larger",
        title="&Larger text",
        menu=Menu.DESK,
        tip="Make all text a size larger.",
        shortcut="Ctrl++; Ctrl+=",
    ),
    ActionSpec(
        name="text_smaller",
        title="S&maller text",
        menu=Menu.DESK,
        tip="Make all text a size smaller.",
        shortcut="Ctrl+-",
    ),
    ActionSpec(
        name="quit",
        title="&Quit",
        menu=Menu.DESK,
        tip="Close the window and stop the engine; the journal keeps everything.",
        shortcut="Ctrl+Q",
        symbol="close",
        separator_before=True,
    ),
    ActionSpec(
        name="new_portfolio",
        title="&New from template…",
        menu=Menu.PORTFOLIO,
        tip="Choose one of the predefined structures and edit it.",
        shortcut="Ctrl+N",
        symbol="add",
    ),
    ActionSpec(
        name="open_portfolio",
        title="&Open a file…",
        menu=Menu.PORTFOLIO,
        tip="Open a portfolio written in TOML in the editor.",
        shortcut="Ctrl+O",
    ),
    ActionSpec(
        name="save_portfolio",
        title="&Save the edited portfolio…",
        menu=Menu.PORTFOLIO,
        tip="Write the edited portfolio to a TOML file.",
        shortcut="Ctrl+S",
    ),
    ActionSpec(
        name="undo",
        title="&Undo an edit",
        menu=Menu.PORTFOLIO,
        tip="Go back to the draft before the last change.",
        shortcut="Ctrl+Z",
        separator_before=True,
    ),
    ActionSpec(
        name="redo",
        title="&Redo",
        menu=Menu.PORTFOLIO,
        tip="Take back the last undo.",
        shortcut="Ctrl+Shift+Z",
    ),
    ActionSpec(
        name="arm_edited",
        title="&Arm or start the edited portfolio…",
        menu=Menu.PORTFOLIO,
        tip="Hand the edited portfolio to the engine; it enters as its entry rule says.",
        shortcut="F5",
        symbol="play",
        separator_before=True,
    ),
    ActionSpec(
        name="start_selected",
        title="S&tart the selected portfolio…",
        menu=Menu.PORTFOLIO,
        tip="Enter now, whatever the entry rule says.",
        shortcut="Ctrl+F5",
        symbol="play",
    ),
    ActionSpec(
        name="square_off_selected",
        title="S&quare off the selected portfolio…",
        menu=Menu.PORTFOLIO,
        tip="Close everything the selected portfolio holds, shorts first.",
        shortcut="Ctrl+Shift+Q",
        symbol="stop",
        separator_before=True,
    ),
    ActionSpec(
        name="panic_selected",
        title="&Panic exit of the selected portfolio…",
        menu=Menu.PORTFOLIO,
        tip="Close everything at once, without pauses between steps.",
        shortcut="Ctrl+Shift+X",
        symbol="warning",
        danger=True,
        everywhere=True,
    ),
    ActionSpec(
        name="resume_selected",
        title="R&esume the held entry",
        menu=Menu.PORTFOLIO,
        tip="Finish an entry that a restart caught in the middle.",
        symbol="play",
    ),
    ActionSpec(
        name="clone_selected",
        title="&Clone to the editor",
        menu=Menu.PORTFOLIO,
        tip="Open a copy of the selected portfolio in the editor.",
        shortcut="Ctrl+Shift+C",
        symbol="copy",
    ),
    ActionSpec(
        name="edit_selected",
        title="&Edit…",
        menu=Menu.PORTFOLIO,
        tip="Change the selected portfolio, also while it runs; what may not change is greyed.",
        shortcut="Ctrl+E",
        separator_before=True,
    ),
    ActionSpec(
        name="part_exit_selected",
        title="Close a pa&rt…",
        menu=Menu.PORTFOLIO,
        tip="Close the same part of every leg of the selected portfolio.",
    ),
    ActionSpec(
        name="part_entry_selected",
        title="Enter &more…",
        menu=Menu.PORTFOLIO,
        tip="Enter more lots of every open leg of the selected portfolio.",
    ),
    ActionSpec(
        name="mark_completed_selected",
        title="Mar&k as done…",
        menu=Menu.PORTFOLIO,
        tip="Take as done what was closed in the broker's own application.",
    ),
    ActionSpec(
        name="reset_selected",
        title="Reset to &idle",
        menu=Menu.PORTFOLIO,
        tip="Let a portfolio that is done wait for another start.",
    ),
    ActionSpec(
        name="disable_selected",
        title="Disa&ble",
        menu=Menu.PORTFOLIO,
        tip="Let nothing start the selected portfolio until it is enabled again.",
    ),
    ActionSpec(
        name="enable_selected",
        title="Enab&le",
        menu=Menu.PORTFOLIO,
        tip="Let the selected portfolio be started again.",
    ),
    ActionSpec(
        name="cancel_orders",
        title="&Cancel the selected orders",
        menu=Menu.ORDERS,
        tip="Cancel what the selected orders still have open.",
        shortcut="Shift+F3",
        symbol="close",
    ),
    ActionSpec(
        name="modify_order",
        title="&Modify the limit…",
        menu=Menu.ORDERS,
        tip="Give the selected order another limit.",
        shortcut="Ctrl+M",
    ),
    ActionSpec(
        name="order_details",
        title="&Details of the order",
        menu=Menu.ORDERS,
        tip="Show every step in the life of the selected order, with its reason.",
        shortcut="Ctrl+I",
    ),
    *_panel(1, "portfolios", "&Portfolios", "Show the portfolios.", "portfolio"),
    *_panel(2, "editor", "Multileg &editor", "Show the multileg editor.", "payoff", "F2"),
    *_panel(3, "orders", "&Order book", "Show every order of the day.", "orders", "F3"),
    *_panel(4, "positions", "Po&sitions", "Show positions with their Greeks.", "positions", "Alt+F6"),
    *_panel(5, "chain", "Option &chain", "Show the option chain.", "chain", "F4"),
    *_panel(6, "chart", "C&hart", "Show the candle chart.", "chart", "F6"),
    *_panel(7, "premium", "Combined pre&mium", "Show the combined premium of a portfolio.", "chart", "F7"),
    *_panel(9, "accounts", "&Accounts", "Show the accounts, their limits and how their day stands.", "settings"),
    *_panel(0, "tags", "Strategy &tags", "Show the strategy tags: in which accounts portfolios run.", "pin"),
    *_panel(8, "messages", "&Message log", "Show what happened, and why.", "log", "F8"),
    ActionSpec(
        name="float_panel",
        title="&Detach the focused panel",
        menu=Menu.WINDOW,
        tip="Take the focused panel out into a window of its own; drag its tab to dock it again.",
        shortcut="Ctrl+Shift+D",
        symbol="detach",
    ),
    ActionSpec(
        name="next_window",
        title="&Next window",
        menu=Menu.WINDOW,
        tip="Go to the next detached window, or back to the main one.",
        shortcut="Ctrl+Tab",
    ),
    ActionSpec(
        name="save_workspace",
        title="&Save the arrangement",
        menu=Menu.WINDOW,
        tip="Keep the panels as they stand now.",
        separator_before=True,
    ),
    ActionSpec(
        name="reset_workspace",
        title="&Reset the arrangement",
        menu=Menu.WINDOW,
        tip="Put the panels back as they came with the program.",
    ),
    ActionSpec(
        name="kill_switch",
        title="&Kill switch…",
        menu=Menu.RISK,
        tip="Stop openings, cancel orders, or flatten everything.",
        shortcut="Ctrl+Shift+K",
        symbol="kill",
        danger=True,
        everywhere=True,
    ),
    ActionSpec(name="keys", title="&Keys", menu=Menu.HELP, tip="List every key of the workstation.", shortcut="F1"),
    ActionSpec(name="about", title="&About Legwork", menu=Menu.HELP, tip="Say which version this is."),
)


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


def everywhere(actions: Mapping[str, QAction], specs: Iterable[ActionSpec] = ACTIONS) -> list[QAction]:
    """Return the actions whose keys must also work in dialogs and detached windows."""
    return [actions[spec.name] for spec in specs if spec.everywhere]


def keys_of(spec: ActionSpec) -> list[QKeySequence]:
    """Return the keys of an action, the first one shown in menus."""
    return [QKeySequence(keys.strip()) for keys in spec.shortcut.split(";") if keys.strip()]


def _action(window: QWidget, theme: Theme, spec: ActionSpec) -> QAction:
    action = QAction(spec.title, window)
    action.setObjectName(spec.name)
    action.setToolTip(spec.tip)
    action.setStatusTip(spec.tip)
    keys = keys_of(spec)
    if keys:
        action.setShortcuts(keys)
        context = Qt.ShortcutContext.ApplicationShortcut if spec.everywhere else Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(context)
    if spec.symbol:
        action.setIcon(QIcon(icon(spec.symbol, theme, Tone.DOWN if spec.danger else Tone.PLAIN)))
    return action
