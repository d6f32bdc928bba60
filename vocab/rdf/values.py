"""The RDF view of every value a record is made of, written once: one function per type, one table.

A view adds the value to a graph as object of (subject, property). Properties are prefixed names.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

import msgspec

from vocab.rdf.graph import FALSE, TRUE, Graph
from vocab.rdf.terms import external, moment, reference, string, tagged, typed
from vocab.values import (
    Acceptance,
    Agent,
    Contributor,
    Evaluation,
    Funding,
    Ipr,
    Listing,
    Membership,
    Origin,
    PartialDate,
    Period,
    Precision,
    Price,
    Project,
    Provenance,
    Quality,
    Review,
    Standard,
    Text,
    TranslationStatus,
    Trl,
    Words,
)

View = Callable[[Graph, str, str, Any], None]

DATATYPES = {Precision.YEAR: "gYear", Precision.MONTH: "gYearMonth", Precision.DAY: "date"}
PATENTS = frozenset({"cl13/1", "cl13/2", "cl13/3"})
CURRENCY = string("CNY")


def optional(text: str | None) -> str | None:
    return string(text) if text else None


def chinese(text: str | None) -> str | None:
    return tagged(text, "zh") if text else None


def date_term(value: PartialDate | None) -> str | None:
    """A date at the precision its source gave: xsd:gYear, xsd:gYearMonth or xsd:date."""
    return typed(value.value, DATATYPES[value.precision]) if value else None


def number(value: Decimal | None) -> str | None:
    return typed(format(value, "f"), "decimal") if value is not None and value.is_finite() else None


def text(graph: Graph, subject: str, name: str, value: Text) -> None:
    if value.zh:
        graph.add(subject, name, tagged(value.zh, "zh"))
    if value.en:
        graph.add(subject, name, tagged(value.en, "en"))
        if value.en_status is TranslationStatus.MACHINE:
            graph.add(subject, "sta:machineTranslated", graph.terms.name(name))


def words(graph: Graph, subject: str, name: str, value: Words) -> None:
    for language, items in (("zh", value.zh), ("en", value.en)):
        for item in items:
            if item:
                graph.add(subject, name, tagged(item, language))


def partial_date(graph: Graph, subject: str, name: str, value: PartialDate) -> None:
    graph.add(subject, name, typed(value.value, DATATYPES[value.precision]))


def period(graph: Graph, subject: str, name: str, value: Period) -> None:
    node = graph.node("period")
    graph.add(subject, name, node)
    graph.add_all(node, {"dcat:startDate": date_term(value.start), "dcat:endDate": date_term(value.end)})


def trl(graph: Graph, subject: str, name: str, value: Trl) -> None:
    """A range of levels, and the scheme that gave it, on the record itself: `sta:trlMin`, `sta:trlMax`, `sta:trlScheme`."""
    graph.add(subject, f"{name}Min", typed(str(value.min), "integer"))
    graph.add(subject, f"{name}Max", typed(str(value.max), "integer"))
    graph.add(subject, f"{name}Scheme", string(value.scheme))


def agent(graph: Graph, subject: str, name: str, value: Agent) -> None:
    """The organisation itself; by a qualified attribution, with its place in the order (that of the creator is the first)."""
    organisation = graph.agent(value)
    if name != "prov:qualifiedAttribution":
        graph.add(subject, name, organisation)
        return
    if value.order == 1 and graph.says(subject, "schema:creator", organisation):
        return
    node = graph.node("attribution")
    graph.add(subject, name, node)
    graph.add(node, "prov:agent", organisation)
    if value.order is not None:
        graph.add(node, "sta:order", typed(str(value.order), "integer"))


def contributor(graph: Graph, subject: str, name: str, value: Contributor) -> None:
    """A person is named inside the record only: the same name elsewhere is never taken for the same person."""
    node = graph.node("contributor")
    graph.add(subject, name, node)
    graph.add(node, "foaf:name", tagged(value.name, "zh"))
    graph.add(node, "sta:order", typed(str(value.order), "integer"))
    if value.org:
        graph.add(node, "schema:affiliation", graph.organisation(value.org))


def evaluation(graph: Graph, subject: str, name: str, value: Evaluation) -> None:
    node = graph.node("evaluation")
    graph.add(subject, name, node)
    pairs = {
        "dcterms:type": graph.terms.code(value.method) if value.method else None,
        "prov:wasAssociatedWith": graph.organisation(value.evaluator) if value.evaluator else None,
        "dcterms:date": date_term(value.date),
        "dcterms:description": chinese(value.conclusion),
    }
    graph.add_all(node, pairs)


def project(graph: Graph, subject: str, name: str, value: Project) -> None:
    node = graph.node("project")
    graph.add(subject, name, node)
    pairs = {
        "foaf:name": chinese(value.name),
        "frapo:hasProjectIdentifier": optional(value.no),
        "frapo:isFundedBy": graph.terms.code(value.programme) if value.programme else None,
    }
    graph.add_all(node, pairs)


def funding(graph: Graph, subject: str, name: str, value: Funding) -> None:
    node = graph.node("funding")
    graph.add(subject, name, node)
    if value.agency:
        graph.add(node, "schema:funder", graph.organisation(value.agency))
    if value.amount is not None:
        amount = graph.node("amount")
        graph.add(node, "schema:amount", amount)
        graph.add_all(amount, {"schema:value": number(value.amount), "schema:currency": CURRENCY})


def acceptance(graph: Graph, subject: str, name: str, value: Acceptance) -> None:
    node = graph.node("acceptance")
    graph.add(subject, name, node)
    graph.add_all(node, {"dcterms:date": date_term(value.date), "dcterms:description": chinese(value.conclusion)})


def ipr(graph: Graph, subject: str, name: str, value: Ipr) -> None:
    """A right; a patent also says so in a vocabulary that many know. Only a number with a wrong check digit is flagged."""
    node = graph.node("ipr", *(["bibo:Patent"] if value.type in PATENTS else []))
    graph.add(subject, name, node)
    pairs = {
        "dcterms:type": graph.terms.code(value.type) if value.type else None,
        "dcterms:identifier": optional(value.no),
        "bibo:status": graph.terms.code(value.status) if value.status else None,
        "dcterms:title": chinese(value.title),
        "dcterms:rightsHolder": graph.organisation(value.holder) if value.holder else None,
        "dcterms:date": date_term(value.date),
        "sta:numberValid": FALSE if value.valid is False else None,
    }
    graph.add_all(node, pairs)


def standard(graph: Graph, subject: str, name: str, value: Standard) -> None:
    node = graph.node("standard")
    graph.add(subject, name, node)
    graph.add_all(node, {"dcterms:title": chinese(value.name), "sta:standardLevel": chinese(value.level)})


def price(graph: Graph, subject: str, name: str, value: Price) -> None:
    node = graph.node("price")
    graph.add(subject, name, node)
    bounded = value.min is not None or value.max is not None
    pairs = {
        "schema:minPrice": number(value.min),
        "schema:maxPrice": number(value.max),
        "schema:priceCurrency": CURRENCY if bounded else None,
        "sta:negotiable": TRUE if value.negotiable else None,
        "schema:description": chinese(value.raw),
    }
    graph.add_all(node, pairs)


def listing(graph: Graph, subject: str, name: str, value: Listing) -> None:
    node = graph.node("listing")
    graph.add(subject, name, node)
    pairs = {
        "sta:listingStatus": graph.terms.code(value.status) if value.status else None,
        "sta:listedAt": graph.organisation(value.market) if value.market else None,
        "schema:validFrom": date_term(value.valid_from),
        "schema:validThrough": date_term(value.valid_through),
    }
    graph.add_all(node, pairs)


def review(graph: Graph, subject: str, name: str, value: Review) -> None:
    """Only what is public of a secrecy review: organisation, date and decision (field 52 of the standard).

    The organisation is a text: most are offices (成果管理处) that every institute has, so the name alone identifies nobody.
    """
    node = graph.node("review")
    graph.add(subject, name, node)
    pairs = {
        "sta:decision": optional(value.decision),
        "sta:reviewedBy": chinese(value.org),
        "dcterms:date": date_term(value.date),
    }
    graph.add_all(node, pairs)


def quality(graph: Graph, subject: str, name: str, value: Quality) -> None:
    """The share of fields filled, on the record itself."""
    graph.add(subject, "sta:completeness", scalar(value.completeness))


def membership(graph: Graph, subject: str, name: str, value: Membership) -> None:
    node = graph.node("name")
    graph.add(subject, name, node)
    pairs = {"schema:validFrom": date_term(value.valid_from), "schema:validThrough": date_term(value.valid_to)}
    graph.add_all(node, {"foaf:name": chinese(value.name), **pairs})


def provenance(graph: Graph, subject: str, name: str, value: Provenance) -> None:
    """Rule 8 of the profile: primary source, time of generation and version of the mapping go with every record."""
    source = external(graph.terms.ns.source(value.source)) or string(value.source)
    if value.chain:
        first = value.chain[-1]
        graph.add(subject, name, reference(first.url or first.iri))
        derivation(graph, subject, value.chain)
    else:
        graph.add(subject, name, reference(value.url) if value.url else source)
    graph.add(subject, "dcterms:source", source)
    graph.add(subject, "prov:generatedAtTime", moment(value.retrieved))
    graph.add(subject, "sta:mappingVersion", string(value.mapping))
    if value.sha256:
        graph.add(subject, "sta:sourceSha256", typed(value.sha256, "hexBinary"))


def derivation(graph: Graph, subject: str, chain: tuple[Origin, ...]) -> None:
    """The way through the federation: each IRI was derived from the next, and each is the work of its node (PROV-O)."""
    for origin in chain:
        upstream = external(origin.iri)
        if upstream is None:
            return
        graph.add(subject, "prov:wasDerivedFrom", upstream)
        node = external(origin.iri.partition("/id/")[0])
        if node is not None:
            graph.add(upstream, "prov:wasAttributedTo", node)
        subject = upstream


def composite(graph: Graph, subject: str, name: str, value: msgspec.Struct) -> None:
    """A value of a kind's own: each member under its JSON key in the platform's ontology."""
    word = type(value).__name__
    node = graph.node(word[:1].lower() + word[1:], f"sta:{word}")
    graph.add(subject, name, node)
    for member, key in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
        plain(graph, node, f"sta:{key}", getattr(value, member))


def plain(graph: Graph, subject: str, name: str, value: object) -> None:
    """Any value at all, by the table and else by what it is."""
    if value is None or value == "":
        return
    if isinstance(value, tuple | list):
        for item in value:
            plain(graph, subject, name, item)
    elif isinstance(value, msgspec.Struct):
        VIEWS.get(type(value), composite)(graph, subject, name, value)
    else:
        graph.add(subject, name, scalar(value))


def scalar(value: object) -> str:
    """A literal of the XML Schema type that fits the Python type."""
    if isinstance(value, Enum):
        return string(str(value.value))
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return typed(str(value), "integer")
    if isinstance(value, Decimal):
        return number(value) or string(str(value))
    if isinstance(value, float):
        return typed(repr(value).replace("inf", "INF").replace("nan", "NaN"), "double")
    return string(str(value))


VIEWS: Mapping[type, View] = MappingProxyType(
    {
        Acceptance: acceptance,
        Agent: agent,
        Contributor: contributor,
        Evaluation: evaluation,
        Funding: funding,
        Ipr: ipr,
        Listing: listing,
        Membership: membership,
        PartialDate: partial_date,
        Period: period,
        Price: price,
        Project: project,
        Provenance: provenance,
        Quality: quality,
        Review: review,
        Standard: standard,
        Text: text,
        Trl: trl,
        Words: words,
    }
)
