"""What the Window menu offers: going about, detached windows, workspaces and their files."""

from desktop.actions.spec import ActionSpec, Menu

WORKSPACE_ACTION = "workspace_"
"""How the names of the actions begin that open a built-in workspace; the workspace's own name follows."""


def _entry(
    name: str,
    title: str,
    tip: str,
    shortcut: str = "",
    symbol: str = "",
    *,
    checkable: bool = False,
    separator_before: bool = False,
) -> ActionSpec:
    return ActionSpec(
        name=name,
        title=title,
        menu=Menu.WINDOW,
        tip=tip,
        shortcut=shortcut,
        symbol=symbol,
        checkable=checkable,
        separator_before=separator_before,
    )


def _workspace(number: int, name: str, title: str, tip: str) -> ActionSpec:
    keys = f"Ctrl+Alt+{number}"
    return _entry(f"{WORKSPACE_ACTION}{name}", title, tip, keys, checkable=True, separator_before=number == 1)


WINDOW_ACTIONS: tuple[ActionSpec, ...] = (
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
        name="sort_table",
        title="Sort by…",
        menu=Menu.WINDOW,
        tip="Sort the focused panel's table by a column, or after those it is sorted by.",
    ),
    ActionSpec(
        name="copy_lines",
        title="Copy the table",
        menu=Menu.WINDOW,
        tip="Copy the selected lines of the focused panel's table, or all of them, for a sheet.",
        shortcut="Ctrl+Alt+C",
    ),
    ActionSpec(
        name="copy_markdown",
        title="Copy the table as Markdown",
        short="Copy as Markdown",
        menu=Menu.WINDOW,
        tip="Copy the selected lines of the focused panel's table, or all of them, for notes and messages.",
    ),
    ActionSpec(
        name="export_table",
        title="Export the table…",
        short="Export…",
        menu=Menu.WINDOW,
        tip="Write the focused panel's table to a file: CSV, Excel or Parquet.",
        shortcut="Ctrl+Shift+E",
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
    _entry(
        "float_panel",
        "&Detach the focused panel",
        "Take the focused panel out into a window of its own; drag its tab to dock it again.",
        "Ctrl+Shift+D",
        "detach",
    ),
    _entry(
        "dock_back",
        "Dock the panel &back",
        "Put the focused detached panel back where it was docked.",
        "Ctrl+Shift+B",
    ),
    _entry(
        "close_panel",
        "Close the &panel",
        "Take the focused panel off the screen; the Panels menu brings it back as it was.",
        "Ctrl+W",
        "close",
    ),
    _entry(
        "keep_on_top",
        "Keep the window on &top",
        "Let the window of the focused detached panel stay above all others.",
        "Ctrl+Alt+T",
        checkable=True,
    ),
    _entry(
        "lock_panels",
        "&Lock the panels",
        "Keep panels from being moved, detached or closed by mouse; keys and menus still do it.",
        "Ctrl+Alt+L",
        checkable=True,
    ),
    _entry("next_window", "&Next window", "Go to the next detached window, or back to the main one.", "Ctrl+Tab"),
    _workspace(1, "start", "Start", "Open the workspace with chain, editor, portfolios and positions."),
    _workspace(2, "multileg", "Multi-leg", "Open the workspace for building and watching multi-leg portfolios."),
    _workspace(3, "scalping", "Scalping", "Open the workspace with a chain, two charts, orders and positions."),
    _workspace(4, "analysis", "Analysis", "Open the workspace with two chains, two charts and the editor."),
    _workspace(
        5, "risk", "Risk", "Open the workspace with limits, positions, funds, accounts, tags and what stops trading."
    ),
    _workspace(
        6, "review", "Review", "Open the workspace with closed trades, their statistics, orders, messages and charts."
    ),
    _entry(
        "save_workspace",
        "&Save the arrangement",
        "Keep the panels as they stand now.",
        separator_before=True,
    ),
    _entry(
        "save_workspace_as",
        "Save the workspace &as…",
        "Keep the panels as they stand now as a workspace of your own.",
        "Ctrl+Alt+S",
    ),
    _entry("rename_workspace", "Rename the wor&kspace…", "Give a workspace of your own another name."),
    _entry("delete_workspace", "Delete the &workspace…", "Delete a workspace of your own."),
    _entry("reset_workspace", "&Reset the arrangement", "Put the panels back as they came with the program."),
    _entry("export_workspace", "&Export the workspace…", "Write the workspace to a file, for another machine."),
    _entry("import_workspace", "&Import a workspace…", "Take a workspace from a file, as one of your own."),
    _entry(
        "autosave_workspaces",
        "Save b&y itself",
        "Save where the panels stand every half minute, with each switch and at the end.",
        checkable=True,
    ),
)
