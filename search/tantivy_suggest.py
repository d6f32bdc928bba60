"""Completions while a person types: titles, keywords and organisations by their beginning, in characters or in pinyin."""

import tantivy

from search import tantivy_query as build
from search.base import Suggestion
from search.indexed import MOST_SUGGESTIONS, SEPARATOR, SUGGESTED, suggestion_key
from search.pinyin import typed
from search.tantivy_schema import stored


def suggest(searcher: tantivy.Searcher, prefix: str, size: int) -> list[Suggestion]:
    """At most `size` (and MOST_SUGGESTIONS), the most frequent first. Only what a record in the index has now."""
    key = typed(suggestion_key(prefix))
    size = min(size, MOST_SUGGESTIONS)
    if not key or size < 1:
        return []
    # Twice: keys of withdrawn records stay in the dictionary until the engine merges, and are passed over here.
    for limit in (size * 4, size * 64):
        terms = searcher.terms_with_prefix("suggest", key, limit=limit)
        out = _living(searcher, [term for term, _ in terms], size)
        if len(out) == size or len(terms) < limit:
            break
    return out


def _living(searcher: tantivy.Searcher, terms: list[str], size: int) -> list[Suggestion]:
    out: dict[tuple[str, str], Suggestion] = {}
    for term in terms:
        if len(out) == size:
            break
        _, what, name = term.split(SEPARATOR, 2)
        hits = searcher.search(build.term("suggest", term), 1, count=False).hits
        if not hits:
            continue
        if what != "t":
            out.setdefault((what, name), Suggestion(name, SUGGESTED[what], ""))
            continue
        document, _ = stored(searcher, hits[0][1])
        title = document.title_zh or document.title_en  # the same title leads to one of its records
        out.setdefault((what, title), Suggestion(title, document.kind, document.iri))
    return list(out.values())
