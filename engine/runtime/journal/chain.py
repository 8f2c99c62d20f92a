"""The SHA-256 chain over facts, as plain functions."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from engine.domain.instant import Instant
from engine.ports.journal import ChainReport, JournalEntry

GENESIS = bytes(32)
"""What the first fact is chained to, and the head of an empty journal."""


class ChainedEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry with its number and its link of the chain."""

    seq: int
    entry: JournalEntry
    link: bytes


class KeptHead(msgspec.Struct, frozen=True):
    """Count and head that are kept beside the facts and change in the same transaction as they."""

    count: int
    head: bytes


EMPTY = KeptHead(0, GENESIS)


class _Stamp(msgspec.Struct, frozen=True):
    """The only thing the journal ever reads in a body."""

    at: Instant | None = None


_STAMP = msgspec.json.Decoder(_Stamp)


def next_link(link: bytes, kind: str, body: bytes) -> bytes:
    """Answer SHA-256 over the link before, the kind's length (4 bytes, big-endian), the kind and the body."""
    word = kind.encode()
    return sha256(b"".join((link, len(word).to_bytes(4, "big"), word, body))).digest()


def chained(after: KeptHead, entries: Sequence[JournalEntry]) -> list[ChainedEntry]:
    """Answer the entries numbered and chained as they follow upon ``after``."""
    link = after.head
    rows = []
    for seq, entry in enumerate(entries, after.count + 1):
        link = next_link(link, entry.kind, entry.body)
        rows.append(ChainedEntry(seq, entry, link))
    return rows


def head_after(before: KeptHead, rows: Sequence[ChainedEntry]) -> KeptHead:
    """Answer count and head once ``rows`` have been written."""
    return KeptHead(rows[-1].seq, rows[-1].link) if rows else before


def examined(rows: Iterable[ChainedEntry], kept: KeptHead, anchor: str | None = None) -> ChainReport:
    """Follow the chain through all rows and say where it first breaks.

    ``anchor`` is a head noted elsewhere; it must be one of the links, or the whole journal was rewritten.
    """
    count, link = 0, GENESIS
    anchor_seen = anchor is None or anchor == GENESIS.hex()
    for row in rows:
        problem = _row_problem(row, count, link)
        if problem is not None:
            return ChainReport(count=count, head=link.hex(), problem=problem)
        count, link = row.seq, row.link
        anchor_seen = anchor_seen or link.hex() == anchor
    problem = _end_problem(KeptHead(count, link), kept)
    if problem is None and not anchor_seen:
        problem = f"the noted head {anchor} is nowhere in this journal: it was rewritten, or is another journal"
    return ChainReport(count=count, head=link.hex(), problem=problem)


def _row_problem(row: ChainedEntry, count: int, link: bytes) -> str | None:
    """Answer what is wrong with a row that should follow upon ``count`` sound ones, or None."""
    if row.seq != count + 1:
        return f"fact {count + 1} is missing: fact {row.seq} comes next"
    if next_link(link, row.entry.kind, row.entry.body) != row.link:
        return f"fact {row.seq} was changed, moved or put in later: it does not follow from fact {count}"
    if row.entry.at != (stamped := _stamp(row.entry)):
        return f"fact {row.seq} was changed: its row is stamped {row.entry.at}, its body {stamped}"
    return None


def _stamp(entry: JournalEntry) -> Instant:
    """Answer the instant in the body; the row's own where the body has none."""
    try:
        stamped = _STAMP.decode(entry.body).at
    except msgspec.DecodeError:
        return entry.at
    return entry.at if stamped is None else stamped


def _end_problem(found: KeptHead, kept: KeptHead) -> str | None:
    """Answer how the end that was found differs from the end that was kept, or None."""
    if found == kept:
        return None
    if found.count < kept.count:
        return f"the end is missing: {found.count} facts are there, {kept.count} were written"
    if found.count > kept.count:
        return f"{found.count - kept.count} facts were added past the {kept.count} that were written"
    return "the kept head is not the head of these facts: one of the two was changed"
