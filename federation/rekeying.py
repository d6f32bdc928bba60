"""Recognises a source that has changed its identifiers: records that are gone stand in the listing again under other keys.

Nothing is moved by this: it tells a person why a run waits, so that nobody takes withdrawals and doubles for news.
"""

import hashlib
from collections.abc import Iterator, Set

import msgspec
from sqlalchemy import Connection, select

from federation.schema import published
from vocab.kinds import decode_record, encode_record
from vocab.record import Record

PAGE = 1000
NUMBERS = ("registration_no", "national_reg_no", "project_no", "uscc")


class Rekeyed(msgspec.Struct, frozen=True):
    """One record under two identifiers of its source: the IRI that was known, and the one that came in its place."""

    old: str
    new: str


def rekeyed(connection: Connection, source: str, gone: Set[str]) -> tuple[Rekeyed, ...]:
    """Public records with these keys whose content is public again under another key; each new one is taken once.

    `gone` are keys that the last complete pass did not list. Two passes over the source's public records.
    """
    lost: dict[str, list[str]] = {}  # signature -> IRIs
    for key, iri, record in _records(connection, source):
        if key in gone:
            for mark in signatures(record):
                lost.setdefault(mark, []).append(iri)
    found: dict[str, str] = {}
    for key, iri, record in _records(connection, source) if lost else ():
        if key not in gone:
            marks = (mark for mark in signatures(record) if mark in lost)
            old = next((one for mark in marks for one in lost[mark] if one not in found), None)
            if old is not None:
                found[old] = iri
    return tuple(Rekeyed(old, new) for old, new in found.items())


def signatures(record: Record) -> Iterator[str]:
    """By what a record is known again: all it says but its identifiers; a number that others gave it, with its title."""
    plain = msgspec.structs.replace(record, identifier="", source_record_id=(), provenance=None, quality=None)
    yield hashlib.sha256(encode_record(plain)).hexdigest()
    title = record.title.zh.strip()
    for name in NUMBERS:
        number = getattr(record, name, None)
        if number and title:
            yield f"{name}\n{number}\n{title}"


def _records(connection: Connection, source: str) -> Iterator[tuple[str, str, Record]]:
    query = select(published.c.key, published.c.iri, published.c.record).where(published.c.source == source)
    for rows in connection.execute(query, execution_options={"yield_per": PAGE}).partitions(PAGE):
        for row in rows:
            yield row.key, row.iri, decode_record(row.record)
