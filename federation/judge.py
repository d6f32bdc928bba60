"""The judge: what is to become of one raw record, decided in memory before anything is stored.

decode -> mapping -> gate -> validation. The gate's no outweighs a failed validation: what must not be published must
not stay published either, whereas a record that merely came broken leaves its last good version standing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import msgspec
import zstandard

from federation.clock import stamp
from federation.gate import Decision, Outcome, decide, level_was_given, unreadable_level
from federation.key import key_of
from federation.source import PolicyMode, Source
from federation.suppression import Suppressed, token_of
from harvesters.base import RawRecord
from vocab.decode import DecodeError, decode
from vocab.field import Visibility, fields
from vocab.kinds import encode_record
from vocab.lineage import Lineage
from vocab.mapping import Context, FieldMapping, Mapped
from vocab.namespaces import Namespaces
from vocab.problem import Problem, Severity
from vocab.public import public_view
from vocab.record import Record
from vocab.validate import validate
from vocab.values import Review

EDITION = "1"  # of the gate and of what is stored: a new one makes every record be judged again
STATES = {
    Outcome.PUBLISH: "published",
    Outcome.REFUSE: "refused",
    Outcome.HOLD: "held",
    Outcome.EMBARGO: "embargoed",
}


class Precedents(msgspec.Struct, frozen=True):
    """What the ledger knows of records that are to be judged.

    `reviews` by key and digest of the content reviewed; `names`: what the IRIs of re-keyed records end with, by key.
    """

    reviews: Mapping[tuple[str, str], Sequence[Review]] = {}
    names: Mapping[str, str] = {}


class View(msgspec.Struct, frozen=True):
    """A public view ready to be stored: JSON and its zstd. `content` leaves provenance out, `digest` does not."""

    content: str
    digest: str
    record: bytes
    lineage: bytes
    packed_record: bytes
    packed_lineage: bytes


class Judged(msgspec.Struct, frozen=True):
    """One record made of a raw one. `state` is the item's; `content` the digest that a review is bound to."""

    kind: str
    mapping: str
    state: str
    iri: str | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    content: str = ""
    view: View | None = None
    secret: bool = False
    marked: bool = False


class JudgedRaw(msgspec.Struct, frozen=True):
    """A raw record and what is made of it. `storable`: its payload may be kept. `marked`: earlier payload must go too."""

    raw: RawRecord
    key: str
    digest: str
    items: tuple[Judged, ...]
    storable: bool

    @property
    def secret(self) -> bool:
        return any(item.secret for item in self.items)

    @property
    def marked(self) -> bool:
        return any(item.marked for item in self.items)


