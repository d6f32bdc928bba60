"""The book of matches in the ledger: follows the change log from a cursor of its own, and keeps what people decide.

What is compared is read from the public view each time; only keys, verdicts and evidence are kept, and a foreign key removes
them with the public view. Whenever the cluster of a record is another one by it, the record gets a new version in the same
transaction, so that every output follows as it follows any change.

The cursor's generation names the rules. Under new rules everything is compared again, and clusters stay as they are until that
is done: only then is it known which of them are others.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Exists, Row, Select, delete, exists, func, insert, select

from federation.clock import stamp
from federation.cursors import Cursors, cursor_of
from federation.database import Database
from federation.effects import Effects
from federation.errors import UnknownRecord
from federation.matching.clusters import pair_of
from federation.matching.comparing import Comparison, to_compare
from federation.matching.evidence import Evidence
from federation.matching.grouping import Decision, Regrouping, decided, decisions_of
from federation.matching.membership import clusters_of, several
from federation.matching.naming import OtherName, other_names
from federation.matching.register import learn
from federation.matching.schema import match_decision, match_key, match_member, match_pair, match_record
from federation.matching.score import Verdict
from federation.public import changes_of, last_seq
from federation.schema import published
from vocab.public import Cluster

NAME, RULES = "matching", "2"  # raise RULES when keys, evidence or verdicts change
BUILDING = f"{RULES} building"
LEARNING = "organisations"  # how far names have been learned
NEWS = 50  # one change for so many records is enough to learn anew: that costs a look at every statement
BATCH = 500  # changes, or records, in one step
_EVIDENCE = msgspec.json.Decoder(Evidence)

Moved = Callable[[int], None]


class Candidate(msgspec.Struct, frozen=True):
    """A pair that waits for a person, or that the rules merged: `reason` is the rule, `evidence` what it saw."""

    one: str
    other: str
    verdict: Verdict
    reason: str
    score: float
    evidence: Evidence


class Counts(msgspec.Struct, frozen=True):
    """How things stand at `seq`; `behind` counts changes that have not been looked at yet."""

    seq: int
    behind: int
    records: int
    merged: int
    candidates: int
    clusters: int


class Position(msgspec.Struct, frozen=True):
    """Where a step begins: at `seq` of the log under a generation, which is BUILDING until all was compared once. `learned` is
    the `seq` up to which names of organisations are."""

    generation: str
    seq: int
    learned: int = -1


class MatchBook:
    def __init__(self, database: Database) -> None:
        self._database, self._cursors = database, Cursors(database)

    def follow(self, moved: Moved | None = None, *, patient: bool = False) -> Counts:
        """Bring the book up to the present; may be ended at any moment and goes on where it was. Raises LedgerError.

        Whoever follows all the time is `patient`: names of organisations are then learned when enough has come.
        """
        while (done := self.step(patient=patient)) is not None:
            if moved is not None:
                moved(done)
        return self.counts()

    def step(self, *, patient: bool = False) -> int | None:
        """One bounded piece of work, in one transaction: the number of records looked at; None when there is nothing to do.

        Two processes may do so at once: of two that begin at one position the second finds it moved, and writes nothing.
        """
        at = self._position()
        with self._database.read() as connection:
            changes = changes_of(connection, at.seq, BATCH)
            iris = {change.iri for change in changes} if changes else to_compare(connection, BATCH)
            comparison = Comparison(connection, sorted(iris))
        if not iris:
            return self._caught_up(at, patient)
        with self._database.write() as connection:  # alone with the log: nothing is withdrawn under our hands
            if self._move(connection, at, changes[-1].seq if changes else at.seq):
                groups = Regrouping(connection, comparison.iris if at.generation == RULES else ())
                comparison.write(connection)
                self._relink(connection, groups)
        return len(comparison.iris)

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
            groups = Regrouping(connection, pair)
            connection.execute(insert(match_decision).values(**msgspec.structs.asdict(decision)))
            self._relink(connection, groups)
        return decision

    def candidates(self, limit: int = 100) -> list[Candidate]:
        """Pairs that nobody has decided yet and that are not in one cluster anyway, the surest first."""
        query = _pairs(match_pair.c.verdict == "candidate", ~_together())
        query = query.order_by(match_pair.c.score.desc(), match_pair.c.one, match_pair.c.other)
        with self._database.read() as connection:
            said = {pair for pair, decision in decided(connection).items() if decision.same is not None}
            rows = connection.execute(query.limit(limit + len(said))).all()
        return [_candidate(row) for row in rows if (row.one, row.other) not in said][:limit]

    def cluster(self, iri: str) -> Cluster | None:
        """The cluster of a public record, or None when it stands alone."""
        with self._database.read() as connection:
            return clusters_of(connection, [iri]).get(iri)

    def explained(self, iris: Sequence[str]) -> list[Candidate]:
        """Why these records are together: the rules' pairs among them."""
        query = _pairs(match_pair.c.one.in_(iris), match_pair.c.other.in_(iris), match_pair.c.verdict == "same")
        with self._database.read() as connection:
            return [_candidate(row) for row in connection.execute(query)]

    def names(self, organisation: str) -> list[OtherName]:
        """The other names of the organisation that a name means, each with a public record that states it."""
        with self._database.read() as connection:
            return other_names(connection, organisation)

    def decisions(self) -> list[Decision]:
        """Everything people ever said, oldest first."""
        with self._database.read() as connection:
            return decisions_of(connection)

    def counts(self) -> Counts:
        with self._database.read() as connection:
            return counts_of(connection)

    def _caught_up(self, at: Position, patient: bool) -> int | None:
        """Everything was compared once: learn names from what has come, which may ask for some of it to be compared again."""
        last = self._cursors.get(LEARNING, RULES)
        news = at.seq - at.learned
        if news and not (patient and last and news * NEWS < last.records):
            with self._database.write() as connection:
                if _found(connection) == at:
                    learn(connection)
                    self._cursors.put(connection, LEARNING, RULES, at.seq, counts_of(connection).records)
            return 0
        return self._finish() if at.generation == BUILDING else None

    def _position(self) -> Position:
        """Where to go on; at 0 with an empty book under new rules, or when the ledger came back from a backup."""
        with self._database.read() as connection:
            found = _found(connection)
        if found is not None:
            return found
        with self._database.write() as connection:
            for table in (match_record, match_key, match_pair):
                connection.execute(delete(table))
            self._cursors.put(connection, NAME, BUILDING, 0, 0)
        self._cursors.keep_only(NAME, BUILDING)
        self._cursors.keep_only(LEARNING, "")
        return Position(BUILDING, 0)

    def _move(self, connection: Connection, at: Position, to: int) -> bool:
        """Take a step for ours; False when another process took it before."""
        if _found(connection) != at:
            return False
        self._cursors.put(connection, NAME, at.generation, to, 0)
        return True

    def _finish(self) -> int:
        """All was compared: put the clusters right, some in each transaction, and follow from now on."""
        with self._database.read() as connection:
            iris, at = _in_question(connection), _found(connection)
        for some in several(iris):
            with self._database.write() as connection:
                self._relink(connection, Regrouping(connection, some))
        if at is not None:
            self._cursors.set(NAME, RULES, at.seq, 0)
            self._cursors.keep_only(NAME, RULES)
        return len(iris)

    def _relink(self, connection: Connection, groups: Regrouping) -> None:
        if moved := groups.settle():
            effects = Effects(self._database, connection)
            effects.relink(moved)
            effects.write()


