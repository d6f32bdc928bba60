"""Webhooks: the addresses of programs that follow a search, which records each search finds, and what has to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hook",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing", sa.Text()),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("told", sa.Text()),
        sa.Column("begun", sa.BigInteger()),
        sa.Column("upto", sa.BigInteger()),
        sa.Column("until", sa.Text()),
        sa.CheckConstraint("state in ('asked', 'active', 'paused', 'given-up')", name=op.f("ck_hook_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
    )
    op.create_index(op.f("ix_hook_host"), "hook", ["host"])
    op.create_index(op.f("ix_hook_due"), "hook", ["due"])
    op.create_table(
        "hook_record",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        _of_hook("hook_record"),
        sa.PrimaryKeyConstraint("hook", "iri", name=op.f("pk_hook_record")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_hook_record_iri"), "hook_record", ["iri"])
    op.create_table(
        "hook_news",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        _of_hook("hook_news"),
        sa.CheckConstraint("event in ('new', 'changed', 'left', 'withdrawn')", name=op.f("ck_hook_news_event")),
        sa.PrimaryKeyConstraint("hook", "seq", name=op.f("pk_hook_news")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_hook_news_hook_iri"), "hook_news", ["hook", "iri"])


def _of_hook(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["hook"], ["hook.id"], name=op.f(f"fk_{table}_hook"), ondelete="CASCADE")
