"""Every menu entry, button and shortcut of the workstation, each declared once."""

from enum import Enum

import msgspec

from desktop.window_actions import WINDOW_ACTIONS


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
        short: Text of its button and in menus where it is plain what is meant; empty for the title.
        menu: Menu it stands in.
        tip: One sentence: what happens.
        shortcut: Declared keys in Qt's portable spelling, apart by semicolons; empty for none. The trader may change
            them.
        symbol: Bundled symbol; empty for none.
        danger: Drawn in the colour of a loss.
        everywhere: Its keys work in every window and dialog of the program.
        checkable: It is on or off, and shows which.
        separator_before: A line stands above it.
    """

    name: str
    title: str
    menu: Menu
    tip: str
    short: str = ""
    shortcut: str = ""
    symbol: str = ""
    danger: bool = False
    everywhere: bool = False
    checkable: bool = False
    separator_before: bool = False

    @property
    def plain_title(self) -> str:
        """The title without its mnemonic."""
        return self.title.replace("&", "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The declared keys, the first one shown in menus."""
        return tuple(keys.strip() for keys in self.shortcut.split(";") if keys.strip())


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
        name="command_palette",
        title="&Command palette…",
        menu=Menu.DESK,
        tip="Find anything by words.",
        shortcut="Ctrl+K",
    ),
    ActionSpec(
        name="find",
        title="&Find in the panel",
        menu=Menu.DESK,
        tip="Go to the panel's line of words.",
        shortcut="Ctrl+F",
    ),
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
    ActionSpec(name="paste_legs", title="Paste le&gs…", menu=Menu.PORTFOLIO, tip="Take legs from a leg string."),
    ActionSpec(name="copy_legs", title="Cop&y the legs", menu=Menu.PORTFOLIO, tip="Copy the legs as a leg string."),
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
        short="Start…",
        menu=Menu.PORTFOLIO,
        tip="Enter now, whatever the entry rule says.",
        shortcut="Ctrl+F5",
        symbol="play",
    ),
    ActionSpec(
        name="square_off_selected",
        title="S&quare off the selected portfolio…",
        short="Square off…",
        menu=Menu.PORTFOLIO,
        tip="Close everything the selected portfolio holds, shorts first.",
        shortcut="Ctrl+Shift+Q",
        symbol="stop",
        separator_before=True,
        danger=True,
    ),
    ActionSpec(
        name="panic_selected",
        title="&Panic exit of the selected portfolio…",
        short="Panic…",
        menu=Menu.PORTFOLIO,
        tip="Close everything at once, without pauses between steps.",
        shortcut="Ctrl+Shift+X",
        symbol="warning",
        danger=True,
        everywhere=True,
    ),
    ActionSpec(
        name="resume_selected",
        title="Resume the &held entry",
        short="Resume",
        menu=Menu.PORTFOLIO,
        tip="Finish an entry that a restart caught in the middle.",
        symbol="play",
    ),
    ActionSpec(
        name="clone_selected",
        title="&Clone to the editor",
        short="Clone",
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
        title="Close a part…",
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
        short="Cancel",
        menu=Menu.ORDERS,
        tip="Cancel what the selected orders still have open.",
        shortcut="Shift+F3",
        symbol="close",
        danger=True,
    ),
    ActionSpec(
        name="modify_order",
        title="&Modify the limit…",
        short="Modify…",
        menu=Menu.ORDERS,
        tip="Give the selected order another limit.",
        shortcut="Ctrl+M",
    ),
    ActionSpec(
        name="order_details",
        title="&Details of the order",
        short="Details",
        menu=Menu.ORDERS,
        tip="Show every step in the life of the selected order, with its reason.",
        shortcut="Ctrl+I",
    ),
    ActionSpec(
        name="next_panel", title="Ne&xt panel", menu=Menu.WINDOW, tip="Go to the next panel.", shortcut="Ctrl+F6"
    ),
    ActionSpec(
        name="previous_panel",
        title="Pre&vious panel",
        menu=Menu.WINDOW,
        tip="Go to the panel before.",
        shortcut="Ctrl+Shift+F6",
    ),
    ActionSpec(
        name="choose_columns",
        title="C&olumns…",
        menu=Menu.WINDOW,
        tip="Choose the columns of the focused panel's table.",
    ),
    ActionSpec(
        name="context_menu",
        title="Menu at the &cursor",
        menu=Menu.WINDOW,
        tip="Open the menu of what the cursor is on.",
        shortcut="Shift+F10; Menu",
    ),
    ActionSpec(
        name="menu_bar", title="&Menu bar", menu=Menu.WINDOW, tip="Go to the menus of the window.", shortcut="F10"
    ),
    ActionSpec(
        name="full_screen", title="&Full screen", menu=Menu.WINDOW, tip="Fill the screen, or no longer.", shortcut="F11"
    ),
    *_panel(1, "portfolios", "&Portfolios", "Show the portfolios.", "portfolio"),
    *_panel(2, "editor", "Multileg &editor", "Show the multileg editor.", "payoff", "F2"),
    *_panel(3, "orders", "&Order book", "Show every order of the day.", "orders", "F3"),
    *_panel(4, "positions", "Po&sitions", "Show positions with their Greeks.", "positions", "Alt+F6"),
    *_panel(5, "chain", "Option &chain", "Show the option chain.", "chain", "F4"),
    *_panel(6, "chart", "C&hart", "Show the candle chart.", "chart", "F6"),
    *_panel(7, "premium", "Combined premi&um", "Show the combined premium of a portfolio.", "chart", "F7"),
    *_panel(9, "accounts", "&Accounts", "Show the accounts, their limits and how their day stands.", "settings"),
    *_panel(0, "tags", "Strategy &tags", "Show the strategy tags: in which accounts portfolios run.", "pin"),
    *_panel(8, "messages", "&Message log", "Show what happened, and why.", "log", "F8"),
    *(ActionSpec(menu=Menu.WINDOW, **one._asdict()) for one in WINDOW_ACTIONS),
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
    ActionSpec(name="keys", title="All &keys", menu=Menu.HELP, tip="List every key of the workstation.", shortcut="F1"),
    ActionSpec(name="shortcuts", title="&Change keys…", menu=Menu.HELP, tip="Give actions the keys you are used to."),
    ActionSpec(name="about", title="&About Legwork", menu=Menu.HELP, tip="Say which version this is."),
)
