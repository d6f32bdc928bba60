"""Records per second and core of every step between a raw record and its stored form, the raw step beside it.

    python -m benchmarks.mapping [RECORDS]     (default 5000 of each province)

Raw is what one would write by hand when every province already used our field names: JSON decoded and converted into
a struct, and that written as JSON again. It maps, checks, masks and explains nothing. Times are processor time of this
process, the median over batches, so that a busy machine disturbs them little; ratios disturb even less.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from lxml import etree

from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Fiction
from chengguo.demo.platforms import beijing, guangdong, sichuan
from federation.gate import Decision, decide
from federation.judge import Judge, Precedents, digest_of
from federation.registry import read_source
from federation.suppression import Suppressed
from harvesters.base import JSON, XML, RawRecord
from vocab.decode import decode
from vocab.kinds import KINDS, Achievement, encode_record
from vocab.mapping import Context, Mapped, load
from vocab.personal import mask_record
from vocab.public import PublicRecord, public_view
from vocab.record import Record
from vocab.validate import validate

ROOT = Path(__file__).resolve().parents[1]
FETCHED = datetime(2026, 9, 10, tzinfo=UTC)
TODAY = date(2026, 9, 10)
BATCH = 100
NOTHING = Precedents()
WARM = 500  # records before the clock starts: provinces repeat their words, and so will the next run

Body = Callable[[Fiction], bytes]
Out = TypeVar("Out")


def guangdong_row(fiction: Fiction) -> dict[str, Any]:
    """A line of the workbook as the harvester of files gives it: both header rows and the unit in the key."""
    keys, above = [], ""
    for first, second, unit in guangdong.COLUMNS[1:]:
        above = first or above
        keys.append((f"{above}/{second}" if second else above) + (f"({unit})" if unit else ""))
    return dict(zip(keys, guangdong.row(fiction), strict=True))


PROVINCES: dict[str, tuple[str, Sequence[tuple[str, str]], str, Body]] = {
    "beijing": ("110000", beijing.CITIES, JSON, lambda f: msgspec.json.encode(beijing.row(f))),
    "guangdong": ("440000", guangdong.CITIES, JSON, lambda f: msgspec.json.encode(guangdong_row(f))),
    "sichuan": ("510000", sichuan.CITIES, XML, lambda f: bytes(etree.tostring(sichuan.dublin_core(f)))),
}


def raws(name: str, count: int) -> Iterator[RawRecord]:
    region, cities, media_type, body = PROVINCES[name]
    for fiction in Province(region, cities, "BENCH-{n:07d}").achievements(count):
        yield RawRecord(name, fiction.local_id, media_type, body(fiction), FETCHED)


def rate(work: Callable[[Any], Out], items: Sequence[Any]) -> tuple[float, list[Out]]:
    """Items per second, the median over batches, and what was made."""
    made: list[Out] = []
    spent = []
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        began = time.process_time()
        made += [work(item) for item in batch]
        spent.append((time.process_time() - began) / len(batch))
    return 1 / statistics.median(spent), made


class Bench:
    """One province's records through every step, each from what the step before it gave."""

    def __init__(self, name: str, count: int) -> None:
        self.source = read_source(ROOT / f"config/sources/{name}.toml")
        self.mapping = load(ROOT / f"config/mappings/{name}.toml")
        self.judge = Judge(self.source, [self.mapping], "http://localhost:8080", TODAY, Suppressed())
        everything = list(raws(name, count + WARM))
        for raw in everything[:WARM]:
            self.judge.judge(raw, digest_of(raw), NOTHING)
        self.raws = everything[WARM:]

    def run(self) -> dict[str, float]:
        rates: dict[str, float] = {}

        def step(label: str, work: Callable[[Any], Out], items: Sequence[Any]) -> list[Out]:
            rates[label], made = rate(work, items)
            return made

        digests = step("digest", digest_of, self.raws)
        trees = step("decode", lambda raw: decode(raw.media_type, raw.body), self.raws)
        given = [(tree, self.context(raw)) for tree, raw in zip(trees, self.raws, strict=True)]
        mapped = step("apply (with lineage)", lambda pair: self.mapping.apply(*pair), given)
        records = [one.record for one in mapped if one.record is not None]
        step("mask", mask_record, records)
        decisions = step("gate decide (with mask)", self.decide, mapped)
        clean = [one.record for one in decisions if one.record is not None]
        step("validate", lambda record: validate(record, TODAY, masked=True), clean)
        public = step("public view", public_view, clean)
        bodies = step("encode", encode_record, public)
        step("search document", KINDS["achievement"].document, [self.public(record) for record in public])
        both = list(zip(self.raws, digests, strict=True))
        step("judge (all of it)", lambda pair: self.judge.judge(pair[0], pair[1], NOTHING), both)
        ready = step("raw: decode and convert", msgspec.json.Decoder(Achievement).decode, bodies)
        step("raw: encode", msgspec.json.encode, ready)
        return rates

    def context(self, raw: RawRecord) -> Context:
        return Context(
            source=raw.source,
            local_id=raw.identifier,
            base="http://localhost:8080",
            region=self.source.region,
            publisher_zh=self.source.publisher.zh,
            publisher_en=self.source.publisher.en,
            licence=self.source.licence,
            fetched="2026-09-10T00:00:00.000Z",
            sha256="0" * 64,
        )

    def decide(self, mapped: Mapped) -> Decision:
        lineage, problems = mapped.lineage, mapped.problems
        if mapped.record is None:
            raise SystemExit(f"a record of {self.source.id} could not be mapped: {problems}")
        return decide(mapped.record, self.source.disclosure, frozenset(), TODAY, lineage=lineage, problems=problems)

    def public(self, record: Record) -> PublicRecord:
        at = "2026-09-10T00:00:00.000Z"
        return PublicRecord(record.identifier, "achievement", self.source.id, 1, 1, at, at, "0" * 64, record)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=int, default=5000)
    count = parser.parse_args().records
    for name in PROVINCES:
        rates = Bench(name, count).run()
        ratio = rates["judge (all of it)"] / rates["raw: decode and convert"]
        print(json.dumps({"province": name, "records": count, "judge / raw decode": round(ratio, 4)}))
        for label, per_second in rates.items():
            print(f"  {label:28} {per_second:10.0f} records/s {1e6 / per_second:8.1f} us")


if __name__ == "__main__":
    main()
