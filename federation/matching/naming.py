"""Naming: by which other names an organisation goes in public records, and which record says so."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection

from federation.matching.organisations import Organisations, facts
from federation.matching.register import in_force, meant
from federation.matching.schema import match_alias
from federation.public import records_of
from vocab.identity.names import name_key
from vocab.kinds import Achievement, Organisation
from vocab.record import Record

MANY = 20  # names that are told


class OtherName(msgspec.Struct, frozen=True):
    """A name as it is spelt. `iri` and `source` are of a public record that states it; empty when the table of facts does."""

    name: str
    iri: str = ""
    source: str = ""


def other_names(connection: Connection, name: str) -> list[OtherName]:
    """The other names of the organisation that a name means, one of each spelling that counts as the same."""
    organisation = meant(connection, name)
    found = {name_key(name): OtherName(name)}
    for other in (*map(OtherName, Organisations(facts()).names(organisation)), *_by_records(connection, organisation)):
        found.setdefault(name_key(other.name), other)
    return list(found.values())[1 : MANY + 1]


def _by_records(connection: Connection, organisation: str) -> Iterator[OtherName]:
    aliases = in_force(connection, match_alias.c.organisation == organisation)
    states = {stated: iri for alias in aliases for stated, iri, _ in sorted(alias.support)}
    records = records_of(connection, sorted(set(states.values())))
    for key, iri in sorted(states.items()):
        if (public := records.get(iri)) and (spelt := _spelt(public.record, key)):
            yield OtherName(spelt, iri, public.source)


def _spelt(record: Record, key: str) -> str | None:
    return next((name for name in _names(record) if name_key(name) == key), None)


def _names(record: Record) -> Iterator[str]:
    if isinstance(record, Organisation):
        yield from (record.title.zh, record.title.en or "", *record.aliases, *(name.name for name in record.names))
    elif isinstance(record, Achievement):
        yield from (agent.name for agent in (record.first_org, record.registrar, *record.orgs) if agent)
