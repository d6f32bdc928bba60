"""The search engine beyond one machine: an Elasticsearch cluster, searched by any number of processes, written by one.

Texts are analysed here, as for tantivy, so that both engines find and count the same. Nothing of Elasticsearch is used
that its core does not have: no scripts, no plug-ins.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

import structlog
from elasticsearch import Elasticsearch

from search.base import Hit, Page, Query, SearchIndex, SearchUnavailable, Speller, Suggestion
from search.elastic_client import Cluster, Fuse, Missing, connect, engine_errors, patiently
from search.elastic_contents import contents
from search.elastic_generations import Generations
from search.elastic_search import ElasticSearch
from search.elastic_suggest import suggest
from search.elastic_writing import Writing
from search.indexed import DocumentMaker, DocumentOf, document_of
from search.question import Language, default_language
from vocab.document import SearchDocument
from vocab.public import PublicRecord

T = TypeVar("T")

log = structlog.get_logger("search.elastic")


class ElasticIndex:
    """The index called `index` of a cluster. The constructor connects nowhere."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        index: str = "chengguo",
        shards: int = 1,
        replicas: int = 1,
        document: DocumentOf = document_of,
        language: Language | None = None,
        speller: Speller | None = None,
        name: str = "search",
    ) -> None:
        self.name = name
        self._cluster, self._index, self._shards, self._replicas = cluster, index, shards, replicas
        self._document, self._language, self._speller = document, language, speller
        self._fuse = Fuse()
        self._twin: str | None = None  # token of a generation that is built and not served yet
        self._writing: tuple[str, Writing] | None = None

    @cached_property
    def _client(self) -> Elasticsearch:
        return connect(self._cluster)

    @cached_property
    def _generations(self) -> Generations:
        return Generations(self._client, self._cluster, self._index, self._shards, self._replicas)

    @cached_property
    def _maker(self) -> DocumentMaker:
        return DocumentMaker(self.language.analyser)

    @property
    def language(self) -> Language:
        self._language = self._language or default_language()
        return self._language

    @property
    def generation(self) -> str:
        """Raises SearchUnavailable when there is no index."""
        return self._twin or self._generations.current()

    def mend(self) -> None:
        """For the process that writes: where the index is missing, not ours or of another format, an empty generation takes
        its place, and whoever follows the change log fills it from the start. Raises SearchUnavailable."""
        try:
            _ = self.generation
        except Missing as error:
            log.info("the search index begins empty", reason=str(error))
            self._generations.point(self._generations.create())

    # Writing

    def put(self, batch: Sequence[PublicRecord]) -> None:
        self.put_documents([self._document(public) for public in batch])

    def put_documents(self, documents: Sequence[SearchDocument]) -> None:
        """As `put`, of documents that are already made."""
        self._writer().put(list({d.iri: d for d in documents}.values()), self._maker)

    def remove(self, iris: Sequence[str]) -> None:
        self._writer().remove(iris, None)

    def remove_at(self, iris: Sequence[str], seq: int) -> None:
        """They are gone as of this change: what is older and comes later is not taken."""
        self._writer().remove(iris, seq)

    def commit(self) -> None:
        """What was written is durable already; now it is seen."""
        if self._writing is not None:
            self._writing[1].refresh()

    def _writer(self) -> Writing:
        token = self.generation
        if self._writing is None or self._writing[0] != token:
            self._writing = token, Writing(self._client, self._cluster, self._generations.writing(token))
        return self._writing[1]

    # Generations

    def fresh(self) -> "ElasticIndex":
        twin = ElasticIndex(
            self._cluster,
            index=self._index,
            shards=self._shards,
            replicas=self._replicas,
            document=self._document,
            language=self._language,
            speller=self._speller,
            name=self.name,
        )
        twin._twin = self._generations.create()
        return twin

    def swap(self, twin: SearchIndex) -> None:
        """Serve the twin's generation instead of this one. The twin is used up by it."""
        if not isinstance(twin, ElasticIndex):
            raise TypeError(f"swap needs a twin made by fresh(), not {type(twin).__name__}")
        token = twin.generation
        twin._writer().refresh()
        self._generations.point(token)
        twin._twin = None
        self._writing = None
        twin.close()
        try:
            self._generations.drop_others(token)
        except SearchUnavailable as error:
            log.warning("old generations stay behind until the next swap", reason=str(error))

    def close(self) -> None:
        """A twin that was not swapped in is deleted: nobody else knows of it."""
        token, self._twin, self._writing = self._twin, None, None
        if token is not None:
            try:
                self._generations.drop(token)
            except SearchUnavailable as error:
                log.warning("a generation that was not finished stays behind until the next swap", reason=str(error))
        if "_client" in self.__dict__:
            self._client.close()

    # Reading

    def count(self) -> int:
        """How many records it holds. Raises SearchUnavailable."""
        with engine_errors(self._cluster):
            return int(self._client.count(index=self._place)["count"])

    def contents(self) -> Iterator[tuple[str, int]]:
        with engine_errors(self._cluster):
            yield from contents(self._client, self._place)

    def search(self, query: Query) -> Page:
        language = self.language
        return self._read(lambda client, place: ElasticSearch(client, place, language, self._speller).page(query))

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        language = self.language
        return self._read(lambda client, place: ElasticSearch(client, place, language).among(query, iris))

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]:
        return self._read(lambda client, place: suggest(client, place, prefix, size))

    def similar(self, iri: str, size: int = 5) -> list[Hit]:
        """Records that share the rarest words of this one; none when the index does not hold it."""
        language = self.language
        return self._read(lambda client, place: ElasticSearch(client, place, language).similar(iri, size))

    @property
    def _place(self) -> str:
        """The index that is read: what is served, or the twin's own."""
        return self._generations.index(self._twin) if self._twin else self._generations.alias

    def _read(self, ask: Callable[[Elasticsearch, str], T]) -> T:
        place = self._place

        def guarded() -> T:
            with engine_errors(self._cluster):
                return patiently(lambda: ask(self._client, place))

        return self._fuse(guarded)
