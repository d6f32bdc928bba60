"""Matching: what each record was compared at, the organisations that records name, and names learned from them.

The clusters made so far are emptied: no output was ever told of them. `chengguo match`, or `serve`, makes them again, and from
then on each of their records gets a version by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STALE, CODED = sa.text("digest = ''"), sa.text("code <> ''")


def upgrade() -> None:
    op.execute("DELETE FROM match_member")
    digest = sa.Column("digest", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("match_record", digest)
    op.create_index("ix_match_record_stale", "match_record", ["iri"], sqlite_where=STALE, postgresql_where=STALE)
    op.create_table(
        "match_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        _public("match_name"),
        sa.PrimaryKeyConstraint("name", "code", "iri", name=op.f("pk_match_name")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_match_name_iri"), "match_name", ["iri"])
    columns = ["code", "name"]
    op.create_index("ix_match_name_coded", "match_name", columns, sqlite_where=CODED, postgresql_where=CODED)
    op.create_table(
        "match_alias",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        _public("match_alias"),
        sa.PrimaryKeyConstraint("name", "stated", "iri", name=op.f("pk_match_alias")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_match_alias_iri"), "match_alias", ["iri"])
    op.create_index(op.f("ix_match_alias_organisation"), "match_alias", ["organisation"])


def _public(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["iri"], ["published.iri"], name=op.f(f"fk_{table}_iri"), ondelete="CASCADE")
