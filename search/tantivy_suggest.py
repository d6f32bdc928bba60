"""Completions while a person types: titles, keywords and organisations by their beginning, in characters or in pinyin, and behind
them titles that hold further on what was typed."""

import re
from collections.abc import Iterator

import tantivy
from tantivy import Occur, Query

from search import tantivy_query as build
from search.base import Suggestion
from search.completion import LOOKED_AT, SHORT, Completions, Further, further
from search.indexed import MOST_SUGGESTIONS, SEPARATOR, suggestion_key
from search.pinyin import typed
from search.tantivy_schema import schema, stored
from vocab.document import SearchDocument


def suggest(searcher: tantivy.Searcher, prefix: str, size: int) -> list[Suggestion]:
    """At most `size` (and MOST_SUGGESTIONS), the most frequent first. Only what a record in the index has now."""
    key = typed(suggestion_key(prefix))
    size = min(size, MOST_SUGGESTIONS)
    if not key or size < 1:
        return []
    # Twice: keys of withdrawn records stay in the dictionary until the engine merges, and are passed over here.
    for limit in (size * 4, size * 64):
        terms = _beginning(searcher, key, limit)
        out = _living(searcher, terms, Completions(size))
        if out.full() or len(terms) < limit:
            break
    if not out.full() and (wanted := further(prefix)):
        for document in _holding(searcher, wanted, size * LOOKED_AT):
            out.further(document, wanted)
            if out.full():
                break
    return out.found


def _beginning(searcher: tantivy.Searcher, key: str, limit: int) -> list[str]:
    """Terms that begin with the key, the most frequent first. All that do are counted by the engine: of a letter or two that may be
    every tenth title, so titles are looked at only when there are not enough keywords and organisations."""
    terms = searcher.terms_with_prefix("suggest", key, limit=limit)
    if len(terms) < limit or len(key) > SHORT or not key.isascii():
        terms += searcher.terms_with_prefix("suggest_titles", key, limit=limit)
    return [term for term, _ in sorted(terms, key=lambda counted: (-counted[1], counted[0]))[:limit]]


def _living(searcher: tantivy.Searcher, terms: list[str], out: Completions) -> Completions:
    for term in terms:
        if out.full():
            break
        _, what, name = term.split(SEPARATOR, 2)
        field = "suggest_titles" if what == "t" else "suggest"
        hits = searcher.search(build.term(field, term), 1, count=False).hits
        if hits and what == "t":
            out.title(stored(searcher, hits[0][1])[0])
        elif hits:
            out.text(what, name)
    return out


def _holding(searcher: tantivy.Searcher, wanted: Further, most: int) -> Iterator[SearchDocument]:
    """The newest records whose titles hold it."""
    queries = [build.contains("title_grams", run) for run in wanted.runs]
    queries += [build.term("title", word) for word in wanted.words]
    if wanted.beginning:
        queries.append(Query.regex_query(schema(), "title", f"{re.escape(wanted.beginning)}.*"))
    query = Query.boolean_query([(Occur.Must, one) for one in queries if one is not None])
    for _, address in searcher.search(query, most, count=False, order_by_field="by_date").hits:
        yield stored(searcher, address)[0]
