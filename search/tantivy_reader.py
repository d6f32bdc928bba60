"""The reading side of an index: notices commits and swaps of other processes by one or two `stat` calls per search."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec
import tantivy

from search import tantivy_query as build
from search.base import SearchUnavailable
from search.generations import Generations, Signature
from search.tantivy_schema import stored

T = TypeVar("T")


@contextmanager
def engine_errors(directory: Path) -> Iterator[None]:
    """Whatever the engine throws is the index being unusable. A panic of its Rust code is no `Exception`, but comes here too."""
    try:
        yield
    except (ValueError, OSError, msgspec.MsgspecError) as error:
        raise SearchUnavailable(f"search index {directory} cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable(f"search index {directory} is damaged: rebuild it ({error})") from error


class Reader:
    """Searchers of the current generation, or of the one named `token`."""

    def __init__(self, generations: Generations, token: str | None = None) -> None:
        self._generations = generations
        self._fixed = token
        self._guard = Lock()
        self._open: tuple[str, tantivy.Index] | None = None
        self._searcher: tuple[str, Signature, tantivy.Searcher] | None = None

    def token(self) -> str:
        """Raises SearchUnavailable when nothing is served, or what is served cannot be read by this program."""
        token = self._named()
        held = self._open
        if held is None or held[0] != token:
            try:
                self._generations.check(token)
            except SearchUnavailable:
                if self._named() == token:
                    raise
                return self.token()  # swapped away between the two looks
        return token

    def _named(self) -> str:
        token = self._fixed or self._generations.current()
        if token is None:
            raise SearchUnavailable(f"search index {self._generations.directory} is missing or not built yet")
        return token

    def index(self, token: str | None = None) -> tantivy.Index:
        token, held = token or self.token(), self._open
        if held is None or held[0] != token:
            index = tantivy.Index.open(str(self._generations.path(token)))
            index.config_reader("manual")
            self._open = held = (token, index)
        return held[1]

    def searcher(self) -> tantivy.Searcher:
        """A snapshot that holds everything committed until now, by any process."""
        token = self.token()
        signature = self._generations.commits(token)
        cached = self._searcher
        if cached is not None and cached[:2] == (token, signature):
            return cached[2]
        with self._guard:
            index = self.index(token)
            index.reload()
            searcher = index.searcher()
            self._searcher = (token, signature, searcher)
            return searcher

    def read(self, ask: Callable[[tantivy.Searcher], T]) -> T:
        """Answer from a snapshot: anew when it was lost, and again each time that its generation was swapped away meanwhile."""
        tried = ""
        while True:
            token = self._fixed or self._generations.current() or ""
            try:
                with engine_errors(self._generations.directory):
                    return ask(self.searcher())
            except SearchUnavailable:
                self.close()
                if tried == token == (self._fixed or self._generations.current() or ""):
                    self._generations.doubt()
                    raise
                tried = token

    def fault(self, *, thorough: bool) -> SearchUnavailable | None:
        """Why the index does not answer; None when it does. Not `thorough`: as far as its files tell without being read, unless a
        process that reads it could not."""
        try:
            self._generations.commits(self.token())
            if self._generations.take_doubt() or thorough:
                self.close()  # what is held open is not all that another process would find
                self.read(_looked_at)
        except SearchUnavailable as error:
            return error
        return None

    def close(self) -> None:
        with self._guard:
            self._open = self._searcher = None


def _looked_at(searcher: tantivy.Searcher) -> None:
    """Read from every kind of file that a search reads."""
    for _, address in searcher.search(tantivy.Query.all_query(), 1, order_by_field="by_date").hits:
        document, _ = stored(searcher, address)
        searcher.search(build.term("iri", document.iri), 1)
