"""The test sets of the shared data: records as search documents, and queries with the records that answer them.

Records are titles and Chinese abstracts alone. Keywords and English abstracts are what the queries are made of, so they
are no part of any index.
"""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec

from vocab.document import SearchDocument
from vocab.kinds import Achievement
from vocab.public import PublicRecord
from vocab.values import Text

AT = "2025-01-01T00:00:00Z"


class Topic(msgspec.Struct, frozen=True):
    """One query and the IRIs of what it should find."""

    id: str
    text: str
    relevant: frozenset[str]

    @property
    def tuning(self) -> bool:
        """Whether weights may be chosen by it: one half of the topics, by a digest of the identifier."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0


class Corpus(msgspec.Struct, frozen=True):
    """`english`: it is asked in English, so that what the records teach of it matters."""

    name: str
    documents: tuple[SearchDocument, ...]
    topics: tuple[Topic, ...]
    english: bool = False


def chinaxiv_keywords(data: Path) -> Corpus:
    """An author's keyword; relevant are the papers that carry it (4 to 60 of them)."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for row in _rows(data / "retrieval" / "chinaxiv-keyword-qrels-A.tsv.gz"):
        relevant[row[0]].add(row[2])
    texts = dict(_rows(data / "retrieval" / "chinaxiv-keyword-queries-A.tsv"))
    topics = tuple(Topic(key, texts[key], frozenset(found)) for key, found in relevant.items())
    return Corpus("chinaxiv: keyword to papers", _papers(data), topics)


def chinaxiv_english(data: Path) -> Corpus:
    """The first two sentences of an English abstract; relevant is the paper with the Chinese abstract."""
    rows = _rows(data / "retrieval" / "chinaxiv-en-to-zh-known-item-A.tsv.gz")
    topics = tuple(Topic(iri, text, frozenset({iri})) for text, iri in rows)
    return Corpus("chinaxiv: English abstract to paper", _papers(data), topics, english=True)


def csl_keywords(data: Path) -> Corpus:
    """All keywords of a paper; relevant is the paper."""
    records = map(json.loads, _lines(data / "csl" / "csl-dev.jsonl.gz"))
    documents = tuple(_document(r["id"], r["title"], r["abstract"]) for r in records)
    rows = _rows(data / "retrieval" / "csl-dev-keywords-to-doc.tsv")
    return Corpus("csl: keywords to paper", documents, tuple(Topic(iri, text, frozenset({iri})) for text, iri in rows))


def nssfc_titles(data: Path) -> Corpus:
    """The title of a project; relevant is what it published under another title. Only titles are known."""
    rows = [row for row in _rows(data / "retrieval" / "nssfc-project-to-outcome-title-A.tsv.gz") if len(row) == 3]
    documents = tuple(_document(f"{number}/{place}", title, "") for place, (number, _, title) in enumerate(rows))
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for document, (number, project, _) in zip(documents, rows, strict=True):
        answers[number, project].add(document.iri)
    topics = tuple(Topic(number, project, frozenset(found)) for (number, project), found in answers.items())
    return Corpus("nssfc: project's title to outcome", documents, topics)


def published(data: Path, untold: Collection[str]) -> Iterator[PublicRecord]:
    """The papers as a node publishes them, with their English abstracts; those of `untold` without."""
    for paper in map(json.loads, _lines(data / "chinaxiv" / "papers-A.jsonl.gz")):
        iri = _iri(paper)
        english = None if iri in untold else paper["abstract_en"] or None
        record = Achievement(
            identifier=iri,
            title=Text(zh=paper["title"] or ""),
            abstract=Text(zh=paper["abstract_zh"] or "", en=english),
        )
        yield PublicRecord(iri, "achievement", "test", 1, 1, AT, AT, "", record)


def _papers(data: Path) -> tuple[SearchDocument, ...]:
    papers = map(json.loads, _lines(data / "chinaxiv" / "papers-A.jsonl.gz"))
    return tuple(_document(_iri(p), p["title"] or "", p["abstract_zh"] or "") for p in papers)


def _iri(paper: dict[str, Any]) -> str:
    return f"{paper['id']}v{paper['version']}"


def _document(iri: str, title: str, abstract: str) -> SearchDocument:
    return SearchDocument(
        iri=iri, kind="achievement", source="test", version=1, seq=1, title_zh=title, abstract=abstract
    )


def _rows(path: Path) -> Iterator[list[str]]:
    return csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from file
