"""The tables of the ledger (SQLAlchemy Core), the same on SQLite and PostgreSQL. Times are RFC 3339 text in UTC.

entry        every record a source was seen to hold: digest of its raw, absence count. All there is of a secret one
raw          the bytes as the source gave them (zstd)
item         what became of an entry, one row per kind it was mapped to
problem      what is wrong with an item now
version      every public view a record ever had (served only while the record is published)
published    the current public view: what outputs are made from
tombstone    what remains in public of a withdrawn record
change       the append-only change log
run, staged  passes over sources; changes waiting for the guard's verdict
source_state high-water mark, bookmark and last good passes
review       secrecy reviews made here; suppression: what must never come back; removal: past versions that were taken out
takedown     every act of taking a record down, destroying what was kept of it, and letting it come back
offer        what may be told to partners abroad: texts reviewed here, by the content they were reviewed for
alias        keys whose records have another address than their own; redirect: addresses that lead to another one
quality      what a source's quality report said at the end of a month
cursor       how far each generation of each output has followed the change log
token        who may push records: digests of secrets that were shown once
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

# `key` is a hash of source and identifier (`federation.key`), so that a secret record leaves not even its number here.
entry = Table(
    "entry",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # mappings and policy it was last judged by
    Column("missed", Integer, nullable=False, server_default=text("0")),  # complete passes in a row without it
    Column("repeated", Boolean, nullable=False, server_default=text("false")),  # its key came twice in one pass
    sqlite_with_rowid=False,  # narrow and read by key in every pass: one b-tree instead of two
)

raw = Table(
    "raw",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("identifier", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fetched", Text, nullable=False),
    Column("modified", Text),
    Column("url", Text),
)

item = Table(
    "item",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # "" when the record could not even be decoded
    Column("iri", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("mapping", Text, nullable=False, server_default=""),
    Column("digest", Text, nullable=False, server_default=""),  # of the public view without its provenance
    Column("content", Text, nullable=False, server_default=""),  # of the record as mapped: what a review is bound to
    Column("version", Integer, nullable=False, server_default=text("0")),  # the last one given
    Column("first", Text),
    Column("at", Text, nullable=False),
    CheckConstraint(
        "state in ('published', 'refused', 'rejected', 'held', 'embargoed', 'withdrawn', 'failed')", name="state"
    ),
)
Index(None, item.c.iri)
Index(None, item.c.source, item.c.state, item.c.reason)

problem = Table(
    "problem",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("value", Text),
)

version = Table(
    "version",
    metadata,
    Column("iri", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the public view
    Column("record", LargeBinary, nullable=False),  # zstd of the public view: what is not public is in `raw` alone
    Column("lineage", LargeBinary, nullable=False),  # zstd, public as well
    Column("mapping", Text, nullable=False),
    Column("raw_digest", Text, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("iri", Text, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("event in ('published', 'changed', 'withdrawn')", name="event"),
)
Index(None, change.c.iri, change.c.seq)

published = Table(
    "published",
    metadata,
    Column("iri", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, ForeignKey(change.c.seq), nullable=False),
    Column("at", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("lineage", LargeBinary, nullable=False),
    UniqueConstraint("seq"),
)
Index(None, published.c.kind, published.c.seq)
Index(None, published.c.source, published.c.kind)

tombstone = Table(
    "tombstone",
    metadata,
    Column("iri", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, ForeignKey(change.c.seq), nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("mode", Text, nullable=False),  # full, incremental, remap, accept, push
    Column("status", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("heartbeat", Text, nullable=False),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    Column("counts", Text, nullable=False),
    Column("message", Text, nullable=False, server_default=""),
    Column("traceback", Text, nullable=False, server_default=""),
    Column("guard", Text, nullable=False, server_default="{}"),
    Column(
        "position", Text, nullable=False, server_default=""
    ),  # where in the listing it was, in the harvester's words
    sqlite_autoincrement=True,  # a run's number is told to people: never given twice
)
Index(None, run.c.source, run.c.id)
RUNNING = text("status = 'running'")
Index(
    "uq_run_alive",
    run.c.source,
    unique=True,
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)

staged = Table(
    "staged",
    metadata,
    Column("run", Integer, ForeignKey(run.c.id), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fetched", Text, nullable=False),
    Column("modified", Text),
    Column("url", Text),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("high_water", Text),
    Column("complete_at", Text),
    Column("success_at", Text),
    Column("bookmark", Text),  # where the harvester's next pass may begin, in its own words
)

review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the content that was reviewed: another content needs another review
    Column("decision", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("at", Text, nullable=False),
    CheckConstraint("decision in ('approve', 'refuse', 'refer')", name="decision"),
    sqlite_autoincrement=True,
)
Index(None, review.c.source, review.c.key)

removal = Table(
    "removal",
    metadata,
    Column("iri", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("reason", Text, nullable=False),  # a code of CL-22
    Column("officer", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Text, nullable=False),
)

suppression = Table(
    "suppression",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token", Text, nullable=False),
    Column("iri", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("at", Text, nullable=False),
    UniqueConstraint("token", "iri"),
    sqlite_autoincrement=True,
)

takedown = Table(
    "takedown",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("iri", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("reason", Text, nullable=False),  # a code of CL-22
    Column("officer", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Text, nullable=False),
    CheckConstraint("act in ('taken-down', 'destroyed', 'lifted')", name="act"),
    sqlite_autoincrement=True,
)
Index(None, takedown.c.iri)

offer = Table(
    "offer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("iri", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the public view it was reviewed for, as in `item`
    Column("text", Text, nullable=False),  # JSON, in English
    Column("translator", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("screening", Text, nullable=False),  # reference of the export screening that cleared it
    Column("until", Text, nullable=False),  # the last day
    Column("at", Text, nullable=False),
    CheckConstraint("decision in ('offered', 'ended')", name="decision"),
    CheckConstraint("decision = 'ended' or screening <> ''", name="screened"),
    sqlite_autoincrement=True,
)
Index(None, offer.c.iri, offer.c.id)

alias = Table(
    "alias",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),  # grows with every change: readers notice by it
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),  # what the IRIs of its records end with
    UniqueConstraint("source", "key"),
    sqlite_autoincrement=True,
)

redirect = Table(
    "redirect",
    metadata,
    Column("iri", Text, primary_key=True),  # was published once, and never is again
    Column("target", Text, nullable=False),
    Column("at", Text, nullable=False),
)
Index(None, redirect.c.target)

quality = Table(
    "quality",
    metadata,
    Column("source", Text, primary_key=True),
    Column("month", Text, primary_key=True),  # 2026-03
    Column("report", Text, nullable=False),  # JSON
)

cursor = Table(
    "cursor",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("generation", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),  # the part that may be shown
    Column("sha256", Text, nullable=False),  # of the whole secret, which is kept nowhere
    Column("name", Text, nullable=False),
    Column("source", Text),  # may push for this source alone
    Column("role", Text),  # or may do what this role may
    Column("created", Text, nullable=False),
    Column("used", Text),
    Column("revoked", Text),
    CheckConstraint("(source is null) <> (role is null)", name="scope"),
)
