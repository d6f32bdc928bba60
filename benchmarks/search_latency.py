"""Search latency and indexing rate, ours beside the raw engine in the same run.

    python -m benchmarks.search_latency [RECORDS] [--rounds N] [--clients N]

Raw is what one would write by hand with tantivy: words of the same segmenter in five fields with boosts, seven facet
columns, one search and one aggregation per query, stored documents decoded. Ours does all that, and matches by
character pairs, knows synonyms and pinyin, marks the hits and gives a cursor. Both answer the same queries with five
facets, one after the other, so that the ratio means something on a busy machine; and once more with several clients at a
time, each a thread of this process.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import rjieba
import tantivy
from tantivy import Occur

from search.base import Query
from search.question import default_language
from search.tantivy_index import TantivyIndex
from vocab.document import SearchDocument

FACETS = ("region", "field", "stage", "year", "kind")
FIELDS = {"title": 5.0, "keywords": 4.0, "orgs": 3.0, "labels": 2.0, "abstract": 1.0}
BATCH = 5000
PROVINCES = [f"{p}0000" for p in (11, 12, 13, 21, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 50, 51, 61)]
VERBS = [
    "研究",
    "开发",
    "制备",
    "应用",
    "设计",
    "优化",
    "评价",
    "检测",
    "控制",
    "合成",
    "关键技术",
    "装备",
    "工艺",
    "系统",
    "方法",
    "示范",
    "推广",
    "产业化",
    "材料",
    "性能",
]
FILLER = [
    "针对",
    "采用",
    "通过",
    "实现",
    "提高",
    "降低",
    "具有",
    "解决",
    "形成",
    "建立",
    "突破",
    "效率",
    "成本",
    "稳定性",
    "指标",
    "达到",
    "国际先进水平",
    "年产",
    "企业",
    "市场",
    "产品",
]
QUERIES = (
    "石墨烯",
    "锂电池",
    "水稻 育种",
    "激光 焊接 控制系统",
    "污水处理",
    "PM2.5 监测",
    "人工智能 医学影像",
    "传感器",
)


def records(count: int) -> Iterator[SearchDocument]:
    """Titles of about 15 characters, abstracts of about 200, from the dictionary's words by a long-tailed choice."""
    chance = random.Random(20250101)
    words = [w for w in _dictionary() if len(w) > 1]
    chance.shuffle(words)
    weights = [1 / (n + 5) for n in range(len(words))]
    for number in range(count):
        topic = chance.choices(words, weights, k=4)
        year, province = chance.randint(2000, 2024), chance.choice(PROVINCES)
        text = "".join(
            "，".join(chance.choices(FILLER, k=3) + chance.choices(words, weights, k=2)) + "。" for _ in range(12)
        )
        yield SearchDocument(
            iri=f"https://example.org/id/achievement/{number:08d}",
            kind="achievement",
            source=f"cn-{province[:2]}",
            version=1,
            seq=number,
            title_zh=f"{topic[0]}{chance.choice(VERBS)}与{topic[1]}{chance.choice(VERBS)}",
            keywords=tuple(topic),
            orgs=(f"{province[:2]}省{chance.choice(words)}研究院",),
            abstract=text[:200],
            labels=("中期阶段", "Pilot stage"),
            identifiers=(f"ZL{year}1{number:07d}.{number % 10}",),
            facets={
                "kind": ("achievement",),
                "region": (province, f"{province[:2]}{chance.randint(1, 12):02d}00"),
                "field": (f"cl10/{chance.randint(1, 11)}",),
                "stage": (f"cl04/{chance.randint(1, 3)}",),
                "year": (str(year),),
                "source": (f"cn-{province[:2]}",),
            },
            sort_date=f"{year}-{chance.randint(1, 12):02d}-01",
        )


def _dictionary() -> list[str]:
    from search.analysis import dictionary_words

    return dictionary_words()


