"""Say what is wrong with a workspace that was read, and make the rest of it usable."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from desktop.workspace.workspace import LAST_LINK, MOST_ARRANGEMENTS, NO_LINK, PlacedPanel, Workspace

LEAST_SHARE, LARGEST_SHARE = 0.02, 0.98
MOST_PANELS = 40
"""A window with more is not looked at; a file with more was not written by a trader's hand."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def is_name(name: str) -> bool:
    """Say whether a text can be the name of a workspace."""
    return _NAME.fullmatch(name) is not None


def mended(workspace: Workspace) -> tuple[Workspace, list[str]]:
    """Return a workspace that can be opened and saved, and a sentence for each thing that had to be changed."""
    sentences: list[str] = []
    panels: list[PlacedPanel] = []
    seen: set[str] = set()
    for panel in workspace.panels[:MOST_PANELS]:
        if not panel.id or panel.id in seen:
            sentences.append(f'The panel id "{panel.id}" is empty or used twice; only the first one is opened.')
            continue
        panels.append(_mended_panel(panel, seen, sentences))
        seen.add(panel.id)
    if len(workspace.panels) > MOST_PANELS:
        sentences.append(f"It has {len(workspace.panels):,} panels; the first {MOST_PANELS} are opened.")
    sentences += [f'"{one}" is to lie in front but is not a panel.' for one in workspace.front if one not in seen][:1]
    result = replace(
        workspace,
        panels=panels,
        front=[one for one in workspace.front if one in seen],
        arrangements=workspace.arrangements[:MOST_ARRANGEMENTS],
    )
    return result, sentences


def _mended_panel(panel: PlacedPanel, seen: set[str], sentences: list[str]) -> PlacedPanel:
    if panel.relative_to and panel.relative_to not in seen:
        sentences.append(
            f'Panel "{panel.id}" stands relative to "{panel.relative_to}", which is not an earlier panel; it is docked '
            "at the window's side."
        )
        panel = replace(panel, relative_to="")
    if panel.share is not None and not LEAST_SHARE <= panel.share <= LARGEST_SHARE:
        sentences.append(
            f'Panel "{panel.id}" has a share of {panel.share}; it must lie between {LEAST_SHARE} and {LARGEST_SHARE}, '
            "so it gets half."
        )
        panel = replace(panel, share=None)
    if panel.link is not None and not NO_LINK <= panel.link <= LAST_LINK:
        sentences.append(f'Panel "{panel.id}" has the link group {panel.link}; there are 1 to {LAST_LINK}.')
        panel = replace(panel, link=None)
    return panel


def faults(workspace: Workspace) -> Iterator[str]:
    """Yield what keeps a workspace from being saved."""
    if not is_name(workspace.name):
        yield f'"{workspace.name}" is not a name; use small letters, digits, - and _.'
    yield from mended(workspace)[1]
