"""Steps of the tests of workspaces: what the window says, and how a workspace is opened and saved under a name."""

from desktop.windows.workspace_files import NameDialog
from desktop.workspace.layouts import BUILT_IN


def told_by(desk):
    """Return what the window says in passing just now."""
    return [toast.text() for toast in desk.window.toasts.toasts()]


def opened(desk, name):
    """Open a workspace by its action, or by its name where it is the trader's own."""
    if name in BUILT_IN:
        desk.window.act(f"workspace_{name}")
    else:
        desk.window.workspaces.switch(name)
    desk.wait_until(lambda: desk.window.workspaces.current.name == name)


def save_as(desk, title):
    desk.window.act("save_workspace_as")
    dialog = desk.dialog(NameDialog)
    dialog.line.setText(title)
    dialog.accept()
    return dialog
