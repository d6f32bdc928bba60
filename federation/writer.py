"""The writer: turns judged records into the effects of one transaction, given what the ledger held before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
import zstandard
from sqlalchemy import Connection, delete, select, update

from federation import aliases
from federation.clock import moment, stamp
from federation.database import Database
from federation.effects import Effects, Publication, Withdrawal
from federation.judge import Judged, JudgedRaw
from federation.schema import entry, item, staged
from federation.views import Event
from harvesters.base import RawRecord
from vocab.codes import scheme


class Known(msgspec.Struct, frozen=True):
    """What the ledger knows of a key before a pass looks at it."""

    digest: str
    fingerprint: str
    missed: int
    repeated: bool


class Prior(msgspec.Struct, frozen=True):
    """An item as it was."""

    key: str
    kind: str
    iri: str | None
    state: str
    digest: str
    version: int
    first: str | None


class Result(msgspec.Struct, frozen=True):
    """What became of one record: `event` is what the public sees of it, if anything; `staged` waits for the guard."""

    key: str
    kind: str
    iri: str | None
    state: str
    reason: str = ""
    event: Event | None = None
    staged: bool = False


def source_withdrew() -> str:
    """What the public is told of an automatic withdrawal, whatever its cause.

    Also of a record that turned out secret: a tombstone that said so would point at every copy of it (E07).
    """
    return _class_of("来源撤下")


def merged() -> str:
    """What the public is told of a record that goes on under another address."""
    return _class_of("重复合并")


def _class_of(zh: str) -> str:
    found = scheme("cl22").find(zh)
    if found is None:
        raise LookupError(f"code list cl22 has no concept {zh!r}")
    return found.code


class Writer:
    """Works inside one write transaction of one source. `keeps_past`: versions of a withdrawn record stay, for it may return."""

    def __init__(
        self, database: Database, connection: Connection, source: str, fingerprint: str, *, keeps_past: bool = True
    ) -> None:
        self._connection, self._source, self._fingerprint = connection, source, fingerprint
        self._database, self._keeps_past = database, keeps_past
        self._pack = zstandard.ZstdCompressor(level=3).compress
        self._staged: list[dict[str, Any]] = []
        self._led: dict[str, str] = {}  # addresses that lead to others from now on
        self.effects = Effects(database, connection)

    def store(self, batch: Sequence[JudgedRaw], *, guard_run: int | None = None, remap: bool = False) -> list[Result]:
        """Collect the effects of a batch of different keys. With `guard_run`, changes of what is public are staged for it."""
        keys = [judged.key for judged in batch]
        priors = priors_of(self._connection, self._source, keys)
        known = known_of(self._connection, self._source, keys)
        results: list[Result] = []
        for judged in batch:
            before = priors.get(judged.key, {})
            old = known.get(judged.key)
            moved = old is not None and old.digest != judged.digest
            if guard_run is not None and moved and judged.storable and _touches_public(judged, before):
                results.append(self._stage(guard_run, judged))
            else:
                results.extend(self._store(judged, before, old, remap))
        return results

    def withdraw(self, keys: Sequence[str]) -> list[Result]:
        """The source no longer holds these records."""
        results: list[Result] = []
        priors = priors_of(self._connection, self._source, keys)
        for key in keys:
            before = list(priors.get(key, {}).values())
            results.extend(self._gone(prior) for prior in before)
            self.effects.forget(self._source, key)
            if not self._keeps_past:
                self.effects.purge(self._source, key, [prior.iri for prior in before if prior.iri])
        return results

    def move(self, batch: Sequence[JudgedRaw], olds: Mapping[str, Sequence[str]]) -> dict[str, list[Result]]:
        """Records go on under the keys of `batch`, judged under the names that they had; what was done, by new key.

        `olds`: by new key, the key that a record was known under, then those that it had for a while. Its address and its
        versions stay; what was published under the other keys leads to it from now on. A record of which something public
        would get lost is left.
        """
        keys = [key for judged in batch for key in (judged.key, *olds[judged.key])]
        priors = priors_of(self._connection, self._source, keys)
        known = known_of(self._connection, self._source, list(olds))
        done: dict[str, list[Result]] = {}
        names: dict[str, str] = {}
        for judged in batch:
            kept, *spent = olds[judged.key]
            public = [prior for prior in priors.get(kept, {}).values() if prior.state == "published"]
            targets = {one.kind: one.iri for one in judged.items if one.view is not None and one.iri is not None}
            if not public or any(targets.get(prior.kind) != prior.iri for prior in public):
                continue
            results = self._taken_over(judged, priors[kept], known.get(judged.key))
            for key in (*spent, judged.key):
                results.extend(self._lead(prior, targets) for prior in priors.get(key, {}).values())
            for key in (kept, *spent):
                self.effects.forget(self._source, key)
                names[key] = str(uuid4())  # its own is the record's now: what comes under it later is something new
            names[judged.key] = str(public[0].iri).rpartition("/")[2]
            done[judged.key] = results
        aliases.name(self._connection, self._source, names)
        return done

    def mark(self, keys: Sequence[str], **values: object) -> None:
        """Set columns of entries: `missed`, `repeated`."""
        for start in range(0, len(keys), 1000):
            here = (entry.c.source == self._source, entry.c.key.in_(keys[start : start + 1000]))
            self._connection.execute(update(entry).where(*here).values(**values))

    def unstage(self, run: int, keys: Sequence[str]) -> None:
        self._connection.execute(delete(staged).where(staged.c.run == run, staged.c.key.in_(keys)))

    def write(self) -> None:
        aliases.lead(self._connection, self._led)
        if self._staged:
            self._connection.execute(self._database.upsert(staged), self._staged)
        self.effects.write()

    def _stage(self, run: int, judged: JudgedRaw) -> Result:
        self._staged.append({"run": run, **self._raw_row(judged)})
        first = judged.items[0]
        return Result(judged.key, first.kind, first.iri, first.state, first.reason, staged=True)

    def _store(self, judged: JudgedRaw, before: dict[str, Prior], old: Known | None, remap: bool) -> Iterator[Result]:
        own_fault = any(one.state == "failed" for one in judged.items)
        missed = old.missed if old and remap else 0  # what is only judged again was not seen
        self._entry(judged, "" if own_fault else self._fingerprint, old, missed)
        if judged.storable and not remap:
            self.effects.raw(self._raw_row(judged))
        elif judged.secret and (judged.marked or not remap):
            self.effects.purge(self._source, judged.key, [prior.iri for prior in before.values() if prior.iri])
        elif not judged.storable and not own_fault and not remap:
            self.effects.drop_raw(self._source, judged.key)  # it holds what the source no longer says
        made = {one.kind for one in judged.items}
        for one in judged.items:
            yield self._item(judged, one, before.get(one.kind))
        for prior in (prior for kind, prior in before.items() if kind not in made):
            if prior.kind == "":
                self.effects.drop_item(self._source, prior.key, prior.kind)
            elif "" not in made:
                yield self._gone(prior)
            elif not (judged.storable or own_fault):  # its level could not be established any more: deny
                yield self._gone(prior, "refused", "secret-level-unknown")

    def _item(self, judged: JudgedRaw, one: Judged, prior: Prior | None) -> Result:
        public = prior is not None and prior.state == "published"
        version = prior.version if prior else 0
        event: Event | None = None
        state = one.state
        if one.view is not None and one.iri is not None:
            if not (public and prior is not None and prior.digest == one.view.content):
                event = Event.CHANGED if public else Event.PUBLISHED
                version += 1
                self.effects.publish(self._publication(judged, one, event, version, prior))
        elif public and prior is not None:
            if one.state == "rejected" and judged.storable:
                state = "published"  # it came broken: its last good version stays
            else:
                event = Event.WITHDRAWN
                self.effects.withdraw(self._withdrawal(prior, source_withdrew()))
        self._item_row(judged, one, prior, state, version)
        return Result(judged.key, one.kind, one.iri, one.state, one.reason, event)

    def _item_row(self, judged: JudgedRaw, one: Judged, prior: Prior | None, state: str, version: int) -> None:
        known_iri = prior.iri if prior else None
        digest = one.view.content if one.view else (prior.digest if prior and state == "published" else "")
        self.effects.item(
            {
                "source": self._source,
                "key": judged.key,
                "kind": one.kind,
                "iri": known_iri if one.secret else (one.iri or known_iri),
                "state": state,
                "reason": one.reason,
                "mapping": one.mapping,
                "digest": digest,
                "content": one.content,
                "version": version,
                "first": (prior.first if prior else None) or (self.effects.at if state == "published" else None),
            }
        )
        rows = self._problem_rows(judged, one) if judged.storable else []
        if rows or prior is not None:
            self.effects.problems(self._source, judged.key, one.kind, rows)

    def _problem_rows(self, judged: JudgedRaw, one: Judged) -> list[dict[str, Any]]:
        here = {"source": self._source, "key": judged.key, "kind": one.kind}
        return [
            here
            | {
                "position": n,
                "code": problem.code,
                "path": problem.path,
                "severity": problem.severity.value,
                "message": problem.message,
                "value": problem.value,
            }
            for n, problem in enumerate(one.problems)
        ]

    def _publication(
        self, judged: JudgedRaw, one: Judged, event: Event, version: int, prior: Prior | None
    ) -> Publication:
        view, iri = one.view, one.iri
        assert view is not None
        assert iri is not None
        return Publication(
            event=event,
            source=self._source,
            key=judged.key,
            kind=one.kind,
            iri=iri,
            version=version,
            first=prior.first if prior else None,
            digest=view.digest,
            record=view.record,
            lineage=view.lineage,
            packed_record=view.packed_record,
            packed_lineage=view.packed_lineage,
            mapping=one.mapping,
            raw_digest=judged.digest,
        )

    def _taken_over(self, judged: JudgedRaw, before: dict[str, Prior], old: Known | None) -> list[Result]:
        """The items of another key under this one."""
        kept = next(iter(before.values())).key
        query = select(item).where(item.c.source == self._source, item.c.key == kept)
        for kind in before.keys() - {one.kind for one in judged.items} - {""}:
            row = self._connection.execute(query.where(item.c.kind == kind)).one()
            self.effects.item({**row._mapping, "key": judged.key})
        for kind in before:
            self.effects.drop_item(self._source, kept, kind)
        moved = {kind: msgspec.structs.replace(prior, key=judged.key, digest="") for kind, prior in before.items()}
        return list(self._store(judged, moved, old, remap=True))

    def _lead(self, prior: Prior, targets: Mapping[str, str]) -> Result:
        """An item of a key that was not to stay."""
        self.effects.drop_item(self._source, prior.key, prior.kind)
        public, target = prior.state == "published", targets.get(prior.kind)
        if public:
            self.effects.withdraw(self._withdrawal(prior, merged() if target else source_withdrew()))
        if prior.iri is not None and prior.version:
            self.effects.drop_versions([prior.iri])
            if target:
                self._led[prior.iri] = target
        event = Event.WITHDRAWN if public else None
        return Result(prior.key, prior.kind, prior.iri, "withdrawn", event=event)

    def _gone(self, prior: Prior, state: str = "withdrawn", reason: str = "") -> Result:
        public = prior.state == "published"
        if public:
            self.effects.withdraw(self._withdrawal(prior, source_withdrew()))
        self.effects.state(self._source, prior.key, prior.kind, state, reason)
        event = Event.WITHDRAWN if public else None
        return Result(prior.key, prior.kind, prior.iri, state, reason, event)

    def _withdrawal(self, prior: Prior, reason: str) -> Withdrawal:
        assert prior.iri is not None
        return Withdrawal(self._source, prior.key, prior.kind, prior.iri, prior.version, reason)

    def _entry(self, judged: JudgedRaw, fingerprint: str, old: Known | None, missed: int) -> None:
        self.effects.entry(
            {
                "source": self._source,
                "key": judged.key,
                "digest": judged.digest,
                "fingerprint": fingerprint,
                "missed": missed,
                "repeated": old.repeated if old else False,
            }
        )

    def _raw_row(self, judged: JudgedRaw) -> dict[str, Any]:
        raw = judged.raw
        return {
            "source": self._source,
            "key": judged.key,
            "identifier": raw.identifier,
            "media_type": raw.media_type,
            "body": self._pack(raw.body),
            "digest": judged.digest,
            "fetched": stamp(raw.fetched),
            "modified": stamp(raw.modified) if raw.modified else None,
            "url": raw.url,
        }


def known_of(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, Known]:
    query = select(entry.c.key, entry.c.digest, entry.c.fingerprint, entry.c.missed, entry.c.repeated)
    rows = connection.execute(query.where(entry.c.source == source, entry.c.key.in_(keys)))
    return {key: Known(digest, mark, missed, repeated) for key, digest, mark, missed, repeated in rows}


def priors_of(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, dict[str, Prior]]:
    """Items by key and kind."""
    c = item.c
    query = select(c.key, c.kind, c.iri, c.state, c.digest, c.version, c.first)
    found: dict[str, dict[str, Prior]] = {}
    for row in connection.execute(query.where(c.source == source, c.key.in_(keys))):
        found.setdefault(row.key, {})[row.kind] = Prior(*row)
    return found


def raw_of(row: Any) -> RawRecord:
    """A raw record as it was stored (`raw` or `staged`)."""
    return RawRecord(
        source=row.source,
        identifier=row.identifier,
        media_type=row.media_type,
        body=zstandard.decompress(row.body),
        fetched=moment(row.fetched),
        modified=moment(row.modified) if row.modified else None,
        url=row.url,
    )


def _touches_public(judged: JudgedRaw, before: dict[str, Prior]) -> bool:
    """Whether storing it now would change or take away something public."""
    public = {kind: prior for kind, prior in before.items() if prior.state == "published"}
    for one in judged.items:
        prior = public.pop(one.kind, None)
        if prior is None:
            continue
        if one.view is not None and one.view.content != prior.digest:
            return True
        if one.view is None and one.state != "rejected":
            return True
    return bool(public) and "" not in {one.kind for one in judged.items}
