"""What can be done to what the cursor is on, each declared once; menus of it, and the keys that panels take."""

from collections.abc import Callable

import msgspec
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.viewmodels.key_words import shown_key
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.data_table import DataTable


class DeedSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One deed of panels.

    Attributes:
        name: Lasting name.
        title: Text of its entry; ``{}`` is where it says to what it is done.
        tip: One sentence: what happens.
        keys: Keys that the panel takes while it has the focus; empty for none.
        where: In which panels, for the list of keys.
    """

    name: str
    title: str
    tip: str
    keys: str = ""
    where: str = ""


DEEDS: tuple[DeedSpec, ...] = (
    DeedSpec(
        name="copy_table",
        title="Copy as a table",
        tip="Copy the selected lines, or all of them, with their headings.",
        keys="Ctrl+C",
        where="Grids and tables",
    ),
    DeedSpec(
        name="sort_column",
        title="Sort by {}",
        tip="Sort the table by this column; once more turns it round, and then it is not sorted any more.",
    ),
    DeedSpec(
        name="sort_column_too",
        title="Then by {}",
        tip="Sort what is equal in the columns before by this one; Shift and a click on its title does the same.",
    ),
    DeedSpec(name="fold_group", title="Fold or unfold {}", tip="Show only the sums of the group, or its lines too."),
    DeedSpec(name="fold_groups", title="Fold all groups", tip="Show only the sums of every group."),
    DeedSpec(name="unfold_groups", title="Unfold all groups", tip="Show the lines of every group."),
    DeedSpec(
        name="select_group",
        title="Select the lines of the group",
        tip="Select them, so that what is done to selected lines is done to all of them.",
    ),
    DeedSpec(name="show_in_chart", title="Show in the chart", tip="Show the candles of the contract."),
    DeedSpec(name="show_premium", title="Show the combined premium", tip="Show what the legs cost together."),
    DeedSpec(name="say_in_words", title="Say it in words…", tip="Tell in plain sentences what the portfolio does."),
    DeedSpec(name="profit_curve", title="Profit curve…", tip="Show what the portfolio made over time."),
    DeedSpec(name="select_portfolio", title="Select {}", tip="Make it the portfolio that keys and buttons mean."),
    DeedSpec(
        name="message_details",
        title="Details…",
        tip="Show the life of the order that the message is about, or the whole message.",
        keys="Enter",
        where="Message log",
    ),
    DeedSpec(name="grid_log", title="GridLog.csv…", tip="Choose whether the log is written for scrapers too."),
    DeedSpec(name="square_off_leg", title="Square off {}…", tip="Close this leg only; the others go on."),
    DeedSpec(
        name="part_exit_leg",
        title="Close a part of {}…",
        tip="Close some lots of this leg; its stop goes on with what is left.",
    ),
    DeedSpec(
        name="add_hedge",
        title="Add a hedge to {}…",
        tip="Buy a farther strike for this sold leg; it is sold when the leg is closed.",
    ),
    DeedSpec(
        name="roll_legs",
        title="Roll {}…",
        tip="Close, then open the same on other strikes or another expiry, in one command.",
    ),
    DeedSpec(
        name="convert_leg",
        title="Convert {}…",
        tip="Move what is held to the broker's other product, MIS or NRML; it is closed in that from then on.",
    ),
    DeedSpec(
        name="square_off_group",
        title="Square off {}…",
        tip="Close every leg of this line, after one question with the numbers.",
    ),
    DeedSpec(
        name="open_payoff",
        title="Payoff of {}…",
        tip="Show profit and loss of exactly what is held at every level, today and at expiry.",
    ),
    DeedSpec(name="go_to_portfolio", title="Go to {}", tip="Select the portfolio and show it in its panel."),
    DeedSpec(
        name="accept_drift",
        title="Take the broker's books as they are…",
        tip="Take what the broker holds beyond our ledger as not ours, with a reason that is kept.",
    ),
    DeedSpec(
        name="closed_outside",
        title="{} was closed at the broker…",
        tip="Take the leg as closed, at the price you say; nothing is sent.",
    ),
    DeedSpec(name="execute_leg", title="Execute idle leg {}…", tip="Enter the leg now."),
    DeedSpec(name="give_up_leg", title="Give up the wait of leg {}…", tip="Enter the leg no more; the others go on."),
    DeedSpec(
        name="move_to_cost",
        title="Move stop of leg {} to cost…",
        tip="Put the stop where closing costs nothing; a leg that loses, or has a better stop, is left as it is.",
    ),
    DeedSpec(
        name="edit_stop",
        title="Change stop of leg {}",
        tip="Type another stop in its cell; arrow keys step by ticks.",
    ),
    DeedSpec(name="edit_target", title="Change target of leg {}", tip="Type another target in its cell."),
    DeedSpec(name="find_orders", title="Show its orders", tip="Show the orders of the line in the order book."),
    DeedSpec(name="rearm_leg", title="Arm leg {} again…", tip="Enter the leg once more, with a contract chosen anew."),
    DeedSpec(
        name="buy_contract",
        title="Buy {} in the editor",
        tip="Add the contract under the cursor as a bought leg.",
        keys="B",
        where="Option chain",
    ),
    DeedSpec(
        name="sell_contract",
        title="Sell {} in the editor",
        tip="Add the contract under the cursor as a sold leg.",
        keys="S",
        where="Option chain",
    ),
    DeedSpec(
        name="centre_chain",
        title="Bring the money into the middle",
        tip="Scroll to the strike at the money.",
        keys="C",
        where="Option chain",
    ),
    DeedSpec(name="add_account", title="Add an account…", tip="Add an account."),
    DeedSpec(name="edit_account", title="Edit {}…", tip="Change settings and limits.", keys="Enter", where="Accounts"),
    DeedSpec(name="log_in", title="Log in {}…", tip="Log in at its broker for the day."),
    DeedSpec(
        name="waiting_orders", title="Waiting at the broker: {}…", tip="See and cancel orders made elsewhere (GTT)."
    ),
    DeedSpec(name="exit_only", title="Exit only: {}…", tip="Open nothing any more in the account, or take it back."),
    DeedSpec(
        name="change_limit",
        title="Change {}…",
        tip="Open the settings in which the limit lies.",
        keys="Enter",
        where="Risk console",
    ),
    DeedSpec(name="add_tag", title="Add a strategy tag…", tip="Add a strategy tag."),
    DeedSpec(name="edit_tag", title="Edit {}…", tip="Change the tag.", keys="Enter", where="Strategy tags"),
    DeedSpec(name="remove_tag", title="Remove {}…", tip="Take the tag away."),
    DeedSpec(
        name="chart_latest",
        title="Go to the last bar",
        tip="Scroll to the last bars, at the zoom at which charts open.",
        keys="Home",
        where="Charts",
    ),
)

OTHER_KEYS: tuple[tuple[str, str, str], ...] = (
    ("Everywhere", "Tab, Shift+Tab", "Go to the next field, button or table, or to the one before."),
    ("Everywhere", "Alt", "Go to the menus; with an underlined letter, open the menu."),
    ("Everywhere", "Esc", "Leave a menu or a dialog; nothing is done."),
    ("Grids and tables", "Up, Down, PgUp, PgDown, Home, End", "Move the cursor; with Shift, select on the way."),
    ("Grids and tables", "Left, Right", "Go to another column, or scroll."),
    ("Grids and tables", "Enter", "Open the details of the line, or show it in the chart."),
    ("Grids and tables", "Space", "Fold or unfold a line."),
    ("Grids and tables", "Ctrl+A", "Select every line."),
    ("Portfolios", "Enter, F2", "Change the stop or the target of an open leg in its cell; Up and Down step by ticks."),
    ("Portfolios", "Ctrl+Space", "Check the portfolio, or take its check away."),
    ("Lists in forms", "Ins", "Add a line below the selected one."),
    ("Lists in forms", "Ctrl+D", "Add a line like the selected one."),
    ("Lists in forms", "Del", "Take the selected line away."),
    ("Lists in forms", "Alt+Up, Alt+Down", "Move the selected line."),
    ("Lists in forms", "Enter, F2", "Go to the field that the cell shows."),
    ("Charts", "Left, Right", "Scroll by bars."),
    ("Charts", "Up, Down", "Show fewer bars, or more."),
)
"""Where, keys, and what happens, for keys that belong to Qt or to widgets and cannot be changed."""

TABLE_ACTIONS = ("copy_markdown", "export_table")
"""Declared actions that every table has in its menu."""

_BY_NAME = {deed.name: deed for deed in DEEDS}


def cursor_menu(parent: QWidget) -> QMenu:
    """Return an empty menu that goes away when it is closed."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def add_deed(
    menu: QMenu, name: str, act: Callable[[], None], *, about: str = "", possible: bool = True, against: str = ""
) -> QAction:
    """Add a declared deed; ``about`` says to what it is done, ``against`` why it cannot be done now.

    Raises KeyError for one that is not declared.
    """
    deed = _BY_NAME[name]
    # A tab before the keys shows them at the right without making them work a second time.
    entry = menu.addAction(deed.title.format(about.replace("&", "&&")) + (f"\t{deed.keys}" if deed.keys else ""))
    entry.setObjectName(name)
    entry.setToolTip(f"{deed.tip} Not now: {against}." if against else deed.tip)
    entry.setEnabled(possible and not against)
    entry.triggered.connect(lambda _checked=False: act())
    return entry


