"""What the Window menu offers, declared once: detached windows, workspaces and their files."""

from typing import NamedTuple

WORKSPACE_ACTION = "workspace_"
"""How the names of the actions begin that open a built-in workspace; the workspace's own name follows."""


class WindowAction(NamedTuple):
    """One entry of the Window menu, with the attributes of an ActionSpec."""

    name: str
    title: str
    tip: str
    shortcut: str = ""
    symbol: str = ""
    checkable: bool = False
    separator_before: bool = False


def _workspace(number: int, name: str, title: str, tip: str) -> WindowAction:
    keys = f"Ctrl+Alt+{number}"
    return WindowAction(f"{WORKSPACE_ACTION}{name}", title, tip, keys, checkable=True, separator_before=number == 1)


WINDOW_ACTIONS: tuple[WindowAction, ...] = (
    WindowAction(
        "float_panel",
        "&Detach the focused panel",
        "Take the focused panel out into a window of its own; drag its tab to dock it again.",
        "Ctrl+Shift+D",
        "detach",
    ),
    WindowAction(
        "dock_back",
        "Dock the panel &back",
        "Put the focused detached panel back where it was docked.",
        "Ctrl+Shift+B",
    ),
    WindowAction(
        "close_panel",
        "Close the &panel",
        "Take the focused panel off the screen; the Panels menu brings it back as it was.",
        "Ctrl+W",
        "close",
    ),
    WindowAction(
        "keep_on_top",
        "Keep the window on &top",
        "Let the window of the focused detached panel stay above all others.",
        "Ctrl+Alt+T",
        checkable=True,
    ),
    WindowAction(
        "lock_panels",
        "&Lock the panels",
        "Keep panels from being moved, detached or closed by mouse; keys and menus still do it.",
        "Ctrl+Alt+L",
        checkable=True,
    ),
    WindowAction("next_window", "&Next window", "Go to the next detached window, or back to the main one.", "Ctrl+Tab"),
    _workspace(1, "start", "Start", "Open the workspace with chain, editor, portfolios and positions."),
    _workspace(2, "multileg", "Multi-leg", "Open the workspace for building and watching multi-leg portfolios."),
    _workspace(3, "scalping", "Scalping", "Open the workspace with a chain, two charts, orders and positions."),
    _workspace(4, "analysis", "Analysis", "Open the workspace with two chains, two charts and the editor."),
    _workspace(5, "risk", "Risk", "Open the workspace with positions, accounts, tags and what happens to them."),
    _workspace(6, "review", "Review", "Open the workspace with orders, messages and charts of the day."),
    WindowAction(
        "save_workspace",
        "&Save the arrangement",
        "Keep the panels as they stand now.",
        separator_before=True,
    ),
    WindowAction(
        "save_workspace_as",
        "Save the workspace &as…",
        "Keep the panels as they stand now as a workspace of your own.",
        "Ctrl+Alt+S",
    ),
    WindowAction("rename_workspace", "Rename the wor&kspace…", "Give a workspace of your own another name."),
    WindowAction("delete_workspace", "Delete the &workspace…", "Delete a workspace of your own."),
    WindowAction("reset_workspace", "&Reset the arrangement", "Put the panels back as they came with the program."),
    WindowAction("export_workspace", "&Export the workspace…", "Write the workspace to a file, for another machine."),
    WindowAction("import_workspace", "&Import a workspace…", "Take a workspace from a file, as one of your own."),
    WindowAction(
        "autosave_workspaces",
        "Save b&y itself",
        "Save where the panels stand every half minute, with each switch and at the end.",
        checkable=True,
    ),
)
