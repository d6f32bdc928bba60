"""The platform's ontology `sta:`, made from what the RDF views are made from: the fields' properties and the kinds' classes.

Domain and range are said with schema.org's `domainIncludes` and `rangeIncludes`: RDFS's own would make a reasoner conclude from
whatever a source wrote, and a property of two kinds would make its subject both. Only the datatype of a literal is a range.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
import pyoxigraph

from vocab.field import BoundField, fields, unwrap
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.own_terms import AGENT, ALIGNED, CONCEPT, INNER, Term
from vocab.rdf.quality import define
from vocab.rdf.record import REVIEW_PROPERTY, Step, plan
from vocab.rdf.strings import prose
from vocab.rdf.terms import string, tagged
from vocab.rdf.values import composite, trl
from vocab.values import Agent, Period, Text, Words

VERSION = "1.0"
TITLE = ("科技成果本体", "Ontology of scientific and technological achievements")
ABOUT = (
    "本平台公开记录所用的自有词汇；其余词汇取自 DCAT、DCMI、FRAPO、PROV-O、ORG、SKOS 与 schema.org。",
    "The terms of our own in published records; all others are those of DCAT, DCMI, FRAPO, PROV-O, ORG, SKOS and schema.org.",
)
READINESS = (
    ("Min", "技术成熟度下限", "Lowest technology readiness level", "xsd:integer"),
    ("Max", "技术成熟度上限", "Highest technology readiness level", "xsd:integer"),
    ("Scheme", "技术成熟度依据", "What the readiness level is by", "xsd:string"),
)
RANGES: Mapping[type, str] = MappingProxyType(
    {
        Agent: AGENT,
        Period: "dcterms:PeriodOfTime",
        Words: "rdf:langString",
        Text: "rdf:langString",
        bool: "xsd:boolean",
        int: "xsd:integer",
    }
)


class Borrowed(msgspec.Struct, frozen=True):
    """A term of another vocabulary that records are written in, and a name by which a field or kind calls it."""

    name: str
    zh: str
    en: str


@cache
def own() -> tuple[Term, ...]:
    """Every term of the ontology: classes first, then the fields in their order, then what stands inside of values."""
    found: dict[str, Term] = {}
    for term in (*_classes(), *_properties(), *INNER):
        found[term.name] = _joined(found[term.name], term) if term.name in found else term
    return tuple(sorted(found.values(), key=lambda term: not term.is_class))


@cache
def borrowed() -> tuple[Borrowed, ...]:
    """The classes and properties of other vocabularies that the kinds and their fields declare, by name."""
    found = {kind.rdf_class: Borrowed(kind.rdf_class, kind.zh, kind.en) for kind in KINDS.values()}
    for _, step, bound in _steps():
        found.setdefault(step.property, Borrowed(step.property, bound.field.zh, bound.field.en))
    return tuple(found[name] for name in sorted(found) if not name.startswith("sta:"))


def ontology(ns: Namespaces) -> Iterator[pyoxigraph.Triple]:
    """The ontology as terms of pyoxigraph, with the metrics and dimensions of quality, which have their names in it too."""
    graph = Graph(Terms(ns), ns.sta.removesuffix("#"))
    graph.type(graph.subject, "owl:Ontology")
    for name, texts in (("dcterms:title", TITLE), ("dcterms:description", ABOUT)):
        _in_both(graph, graph.subject, name, *texts)
    graph.add(graph.subject, "owl:versionInfo", string(VERSION))
    for term in own():
        _describe(graph, term)
    define(graph, ns)
    body = " .\n".join(dict.fromkeys(graph.lines)) + " .\n"
    for quad in pyoxigraph.parse(body.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def _steps() -> Iterator[tuple[str, Step, BoundField]]:
    """(class, step, field) of everything that the records of any kind write."""
    for kind in KINDS.values():
        declared = {bound.name: bound for bound in fields(kind.record)}
        for step in plan(kind.record):
            yield kind.rdf_class, step, declared[step.name]


def _classes() -> Iterator[Term]:
    for kind in KINDS.values():
        if kind.rdf_class.startswith("sta:"):
            parents = ALIGNED.get(kind.rdf_class, ())
            yield Term(name=kind.rdf_class, zh=kind.zh, en=kind.en, is_class=True, parents=parents)


def _properties() -> Iterator[Term]:
    for cls, step, bound in _steps():
        if not step.property.startswith("sta:"):
            continue
        if step.view is trl:
            for end, zh, en, range_ in READINESS:
                yield _property(step.property + end, zh, en, cls, bound, range_)
        else:
            yield _property(step.property, bound.field.zh, bound.field.en, cls, bound, _range(step, bound))


def _property(name: str, zh: str, en: str, cls: str, bound: BoundField, range_: str) -> Term:
    number = bound.field.number
    return Term(
        name=name,
        zh=zh,
        en=en,
        note_zh=f"统一发布标准第 {number} 项",
        note_en=f"Field {number} of the unified publication standard",
        domain=(cls,),
        range=range_,
        scheme=bound.field.scheme if name != REVIEW_PROPERTY else None,
        parents=ALIGNED.get(name, ()),
    )


def _range(step: Step, bound: BoundField) -> str:
    """What a property leads to, by the code list and type of its field; empty for a node without a class."""
    kind = _type(bound)
    if bound.field.scheme:
        return CONCEPT
    if step.view is composite:
        return f"sta:{kind.__name__}"
    if issubclass(kind, Enum):
        return "xsd:string"
    return "rdfs:Literal" if step.view is prose else RANGES.get(kind, "")


def _type(bound: BoundField) -> Any:
    return unwrap(bound.annotation)[0]


def _joined(first: Term, second: Term) -> Term:
    """A term that several kinds declare: the label of the first, those of the others beside it."""
    label = (second.zh, second.en)
    also = first.also if label in ((first.zh, first.en), *first.also) else (*first.also, label)
    domain = tuple(dict.fromkeys((*first.domain, *second.domain)))
    return msgspec.structs.replace(first, domain=domain, also=also)


def _describe(graph: Graph, term: Term) -> None:
    node, name = graph.terms.name(term.name), graph.terms.name
    if term.is_class:
        graph.type(node, "owl:Class")
    else:
        graph.type(node, "rdf:Property")
        graph.type(node, "owl:DatatypeProperty" if term.literal else "owl:ObjectProperty")
    _in_both(graph, node, "rdfs:label", term.zh, term.en)
    for zh, en in term.also:
        _in_both(graph, node, "skos:altLabel", zh, en)
    _in_both(graph, node, "rdfs:comment", term.note_zh, term.note_en)
    graph.add(node, "rdfs:isDefinedBy", graph.subject)
    for parent in term.parents:
        graph.add(node, "rdfs:subClassOf" if term.is_class else "rdfs:subPropertyOf", name(parent))
    for cls in term.domain:
        graph.add(node, "schema:domainIncludes", name(cls))
    if term.range:
        graph.add(node, "rdfs:range" if term.literal else "schema:rangeIncludes", name(term.range))
    if term.scheme:
        graph.add(node, "rdfs:seeAlso", f"<{graph.terms.ns.scheme(term.scheme)}>")


def _in_both(graph: Graph, node: str, name: str, zh: str, en: str) -> None:
    if zh and en:
        graph.add(node, name, tagged(zh, "zh"))
        graph.add(node, name, tagged(en, "en"))
