"""A small province for tests: its records as JSON, a harvester over them, a real mapping, and an output in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Self

import msgspec

from federation.harvest import accept, harvest, remap
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.projection import Projection
from federation.source import Declaration, DisclosurePolicy, Guard, Name, PolicyMode, Source
from federation.views import Run
from harvesters.base import JSON, Harvested, HarvestError, RawRecord, TransientError
from vocab.mapping import FieldMapping, load
from vocab.public import PublicRecord

BASE = "https://example.org"
TODAY = date(2026, 3, 1)
MAPPING = """
id = "{id}"
version = "{version}"
kind = "{kind}"
{when}
[fields.title]
from = "成果名称"
[fields.abstract]
from = "简介"
[fields.secretLevel]
from = "密级"
lookup = "cl19"
[fields.disclosureClass]
from = "公开属性"
lookup = "cl20"
[fields.embargoUntil]
from = "延期"
parser = "date"
[fields."review.decision"]
from = "审查结论"
[fields."review.org"]
from = "审查单位"
[fields."review.date"]
from = "审查日期"
parser = "date"
[fields.contactPerson]
from = "联系人"
[fields."firstOrg.name"]
from = "完成单位"
{more}
"""
ACHIEVEMENT = """
[fields.programmeSource]
from = "课题来源"
lookup = "cl12"
[fields.registrationNo]
from = "登记号"
[fields.category]
default = "cl01/2"
"""
ITEM = DisclosurePolicy()
BLANKET = DisclosurePolicy(
    mode=PolicyMode.BLANKET,
    public_funding="declared",
    declaration=Declaration(by="某省科学技术厅", date="2026-01-05", basis="政府信息公开条例第十九条"),
)


def mapping(
    version: str = "1.0.0", *, name: str = "cn-xx", kind: str = "achievement", when: str = "", text: str = ""
) -> FieldMapping:
    more = ACHIEVEMENT if kind == "achievement" else ""
    return load(MAPPING.format(id=name, version=version, kind=kind, when=when, more=more) + text)


def source(id: str = "cn-xx", policy: DisclosurePolicy = ITEM, guard: Guard | None = None) -> Source:  # noqa: A002
    return Source(
        id=id,
        title=Name("某省科技成果"),
        protocol="memory",
        url="http://127.0.0.1/",
        region="110000",
        publisher=Name("某省科学技术厅"),
        licence="https://creativecommons.org/licenses/by/4.0/",
        mappings=("cn-xx",),
        disclosure=policy,
        guard=guard or Guard(),
    )


def good(title: str = "某种新型材料的制备技术", **changes: Any) -> dict[str, Any]:
    """A record that passes the gate under an item policy; a value of None leaves the key out."""
    record = {
        "成果名称": title,
        "简介": "一种材料。",
        "密级": "非涉密",
        "公开属性": "公开",
        "审查结论": "approve",
        "审查单位": "某大学保密办",
        "审查日期": "2025-06-01",
        "课题来源": "国家重点研发计划",
        "完成单位": "某大学",
        **changes,
    }
    return {key: value for key, value in record.items() if value is not None}


class Memory:
    """A harvester over what it is given. `fail_after` breaks off; `complete` may be withheld."""

    def __init__(
        self,
        records: Sequence[Harvested],
        *,
        complete: bool = True,
        fail_after: int | None = None,
        error: Exception | None = None,
    ) -> None:
        self._records, self._complete, self._fail_after = records, complete, fail_after
        self._error = error or TransientError("the source closed the connection")
        self._ended = False
        self.since: datetime | None = None

    @property
    def complete(self) -> bool:
        return self._ended and self._complete and self.since is None

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        self.since = since
        for n, record in enumerate(self._records):
            if n == self._fail_after:
                raise self._error
            yield record
        if self._fail_after is not None and self._fail_after >= len(self._records):
            raise self._error
        self._ended = True


class Output:
    """A projection in memory, with what an engine has: nothing counts before `commit`."""

    def __init__(self, name: str = "memory", generation: str = "g1") -> None:
        self.name = name
        self._generation = generation
        self.records: dict[str, PublicRecord] = {}
        self._pending: dict[str, PublicRecord | None] = {}
        self.broken = False
        self.twins = 0
        self.commits = 0
        self.removed: list[str] = []

    @property
    def generation(self) -> str:
        return self._generation

    def put(self, batch: Sequence[PublicRecord]) -> None:
        if self.broken:
            raise HarvestError("this output is down")
        self._pending.update({record.iri: record for record in batch})

    def remove(self, iris: Sequence[str]) -> None:
        self._pending.update(dict.fromkeys(iris))
        self.removed.extend(iris)

    def commit(self) -> None:
        for iri, record in self._pending.items():
            if record is None:
                self.records.pop(iri, None)
            else:
                self.records[iri] = record
        self._pending = {}
        self.commits += 1

    def contents(self) -> Iterator[tuple[str, int]]:
        yield from ((iri, record.version) for iri, record in self.records.items())

    def fresh(self) -> Self:
        self.twins += 1
        return type(self)(self.name, f"{self._generation}.{self.twins}")

    def swap(self, twin: Projection) -> None:
        assert isinstance(twin, Output)
        self.records, self._generation = twin.records, twin.generation

    def close(self) -> None:
        self.records = {}


class World:
    """One source with its mapping over a ledger."""

    def __init__(self, ledger: Ledger, policy: DisclosurePolicy = ITEM, guard: Guard | None = None) -> None:
        self.ledger = ledger
        self.source = source(policy=policy, guard=guard)
        self.mappings: tuple[FieldMapping, ...] = (mapping(),)
        self.settings = Settings(base=BASE, batch=7, ahead=False)  # tests look on while a listing is read

    def harvest(self, records: Mapping[str, Any], *, full: bool = True, **options: Any) -> Run:
        """Values of `records`: a dict (the record), bytes (a body), None (an explicit deletion)."""
        harvest_options = {k: options.pop(k) for k in ("accept", "dry_run") if k in options}
        return self.pull(Memory([raw(i, body) for i, body in records.items()], **options), full=full, **harvest_options)

    def pull(self, harvester: Memory, *, full: bool = True, **options: Any) -> Run:
        return harvest(self.source, harvester, self.ledger, self.mappings, self.settings, full=full, **options)

    def remap(self, **options: Any) -> Run:
        return remap(self.source, self.ledger, self.mappings, self.settings, **options)

    def accept(self, run: int, *, rekey: bool = False) -> Run:
        return accept(run, self.source, self.ledger, self.mappings, self.settings, rekey=rekey)

    def titles(self) -> dict[str, str]:
        """Titles of what is published, by the source's key."""
        page = self.ledger.page(0, 10_000)
        return {record.record.source_record_id[0]: record.record.title.zh for record in page}

    def iri(self, identifier: str, kind: str = "achievement") -> str:
        from vocab.namespaces import Namespaces

        return Namespaces(BASE).record(kind, self.source.id, identifier)


def raw(identifier: str, body: Any, source: str = "cn-xx", modified: datetime | None = None) -> RawRecord:
    payload = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    return RawRecord(source, identifier, JSON, payload, datetime.now(UTC), modified, deleted=body is None)
