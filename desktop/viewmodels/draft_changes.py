"""How the draft differs from the version that runs, field by field, for every account it runs in."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.viewmodels.running_edit import copies_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.describe import FieldSpec, describe
from engine.views.portfolios import PortfolioRow

_STEP = re.compile(r"\[(?P<index>\d+)\]|(?P<name>[^.\[\]]+)")


class Change(NamedTuple):
    """One line: a field, what runs, and what the draft says; or a field and why it may not change."""

    field: str
    running: str
    draft: str = ""


class ChangeGroup(NamedTuple):
    """Lines that belong together."""

    title: str
    lines: tuple[Change, ...]


def change_groups(editor: MultilegEditor, rows: Mapping[str, PortfolioRow]) -> list[ChangeGroup]:
    """Answer what differs from the running version of every copy, then what may not change now; empty without one."""
    edited, draft = editor.edited, editor.value()
    if edited is None:
        return []
    groups = []
    copies = copies_of(rows, edited, draft) if draft is not None else []
    if copies:
        for copy in copies:
            where = f"{copy.account} ({copy.portfolio_id})" + (" · this one" if copy.portfolio_id == edited else "")
            lines = (Change("It is done", "stays as it is"),) if copy.is_done else split(copy.changes)
            groups.append(ChangeGroup(where, lines or (Change("Nothing", "declared so already"),)))
    else:
        groups.append(ChangeGroup("Changes", split(editor.changes()) or (Change("Nothing is changed yet", ""),)))
    locks = editor.locks()
    if locks:
        by_reason: dict[str, list[str]] = {}
        for path, why in locks.items():
            by_reason.setdefault(why, []).append(place_words(path))
        fixed = tuple(Change(", ".join(fields), why) for why, fields in by_reason.items())
        groups.append(ChangeGroup(f"May not change now ({len(locks)} fields)", fixed))
    return groups


def split(lines: Sequence[str]) -> tuple[Change, ...]:
    """Answer lines of a difference in their three parts: ``"Legs 2 › Lots: 1 → 2"``."""
    return tuple(_split(line) for line in lines)


def place_words(path: str) -> str:
    """Answer a path in the trader's words: ``"legs[1].side"`` is ``"Legs 2 › Side"``."""
    words: list[str] = []
    specs: Sequence[FieldSpec] = describe(MultilegPortfolio)
    for step in _STEP.finditer(path):
        if step["index"] is not None:
            words[-1:] = [f"{words[-1]} {int(step['index']) + 1}"] if words else []
            continue
        spec: FieldSpec | None = next((one for one in specs if one.name == step["name"]), None)
        words.append(step["name"] if spec is None else spec.ask.title)
        specs = describe(spec.variants[0]) if spec is not None and len(spec.variants) == 1 else ()
    return " › ".join(words)


def _split(line: str) -> Change:
    field, _, values = line.partition(": ")
    running, arrow, draft = values.partition(" → ")
    if arrow:
        return Change(field, running, draft)
    if values:
        return Change(field, "", values)
    # Another shape of the same field: its place ends in the old one.
    place, _, shapes = line.rpartition(" › ")
    running, _, draft = shapes.partition(" → ")
    return Change(place, running, draft)
