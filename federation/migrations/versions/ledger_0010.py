"""Take-downs as acts: who took a record down, destroyed what was kept of it, or let it come back.

What was suppressed before is told by the suppression itself; whether anything was destroyed then was not written down.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = """
insert into takedown (iri, act, reason, officer, note, at)
select iri, 'taken-down', reason, officer, note, at from suppression
where id in (select min(id) from suppression group by iri) order by id
"""


def upgrade() -> None:
    op.create_table(
        "takedown",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("act in ('taken-down', 'destroyed', 'lifted')", name=op.f("ck_takedown_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_takedown_iri"), "takedown", ["iri"])
    op.execute(BEFORE)
