"""Plain ways to index Chinese, in the engine we use: BM25 over title (3) and abstract (1), any of the query's tokens."""

from collections.abc import Callable, Iterable
from itertools import pairwise

import rjieba
import tantivy
from tantivy import Occur
from tantivy import Query as Q

from search.analysis import RUN
from search.normalise import normalise
from vocab.document import SearchDocument

Cut = Callable[[str], list[str]]
FIELDS = {"title": 3.0, "abstract": 1.0}


class Plain:
    """An index of tokens cut by one function."""

    def __init__(self, documents: Iterable[SearchDocument], cut: Cut) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("iri", stored=True, tokenizer_name="raw")
        for field in FIELDS:
            builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._cut = cut
        index = tantivy.Index(self._schema)
        writer = index.writer(96_000_000, 1)
        for d in documents:
            texts = {"title": " ".join(cut(d.title_zh)), "abstract": " ".join(cut(d.abstract))}
            writer.add_document(tantivy.Document(iri=d.iri, **texts))
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def rank(self, text: str, limit: int) -> list[str]:
        parts = [
            (Occur.Should, Q.boost_query(Q.term_query(self._schema, field, token, "freq"), boost))
            for token in dict.fromkeys(self._cut(text))
            for field, boost in FIELDS.items()
        ]
        hits = self._searcher.search(Q.boolean_query(parts), limit, count=False).hits
        return [self._searcher.doc(address)["iri"][0] for _, address in hits]


def characters(text: str) -> list[str]:
    """What Elasticsearch's `standard` analyser makes of Chinese: every character by itself."""
    return [t for cjk, other in RUN.findall(normalise(text)) for t in (list(cjk) if cjk else [other])]


def bigrams(text: str) -> list[str]:
    """What its `cjk` analyser makes: pairs of adjacent characters; a lone character stays."""
    out: list[str] = []
    for cjk, other in RUN.findall(normalise(text)):
        out += [a + b for a, b in pairwise(cjk)] or [cjk] if cjk else [other]
    return out


def words() -> Cut:
    """jieba's words by its own dictionary, with new words guessed."""
    segment = rjieba.Jieba().cut
    return lambda text: _segmented(text, segment)


def searched() -> Cut:
    """jieba's search mode: long words also by the words inside them."""
    segment = rjieba.Jieba().cut_for_search
    return lambda text: _segmented(text, segment)


def _segmented(text: str, segment: Callable[[str, bool], list[str]]) -> list[str]:
    out: list[str] = []
    for cjk, other in RUN.findall(normalise(text)):
        out += segment(cjk, True) if cjk else [other]
    return out


BASELINES: dict[str, Callable[[], Cut]] = {
    "single characters": lambda: characters,
    "bigrams": lambda: bigrams,
    "jieba words": words,
    "jieba search mode": searched,
}