def add_table_deeds(
    menu: QMenu, table: DataTable | FastGrid, column: str, action: Callable[[str], QAction] | None = None
) -> None:
    """Add what can be done with every table: sort by the column under the cursor, copy, export.

    ``action`` answers a declared action by its name; without it there is no export here.
    """
    header = table.header()
    if header.sortable:
        title = header.title_of(column)
        add_deed(menu, "sort_column", lambda: header.turn(column), about=title)
        others = any(one.key != column for one in header.sort_keys())
        add_deed(menu, "sort_column_too", lambda: header.turn(column, add=True), about=title, possible=others)
    add_deed(menu, "copy_table", table.copy_selection)
    if action is not None:
        for name in TABLE_ACTIONS:
            add_action(menu, action(name))


def add_group_deeds(menu: QMenu, table: DataTable, row: int) -> None:
    """Add what can be done at a line above a group."""
    add_deed(menu, "fold_group", lambda: table.model.toggle_group(row), about=table.model.group_title(row))
    add_deed(menu, "fold_groups", lambda: table.model.fold_all(True))
    add_deed(menu, "unfold_groups", lambda: table.model.fold_all(False))
    menu.addSeparator()
    add_deed(menu, "select_group", lambda: table.select_group(row))


def add_action(menu: QMenu, action: QAction, *, possible: bool = True) -> QAction:
    """Add a declared action by its short text, with the keys it has now."""
    keys = shown_key(action.shortcut().toString())
    entry = menu.addAction(action.icon(), action.iconText().replace("&", "&&") + (f"\t{keys}" if keys else ""))
    entry.setObjectName(action.objectName())
    entry.setToolTip(action.toolTip())
    entry.setEnabled(possible)
    if action.isCheckable():
        entry.setCheckable(True)
        entry.setChecked(action.isChecked())
    entry.triggered.connect(lambda _checked=False: action.trigger())
    return entry
