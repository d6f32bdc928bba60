"""Completions while a person types: titles, keywords and organisations by their beginning, in characters or in pinyin."""

import tantivy

from search import tantivy_query as build
from search.base import Suggestion
from search.indexed import MOST_SUGGESTIONS, SEPARATOR, SUGGESTED, suggestion_key
from search.pinyin import typed
from search.tantivy_schema import stored

SHORT = 2  # Latin letters or digits that many titles begin with


def suggest(searcher: tantivy.Searcher, prefix: str, size: int) -> list[Suggestion]:
    """At most `size` (and MOST_SUGGESTIONS), the most frequent first. Only what a record in the index has now."""
    key = typed(suggestion_key(prefix))
    size = min(size, MOST_SUGGESTIONS)
    if not key or size < 1:
        return []
    # Twice: keys of withdrawn records stay in the dictionary until the engine merges, and are passed over here.
    for limit in (size * 4, size * 64):
        terms = _beginning(searcher, key, limit)
        out = _living(searcher, terms, size)
        if len(out) == size or len(terms) < limit:
            break
    return out


def _beginning(searcher: tantivy.Searcher, key: str, limit: int) -> list[str]:
    """Terms that begin with the key, the most frequent first. All that do are counted by the engine: of a letter or two that may be
    every tenth title, so titles are looked at only when there are not enough keywords and organisations."""
    terms = searcher.terms_with_prefix("suggest", key, limit=limit)
    if len(terms) < limit or len(key) > SHORT or not key.isascii():
        terms += searcher.terms_with_prefix("suggest_titles", key, limit=limit)
    return [term for term, _ in sorted(terms, key=lambda counted: (-counted[1], counted[0]))[:limit]]


def _living(searcher: tantivy.Searcher, terms: list[str], size: int) -> list[Suggestion]:
    out: dict[tuple[str, str], Suggestion] = {}
    for term in terms:
        if len(out) == size:
            break
        _, what, name = term.split(SEPARATOR, 2)
        field = "suggest_titles" if what == "t" else "suggest"
        hits = searcher.search(build.term(field, term), 1, count=False).hits
        if not hits:
            continue
        if what != "t":
            out.setdefault((what, name), Suggestion(name, SUGGESTED[what], ""))
            continue
        document, _ = stored(searcher, hits[0][1])
        title = document.title_zh or document.title_en  # the same title leads to one of its records
        out.setdefault((what, title), Suggestion(title, document.kind, document.iri))
    return list(out.values())
