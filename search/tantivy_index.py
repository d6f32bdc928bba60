"""The search engine inside the process: tantivy, one index per generation, one writing process, any number of readers.

Stability of paging: a cursor names the last hit that was given out. While nothing is written, pages join without gap or
overlap. While records are written, sorts by date and title go on strictly after that hit: what did not change is seen
exactly once. By relevance a write moves all scores a little: the next page goes on after the same hit, wherever it
stands now, or, when it is gone, after its score.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import structlog
import tantivy

from search import tantivy_query as build
from search.base import Hit, Page, Query, SearchIndex, SearchUnavailable, Speller, Suggestion
from search.generations import Generations, WriterLock
from search.indexed import FORMAT, DocumentMaker, DocumentOf, document_of
from search.question import Language, default_language
from search.tantivy_reader import Reader, engine_errors
from search.tantivy_schema import made, schema, stored
from search.tantivy_search import Search
from search.tantivy_suggest import suggest
from vocab.document import SearchDocument
from vocab.public import PublicRecord

HEAP = 96_000_000  # bytes the writer collects before it writes a segment
FIRST_HEAP = 256_000_000  # in a generation that began empty: each segment costs every search something like 0.1 ms

log = structlog.get_logger("search.tantivy")


class TantivyIndex:
    """An index in `directory`. The constructor opens nothing: reading starts at the first search, writing at the first put.

    `document` makes the search document of a public record; `language` cuts texts and knows synonyms; `speller` better spellings.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        document: DocumentOf = document_of,
        language: Language | None = None,
        speller: Speller | None = None,
        name: str = "search",
        heap: int | None = None,
    ) -> None:
        self.name = name
        self.directory = Path(directory)
        self._document = document
        self._language = language
        self._speller = speller
        self._heap = heap
        self._generations = Generations(self.directory, FORMAT)
        self._lock = WriterLock(self.directory / "writer.lock")
        self._suspect = True  # nothing is known of it yet
        self._twin: str | None = None  # token of a generation that is built and not served yet
        self._reader = Reader(self._generations)
        self._maker: DocumentMaker | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._added: set[int] | None = (
            None  # what a generation that began empty was given; None: it did not begin empty
        )

    @classmethod
    def open(
        cls,
        directory: Path | str,
        *,
        document: DocumentOf = document_of,
        language: Language | None = None,
        speller: Speller | None = None,
    ) -> Self:
        """For the process that writes: where the index is missing, damaged or of another format, an empty generation takes
        its place, and whoever follows the change log fills it from the start. Raises SearchUnavailable when that is
        needed and another process is writing."""
        index = cls(directory, document=document, language=language, speller=speller)
        index.mend()
        return index

    def mend(self) -> None:
        """As `open`, of an index that is open already. It reads from the index only when a write failed since the last time."""
        fault = self._reader.fault(thorough=self._suspect)
        if fault is not None:
            self._lock.hold(self)
            if (self.directory / "current").exists():
                log.warning("the search index begins again, empty", reason=str(fault))
            self._writer = None  # of files that are gone or damaged: there is nothing to take back
            token = self._create()
            self._generations.point(token)
            self._generations.drop_others(token)
        self._suspect = False

    @property
    def language(self) -> Language:
        self._language = self._language or default_language()
        return self._language

    @property
    def generation(self) -> str:
        """Raises SearchUnavailable when there is no index."""
        return self._twin or self._reader.token()

    # Writing

    def put(self, batch: Sequence[PublicRecord]) -> None:
        self.put_documents([self._document(public) for public in batch])

    def put_documents(self, documents: Sequence[SearchDocument]) -> None:
        """As `put`, of documents that are already made."""
        maker = self._maker = self._maker or DocumentMaker(self.language.analyser)
        with self._written():
            writer = self._writing()
            last = {document.iri: document for document in documents}  # the last of a record counts
            for iri, ready in zip(last, made(maker, list(last.values())), strict=True):
                self._forget(writer, iri)
                writer.add_document(ready)

    def remove(self, iris: Sequence[str]) -> None:
        with self._written():
            writer = self._writing()
            for iri in iris:
                writer.delete_documents_by_term("iri", iri)

    def commit(self) -> None:
        if self._writer is not None:
            with self._written():
                self._writer.commit()

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            with engine_errors(self.directory):
                yield
        except SearchUnavailable:
            self._suspect = True
            raise

    def _forget(self, writer: tantivy.IndexWriter, iri: str) -> None:
        """Delete the record's earlier version; skipped where there can be none, as a bulk load is mostly that."""
        if self._added is not None:
            key = hash(iri)
            if key not in self._added:
                self._added.add(key)
                return
        writer.delete_documents_by_term("iri", iri)

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._lock.hold(self)
            index = self._reader.index(self._twin)
            self._added = set() if index.searcher().num_docs == 0 else None
            self._writer = index.writer(self._heap or (HEAP if self._added is None else FIRST_HEAP), 1)
        return self._writer

    # Generations

    def fresh(self) -> "TantivyIndex":
        self._lock.hold(self)
        twin = TantivyIndex(
            self.directory,
            document=self._document,
            language=self._language,
            speller=self._speller,
            name=self.name,
            heap=self._heap,
        )
        twin._lock = self._lock
        twin._lock.hold(twin)
        twin._twin = twin._create()
        twin._reader = Reader(self._generations, twin._twin)
        return twin

    def swap(self, twin: SearchIndex) -> None:
        """Serve the twin's generation instead of this one. The twin is used up by it."""
        if not isinstance(twin, TantivyIndex):
            raise TypeError(f"swap needs a twin made by fresh(), not {type(twin).__name__}")
        token = twin.generation
        twin.commit()
        twin._stop_writing()
        self._stop_writing()
        self._generations.point(token)
        self._generations.drop_others(token)
        twin.close()

    def _create(self) -> str:
        token = self._generations.create()
        with engine_errors(self.directory):
            tantivy.Index(schema(), str(self._generations.path(token)))
        return token

    def _stop_writing(self) -> None:
        """What was not committed is lost. Waits for merges, so that the engine's own lock is free afterwards."""
        writer, self._writer, self._added = self._writer, None, None
        if writer is not None:
            with engine_errors(self.directory):
                writer.rollback()
                writer.wait_merging_threads()

    def close(self) -> None:
        self._stop_writing()
        self._lock.release(self)
        self._reader.close()

    # Reading

    def contents(self) -> Iterator[tuple[str, int]]:
        with engine_errors(self.directory):
            searcher = self._reader.searcher()
            for page in range(256):
                terms = searcher.terms_with_prefix("holds", f"{page:02x} ", tantivy.Query.all_query())
                for text, count in terms:
                    _, version, iri = text.split(" ", 2)
                    if count:
                        yield iri, int(version)

    def search(self, query: Query) -> Page:
        language = self.language
        return self._reader.read(lambda searcher: Search(searcher, language, self._speller).page(query))

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        language = self.language
        return self._reader.read(lambda searcher: Search(searcher, language).among(query, iris))

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]:
        return self._reader.read(lambda searcher: suggest(searcher, prefix, size))

    def similar(self, iri: str, size: int = 5) -> list[Hit]:
        """Records that share the rarest words of this one; none when the index does not hold it."""
        language = self.language
        return self._reader.read(lambda searcher: Search(searcher, language).similar(iri, size))

    def document(self, iri: str) -> SearchDocument | None:
        """What the index holds of one record."""
        return self._reader.read(lambda searcher: _held(searcher, iri))


def _held(searcher: tantivy.Searcher, iri: str) -> SearchDocument | None:
    hits = searcher.search(build.term("iri", iri), 1, count=False).hits
    return stored(searcher, hits[0][1])[0] if hits else None
