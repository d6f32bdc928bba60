"""What is indexed of a search document, by field: the same for every engine. Change `FORMAT` with every change here, in an engine's
schema or in the analysis: indexes are then rebuilt.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from search import pinyin
from search.analysis import Analyser, identifier_key
from search.base import FACETS
from search.normalise import normalise, normalise_plain
from vocab.codes import concept
from vocab.document import SearchDocument
from vocab.public import PublicRecord

FORMAT = 4
DATE = re.compile(r"^(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
SEPARATOR = "\x1f"
NOT_TYPED = re.compile(r"[^\w.+\-]|_")
HASH_BITS = 41
LONGEST_SUGGESTION = 60  # characters of the key by which a suggestion is found
NEWNESS = 0.25  # weight of today's records over those of 2000 (log2(2 + 0.25) = 1.17): freshness decides between equals
# A field of a query, as what is indexed of it: its pairs in order.
GRAMS = {"": "grams", "title": "title_grams", "keywords": "keyword_grams", "org": "org_grams", "abstract": "grams"}
SUGGESTED = {"k": "keyword", "o": "organisation"}  # what a term of a suggestion says of it; "t" is a record's title
MOST_SUGGESTIONS = 50

DocumentOf = Callable[[PublicRecord], SearchDocument]


def document_of(public: PublicRecord) -> SearchDocument:
    """The search document by the record's kind. Raises KeyError for a kind nobody declared."""
    from vocab.kinds import KINDS

    return KINDS[public.kind].document(public)


def facet_field(name: str) -> str:
    return f"facet_{name}"


def iri_hash(iri: str) -> int:
    return int.from_bytes(hashlib.blake2b(iri.encode(), digest_size=8).digest()) >> (64 - HASH_BITS)


def holds(iri: str, version: int) -> str:
    """The term by which the index lists what it holds; its first two letters spread the list over 256 pages."""
    return f"{iri_hash(iri) & 0xFF:02x} {version} {iri}"


class Analysed(NamedTuple):
    """What is indexed of a text: words and grams, each in one string for the whitespace tokenizer, and the words' pinyin."""

    words: str
    grams: str
    pinyin: tuple[str, ...]


class DocumentMaker:
    """Makes of search documents what engines index. What recurs from record to record (organisations, keywords, labels) is
    analysed once."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._recurring = lru_cache(maxsize=20_000)(lambda text: self._analyse(normalise(text)))
        self._recurring_terms = lru_cache(maxsize=20_000)(self._terms)

    def values(self, document: SearchDocument) -> tuple[dict[str, object], bool]:
        """(what is indexed, by field; whether the texts can be marked directly). The same for every engine."""
        title, title_plain = normalise_plain(document.title_zh or document.title_en)
        abstract, abstract_plain = normalise_plain(document.abstract)
        second = normalise(document.title_en) if document.title_zh else ""
        titles = [self._analyse(text) for text in ((title, second) if second else (title,))]
        keywords = list(map(self._recurring, document.keywords))
        orgs = list(map(self._recurring, document.orgs))
        labels = list(map(self._recurring, (*document.labels, *_broader(document))))
        abstract_words, abstract_grams = map(" ".join, self._analyser.analyse_normalised(abstract))
        title_grams, keyword_grams, org_grams = _grams(titles), _grams(keywords), _grams(orgs)
        head = f"{title_grams}{BETWEEN}{keyword_grams}"
        day, hashed = day_number(document.sort_date), iri_hash(document.iri)
        values: dict[str, object] = {
            "iri": document.iri,
            "holds": holds(document.iri, document.version),
            "identifiers": list({identifier_key(i) for i in document.identifiers}),
            "suggest": self._suggestions(document, title, hashed),
            "title": _words(titles),
            "keywords": _words(keywords),
            "orgs": _words(orgs),
            "labels": _words(labels),
            "abstract": abstract_words,
            "pinyin": " ".join({spoken for text in (*titles, *keywords, *orgs) for spoken in text.pinyin}),
            "grams": BETWEEN.join((head, org_grams, _grams(labels), abstract_grams)),
            "head_grams": head,
            "title_grams": title_grams,
            "keyword_grams": keyword_grams,
            "org_grams": org_grams,
            "by_date": day << HASH_BITS | hashed,
            "by_title": f"{pinyin.collation_key(title)}{SEPARATOR}{hashed:x}",
            "newness": NEWNESS * min(max(day / 372 - 2000, 0.0), 40.0) / 25,
        }
        for name in FACETS:
            if found := document.facets.get(name):
                values[facet_field(name)] = list(found)
        if document.date:
            values["day"] = day_number(document.date)
        if document.price is not None:
            values["price"] = document.price
        if document.cluster:
            values["cluster"] = document.cluster
        return values, title_plain and abstract_plain

    def _analyse(self, normalised: str) -> Analysed:
        words, grams = self._analyser.analyse_normalised(normalised)
        return Analysed(" ".join(words), " ".join(grams), tuple(pinyin.of_words(words)))

    def _suggestions(self, document: SearchDocument, title: str, hashed: int) -> list[str]:
        """Terms KEY, US, what ("t" title, "k" keyword, "o" organisation), US, original or hash of the IRI (a title is read
        from its record; the shorter the term, the faster the dictionary is written): found by prefix of KEY."""
        terms = [f"{key}{SEPARATOR}t{SEPARATOR}{hashed:x}" for key in self._keys(title)]
        for what, texts in (("k", document.keywords), ("o", document.orgs)):
            for text in texts:
                terms += self._recurring_terms(what, text)
        return terms

    def _terms(self, what: str, text: str) -> list[str]:
        return [f"{key}{SEPARATOR}{what}{SEPARATOR}{text[:200]}" for key in self._keys(normalise(text))]

    def _keys(self, normalised: str) -> set[str]:
        plain = NOT_TYPED.sub("", normalised[: LONGEST_SUGGESTION * 2])[:LONGEST_SUGGESTION]
        words = self._analyser.cut_normalised(plain)
        full, initials = pinyin.full_and_initials(words)
        return {plain, full[:LONGEST_SUGGESTION], initials} - {""}


BETWEEN = " | "  # a token of its own between texts in one field: no phrase reaches over it


def _words(texts: Iterable[Analysed]) -> str:
    return " ".join([text.words for text in texts])


def _grams(texts: Iterable[Analysed]) -> str:
    return BETWEEN.join([text.grams for text in texts])


def _broader(document: SearchDocument) -> tuple[str, ...]:
    """Names of the wider regions and fields a record is counted under: 浙江 finds what is in 杭州市."""
    return _names(document.facets.get("region", ()), "gbt2260/") + _names(document.facets.get("field", ()), "")


@lru_cache(maxsize=10_000)
def _names(values: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    found = (concept(prefix + value) for value in values)
    return tuple(name for c in found if c is not None for name in (c.zh, c.en) if name)


@lru_cache(maxsize=20_000)  # fifty years of days
def day_number(date: str) -> int:
    """A number that grows with the day; a year or a month alone is its first day."""
    match = DATE.match(date)
    if match is None:
        return 0
    year, month, day = (int(g or 1) for g in match.groups())
    return year * 372 + (month - 1) * 31 + day - 1


def suggestion_key(text: str) -> str:
    return NOT_TYPED.sub("", normalise(text[: LONGEST_SUGGESTION * 2]))[:LONGEST_SUGGESTION]
