"""Technology offers: the texts for partners abroad that were reviewed here."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("iri", "decision", "digest", "text", "translator", "officer", "org", "basis", "screening", "until", "at")
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.CheckConstraint("decision in ('offered', 'ended')", name=op.f("ck_offer_decision")),
        sa.CheckConstraint("decision = 'ended' or screening <> ''", name=op.f("ck_offer_screened")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_offer_iri_id"), "offer", ["iri", "id"])
