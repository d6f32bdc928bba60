"""Completions from an Elasticsearch index: titles, keywords and organisations by their beginning, the most frequent first."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from search.base import Suggestion
from search.indexed import MOST_SUGGESTIONS, SEPARATOR, SUGGESTED, suggestion_key
from search.pinyin import typed
from vocab.document import SearchDocument

ENOUGH = 10_000  # records of each shard that are looked at: a short beginning has too many to be counted at every key
LUCENE = re.compile(r"([^\w])", re.ASCII)  # what a regular expression of the engine may take for an operator

Answer = Mapping[str, Any]


def suggest(client: Elasticsearch, index: str, prefix: str, size: int) -> list[Suggestion]:
    """At most `size` (and MOST_SUGGESTIONS). Only what a record in the index has now."""
    key = typed(suggestion_key(prefix))
    size = min(size, MOST_SUGGESTIONS)
    if not key or size < 1:
        return []
    counted = {
        "field": "suggest",
        "include": LUCENE.sub(r"\\\1", key) + ".*",
        "size": size * 3,  # one text has several keys: as written, in pinyin, in its initials
        "execution_hint": "map",  # of the records found, not of the whole dictionary
        "order": [{"_count": "desc"}, {"_key": "asc"}],
    }
    answer = client.search(
        index=index,
        query={"prefix": {"suggest": {"value": key}}},
        aggs={"terms": {"terms": counted}},
        size=0,
        terminate_after=ENOUGH,
        allow_partial_search_results=False,
    )
    terms = [bucket["key"] for bucket in answer["aggregations"]["terms"]["buckets"]]
    return _read(terms, _titles(client, index, terms), size)


def _titles(client: Elasticsearch, index: str, terms: list[str]) -> dict[str, SearchDocument]:
    """The records whose title a term stands for."""
    wanted = [term for term in terms if _parts(term)[0] == "t"]
    if not wanted:
        return {}
    answer = client.search(
        index=index,
        query={"terms": {"suggest": wanted}},
        size=len(wanted),
        docvalue_fields=[{"field": "suggest"}],
        allow_partial_search_results=False,
    )
    out: dict[str, SearchDocument] = {}
    for hit in answer["hits"]["hits"]:
        document = msgspec.convert(hit["_source"]["document"], SearchDocument)
        out |= dict.fromkeys(set(hit["fields"]["suggest"]).intersection(wanted), document)
    return out


def _read(terms: list[str], titles: Mapping[str, SearchDocument], size: int) -> list[Suggestion]:
    out: dict[tuple[str, str], Suggestion] = {}
    for term in terms:
        what, name = _parts(term)
        if what != "t":
            out.setdefault((what, name), Suggestion(name, SUGGESTED[what], ""))
        elif document := titles.get(term):
            title = document.title_zh or document.title_en
            out.setdefault((what, title), Suggestion(title, document.kind, document.iri))
    return list(out.values())[:size]


def _parts(term: str) -> tuple[str, str]:
    """What a term stands for, and its name."""
    _, what, name = term.split(SEPARATOR, 2)
    return what, name
