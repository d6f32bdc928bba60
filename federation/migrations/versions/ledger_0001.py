"""The ledger's first schema.

The change log refuses UPDATE and DELETE in the database itself, so that no bug and no hand on the console can rewrite
what outputs, OAI-PMH clients and the disclosure log have already been told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER change_no_update BEFORE UPDATE ON change "
        "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END",
        "CREATE TRIGGER change_no_delete BEFORE DELETE ON change "
        "BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the change log is append-only'; END $$",
        "CREATE TRIGGER change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change "
        "FOR EACH STATEMENT EXECUTE FUNCTION change_is_append_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("event in ('published', 'changed', 'withdrawn')", name=op.f("ck_change_event")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_iri_seq"), "change", ["iri", "seq"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("projection", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("projection", "generation", name=op.f("pk_cursor")),
    )
    op.create_table(
        "entry",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("missed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("mapping", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('published', 'refused', 'rejected', 'held', 'embargoed', 'withdrawn', 'failed')",
            name=op.f("ck_item_state"),
        ),
        sa.PrimaryKeyConstraint("source", "key", "kind", name=op.f("pk_item")),
    )
    op.create_index(op.f("ix_item_iri"), "item", ["iri"], unique=False)
    op.create_index(op.f("ix_item_source_state_reason"), "item", ["source", "state", "reason"], unique=False)
    op.create_table(
        "problem",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", "kind", "position", name=op.f("pk_problem")),
    )
    op.create_table(
        "raw",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fetched", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_raw")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("decision in ('approve', 'refuse', 'refer')", name=op.f("ck_review_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_source_key"), "review", ["source", "key"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("heartbeat", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("traceback", sa.Text(), server_default="", nullable=False),
        sa.Column("guard", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_source_id"), "run", ["source", "id"], unique=False)
    op.create_index(
        "uq_run_alive",
        "run",
        ["source"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "source_state",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("high_water", sa.Text(), nullable=True),
        sa.Column("complete_at", sa.Text(), nullable=True),
        sa.Column("success_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("token", "iri", name=op.f("uq_suppression_token_iri")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "version",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("lineage", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("raw_digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("iri", "version", name=op.f("pk_version")),
    )
    op.create_table(
        "published",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("lineage", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["change.seq"], name=op.f("fk_published_seq")),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_published")),
        sa.UniqueConstraint("seq", name=op.f("uq_published_seq")),
    )
    op.create_index(op.f("ix_published_kind_seq"), "published", ["kind", "seq"], unique=False)
    op.create_index(op.f("ix_published_source_kind"), "published", ["source", "kind"], unique=False)
    op.create_table(
        "staged",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fetched", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_staged_run")),
        sa.PrimaryKeyConstraint("run", "key", name=op.f("pk_staged")),
    )
    op.create_table(
        "tombstone",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["change.seq"], name=op.f("fk_tombstone_seq")),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_tombstone")),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
