"""Completions from an Elasticsearch index: titles, keywords and organisations by their beginning, the most frequent first, and
behind them titles that hold further on what was typed."""

import re
from collections.abc import Iterator, Mapping

from elasticsearch import Elasticsearch

from search import elastic_query as build
from search.base import Suggestion
from search.completion import LOOKED_AT, Completions, Further, further
from search.elastic_mapping import stored
from search.indexed import MOST_SUGGESTIONS, SEPARATOR, suggestion_key
from search.pinyin import typed
from vocab.document import SearchDocument

ENOUGH = 10_000  # records of each shard that are looked at: a short beginning has too many to be counted at every key
LUCENE = re.compile(r"([^\w])", re.ASCII)  # what a regular expression of the engine may take for an operator


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
    out = _read(terms, _titles(client, index, terms), Completions(size))
    if not out.full() and (wanted := further(prefix)):
        for document in _holding(client, index, wanted, size * LOOKED_AT):
            out.further(document, wanted)
    return out.found


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
        out |= dict.fromkeys(set(hit["fields"]["suggest"]).intersection(wanted), stored(hit))
    return out


def _read(terms: list[str], titles: Mapping[str, SearchDocument], out: Completions) -> Completions:
    for term in terms:
        what, name = _parts(term)
        if what != "t":
            out.text(what, name)
        elif document := titles.get(term):
            out.title(document)
    return out


def _holding(client: Elasticsearch, index: str, wanted: Further, most: int) -> Iterator[SearchDocument]:
    """The newest records whose titles hold it."""
    clauses = [build.contains("title_grams", run) for run in wanted.runs]
    clauses += [build.term("title", word) for word in wanted.words]
    if wanted.beginning:
        clauses.append({"prefix": {"title": {"value": wanted.beginning}}})
    answer = client.search(
        index=index,
        query={"bool": {"filter": [clause for clause in clauses if clause is not None]}},
        sort=[{"by_date": "desc"}],
        size=most,
        track_total_hits=False,
        allow_partial_search_results=False,
    )
    yield from map(stored, answer["hits"]["hits"])


def _parts(term: str) -> tuple[str, str]:
    """What a term stands for, and its name."""
    _, what, name = term.split(SEPARATOR, 2)
    return what, name
