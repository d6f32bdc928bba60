"""Aliases: records whose address is not the one that their key would give, and addresses that lead to another one.

Both come of a source that was re-keyed (`federation.rekeying`). A record keeps its address for ever; what it was published
under meanwhile leads there. A target is never itself an address that leads elsewhere.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from federation.clock import stamp
from federation.schema import alias, redirect


def names_of(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, str]:
    """What the IRIs of records end with, by key, where it is not what the key gives."""
    query = select(alias.c.key, alias.c.name).where(alias.c.source == source, alias.c.key.in_(keys))
    return {row.key: row.name for row in connection.execute(query)}


def target_of(connection: Connection, iri: str) -> str | None:
    """The address that this one leads to."""
    return connection.execute(select(redirect.c.target).where(redirect.c.iri == iri)).scalar()


def name(connection: Connection, source: str, names: Mapping[str, str]) -> None:
    """From now on the IRIs of records of these keys end so."""
    if names:
        here = (alias.c.source == source, alias.c.key == bindparam("k"))
        connection.execute(delete(alias).where(*here), [{"k": key} for key in names])
        rows = [{"source": source, "key": key, "name": ending} for key, ending in names.items()]
        connection.execute(insert(alias), rows)


def lead(connection: Connection, targets: Mapping[str, str]) -> None:
    """From now on these addresses lead to others, and so does what led to them."""
    if targets:
        through = update(redirect).where(redirect.c.target == bindparam("i")).values(target=bindparam("t"))
        connection.execute(through, [{"i": iri, "t": target} for iri, target in targets.items()])
        at = stamp()
        connection.execute(insert(redirect), [{"iri": i, "target": t, "at": at} for i, t in targets.items()])