class Judge:
    """Judges the records of one source on one day, knowing what the desk had decided so far."""

    def __init__(
        self, source: Source, mappings: Sequence[FieldMapping], base: str, today: date, suppressed: Suppressed
    ) -> None:
        self._source, self._mappings, self._base = source, tuple(mappings), base
        self._today, self._suppressed = today, suppressed
        self._pack = zstandard.ZstdCompressor(level=3).compress
        self.fingerprint = fingerprint(source, mappings, base)

    def judge(self, raw: RawRecord, digest: str, known: Precedents) -> JudgedRaw:
        """Never raises for what a source may send; our own faults come out and are caught at the record's border."""
        key = key_of(raw.source, raw.identifier)
        try:
            tree = decode(raw.media_type, raw.body)
        except DecodeError as error:
            problem = Problem("undecodable", "$", str(error))
            return self._raw(
                raw, key, digest, [Judged("", "", "rejected", None, problem.code, (problem,))], unread=raw.body
            )
        context = self._context(raw, digest, known.names.get(key))
        items: list[Judged] = []
        read = False
        for mapping in self._mappings:
            mapped = mapping.apply(tree, context)
            if not mapped.skipped:
                items.append(self._item(key, mapping, mapped, context, known))
                read = read or mapped.record is not None
        if not items:
            problem = Problem("no-mapping", "$", "no mapping of this source applies to the record (their `when`)")
            items.append(Judged("", "", "rejected", None, problem.code, (problem,)))
        return self._raw(raw, key, digest, items, unread=None if read else tree)

    def failed(self, raw: RawRecord, digest: str) -> JudgedRaw:
        """A record at which our own code failed: nothing is known of it, so nothing of it is shown."""
        problem = Problem("internal-error", "$", "the platform failed at this record; see the run")
        item = Judged("", "", "failed", None, problem.code, (problem,))
        return self._raw(raw, key_of(raw.source, raw.identifier), digest, [item], unread=raw.body)

    def _raw(self, raw: RawRecord, key: str, digest: str, items: list[Judged], unread: object) -> JudgedRaw:
        """Together, what was made of one raw record. `unread` is its payload when no mapping could establish its level:
        then only a declaration that all is public lets it be kept, and only if it does not say otherwise (E02).
        """
        declared = (
            self._source.disclosure.mode is PolicyMode.BLANKET and self._source.disclosure.declaration is not None
        )
        storable = unread is None or (declared and not unreadable_level(unread))
        storable = storable and token_of(key) not in self._suppressed.destroyed
        first = next((item for item in items if item.secret), None)
        if first is not None:  # what one mapping finds secret, no other may publish
            marked = any(item.marked for item in items)
            items = [
                Judged(i.kind, i.mapping, "refused", i.iri, first.reason, secret=True, marked=marked) for i in items
            ]
        return JudgedRaw(raw, key, digest, tuple(items), storable=first is None and storable)

    def _item(self, key: str, mapping: FieldMapping, mapped: Mapped, context: Context, known: Precedents) -> Judged:
        name = f"{mapping.id}@{mapping.version}"
        if mapped.record is None and level_was_given(mapped.lineage, mapped.problems):
            return Judged(mapping.kind, name, "refused", None, "secret-level-unknown", secret=True)
        if mapped.record is None:
            reason = next((p.code for p in mapped.problems if p.severity is Severity.ERROR), "unmapped")
            return Judged(mapping.kind, name, "rejected", None, reason, tuple(mapped.problems))
        record, content = mapped.record, content_digest(self._under_own_name(mapped.record, mapping.kind, context))
        decision = decide(
            record,
            self._source.disclosure,
            self._suppressed.tokens,
            self._today,
            key=key,
            lineage=mapped.lineage,
            problems=mapped.problems,
            reviews=known.reviews.get((key, content), ()),
        )
        if decision.secret:
            return _silent(mapping.kind, name, record.identifier, decision)
        if self._suppressed.forbids(record, key):
            return Judged(mapping.kind, name, "refused", record.identifier, "suppressed", secret=True)
        return self._open(mapping.kind, name, mapped, content, decision)

    def _open(self, kind: str, name: str, mapped: Mapped, content: str, decision: Decision) -> Judged:
        problems = (*decision.reasons, *mapped.problems, *decision.notes)
        record, state, reason = decision.record, STATES[decision.outcome], decision.reason
        iri = mapped.record.identifier if mapped.record is not None else None
        if record is not None:
            problems += tuple(validate(record, self._today, masked=True))
        errors = [p for p in problems if p.severity is Severity.ERROR]
        if state == "published" and errors:
            state, reason = "rejected", errors[0].code
        view = self._view(record, mapped.lineage) if state == "published" and record is not None else None
        return Judged(kind, name, state, iri, reason, problems, content, view)

    def _view(self, record: Record, lineage: Sequence[Lineage]) -> View:
        public = public_view(record)
        body = encode_record(public)
        lines = msgspec.json.encode(public_lineage(record, lineage))
        return View(
            content=content_digest(public),
            digest=hashlib.sha256(body).hexdigest(),
            record=body,
            lineage=lines,
            packed_record=self._pack(body),
            packed_lineage=self._pack(lines),
        )

    def _under_own_name(self, record: Record, kind: str, context: Context) -> Record:
        """What a review is bound to, so that it outlives the taking over of another record's IRI."""
        if context.name is None:
            return record
        own = Namespaces(self._base).record(kind, context.source, context.local_id)
        return msgspec.structs.replace(record, identifier=own)

    def _context(self, raw: RawRecord, digest: str, name: str | None) -> Context:
        return Context(
            source=self._source.id,
            local_id=raw.identifier,
            base=self._base,
            region=self._source.region,
            publisher_zh=self._source.publisher.zh,
            publisher_en=self._source.publisher.en,
            licence=self._source.licence,
            fetched=stamp(raw.fetched),
            sha256=digest,
            url=raw.url,
            name=name,
        )


def content_digest(record: Record) -> str:
    """sha256 of a record without its provenance: a raw record whose hit counter moved is not another record."""
    return hashlib.sha256(encode_record(msgspec.structs.replace(record, provenance=None))).hexdigest()


def fingerprint(source: Source, mappings: Sequence[FieldMapping], base: str) -> str:
    """Changes whenever the same raw record might be judged otherwise."""
    rules = [
        EDITION,
        base,
        source.id,
        source.region,
        source.licence,
        source.publisher,
        source.disclosure,
        [(mapping.id, mapping.version, mapping.kind, mapping.digest) for mapping in mappings],
    ]
    return hashlib.sha256(msgspec.json.encode(rules, order="sorted")).hexdigest()[:16]


def public_lineage(record: Record, lineage: Sequence[Lineage]) -> list[Lineage]:
    """The lineage of what is public in a record. Values in it are masked by the mapping already."""
    public = _public_names(type(record))
    return [line for line in lineage if line.field in public or line.field.partition(".")[0] in public]


@cache
def _public_names(record: type[Record]) -> frozenset[str]:
    names = (n for b in fields(record) if b.field.visibility is Visibility.PUBLIC for n in (b.name, b.key))
    return frozenset((*names, "review.org", "review.date", "review.decision"))


def _silent(kind: str, mapping: str, iri: str, decision: Decision) -> Judged:
    """A secret record: the reason's code and nothing else of it."""
    return Judged(kind, mapping, "refused", iri, decision.reason, secret=True, marked=decision.marked)


def digest_of(raw: RawRecord) -> str:
    """The digest of a raw record, also of one that is not even what its media type says."""
    try:
        return raw.digest
    except (ValueError, RecursionError):  # msgspec's DecodeError and Unicode errors are ValueErrors
        return hashlib.sha256(raw.body).hexdigest()
