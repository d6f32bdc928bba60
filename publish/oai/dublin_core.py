"""`oai_dc`: a record in unqualified Dublin Core, which every harvester can read; texts carry their language.

Which element a field becomes follows from its RDF property, so that a new kind of record needs nothing here.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any

from publish.links import safe
from publish.oai import shape
from publish.oai.shape import Part
from publish.oai.xml import OAI, escaped, located
from vocab import codes
from vocab.field import fields
from vocab.kinds import KINDS
from vocab.namespaces import REGION_SCHEME
from vocab.public import PublicRecord
from vocab.record import Record
from vocab.values import (
    Agent,
    Contributor,
    Ipr,
    PartialDate,
    Period,
    Project,
    Provenance,
    Standard,
    Text,
    Words,
)

NAMESPACE = f"{OAI}oai_dc/"
SCHEMA = f"{OAI}oai_dc.xsd"
ELEMENTS = {
    "dcterms:title": "title",
    "schema:creator": "creator",
    "schema:seeker": "creator",
    "prov:qualifiedAttribution": "creator",
    "schema:contributor": "contributor",
    "dcat:keyword": "subject",
    "dcat:theme": "subject",
    "dcterms:subject": "subject",
    "schema:industry": "subject",
    "dcterms:description": "description",
    "dcterms:publisher": "publisher",
    "dcterms:created": "date",
    "dcterms:issued": "date",
    "dcterms:dateAccepted": "date",
    "schema:foundingDate": "date",
    "dcterms:type": "type",
    "org:classification": "type",
    "dcterms:identifier": "identifier",
    "adms:identifier": "identifier",
    "skos:notation": "identifier",
    "org:identifier": "identifier",
    "frapo:hasProjectIdentifier": "identifier",
    "sta:intellectualProperty": "identifier",
    "prov:hadPrimarySource": "source",
    "frapo:isOutputOf": "relation",
    "frapo:hasOutput": "relation",
    "prov:alternateOf": "relation",
    "dcterms:relation": "relation",
    "foaf:homepage": "relation",
    "dcterms:spatial": "coverage",
    "dcterms:temporal": "coverage",
    "dcterms:license": "rights",
    "dcterms:rightsHolder": "rights",
}
_OPEN = (
    f'<oai_dc:dc xmlns:oai_dc="{NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/" {located({NAMESPACE: SCHEMA})}>'
)
Say = Callable[[Any], Iterator[tuple[str, str]]]  # a value -> its texts with their languages


def write(public: PublicRecord) -> str:
    return f"{_OPEN}{''.join([_element(*one) for one in texts(public)])}</oai_dc:dc>"


def texts(public: PublicRecord) -> Iterable[tuple[str, str, str]]:
    """The elements of a record in order, none twice: name, text, language (the first organisation is one of all, too)."""
    record, kind = public.record, KINDS[public.kind]
    found: dict[tuple[str, str, str], None] = {}
    for read, name, say, many in _plan(type(record)):
        value = read(record)
        if value:
            for item in value if many else (value,):
                found.update(((name, text, lang), None) for text, lang in say(item) if text)
    found.update({("type", kind.zh, "zh"): None, ("type", kind.en, "en"): None})
    languages = (("zh", record.title.zh), ("en", record.title.en))
    found.update((("language", tag, ""), None) for tag, there in languages if there)
    return found


def _element(name: str, text: str, lang: str) -> str:
    tag = f' xml:lang="{lang}"' if lang else ""
    return f"<dc:{name}{tag}>{escaped(text)}</dc:{name}>"


@lru_cache(maxsize=64)
def _plan(record: type[Record]) -> tuple[tuple[Callable[[Any], Any], str, Say, bool], ...]:
    properties = {bound.name: bound.field.rdf for bound in fields(record)}
    steps = []
    for part in shape.parts(record):
        name = ELEMENTS.get(properties[part.attribute] or "")
        if name:
            steps.append((attrgetter(part.attribute), name, _sayer(part), part.many))
    return tuple(steps)


def _sayer(part: Part) -> Say:
    if part.scheme == REGION_SCHEME:
        return lambda value: iter(_labels(f"{REGION_SCHEME}/{value}"))
    if part.scheme:
        return lambda value: iter(_labels(value))
    return SAYS.get(part.type, _plain)


@lru_cache(maxsize=16_384)
def _labels(code: str) -> tuple[tuple[str, str], ...]:
    known = codes.concept(code)
    return ((known.zh, "zh"), (known.en, "en")) if known else ((code, ""),)


def _plain(value: Any) -> Iterator[tuple[str, str]]:
    yield str(value), ""


def _text(value: Text) -> Iterator[tuple[str, str]]:
    yield value.zh, "zh"
    yield value.en or "", "en"


def _words(value: Words) -> Iterator[tuple[str, str]]:
    yield from ((word, "zh") for word in value.zh)
    yield from ((word, "en") for word in value.en)


def _agent(value: Agent) -> Iterator[tuple[str, str]]:
    yield value.name, ""
    yield value.name_en or "", "en"


def _named(value: Contributor | Standard) -> Iterator[tuple[str, str]]:
    yield value.name, ""


def _date(value: PartialDate) -> Iterator[tuple[str, str]]:
    yield value.value, ""


def _period(value: Period) -> Iterator[tuple[str, str]]:
    ends = [end.value if end else ".." for end in (value.start, value.end)]
    yield "/".join(ends), ""


def _right(value: Ipr) -> Iterator[tuple[str, str]]:
    yield value.no or "", ""


def _project(value: Project) -> Iterator[tuple[str, str]]:
    yield " ".join(text for text in (value.no, value.name) if text), ""


def _source(value: Provenance) -> Iterator[tuple[str, str]]:
    yield safe(value.url) or "", ""


SAYS: dict[Any, Say] = {
    Text: _text,
    Words: _words,
    Agent: _agent,
    Contributor: _named,
    Standard: _named,
    PartialDate: _date,
    Period: _period,
    Ipr: _right,
    Project: _project,
    Provenance: _source,
}
