"""Bookmarks of sources, positions of runs, and tokens for those who push.

A source that numbers its changes (another node) is followed by that number, which a date cannot stand for. Existing sources
begin without a bookmark: their next pass is as it was before. A run that was cut off leaves its position in the listing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("bookmark", sa.Text(), nullable=True))
    op.add_column("run", sa.Column("position", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("used", sa.Text(), nullable=True),
        sa.Column("revoked", sa.Text(), nullable=True),
        sa.CheckConstraint("(source is null) <> (role is null)", name=op.f("ck_token_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
