"""The tables of matching, beside the ledger's own. Every row about a record goes with its public view, in the same transaction.

match_record   how complete a public record is, which decides who stands for a cluster, and the digest it was compared at
match_key      the blocking keys of each record (`federation.matching.blocking`)
match_pair     pairs that the rules call the same or candidates, with the evidence
match_member   the cluster of each clustered record, named by its canonical record
match_name     the organisations that each record names, by the key of their name, with a valid credit code where it gives one
match_alias    names learned to mean an organisation, a row for each record that supports it (`federation.matching.learning`)
match_decision what people said of pairs, append only; the last one of a pair counts. Addresses and names, no content
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from federation.schema import metadata, published


def _iri(name: str) -> Column[str]:
    """A public record: when it is withdrawn the row goes at once, so no evidence can outlive what it speaks of."""
    return Column(name, Text, ForeignKey(published.c.iri, ondelete="CASCADE"), primary_key=True)


match_record = Table(
    "match_record",
    metadata,
    _iri("iri"),
    Column("filled", Integer, nullable=False),
    Column("first", Text, nullable=False),
    Column(
        "digest", Text, nullable=False, server_default=text("''")
    ),  # of the public view; "" when it has to be compared
)
STALE = text("digest = ''")
Index("ix_match_record_stale", match_record.c.iri, sqlite_where=STALE, postgresql_where=STALE)

match_key = Table(
    "match_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    _iri("iri"),
    sqlite_with_rowid=False,
)
Index(None, match_key.c.iri)

match_pair = Table(
    "match_pair",
    metadata,
    _iri("one"),
    _iri("other"),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON of `federation.matching.evidence.Evidence`
    Column("at", Text, nullable=False),
    CheckConstraint("verdict in ('same', 'candidate')", name="verdict"),
)
Index(None, match_pair.c.other)

match_member = Table(
    "match_member",
    metadata,
    _iri("iri"),
    Column("cluster", Text, nullable=False),
)
Index(None, match_member.c.cluster)

match_name = Table(
    "match_name",
    metadata,
    Column("name", Text, primary_key=True),
    Column("code", Text, primary_key=True),  # "" without one
    _iri("iri"),
    sqlite_with_rowid=False,
)
Index(None, match_name.c.iri)
CODED = text("code <> ''")
Index("ix_match_name_coded", match_name.c.code, match_name.c.name, sqlite_where=CODED, postgresql_where=CODED)

match_alias = Table(
    "match_alias",
    metadata,
    Column("name", Text, primary_key=True),
    Column("stated", Text, primary_key=True),  # the name whose code the record gives: this one, or the organisation's
    _iri("iri"),
    Column("organisation", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("needed", Integer, nullable=False),  # records, each of another source, without which it is not believed
    sqlite_with_rowid=False,
)
Index(None, match_alias.c.iri)
Index(None, match_alias.c.organisation)

match_decision = Table(
    "match_decision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("one", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("same", Boolean),  # null: taken back, the rules decide again
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("at", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index(None, match_decision.c.one, match_decision.c.other)
