"""Comparing: some records with all that share a key with them, read in one snapshot and written in a later transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from federation.clock import stamp
from federation.matching.blocking import BLOCK, keys
from federation.matching.matcher import Match, Matcher
from federation.matching.membership import several
from federation.matching.organisations import Organisations
from federation.matching.register import note, organisations
from federation.matching.schema import STALE, match_key, match_pair, match_record
from federation.matching.subject import Subject, subject_of
from federation.public import records_of
from federation.schema import published
from vocab.public import PublicRecord

Values = dict[str, Any]  # a row of a table, by its columns


class Comparison:
    """Reads when made: of `iris` those whose public view is another than the one that was compared. `write` is called once."""

    def __init__(self, connection: Connection, iris: Sequence[str]) -> None:
        self.iris = _news(connection, iris)
        self._records = records_of(connection, self.iris)
        known = organisations(connection)
        self._own = {subject.iri: subject for subject in _subjects(self._records.values(), known)}
        self._keys = {iri: keys(subject) for iri, subject in self._own.items()}
        self._matches = self._compared(connection, known)

    def write(self, connection: Connection) -> None:
        """Put the rows in place of the older ones, for those records that are public now."""
        public = _public(connection, {*self._records, *(iri for match in self._matches for iri in match.pair)})
        for some in several(self.iris):
            _forget(connection, some)
        there = [subject for iri, subject in self._own.items() if iri in public]
        rows = [
            {"iri": s.iri, "filled": s.filled, "first": s.first, "digest": self._records[s.iri].digest} for s in there
        ]
        _insert(connection, match_record, rows)
        _insert(connection, match_key, [{"key": key, "iri": s.iri} for s in there for key in sorted(self._keys[s.iri])])
        _insert(connection, match_pair, [_row(match) for match in self._matches if public.issuperset(match.pair)])
        note(connection, self._records, public)

    def _compared(self, connection: Connection, known: Organisations) -> list[Match]:
        """The records among themselves and with those that share a key with them, in memory."""
        shared = _neighbours(connection, set().union(*self._keys.values()))
        others = records_of(connection, sorted(shared.keys() - self._own.keys()))
        matcher = Matcher()
        for subject in _subjects(others.values(), known):
            matcher.know(subject, frozenset(shared[subject.iri]))
        for subject in self._own.values():
            matcher.put(subject, self._keys[subject.iri])
        return list(matcher.matches())


def to_compare(connection: Connection, limit: int) -> set[str]:
    """Records that have to be compared again although they have not changed."""
    return set(connection.execute(select(match_record.c.iri).where(STALE).limit(limit)).scalars())


def _subjects(records: Iterable[PublicRecord], known: Organisations) -> list[Subject]:
    found = [subject_of(record, known) for record in records]
    return [subject for subject in found if subject is not None]


def _news(connection: Connection, iris: Sequence[str]) -> list[str]:
    """Those that are not as they were compared; a record that got a version for its cluster alone is."""
    same: set[str] = set()
    query = select(published.c.iri).join(match_record, match_record.c.iri == published.c.iri)
    query = query.where(match_record.c.digest == published.c.digest)
    for some in several(iris):
        same.update(connection.execute(query.where(published.c.iri.in_(some))).scalars())
    return [iri for iri in iris if iri not in same]


def _neighbours(connection: Connection, wanted: set[int]) -> dict[str, list[int]]:
    """Records under the keys, with the keys by which they were found, but for keys that too many share."""
    found: dict[int, list[str]] = {}
    for some in several(sorted(wanted)):
        for key, iri in connection.execute(select(match_key.c.key, match_key.c.iri).where(match_key.c.key.in_(some))):
            found.setdefault(key, []).append(iri)
    shared: dict[str, list[int]] = {}
    for key, iris in found.items():
        if len(iris) <= BLOCK:
            for iri in iris:
                shared.setdefault(iri, []).append(key)
    return shared


def _public(connection: Connection, iris: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in several(sorted(iris)):
        found.update(connection.execute(select(published.c.iri).where(published.c.iri.in_(some))).scalars())
    return found


def _forget(connection: Connection, iris: Sequence[str]) -> None:
    connection.execute(delete(match_record).where(match_record.c.iri.in_(iris)))
    connection.execute(delete(match_key).where(match_key.c.iri.in_(iris)))
    connection.execute(delete(match_pair).where(match_pair.c.one.in_(iris) | match_pair.c.other.in_(iris)))


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _row(match: Match) -> Values:
    one, other = match.pair
    judged = match.judgement
    return {
        "one": one,
        "other": other,
        "verdict": judged.verdict.value,
        "reason": judged.reason,
        "score": judged.score,
        "evidence": msgspec.json.encode(match.evidence).decode(),
        "at": stamp(),
    }
