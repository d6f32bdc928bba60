"""The two engines side by side: the same records, the same 500 queries, and what differs in their answers.

    python -m benchmarks.engines [RECORDS] [--shards N]

Records are the papers of CHENGGUO_SHARED (data/chinaxiv, real Chinese titles and abstracts) when that is set, else generated ones.
Queries are made of the records' own keywords and titles: alone, two together, with OR and -, in quotes, in one field, in
pinyin, as single characters, with filters and ranges, in every sort. An Elasticsearch is started for it (scripts/services
elasticsearch). Totals and facets have to be equal: the exit code is 1 when one is not.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.generated import records
from search import pinyin
from search.base import Page, Query, SearchIndex, Sort
from search.elastic_index import ElasticIndex
from search.expression import Range
from search.question import default_language
from search.tantivy_index import TantivyIndex
from tests.search.servers.elasticsearch import missing, one_node
from vocab.document import SearchDocument

QUERIES, SIZE, SEED = 500, 20, 20261127
FACETS = ("kind", "region", "field", "year", "source")


def papers(shared: Path) -> Iterator[SearchDocument]:
    with gzip.open(shared / "data" / "chinaxiv" / "papers-A.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, paper in enumerate(map(json.loads, lines), 1):
            year = paper["id"].partition(":")[2][:4]
            subject = (paper["clc"] or "Z")[0]
            yield SearchDocument(
                iri=f"https://example.org/id/achievement/{paper['id'].replace(':', '-')}",
                kind="achievement",
                source="cn-xx",
                version=1,
                seq=number,
                title_zh=paper["title"] or "",
                abstract=paper["abstract_zh"] or "",
                keywords=tuple(paper["keywords_zh"])[:8],
                facets={"kind": ("achievement",), "field": (subject,), "year": (year,), "source": (f"cn-{year[2:]}",)},
                sort_date=f"{year}-{int(paper['id'].partition('.')[0][-2:]):02d}-01",
                date=f"{year}-01-01",
            )


def queries(documents: Sequence[SearchDocument]) -> list[tuple[str, Query]]:
    """(what sort of query, the query)"""
    chance = random.Random(SEED)
    words = sorted({k for d in documents for k in d.keywords if 1 < len(k) < 12 and ":" not in k})
    titles = [d.title_zh for d in documents if len(d.title_zh) > 10]

    def word() -> str:
        return chance.choice(words)

    def piece() -> str:
        title = chance.choice(titles)
        start = chance.randrange(len(title) - 6)
        return title[start : start + chance.randint(2, 6)]

    years = sorted({v for d in documents for v in d.facets.get("year", ())})
    makers = {
        "word": lambda: Query(word()),
        "two words": lambda: Query(f"{word()} {word()}"),
        "either": lambda: Query(f"{word()} OR {word()}"),
        "without": lambda: Query(f"{word()} -{piece()}"),
        "quoted": lambda: Query(f'"{piece()}"'),
        "field": lambda: Query(f"title:{word()}"),
        "pinyin": lambda: Query("".join(pinyin.syllables(word()))),
        "character": lambda: Query(piece()[0]),
        "piece": lambda: Query(piece()),
        "filter": lambda: Query(word(), filters={"year": tuple(chance.sample(years, min(3, len(years))))}),
        "range": lambda: Query(word(), ranges=(Range("date", f"{chance.choice(years)}-01-01", None),)),
        "everything": lambda: Query(filters={"year": (chance.choice(years),)}),
    }
    weights = (12, 6, 4, 4, 5, 3, 2, 2, 6, 3, 2, 1)
    out = []
    for number, name in enumerate(chance.choices(list(makers), weights, k=QUERIES)):
        made = makers[name]()
        sort = list(Sort)[number // 10 % 4] if number % 10 == 0 else Sort.RELEVANCE
        out.append((name, Query(made.text, made.filters, made.ranges, FACETS, sort, SIZE)))
    return out


class Comparison:
    """Collects over many queries how two pages of one query differ."""

    def __init__(self) -> None:
        self.count = 0
        self.wrong: list[str] = []
        self.orders: Counter[str] = Counter()
        self.overlaps: list[float] = []
        self.scores: list[float] = []
        self.by_sort: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, name: str, query: Query, one: Page, other: Page) -> None:
        self.count += 1
        for what, a, b in (
            ("total", one.total, other.total),
            ("facets", one.facets, other.facets),
            ("relaxed", one.relaxed, other.relaxed),
            ("chips", one.chips, other.chips),
        ):
            if a != b:
                self.wrong.append(f"{what} of {query.text!r} {query.filters} {query.ranges}: {a} and {b}"[:300])
        marks = {hit.document.iri: hit.highlights for hit in one.hits}
        for hit in other.hits:
            if marks.get(hit.document.iri, hit.highlights) != hit.highlights:
                self.wrong.append(f"highlights of {query.text!r} in {hit.document.iri}")
        order = self._order(one, other, query)
        self.orders[order] += 1
        self.by_sort[name][order] += 1

    def _order(self, one: Page, other: Page, query: Query) -> str:
        first, second = [[hit.document.iri for hit in page.hits] for page in (one, other)]
        if first:
            self.overlaps.append(len(set(first) & set(second)) / len(first))
        scores = {hit.document.iri: hit.score for hit in other.hits}
        for hit in one.hits:
            if hit.document.iri in scores and hit.score:
                self.scores.append(abs(scores[hit.document.iri] / hit.score - 1))
        if first == second:
            return "the same"
        tied = [[f"{hit.score:.4g}" for hit in page.hits] for page in (one, other)]
        if tied[0] == tied[1]:
            return "the same but for ties"
        return "other"


def compare(engines: dict[str, SearchIndex], asked: Sequence[tuple[str, Query]]) -> Comparison:
    found, times = Comparison(), defaultdict[str, list[float]](list)
    for name, query in asked:
        pages = []
        for engine, index in engines.items():
            start = time.perf_counter()
            pages.append(index.search(query))
            times[engine].append((time.perf_counter() - start) * 1000)
        found.add(name, query, *pages)
    for engine, spent in times.items():
        cuts = statistics.quantiles(spent, n=100)
        print(f"{engine}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms with {len(FACETS)} facets")
    return found


def helped(engines: dict[str, SearchIndex], documents: Sequence[SearchDocument]) -> tuple[float, float]:
    """(share of equal suggestions, of equal similar records) for a hundred beginnings and records."""
    chance = random.Random(SEED)
    some = chance.sample(list(documents), min(100, len(documents)))
    beginnings = [d.title_zh[:2] for d in some if d.title_zh]
    suggested = [_shared(*({(s.text, s.iri) for s in e.suggest(b)} for e in engines.values())) for b in beginnings]
    similar = [_shared(*({h.document.iri for h in e.similar(d.iri)} for e in engines.values())) for d in some]
    return statistics.mean(suggested), statistics.mean(similar)


def _shared(one: set[object], other: set[object]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


def load(index: SearchIndex, documents: Sequence[SearchDocument]) -> float:
    """Documents a second."""
    start = time.perf_counter()
    for place in range(0, len(documents), 2000):
        index.put_documents(documents[place : place + 2000])  # type: ignore[attr-defined]  # both engines have it
    index.commit()
    return len(documents) / (time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=int, default=5000)
    parser.add_argument("--shards", type=int, default=1)
    options = parser.parse_args()
    if reason := missing():
        sys.exit(reason)
    shared = os.environ.get("CHENGGUO_SHARED")
    documents = list(islice(papers(Path(shared)) if shared else records(options.records), options.records))
    language = default_language()
    with tempfile.TemporaryDirectory() as folder, one_node() as server:
        inside = TantivyIndex.open(Path(folder) / "index", language=language)
        cluster = ElasticIndex(server.cluster, shards=options.shards, replicas=0, language=language)
        cluster.mend()
        engines: dict[str, SearchIndex] = {"tantivy": inside, "elasticsearch": cluster}  # type: ignore[dict-item]  # as in Node
        for name, index in engines.items():
            print(f"{name}: {load(index, documents):,.0f} documents/s")
        found = compare(engines, queries(documents))
        suggested, similar = helped(engines, documents)
        print(f"elasticsearch with its starter: {server.nodes[0].memory() >> 20} MiB")
        for index in engines.values():
            index.close()
    print(f"{len(documents)} records, {found.count} queries, {options.shards} shards")
    print(f"totals, facets, chips and highlights that differ: {len(found.wrong)}", *found.wrong[:10], sep="\n  ")
    print(f"first {SIZE} in order: {dict(found.orders)}; shared {statistics.mean(found.overlaps):.3f}")
    print(f"scores differ by {statistics.median(found.scores):.2e} (median), {max(found.scores):.2e} (most)")
    for name, orders in found.by_sort.items():
        print(f"  {name}: {dict(orders)}")
    print(f"suggestions shared {suggested:.3f}, similar records shared {similar:.3f}")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
