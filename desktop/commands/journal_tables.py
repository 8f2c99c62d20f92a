"""What `legwork journal show` prints: a sentence for every fact, or the facts as they were written."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from desktop.commands.journal_export import fact_of
from desktop.composition.journals import ChainedEntry
from engine.domain.facts.codec import decode
from engine.domain.instant import iso_text
from engine.views.messages import MessageRow, MessageWriter

if TYPE_CHECKING:
    from rich.table import Table

_BODY_SHOWN = 200
_COLUMN_WIDTH = 32
_WIDTH = 140
"""Columns that sentences take where the output is no terminal."""


def messages_of(history: Iterable[ChainedEntry], wanted: Sequence[ChainedEntry]) -> dict[int, MessageRow]:
    """Answer the sentences of some facts by their numbers, out of the whole history, whose names they point at.

    A fact that this program cannot read has none.
    """
    numbers = {row.seq for row in wanted}
    last = max(numbers, default=0)
    writer = MessageWriter()
    found: dict[int, MessageRow] = {}
    for row in history:
        if row.seq > last:
            break
        try:
            message = writer.message(decode(row.entry.body))
        except (msgspec.MsgspecError, KeyError):
            continue
        if row.seq in numbers:
            found[row.seq] = message
    return found


def print_messages(rows: Sequence[ChainedEntry], messages: Mapping[int, MessageRow]) -> None:
    """Print facts as sentences; one without a sentence as it was written."""
    table = _table([_moment(row.entry.at) for row in rows], "Level", "Portfolio")
    table.add_column("Message", overflow="fold")
    for row in rows:
        said = messages.get(row.seq)
        cells = (
            (said.level.value, said.portfolio, said.sentence)
            if said
            else ("", "", f"{row.entry.kind} {body_text(row.entry.body)}")
        )
        _add(table, row, _moment(row.entry.at), *cells)
    _print(table, _WIDTH)


def print_facts(rows: Sequence[ChainedEntry]) -> None:
    """Print facts as they were written, by kind."""
    table = _table([_time_text(row.entry.at) for row in rows])
    table.add_column("Kind", no_wrap=True, min_width=_width(row.entry.kind for row in rows))
    table.add_column("Fact", overflow="fold")
    for row in rows:
        _add(table, row, _time_text(row.entry.at), row.entry.kind, body_text(row.entry.body))
    _print(table)


def body_text(body: bytes) -> str:
    """Answer what a fact says beyond its kind and time, shortened."""
    fact = fact_of(body)
    if isinstance(fact, dict):
        fact = json.dumps({key: value for key, value in fact.items() if key not in ("type", "at")}, ensure_ascii=False)
    text = str(fact)
    return text if len(text) <= _BODY_SHOWN else f"{text[:_BODY_SHOWN]}…"


def _table(times: Sequence[str], *more: str) -> "Table":
    """Answer an empty table with number and time, and further columns of one word each."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("Time", no_wrap=True, min_width=_width(times))
    for title in more:
        table.add_column(title, overflow="fold")
    return table


def _add(table: "Table", row: ChainedEntry, *cells: str) -> None:
    """Add a row; its text is data and carries no markup."""
    from rich.text import Text

    table.add_row(str(row.seq), *(Text(cell) for cell in cells))


def _print(table: "Table", width: int | None = None) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout)
    (console if console.is_terminal or width is None else Console(file=sys.stdout, width=width)).print(table)


def _width(texts: Iterable[str]) -> int:
    return min(max(map(len, texts), default=0), _COLUMN_WIDTH)


def _moment(at: int) -> str:
    """Answer the Indian date and time to the millisecond, for people."""
    return _time_text(at).replace("T", " ").removesuffix("+05:30")[:23]


def _time_text(at: int) -> str:
    """Answer the Indian date and time; the bare number where no calendar reaches it."""
    try:
        return iso_text(at)
    except (OverflowError, ValueError):
        return str(at)