class Raw:
    def __init__(self, directory: Path) -> None:
        builder = tantivy.SchemaBuilder()
        for name in FIELDS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        for name in (*FACETS, "source"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_bytes_field("document", stored=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(directory))
        self.writer = self.index.writer(96_000_000, 1)
        self.jieba = rjieba.Jieba()
        for word in _dictionary():
            self.jieba.add_word(word, None, None)

    def _words(self, text: str) -> str:
        return " ".join(self.jieba.cut_for_search(text, False))

    def add(self, document: SearchDocument) -> None:
        self.writer.add_document(
            tantivy.Document(
                title=self._words(document.title_zh),
                keywords=self._words(" ".join(document.keywords)),
                orgs=self._words(" ".join(document.orgs)),
                labels=self._words(" ".join(document.labels)),
                abstract=self._words(document.abstract),
                document=msgspec.json.encode(document),
                **{k: list(v) for k, v in document.facets.items()},
            )
        )

    def put(self, documents: list[SearchDocument]) -> None:
        for document in documents:
            self.add(document)

    def search(self, text: str) -> int:
        searcher = self.index.searcher()
        must = []
        for chunk in text.lower().split():
            for word in self.jieba.cut(chunk, False):
                fields = [
                    (Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, f, word, "freq"), b))
                    for f, b in FIELDS.items()
                ]
                must.append((Occur.Must, tantivy.Query.boolean_query(fields)))
        query = tantivy.Query.boolean_query(must)
        found = searcher.search(query, 20)
        searcher.aggregate(query, {f: {"terms": {"field": f, "size": 30}} for f in FACETS})
        for _, address in found.hits:
            msgspec.json.decode(searcher.doc(address)["document"][0], type=SearchDocument)
        return int(found.count or 0)  # type: ignore[attr-defined]  # there, but not in the stubs


def timed(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def quantiles(values: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[98]


def load(count: int, ours: TantivyIndex, raw: Raw) -> dict[str, float]:
    """Both are fed the same batches in turn; records are made outside the clock."""
    spent = {"ours": 0.0, "raw": 0.0}
    batch: list[SearchDocument] = []
    for number, document in enumerate(records(count), 1):
        batch.append(document)
        if len(batch) == BATCH or number == count:
            spent["ours"] += timed(lambda: ours.put_documents(batch))  # noqa: B023
            spent["raw"] += timed(lambda: raw.put(batch))  # noqa: B023
            batch = []
    spent["ours"] += timed(ours.commit)
    spent["raw"] += timed(raw.writer.commit)
    return {name: count / spent[name] * 1000 for name in spent}


def latencies(ours: TantivyIndex, raw: Raw, rounds: int) -> dict[str, dict[str, object]]:
    out: dict[str, dict[str, object]] = {}
    every: dict[str, list[float]] = {"ours": [], "raw": []}
    for text in QUERIES:
        query = Query(text=text, facets=FACETS)
        times: dict[str, list[float]] = {"ours": [], "raw": []}
        for _ in range(rounds):
            times["ours"].append(timed(lambda: ours.search(query)))  # noqa: B023
            times["raw"].append(timed(lambda: raw.search(text)))  # noqa: B023
        totals = {"total": ours.search(query).total, "raw_total": raw.search(text)}
        out[text] = {**totals, **_row(times)}
        for name, values in times.items():
            every[name] += values
    out["all"] = _row(every)
    return out


def crowded(ours: TantivyIndex, raw: Raw, clients: int, rounds: int) -> dict[str, object]:
    """Every client asks every query so often, all at once; first one engine, then the other, in three turns."""
    asks = {
        "ours": lambda text: ours.search(Query(text=text, facets=FACETS)),
        "raw": raw.search,
    }
    times: dict[str, list[float]] = {"ours": [], "raw": []}

    def client(name: str) -> list[float]:
        return [timed(lambda: asks[name](text)) for _ in range(rounds) for text in QUERIES]  # noqa: B023

    with ThreadPoolExecutor(clients) as pool:
        for _ in range(3):
            for name in times:
                for taken in pool.map(client, [name] * clients):
                    times[name] += taken
    return _row(times)


def _row(times: dict[str, list[float]]) -> dict[str, object]:
    ours, raw = quantiles(times["ours"]), quantiles(times["raw"])
    return {
        "ours_p50_ms": round(ours[0], 2),
        "raw_p50_ms": round(raw[0], 2),
        "ratio_p50": round(ours[0] / raw[0], 2),
        "ours_p99_ms": round(ours[1], 2),
        "raw_p99_ms": round(raw[1], 2),
        "ratio_p99": round(ours[1] / raw[1], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        language = default_language()
        ours = TantivyIndex.open(Path(folder) / "ours", language=language)
        (Path(folder) / "raw").mkdir()
        raw = Raw(Path(folder) / "raw")
        rates = load(options.records, ours, raw)
        print(json.dumps({"records": options.records, "documents_per_s": {k: round(v) for k, v in rates.items()}}))
        raw.writer.wait_merging_threads()
        raw.index.reload()
        for name, row in latencies(ours, raw, options.rounds).items():
            print(name, json.dumps(row, ensure_ascii=False))
        several = crowded(ours, raw, options.clients, max(1, options.rounds // 10))
        print(f"{options.clients} clients", json.dumps(several))
        ours.close()


if __name__ == "__main__":
    main()
