"""How well what is meant is found, ours beside plain ways of indexing Chinese in the same engine.

    CHENGGUO_SHARED=... python -m benchmarks.relevance [SET ...]     (keywords, english, csl, nssfc; all when none is named)

Weights were chosen by one half of the topics (`Topic.tuning`); tables show the other half and all of them.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.relevance import corpora
from benchmarks.relevance.baselines import BASELINES, Plain
from benchmarks.relevance.corpora import Corpus
from benchmarks.relevance.measures import RECALL_DEPTH, Measures, mean, measure
from benchmarks.relevance.ours import Ours, grown_language, plain_language
from search.question import Language

SETS: dict[str, Callable[[Path], Corpus]] = {
    "keywords": corpora.chinaxiv_keywords,
    "english": corpora.chinaxiv_english,
    "csl": corpora.csl_keywords,
    "nssfc": corpora.nssfc_titles,
}
Rank = Callable[[str, int], list[str]]


def rankers(corpus: Corpus, data: Path) -> Iterator[tuple[str, Rank]]:
    for name, cut in BASELINES.items():
        yield name, Plain(corpus.documents, cut()).rank
    yield from _ours("ours, as it comes", corpus, plain_language())
    if corpus.english:
        yield from _ours("ours, dictionary built", corpus, grown_language(data, corpus))


def _ours(name: str, corpus: Corpus, language: Language) -> Iterator[tuple[str, Rank]]:
    ours = Ours(corpus.documents, language)
    yield name, ours.rank
    ours.close()


def table(corpus: Corpus, data: Path) -> Iterator[str]:
    reported = sum(not topic.tuning for topic in corpus.topics)
    yield f"\n### {corpus.name}: {len(corpus.documents):,} records, {len(corpus.topics):,} queries, {reported:,} of them reported\n"
    yield "| | nDCG@10 | MRR@10 | recall@50 | all: nDCG@10 | MRR@10 | recall@50 |\n|---|---|---|---|---|---|---|"
    for name, rank in rankers(corpus, data):
        measured = [(topic, measure(rank(topic.text, RECALL_DEPTH), topic.relevant)) for topic in corpus.topics]
        untouched = mean([m for topic, m in measured if not topic.tuning])
        yield f"| {name} | {_row(untouched)} | {_row(mean([m for _, m in measured]))} |"


def _row(measures: Measures) -> str:
    return " | ".join(f"{value:.3f}" for value in measures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], metavar="SET", help=", ".join(SETS))
    options = parser.parse_args()
    shared = os.environ.get("CHENGGUO_SHARED")
    if not shared:
        parser.error("CHENGGUO_SHARED must name the folder with the shared data")
    data = Path(shared) / "data"
    for name in options.sets or SETS:
        for line in table(SETS[name](data), data):
            print(line, flush=True)


if __name__ == "__main__":
    main()
