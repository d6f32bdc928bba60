"""Aliases of re-keyed records, addresses that lead to others, and quality reports of past months.

Nothing is filled in: no source has been re-keyed with its addresses kept before, and of earlier months nothing is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_alias_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "redirect",
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("iri", name=op.f("pk_redirect")),
    )
    op.create_index(op.f("ix_redirect_target"), "redirect", ["target"])
    op.create_table(
        "quality",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "month", name=op.f("pk_quality")),
    )
