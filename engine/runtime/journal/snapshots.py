"""Snapshots of the state: kept few, bound to their place on the chain, never trusted over the facts."""

from hashlib import sha256

from sqlalchemy import Connection, and_, delete, or_, select

from engine.runtime.journal.schema import facts, snapshots

KEPT = 3
"""Snapshots that stay: the newest, and two to fall back upon."""


def keep_snapshot(connection: Connection, seq: int, link: bytes, version: int, body: bytes) -> None:
    """Write one snapshot and let go of the oldest and of all other versions, inside the caller's transaction."""
    connection.execute(delete(snapshots).where(or_(snapshots.c.seq == seq, snapshots.c.state_version != version)))
    connection.execute(
        snapshots.insert().values(seq=seq, state_version=version, link=link, digest=sha256(body).digest(), body=body)
    )
    newest = select(snapshots.c.seq).order_by(snapshots.c.seq.desc()).limit(KEPT)
    kept = connection.execute(newest).scalars().all()
    connection.execute(delete(snapshots).where(snapshots.c.seq < kept[-1]))


def usable_snapshot(connection: Connection, version: int) -> tuple[int, bytes] | None:
    """Answer the newest snapshot of this version that is whole and lies on the chain, or None."""
    on_chain = and_(facts.c.seq == snapshots.c.seq, facts.c.hash == snapshots.c.link)
    candidates = (
        select(snapshots.c.seq, snapshots.c.digest, snapshots.c.body)
        .join(facts, on_chain)
        .where(snapshots.c.state_version == version)
        .order_by(snapshots.c.seq.desc())
    )
    for seq, digest, body in connection.execute(candidates):
        if sha256(body).digest() == digest:
            return int(seq), bytes(body)
    return None
