"""Matching: records of different sources that speak of one achievement.

Nothing is filled in here: `chengguo match` follows the change log from its beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_record",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        _public("match_record", "iri"),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_match_record")),
    )
    op.create_table(
        "match_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        _public("match_key", "iri"),
        sa.PrimaryKeyConstraint("key", "iri", name=op.f("pk_match_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_match_key_iri"), "match_key", ["iri"])
    op.create_table(
        "match_pair",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict in ('same', 'candidate')", name=op.f("ck_match_pair_verdict")),
        _public("match_pair", "one"),
        _public("match_pair", "other"),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_match_pair")),
    )
    op.create_index(op.f("ix_match_pair_other"), "match_pair", ["other"])
    op.create_table(
        "match_member",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        _public("match_member", "iri"),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_match_member")),
    )
    op.create_index(op.f("ix_match_member_cluster"), "match_member", ["cluster"])
    op.create_table(
        "match_decision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_match_decision_one_other"), "match_decision", ["one", "other"])


def _public(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["published.iri"], name=name, ondelete="CASCADE")
