"""Build a window's panels from a workspace, and read a workspace back from a window."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.workspace.docking import DockHost
from desktop.workspace.screen_sets import arrangement_for, present_screens, with_arrangement
from desktop.workspace.workspace import Arrangement, PlacedPanel, ScreenPlace, Workspace, as_bytes, as_text

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
        _place(host, placed, *made)
        if placed.on_top:
            host.set_on_top(placed.id, on=True)
    known = host.panel_ids()
    saved = arrangement_for(workspace, present_screens())
    if saved is not None and saved.dock_state:
        if host.restore(as_bytes(saved.dock_state), [panel.id for panel in workspace.panels]):
            host.set_locked(workspace.locked)
            return sentences
        sentences.append(f'The saved arrangement of "{workspace.title}" was not understood; the panels are set anew.')
    for panel_id in workspace.front:
        if panel_id in known:
            host.bring_to_front(panel_id)
    host.set_locked(workspace.locked)
    return sentences


def _place(host: DockHost, placed: PlacedPanel, title: str, panel: QWidget) -> None:
    if placed.floating:
        host.add_floating(placed.id, title, panel)
        return
    beside = placed.relative_to if placed.relative_to in host.panel_ids() else None
    host.add(placed.id, title, panel, area=placed.area, relative_to=beside, share=placed.share)


def restore_window(window: QMainWindow, workspace: Workspace) -> bool:
    """Put the main window where the workspace saw it last; return False when nothing usable is saved."""
    saved = arrangement_for(workspace, present_screens())
    geometry = as_bytes(saved.window_geometry) if saved is not None else b""
    return bool(geometry) and window.restoreGeometry(QByteArray(geometry))


def standing(window: QMainWindow, host: DockHost, screens: Sequence[ScreenPlace]) -> Arrangement:
    """Return how panels and window stand now, on these screens."""
    return Arrangement(
        screens=list(screens),
        dock_state=as_text(host.save()),
        window_geometry=as_text(bytes(window.saveGeometry().data())),
    )


def read_back(
    window: QMainWindow, host: DockHost, workspace: Workspace, panels: Mapping[str, PlacedPanel]
) -> Workspace:
    """Return the workspace as it stands now, for saving; ``panels`` tells kind and context of each panel id.

    A panel of a kind that is not known here stays in it, for the version of the program that knows it.
    """
    before = {panel.id: panel for panel in workspace.panels}
    known = [{**before, **panels}[panel_id] for panel_id in {**before, **dict.fromkeys(host.panel_ids())}]
    return with_arrangement(
        replace(
            workspace,
            panels=[replace(panel, on_top=host.is_on_top(panel.id)) for panel in known],
            front=[],
            locked=host.is_locked,
        ),
        standing(window, host, present_screens()),
    )