def counts_of(connection: Connection) -> Counts:
    by_verdict = select(match_pair.c.verdict, func.count()).group_by(match_pair.c.verdict)
    verdicts = {row[0]: row[1] for row in connection.execute(by_verdict)}
    groups = connection.execute(select(func.count(match_member.c.cluster.distinct()))).scalar() or 0
    records = connection.execute(select(func.count()).select_from(match_record)).scalar() or 0
    at = _found(connection)
    seq = at.seq if at else 0
    behind = last_seq(connection) - seq
    return Counts(seq, behind, records, verdicts.get("same", 0), verdicts.get("candidate", 0), groups)


def _found(connection: Connection) -> Position | None:
    last, learned = last_seq(connection), cursor_of(connection, LEARNING, RULES)
    for generation in (RULES, BUILDING):
        cursor = cursor_of(connection, NAME, generation)
        if cursor is not None and cursor.seq <= last:
            return Position(generation, cursor.seq, learned.seq if learned else -1)
    return None


def _in_question(connection: Connection) -> list[str]:
    """All records that may be in a cluster, or have to leave one."""
    columns = (match_pair.c.one, match_pair.c.other, match_member.c.iri, match_decision.c.one, match_decision.c.other)
    return sorted({iri for column in columns for iri in connection.execute(select(column).distinct()).scalars()})


def _pairs(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Pairs whose records are as they were when they were compared: what one has hidden since is not told."""
    return select(match_pair).where(*conditions, _compared(match_pair.c.one), _compared(match_pair.c.other))


def _compared(iri: ColumnElement[str]) -> Exists:
    """Whether a record is as it was when it was compared."""
    now, then = published.alias(), match_record.alias()
    return exists().where(now.c.iri == iri, then.c.iri == iri, now.c.digest == then.c.digest)


def _together() -> Exists:
    """Whether both records of a pair are in one cluster."""
    one, other = match_member.alias(), match_member.alias()
    both = select(one.c.iri).join(other, one.c.cluster == other.c.cluster)
    return both.where(one.c.iri == match_pair.c.one, other.c.iri == match_pair.c.other).exists()


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(row.one, row.other, Verdict(row.verdict), row.reason, row.score, _EVIDENCE.decode(row.evidence))
