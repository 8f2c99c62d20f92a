"""Build a window's panels from a workspace, and read a workspace back from a window."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.workspace.docking import DockHost
from desktop.workspace.layouts import PlacedPanel, Workspace, as_bytes, as_text

MakePanel = Callable[[PlacedPanel], tuple[str, QWidget] | None]


def build_panels(host: DockHost, workspace: Workspace, make_panel: MakePanel) -> list[str]:
    """Create and dock every panel of a workspace; return a sentence for each that could not be made.

    ``make_panel`` answers with the tab's text and the widget, or None for a kind it does not know.
    A saved arrangement wins over the declared one; a damaged one is ignored.
    """
    sentences = []
    for placed in workspace.panels:
        made = make_panel(placed)
        if made is None:
            sentences.append(f'The panel "{placed.id}" of kind "{placed.type}" is not known here and was left out.')
            continue
        _place(host, placed, placed.title or made[0], made[1])
    known = host.panel_ids()
    if workspace.dock_state:
        if host.restore(as_bytes(workspace.dock_state), [panel.id for panel in workspace.panels]):
            return sentences
        sentences.append(f'The saved arrangement of "{workspace.title}" was not understood; the panels are set anew.')
    for panel_id in workspace.front:
        if panel_id in known:
            host.bring_to_front(panel_id)
    return sentences


def _place(host: DockHost, placed: PlacedPanel, title: str, panel: QWidget) -> None:
    if placed.floating:
        host.add_floating(placed.id, title, panel)
        return
    beside = placed.relative_to if placed.relative_to in host.panel_ids() else None
    host.add(placed.id, title, panel, area=placed.area, relative_to=beside, share=placed.share)


def restore_window(window: QMainWindow, workspace: Workspace) -> bool:
    """Put the main window where the workspace saw it last; return False when nothing usable is saved."""
    geometry = as_bytes(workspace.window_geometry)
    return bool(geometry) and window.restoreGeometry(QByteArray(geometry))


def read_back(
    window: QMainWindow, host: DockHost, workspace: Workspace, panels: Mapping[str, PlacedPanel]
) -> Workspace:
    """Return the workspace as it stands now, for saving; ``panels`` tells kind and context of each panel id."""
    return replace(
        workspace,
        panels=[panels[panel_id] for panel_id in host.panel_ids() if panel_id in panels],
        front=[],
        dock_state=as_text(host.save()),
        window_geometry=as_text(bytes(window.saveGeometry().data())),
    )
