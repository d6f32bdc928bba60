"""Search latency and indexing rate, ours beside the raw engine in the same run.

    python -m benchmarks.search_latency [RECORDS ...] [--rounds N] [--clients N] [--folder DIR]

Raw is twice: *engine* is the same engine asked the same question, when it is ready made: its query in our index, one search and
one aggregation of five facets, stored documents decoded. What ours takes beyond it is reading the text, deciding between its
readings, marking the hits, honest facets and a cursor. *Plain* is what one would write by hand: words of the same segmenter in
five fields with boosts, in an index of its own. It asks for less: no character pairs, no synonyms, and finds nothing for some of
the queries.

All answer the same queries with five facets, one after the other, so that the ratio means something on a busy machine; and once
more with several clients at a time, each a thread of this process. Nothing is remembered from one search to the next: what we keep
of a text (its tokens) is thrown away before each search. What a process reads once (code lists, dictionaries) is read before, and
counted in the cold start: a process of its own that opens the index and answers one search.

With several numbers of records the growth of the median is told. Suggestions are asked by the first one, two and three
characters of titles and of their pinyin. With a folder the indexes are kept and found again.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import msgspec
import rjieba
import tantivy
from tantivy import Occur

from benchmarks.generated import records
from search import analysis, pinyin
from search import tantivy_query as build
from search.analysis import dictionary_words
from search.attempts import attempts
from search.base import Query
from search.expression import Expression
from search.generations import Generations
from search.indexed import FORMAT, facet_field
from search.question import Language, default_language
from search.tantivy_index import TantivyIndex
from search.tantivy_order import total
from search.tantivy_reader import Reader
from search.tantivy_schema import stored
from vocab.document import SearchDocument

FACETS = ("region", "field", "stage", "year", "kind")
FIELDS = {"title": 5.0, "keywords": 4.0, "orgs": 3.0, "labels": 2.0, "abstract": 1.0}
BATCH = 5000
Ask = Callable[[str], int]
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


class Plain:
    """Over what is in the directory, or a new index."""

    def __init__(self, directory: Path) -> None:
        builder = tantivy.SchemaBuilder()
        for name in FIELDS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        for name in (*FACETS, "source"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_bytes_field("document", stored=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(directory))
        self.jieba = rjieba.Jieba()
        for word in dictionary_words():
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

    def begin(self) -> None:
        self.writer = self.index.writer(96_000_000, 1)

    def settle(self) -> None:
        self.writer.wait_merging_threads()
        self.index.reload()

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


class Engine:
    """Our index in this directory, asked directly: the queries are made outside the clock, as ours would make them."""

    def __init__(self, directory: Path, language: Language) -> None:
        self._searcher = Reader(Generations(directory, FORMAT)).searcher()
        self._queries = {text: self._query(text, language) for text in QUERIES}

    def _query(self, text: str, language: Language) -> tuple[tantivy.Query, tantivy.Query]:
        """(what is found, the same with its order)"""

        def found(expression: Expression) -> tantivy.Query:
            return build.found_by(expression)

        def meeting(expression: Expression) -> int:
            return total(self._searcher.search(found(expression), 1))

        tried = [attempt.question.expression for attempt in attempts(language, text, meeting)]
        met = next((expression for expression in tried if meeting(expression)), tried[-1])
        return found(met), build.ranked(found(met), met, language.analyser)

    def search(self, text: str) -> int:
        found, ranked = self._queries[text]
        page = self._searcher.search(ranked, 20, weight_by_field="newness")
        self._searcher.aggregate(found, {f: {"terms": {"field": facet_field(f), "size": 30}} for f in FACETS})
        for _, address in page.hits:
            stored(self._searcher, address)
        return total(page)


def forget() -> None:
    """What we keep of texts that were asked for before: their tokens."""
    for kept in (analysis.phrase, analysis.sequence, analysis.latin, analysis.whole):
        kept.cache_clear()


def timed(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def quantiles(values: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[98]


def load(count: int, ours: TantivyIndex, plain: Plain) -> dict[str, float]:
    """Documents a second. Both are fed the same batches in turn; records are made outside the clock."""
    spent = {"ours": 0.0, "plain": 0.0}
    batch: list[SearchDocument] = []
    plain.begin()
    for number, document in enumerate(records(count), 1):
        batch.append(document)
        if len(batch) == BATCH or number == count:
            spent["ours"] += timed(lambda: ours.put_documents(batch))  # noqa: B023
            spent["plain"] += timed(lambda: plain.put(batch))  # noqa: B023
            batch = []
    spent["ours"] += timed(ours.commit)
    spent["plain"] += timed(plain.writer.commit)
    ours.close()  # merges are awaited, as those of the plain index are
    plain.settle()
    return {name: count / spent[name] * 1000 for name in spent}


def latencies(asks: dict[str, Ask], rounds: int) -> dict[str, dict[str, object]]:
    out: dict[str, dict[str, object]] = {}
    every: dict[str, list[float]] = {name: [] for name in asks}
    for text in QUERIES:
        found = {name: ask(text) for name, ask in asks.items()}
        times: dict[str, list[float]] = {name: [] for name in asks}
        spent: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(rounds):
            for name, ask in asks.items():
                forget()
                before = time.process_time()
                times[name].append(timed(lambda: ask(text)))  # noqa: B023
                spent[name].append(time.process_time() - before)
        out[text] = {"found": found, **_row(times), "processor_ms": _processor(spent)}
        for name, values in times.items():
            every[name] += values
    out["all"] = _row(every)
    return out


def _processor(spent: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(statistics.median(values) * 1000, 2) for name, values in spent.items()}


def crowded(asks: dict[str, Ask], clients: int, rounds: int) -> dict[str, object]:
    """Every client asks every query so often, all at once; first one, then the next, in three turns."""
    times: dict[str, list[float]] = {name: [] for name in asks}

    def asked(name: str, text: str) -> float:
        forget()
        return timed(lambda: asks[name](text))

    def client(name: str) -> list[float]:
        return [asked(name, text) for _ in range(rounds) for text in QUERIES]

    with ThreadPoolExecutor(clients) as pool:
        for _ in range(3):
            for name in times:
                for taken in pool.map(client, [name] * clients):
                    times[name] += taken
    return _row(times)


def _row(times: dict[str, list[float]]) -> dict[str, object]:
    """Milliseconds of each, and how many times as long ours takes."""
    cuts = {name: quantiles(values) for name, values in times.items()}
    row: dict[str, object] = {}
    for place, quantile in enumerate(("p50", "p99")):
        row[f"{quantile}_ms"] = {name: round(cut[place], 2) for name, cut in cuts.items()}
        row[f"{quantile}_ratio"] = {
            name: round(cuts["ours"][place] / cut[place], 2) for name, cut in cuts.items() if name != "ours"
        }
    return row


def suggested(ours: TantivyIndex, count: int) -> dict[str, float]:
    """Asked for by the first one, two and three characters and letters (of their pinyin) of titles, each once."""
    titles = [document.title_zh for document in islice(records(count), 200)]
    written = [*titles, *("".join(pinyin.syllables(title)) for title in titles)]
    beginnings = {text[:length] for text in written for length in (1, 2, 3)}
    times = [timed(lambda: ours.suggest(beginning)) for beginning in beginnings]  # noqa: B023
    cuts = statistics.quantiles(times, n=100)
    return {"beginnings": len(times), "p50_ms": round(cuts[49], 2), "p95_ms": round(cuts[94], 2)}


COLD = """
import sys, time
from pathlib import Path
from benchmarks.search_latency import FACETS
from search.base import Query
from search.tantivy_index import TantivyIndex
start = time.perf_counter()
page = TantivyIndex(Path(sys.argv[1])).search(Query(text="石墨烯 电池", facets=FACETS))
print(time.perf_counter() - start)
"""


def cold_start(folder: Path) -> float:
    """Seconds from opening the index to the first answer in a new process, the dictionary read; its imports are not counted."""
    command = [sys.executable, "-c", COLD, str(folder)]
    return round(float(subprocess.run(command, capture_output=True, check=True, text=True).stdout), 2)


def measured(folder: Path, count: int, rounds: int, clients: int) -> float:
    """Prints everything of so many records; gives the median of our searches."""
    fresh = not folder.exists()
    (folder / "plain").mkdir(parents=True, exist_ok=True)
    ours = TantivyIndex.open(folder / "ours", language=default_language())
    plain = Plain(folder / "plain")
    rates = {name: round(rate) for name, rate in load(count, ours, plain).items()} if fresh else None
    print(json.dumps({"records": count, "documents_per_s": rates}))
    asks: dict[str, Ask] = {
        "ours": lambda text: ours.search(Query(text=text, facets=FACETS)).total,
        "engine": Engine(folder / "ours", ours.language).search,
        "plain": plain.search,
    }
    found = latencies(asks, rounds)
    for name, row in found.items():
        print(name, json.dumps(row, ensure_ascii=False), flush=True)
    print(f"{clients} clients", json.dumps(crowded(asks, clients, max(1, rounds // 10))))
    print("suggestions", json.dumps(suggested(ours, count)))
    print("cold start, seconds:", cold_start(folder / "ours"), flush=True)
    ours.close()
    return float(found["all"]["p50_ms"]["ours"])  # type: ignore[index]  # a row of `_row`


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="*", type=int, default=[200_000])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--folder", type=Path, help="keep the indexes here, and use those that are here")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        medians = {
            count: measured(folder / str(count), count, options.rounds, options.clients) for count in options.records
        }
    first = options.records[0]
    for count, median in medians.items():
        print(f"{count} records: {count / first:.0f} times as many, p50 {median / medians[first]:.1f} times as long")


if __name__ == "__main__":
    main()
