"""The product in the test: its own index and search, asked as a reader asks."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.relevance.corpora import Corpus, published
from search import cedict, lexicon
from search.analysis import dictionary_words
from search.base import Query
from search.bilingual import Names, english_words
from search.normalise import normalise
from search.question import Language, default_language
from search.synonyms import load
from search.tantivy_index import TantivyIndex
from vocab.document import SearchDocument


class Ours:
    def __init__(self, documents: Iterable[SearchDocument], language: Language) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._index = TantivyIndex.open(Path(self._folder.name) / "index", language=language)
        self._index.put_documents(list(documents))
        self._index.commit()

    def rank(self, text: str, limit: int) -> list[str]:
        return [hit.document.iri for hit in self._index.search(Query(text, size=limit)).hits]

    def close(self) -> None:
        self._index.close()
        self._folder.cleanup()


def plain_language() -> Language:
    """As it comes with the program."""
    return default_language()


def grown_language(data: Path, corpus: Corpus) -> Language:
    """After `chengguo dictionary build --terms` with the NSFC's disciplines; it saw no English of what answers a reported query."""
    reported = {iri for topic in corpus.topics if not topic.tuning for iri in topic.relevant}
    learner = lexicon.Learner(default_language().analyser)
    for record in published(data, reported):
        learner.show(record)
    learned = learner.learned(lexicon.code_lists(), cedict.terms(), nsfc_terms(data))
    return Language(dictionary_words(), load(), learned.bilingual)


def nsfc_terms(data: Path) -> dict[str, Names]:
    """The disciplines of the National Natural Science Foundation by both names."""
    found: dict[str, Names] = {}
    for line in (data / "code-tables" / "nsfc-disciplines" / "nsfc.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if term := " ".join(english_words(entry["name_en"])):
            found[term] = ((normalise(entry["name"]), 1.0),)
    return found
