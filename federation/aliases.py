"""Aliases: records whose address is not the one that their key would give, and addresses that lead to another one.

Both come of a source that was re-keyed (`federation.rekeying`). A record keeps its address for ever; what it was published
under meanwhile leads there. A target is never itself an address that leads elsewhere.
"""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from federation.clock import stamp
from federation.schema import alias, redirect


def names_of(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, str]:
    """What the IRIs of records end with, by key, where it is not what the key gives."""
    query = select(alias.c.key, alias.c.name).where(alias.c.source == source, alias.c.key.in_(keys))
    return {row.key: row.name for row in connection.execute(query)}


def target_of(connection: Connection, iri: str) -> str | None:
    """The address that this one leads to."""
    return connection.execute(select(redirect.c.target).where(redirect.c.iri == iri)).scalar()


def name(connection: Connection, source: str, key: str, ending: str) -> None:
    """From now on the IRIs of records of this key end so."""
    connection.execute(delete(alias).where(alias.c.source == source, alias.c.key == key))
    connection.execute(insert(alias).values(source=source, key=key, name=ending))


def retire(connection: Connection, source: str, keys: Iterable[str]) -> None:
    """The addresses that these keys gave are others' now: should a source use them again, it is for something new."""
    for key in keys:
        name(connection, source, key, str(uuid4()))


def lead(connection: Connection, iri: str, target: str) -> None:
    """From now on this address leads to the other, and so do those that led to it."""
    connection.execute(update(redirect).where(redirect.c.target == iri).values(target=target))
    connection.execute(insert(redirect).values(iri=iri, target=target, at=stamp()))
