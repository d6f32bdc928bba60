"""What is indexed of a search document, by field: the same for every engine. Change `FORMAT` with every change here, in an engine's
schema or in the analysis: indexes are then rebuilt.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from search import pinyin
from search.analysis import Analyser, identifier_key
from search.base import FACETS
from search.bulk import Grams, Pieces
from search.normalise import normalise, normalise_plain
from vocab.codes import concept
from vocab.document import SearchDocument
from vocab.public import PublicRecord

FORMAT = 5
DATE = re.compile(r"^(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
SEPARATOR = "\x1f"
NOT_TYPED = re.compile(r"[^\w.+\-]|_")
HASH_BITS = 41
TOGETHER = 100  # documents analysed in one go
MOST_RECURRING = 50_000  # texts that are kept analysed; with more of them, it begins again
LONGEST_SUGGESTION = 60  # characters of the key by which a suggestion is found
NEWNESS = 0.25  # weight of today's records over those of 2000 (log2(2 + 0.25) = 1.17): freshness decides between equals
# A field of a query, and where it is looked for as a run. Which of the runs in "grams" stand in the abstract is told by the pairs
# of ABSTRACT, which have no order: in order they would be nine tenths of "grams" over again.
GRAMS = {"": "grams", "title": "title_grams", "keywords": "keyword_grams", "org": "org_grams", "abstract": "grams"}
RUNS = ("grams", "head_grams", "title_grams", "keyword_grams", "org_grams")  # in order
ABSTRACT = "abstract_pairs"
SETS = (ABSTRACT, "pinyin")  # in none, nor how often
SUGGESTED = {"k": "keyword", "o": "organisation"}  # what a term of a suggestion says of it; "t" is a record's title
MOST_SUGGESTIONS = 50

DocumentOf = Callable[[PublicRecord], SearchDocument]


def document_of(public: PublicRecord) -> SearchDocument:
    """The search document by the record's kind. Raises KeyError for a kind nobody declared."""
    from vocab.kinds import KINDS

    return KINDS[public.kind].document(public)


def facet_field(name: str) -> str:
    return f"facet_{name}"


FACET_FIELDS = tuple((name, facet_field(name)) for name in FACETS)


def iri_hash(iri: str) -> int:
    return int.from_bytes(hashlib.blake2b(iri.encode(), digest_size=8).digest()) >> (64 - HASH_BITS)


def holds(iri: str, version: int) -> str:
    """The term by which the index lists what it holds; its first two letters spread the list over 256 pages."""
    return _held(iri_hash(iri), version, iri)


def _held(hashed: int, version: int, iri: str) -> str:
    return f"{hashed & 0xFF:02x} {version} {iri}"


class Text(NamedTuple):
    """What is indexed of a text: words and grams, each in one string for the whitespace tokenizer, and the words' pinyin."""

    words: str
    grams: str
    pinyin: frozenset[str]


class Free(NamedTuple):
    """What is indexed of a document's own texts, and whether marks can be set in them directly."""

    title: str  # normalised
    titles: tuple[Text, ...]
    abstract: Grams
    plain: bool


class DocumentMaker:
    """Makes of search documents what engines index. What recurs from record to record (organisations, keywords, labels) is
    analysed once, and what does not, many records at a time."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._recurring: dict[str, Text] = {}
        self._recurring_terms = lru_cache(maxsize=20_000)(self._terms)

    def values(self, documents: Iterable[SearchDocument]) -> Iterator[tuple[dict[str, object], bool]]:
        """(what is indexed, by field; whether the texts can be marked directly) of each. The same for every engine."""
        for part in _parts(documents):
            known = self._known(part)
            for document, free in zip(part, self._free(part), strict=True):
                yield self._values(document, free, known), free.plain

    def _free(self, documents: Sequence[SearchDocument]) -> Iterator[Free]:
        titles = [normalise_plain(document.title_zh or document.title_en) for document in documents]
        seconds = [normalise(document.title_en) if document.title_zh else "" for document in documents]
        abstracts = [normalise_plain(document.abstract) for document in documents]
        headings = self._texts([*(title for title, _ in titles), *seconds])
        bodies = Pieces([abstract for abstract, _ in abstracts]).grams()
        for number, (title, plain) in enumerate(titles):
            second = (headings[len(titles) + number],) if seconds[number] else ()
            yield Free(title, (headings[number], *second), bodies[number], plain and abstracts[number][1])

    def _values(self, document: SearchDocument, free: Free, known: dict[str, Text]) -> dict[str, object]:
        titles, abstract = free.titles, free.abstract
        keywords = [known[text] for text in document.keywords]
        orgs = [known[text] for text in document.orgs]
        labels = [known[text] for text in (*document.labels, *_broader(document))]
        title_grams, keyword_grams, org_grams = _grams(titles), _grams(keywords), _grams(orgs)
        head = f"{title_grams}{BETWEEN}{keyword_grams}"
        day, hashed = day_number(document.sort_date), iri_hash(document.iri)
        values: dict[str, object] = {
            "iri": document.iri,
            "holds": _held(hashed, document.version, document.iri),
            "identifiers": list(set(map(identifier_key, document.identifiers))),
            "suggest": self._suggestions(document, free.title, hashed),
            "title": _words(titles),
            "keywords": _words(keywords),
            "orgs": _words(orgs),
            "pinyin": " ".join(set().union(*[text.pinyin for text in (*titles, *keywords, *orgs)])),
            "grams": BETWEEN.join((head, org_grams, _grams(labels), abstract.every)),
            "head_grams": head,
            "title_grams": title_grams,
            "keyword_grams": keyword_grams,
            "org_grams": org_grams,
            ABSTRACT: abstract.pairs,
            "by_date": day << HASH_BITS | hashed,
            "by_title": f"{pinyin.collation_key(free.title)}{SEPARATOR}{hashed:x}",
            "newness": NEWNESS * min(max(day / 372 - 2000, 0.0), 40.0) / 25,
        }
        for name, field in FACET_FIELDS:
            if found := document.facets.get(name):
                values[field] = list(found)
        if document.date:
            values["day"] = day_number(document.date)
        if document.price is not None:
            values["price"] = document.price
        if document.cluster:
            values["cluster"] = document.cluster
        return values

    def _known(self, documents: Sequence[SearchDocument]) -> dict[str, Text]:
        """What recurs in these documents and others; what was not met yet is analysed now."""
        if len(self._recurring) > MOST_RECURRING:
            self._recurring = {}
        known = self._recurring
        new = list({text for document in documents for text in _recurring(document)} - known.keys())
        known.update(zip(new, self._texts(list(map(normalise, new))), strict=True))
        return known

    def _texts(self, normalised: Sequence[str]) -> list[Text]:
        pieces = Pieces(normalised)
        found = zip(pieces.words(self._analyser), pieces.grams(), strict=True)
        return [Text(words, grams.every, frozenset(pinyin.of_words(words.split()))) for words, grams in found]

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


def _parts(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    rest = iter(documents)
    while part := list(islice(rest, TOGETHER)):
        yield part


def _words(texts: Iterable[Text]) -> str:
    return " ".join([text.words for text in texts])


def _grams(texts: Iterable[Text]) -> str:
    return BETWEEN.join([text.grams for text in texts])


def _recurring(document: SearchDocument) -> tuple[str, ...]:
    return (*document.keywords, *document.orgs, *document.labels, *_broader(document))


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
