"""The book of matches in the ledger: follows the change log from a cursor of its own, and keeps what people decide.

What is compared is read from the public view each time; only keys, verdicts and evidence are kept, and a foreign key removes
them with the public view. The cursor's generation names the rules: with new rules everything is compared again.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Exists, Row, Select, Table, delete, func, insert, select

from federation.clock import stamp
from federation.cursors import Cursors
from federation.database import Database
from federation.errors import UnknownRecord
from federation.matching.blocking import BLOCK, keys
from federation.matching.clusters import Link, Pair, clusters, pair_of
from federation.matching.evidence import Evidence
from federation.matching.matcher import Match, Matcher
from federation.matching.organisations import Organisations, facts
from federation.matching.schema import match_decision, match_key, match_member, match_pair, match_record
from federation.matching.score import Verdict
from federation.matching.subject import Subject, subject_of
from federation.public import changes_of, last_seq, records_of
from federation.schema import published
from vocab.public import PublicRecord

NAME, RULES = "matching", "1"  # raise RULES when keys, evidence or verdicts change
BATCH = 500
SEVERAL = 500  # values in one condition of a query
_EVIDENCE = msgspec.json.Decoder(Evidence)

Moved = Callable[[int], None]
Values = dict[str, Any]  # a row of a table, by its columns
T = TypeVar("T")


class Candidate(msgspec.Struct, frozen=True):
    """A pair that waits for a person, or that the rules merged: `reason` is the rule, `evidence` what it saw."""

    one: str
    other: str
    verdict: Verdict
    reason: str
    score: float
    evidence: Evidence


class Decision(msgspec.Struct, frozen=True):
    """What a person said of a pair; `same` None takes earlier words back."""

    one: str
    other: str
    same: bool | None
    by: str
    why: str
    at: str


class Cluster(msgspec.Struct, frozen=True):
    """The records of one achievement, in the order of text; `canonical` stands for them, all stay addressable."""

    canonical: str
    members: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True):
    """How things stand at `seq`."""

    seq: int
    records: int
    merged: int
    candidates: int
    clusters: int


class MatchBook:
    def __init__(self, database: Database) -> None:
        self._database, self._cursors = database, Cursors(database)

    @cached_property
    def _organisations(self) -> Organisations:
        return Organisations(facts())

    def follow(self, moved: Moved | None = None) -> Counts:
        """Bring the book up to the present; may be ended at any moment and goes on where it was. Raises LedgerError."""
        after = self._start()
        while True:
            with self._database.read() as connection:
                changes = changes_of(connection, after, BATCH)
                records = records_of(connection, sorted({change.iri for change in changes}))
                matcher, own = self._matched(connection, list(records.values()))
            if not changes:
                break
            with self._database.write() as connection:  # alone with the log: nothing is withdrawn under our hands
                _write(connection, records, matcher, own)
            after = changes[-1].seq
            self._cursors.set(NAME, RULES, after, 0)
            if moved is not None:
                moved(len(records))
        with self._database.write() as connection:
            _group(connection)
        return self.counts()

    def decide(self, one: str, other: str, *, same: bool | None, by: str, why: str = "") -> Decision:
        """Write down a person's word; clusters follow at once.

        Raises ValueError for one record twice or an unnamed person, UnknownRecord for an IRI that is not public.
        """
        pair = pair_of(one, other)
        if not by.strip():
            raise ValueError("a decision names who made it: --by NAME")
        decision = Decision(*pair, same, by.strip(), why, stamp())
        with self._database.write() as connection:
            public = set(connection.execute(select(published.c.iri).where(published.c.iri.in_(pair))).scalars())
            for iri in pair:
                if iri not in public:
                    raise UnknownRecord(
                        f"no public record is {iri}; copy the IRI from its page or `chengguo match review`"
                    )
            connection.execute(insert(match_decision).values(**msgspec.structs.asdict(decision)))
            _group(connection)
        return decision

    def candidates(self, limit: int = 100) -> list[Candidate]:
        """Pairs that nobody has decided yet and that are not in one cluster anyway, the surest first."""
        query = self._pairs(match_pair.c.verdict == "candidate", ~_together())
        query = query.order_by(match_pair.c.score.desc(), match_pair.c.one, match_pair.c.other)
        with self._database.read() as connection:
            decided = {pair for pair, decision in _decided(connection).items() if decision.same is not None}
            rows = connection.execute(query.limit(limit + len(decided))).all()
        return [_candidate(row) for row in rows if (row.one, row.other) not in decided][:limit]

    def cluster(self, iri: str) -> Cluster | None:
        """The cluster of a public record, or None when it stands alone."""
        own = select(match_member.c.cluster).where(match_member.c.iri == iri).scalar_subquery()
        with self._database.read() as connection:
            rows = connection.execute(select(match_member).where(match_member.c.cluster == own)).all()
        members = tuple(sorted(row.iri for row in rows))
        # After a withdrawal the canonical record may be gone until the next `follow`: then the first stands in.
        return (
            Cluster(rows[0].cluster if rows[0].cluster in members else members[0], members)
            if len(members) > 1
            else None
        )

    def explained(self, iris: Sequence[str]) -> list[Candidate]:
        """Why these records are together: the rules' pairs among them."""
        query = self._pairs(match_pair.c.one.in_(iris), match_pair.c.other.in_(iris), match_pair.c.verdict == "same")
        with self._database.read() as connection:
            return [_candidate(row) for row in connection.execute(query)]

    def decisions(self) -> list[Decision]:
        """Everything people ever said, oldest first."""
        with self._database.read() as connection:
            return _decisions(connection)

    def counts(self) -> Counts:
        with self._database.read() as connection:
            by_verdict = select(match_pair.c.verdict, func.count()).group_by(match_pair.c.verdict)
            verdicts = {row[0]: row[1] for row in connection.execute(by_verdict)}
            groups = connection.execute(select(func.count(match_member.c.cluster.distinct()))).scalar() or 0
            records = connection.execute(select(func.count()).select_from(match_record)).scalar() or 0
        cursor = self._cursors.get(NAME, RULES)
        seq = cursor.seq if cursor else 0
        return Counts(seq, records, verdicts.get("same", 0), verdicts.get("candidate", 0), groups)

    def _pairs(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Pairs whose records are as they were when they were compared: what one has hidden since is not told."""
        cursor = self._cursors.get(NAME, RULES)
        newer = select(published.c.iri).where(published.c.seq > (cursor.seq if cursor else 0))
        return select(match_pair).where(*conditions, match_pair.c.one.not_in(newer), match_pair.c.other.not_in(newer))

    def _start(self) -> int:
        """Where to go on; 0 with an empty book under new rules, or when the ledger came back from a backup."""
        cursor = self._cursors.get(NAME, RULES)
        with self._database.read() as connection:
            last = last_seq(connection)
        if cursor is not None and cursor.seq <= last:
            return cursor.seq
        with self._database.write() as connection:
            for table in (match_record, match_key, match_pair, match_member):
                connection.execute(delete(table))
        self._cursors.keep_only(NAME, RULES)
        return 0

    def _matched(self, connection: Connection, batch: Sequence[PublicRecord]) -> tuple[Matcher, dict[str, Subject]]:
        """The batch among itself and with the records that share a key with it, in memory."""
        own = {subject.iri: subject for subject in self._subjects(batch)}
        wanted = {key for subject in own.values() for key in keys(subject)}
        others = sorted(_neighbours(connection, wanted) - own.keys())
        matcher = Matcher()
        for subject in (*self._subjects(records_of(connection, others).values()), *own.values()):
            matcher.put(subject)
        return matcher, own

    def _subjects(self, records: Iterable[PublicRecord]) -> list[Subject]:
        found = [subject_of(record, self._organisations) for record in records]
        return [subject for subject in found if subject is not None]


def _together() -> Exists:
    """Whether both records of a pair are in one cluster."""
    one, other = match_member.alias(), match_member.alias()
    both = select(one.c.iri).join(other, one.c.cluster == other.c.cluster)
    return both.where(one.c.iri == match_pair.c.one, other.c.iri == match_pair.c.other).exists()


def _neighbours(connection: Connection, wanted: set[int]) -> set[str]:
    """Records under the keys, but for keys that too many share."""
    found: dict[int, list[str]] = {}
    for some in _several(sorted(wanted)):
        for key, iri in connection.execute(select(match_key.c.key, match_key.c.iri).where(match_key.c.key.in_(some))):
            found.setdefault(key, []).append(iri)
    return {iri for iris in found.values() if len(iris) <= BLOCK for iri in iris}


def _write(connection: Connection, records: dict[str, PublicRecord], matcher: Matcher, own: dict[str, Subject]) -> None:
    """Put the batch's rows in place of its older ones, for those of its records that are public now."""
    matches = [match for match in matcher.matches() if match.pair[0] in own or match.pair[1] in own]
    iris = sorted(records.keys() | {iri for match in matches for iri in match.pair})
    public: set[str] = set()
    for some in _several(iris):
        public.update(connection.execute(select(published.c.iri).where(published.c.iri.in_(some))).scalars())
    for some in _several(sorted(records)):
        _forget(connection, some)
    there = [subject for iri, subject in own.items() if iri in public]
    rows = [{"iri": s.iri, "filled": s.filled, "first": s.first} for s in there]
    _insert(connection, match_record, rows)
    _insert(connection, match_key, [{"key": key, "iri": s.iri} for s in there for key in sorted(keys(s))])
    _insert(connection, match_pair, [_row(match) for match in matches if public.issuperset(match.pair)])


def _forget(connection: Connection, iris: Sequence[str]) -> None:
    connection.execute(delete(match_record).where(match_record.c.iri.in_(iris)))
    connection.execute(delete(match_key).where(match_key.c.iri.in_(iris)))
    connection.execute(delete(match_pair).where(match_pair.c.one.in_(iris) | match_pair.c.other.in_(iris)))


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _group(connection: Connection) -> None:
    """The clusters of all accepted pairs, written where they differ from what is there."""
    wanted = _clustered(connection)
    present = {row.iri: row.cluster for row in connection.execute(select(match_member))}
    stale = sorted(iri for iri, cluster in present.items() if wanted.get(iri) != cluster)
    for some in _several(stale):
        connection.execute(delete(match_member).where(match_member.c.iri.in_(some)))
    rows = [{"iri": iri, "cluster": c} for iri, c in sorted(wanted.items()) if present.get(iri) != c]
    _insert(connection, match_member, rows)


def _clustered(connection: Connection) -> dict[str, str]:
    """The canonical record of every clustered one."""
    pairs = select(match_pair.c.one, match_pair.c.other, match_pair.c.score).where(match_pair.c.verdict == "same")
    ranks = {row.iri: (-row.filled, row.first, row.iri) for row in connection.execute(select(match_record))}
    decided = {pair: d for pair, d in _decided(connection).items() if all(iri in ranks for iri in pair)}
    links = [Link((row.one, row.other), row.score) for row in connection.execute(pairs)]
    links += [Link(pair, 1.0, d.by) for pair, d in decided.items() if d.same]
    found: dict[str, str] = {}
    for members in clusters(links, [pair for pair, d in decided.items() if d.same is False]):
        found.update(dict.fromkeys(members, min(members, key=ranks.__getitem__)))
    return found


def _decisions(connection: Connection) -> list[Decision]:
    rows = connection.execute(select(match_decision).order_by(match_decision.c.id))
    return [Decision(r.one, r.other, r.same, r.by, r.why, r.at) for r in rows]


def _decided(connection: Connection) -> dict[Pair, Decision]:
    """The last word on each pair."""
    return {(decision.one, decision.other): decision for decision in _decisions(connection)}


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


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(row.one, row.other, Verdict(row.verdict), row.reason, row.score, _EVIDENCE.decode(row.evidence))


def _several(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + SEVERAL] for start in range(0, len(values), SEVERAL))
