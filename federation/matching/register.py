"""The register: names of organisations in the ledger, as records state them, and what is learned from them with its evidence."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from federation.matching.learning import Alias, Statement, learned, names_of, unsure
from federation.matching.membership import several
from federation.matching.organisations import Organisations, facts
from federation.matching.schema import match_alias, match_name, match_record
from federation.schema import published
from vocab.identity.names import name_key
from vocab.public import PublicRecord

STATEMENTS = 500_000  # that are looked at together: more are an attack


def organisations(connection: Connection) -> Organisations:
    """What is known of organisations now: the table of facts, and what was learned and is still supported."""
    known = Organisations(facts())
    known.learn({alias.name: alias.organisation for alias in in_force(connection)})
    return known


def meant(connection: Connection, name: str) -> str:
    """The key of the organisation that a name means today, asked for one name alone."""
    known = _facts()
    found = () if known.knows(name) else in_force(connection, match_alias.c.name == name_key(name))
    return next((alias.organisation for alias in found), known.resolve(name))


def in_force(connection: Connection, *conditions: ColumnElement[bool]) -> list[Alias]:
    """The learned names that are believed."""
    return [alias for alias in aliases(connection, *conditions) if _supported(alias)]


def aliases(connection: Connection, *conditions: ColumnElement[bool]) -> list[Alias]:
    """The learned names with the support that is still there: what a withdrawn record stated has gone with it."""
    support: dict[tuple[str, str, str], set[tuple[str, str, int]]] = {}
    for row in connection.execute(select(match_alias).where(*conditions)):
        support.setdefault((row.name, row.organisation, row.code), set()).add((row.stated, row.iri, row.needed))
    return [Alias(*key, frozenset(rows)) for key, rows in sorted(support.items())]


def note(connection: Connection, records: Mapping[str, PublicRecord], public: Collection[str]) -> None:
    """Put what records state in place of what they stated; names that lost their support by it, or by a withdrawal, go."""
    rows = [
        {"name": name, "code": code, "iri": iri}
        for iri, record in records.items()
        if iri in public
        for name, code in sorted(names_of(record))
    ]
    for some in several(sorted(records)):
        connection.execute(delete(match_name).where(match_name.c.iri.in_(some)))
    if rows:
        connection.execute(insert(match_name), rows)
    name, alias = match_name.c, match_alias.c
    states = exists().where(name.name == alias.stated, name.code != "", name.iri == alias.iri)
    for some in several(sorted(records)):
        connection.execute(delete(match_alias).where(alias.iri.in_(some), ~states))
    fallen = sorted(alias.name for alias in aliases(connection) if not _supported(alias))
    _forget(connection, fallen)
    _compare_again(connection, fallen)


def learn(connection: Connection) -> int:
    """Learn anew from all statements. Records that use a name which means another organisation by it are to be compared again;
    returns the number of such names."""
    before = {alias.name: alias for alias in aliases(connection)}
    after = {alias.name: alias for alias in _learned(connection)}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    _forget(connection, names)
    rows = [row for name in names if name in after for row in _rows(after[name])]
    if rows:
        connection.execute(insert(match_alias), rows)
    moved = [name for name in names if _means(before.get(name)) != _means(after.get(name))]
    _compare_again(connection, moved)
    return len(moved)


def _forget(connection: Connection, names: Sequence[str]) -> None:
    for some in several(names):
        connection.execute(delete(match_alias).where(match_alias.c.name.in_(some)))


def _compare_again(connection: Connection, names: Sequence[str]) -> None:
    """Records that use names which mean another organisation now."""
    for some in several(names):
        users = select(match_name.c.iri).where(match_name.c.name.in_(some))
        connection.execute(update(match_record).where(match_record.c.iri.in_(users)).values(digest=""))


def _learned(connection: Connection) -> list[Alias]:
    n, p = match_name.c, published.c
    shared = select(n.code).where(n.code != "").group_by(n.code).having(func.count(n.name.distinct()) > 1)
    names = select(n.name).where(n.code.in_(shared))  # the others can be learned from by nobody
    query = select(n.name, n.code, p.source, func.min(n.iri), func.count()).join(published, p.iri == n.iri)
    query = query.where(n.code != "", n.name.in_(names)).group_by(n.name, n.code, p.source)
    rows = connection.execute(query.order_by(n.name, n.code, p.source).limit(STATEMENTS))
    statements = [Statement(*row) for row in rows]
    return list(learned(statements, _users(connection, sorted(unsure(statements))), _facts()))


def _users(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """How many sources use each name."""
    n, p = match_name.c, published.c
    query = select(n.name, func.count(p.source.distinct())).join(published, p.iri == n.iri).group_by(n.name)
    found: dict[str, int] = {}
    for some in several(names):
        found.update((row[0], row[1]) for row in connection.execute(query.where(n.name.in_(some))))
    return found


@cache
def _facts() -> Organisations:
    return Organisations(facts())


def _supported(alias: Alias) -> bool:
    """Whether both names are still stated by as many records as that takes."""
    stated: dict[str, list[int]] = {}
    for name, _, needed in alias.support:
        stated.setdefault(name, []).append(needed)
    return len(stated) == 2 and all(len(records) >= max(records) for records in stated.values())


def _means(alias: Alias | None) -> str:
    return alias.organisation if alias is not None else ""


def _rows(alias: Alias) -> list[dict[str, object]]:
    shared = {"name": alias.name, "organisation": alias.organisation, "code": alias.code}
    return [{**shared, "stated": name, "iri": iri, "needed": needed} for name, iri, needed in sorted(alias.support)]
