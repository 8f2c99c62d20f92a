"""Version 1: facts that can only be added to, their kept head, and snapshots."""

import sqlalchemy as sa
from alembic import op

from engine.runtime.journal.chain import GENESIS
from engine.runtime.journal.versions import APPLICATION_ID

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE_GUARDS = (
    "CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are only added'); END",
    "CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are only added'); END",
    f"PRAGMA application_id = {APPLICATION_ID}",
    "PRAGMA user_version = 1",
)

_SERVER_GUARDS = (
    """CREATE FUNCTION facts_only_added() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'facts are only added' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    "CREATE TRIGGER facts_no_change BEFORE UPDATE OR DELETE ON facts FOR EACH ROW EXECUTE FUNCTION facts_only_added()",
    "CREATE TRIGGER facts_no_truncate BEFORE TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION facts_only_added()",
)


def upgrade() -> None:
    """Make the tables of an empty journal."""
    op.create_table(
        "facts",
        sa.Column("seq", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    meta = op.create_table(
        "meta",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", _WHOLE, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "snapshots",
        sa.Column("seq", _WHOLE, primary_key=True, autoincrement=False),
        sa.Column("state_version", sa.Integer, nullable=False),
        sa.Column("link", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.bulk_insert(meta, [{"id": 1, "count": 0, "head": GENESIS}])
    for statement in _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _SERVER_GUARDS:
        op.execute(sa.text(statement))
