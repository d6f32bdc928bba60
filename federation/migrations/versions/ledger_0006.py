"""Saved searches: who follows one by e-mail, what was found for them, and the letters to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Text()),
        sa.Column("due", sa.Text(), nullable=False),
        sa.CheckConstraint("days in (1, 7)", name=op.f("ck_subscription_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_address"), "subscription", ["address"])
    op.create_index(op.f("ix_subscription_due"), "subscription", ["due"])
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("confirms", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        _gone_with("letter", "subscription", "subscription.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_subscription"), "letter", ["subscription"])
    op.create_index(op.f("ix_letter_due"), "letter", ["due"])
    op.create_table(
        "alert",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.Text()),
        sa.Column("told", sa.Boolean(), nullable=False),
        _gone_with("alert", "subscription", "subscription.id"),
        _gone_with("alert", "iri", "published.iri"),
        sa.PrimaryKeyConstraint("subscription", "iri", name=op.f("pk_alert")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_alert_iri"), "alert", ["iri"])
    op.create_index(op.f("ix_alert_letter"), "alert", ["letter"])


def _gone_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
