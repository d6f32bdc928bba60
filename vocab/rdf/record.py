"""The RDF view of a public record, driven by its field declarations: as triples, and as N-Quads for bulk loading.

Both come from the same lines of N-Triples. A field without `rdf`, or one that is not public, never appears.
"""

import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from types import UnionType
from typing import Any

import msgspec
import pyoxigraph

from vocab.field import BoundField, Visibility, fields
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf.graph import Graph, Terms
from vocab.rdf.strings import view_of
from vocab.rdf.terms import moment, string
from vocab.rdf.values import VIEWS, View, composite, plain, review
from vocab.record import Record
from vocab.values import Review

REVIEW_PROPERTY = "sta:secrecyReview"
EMPTY: tuple[object, ...] = (None, "", ())


class Step(msgspec.Struct, frozen=True):
    """How one field is written: attribute, property and view; `many` when the attribute is a tuple."""

    name: str
    property: str
    view: View
    many: bool


@lru_cache(maxsize=16)
def _terms(ns: Namespaces) -> Terms:
    return Terms(ns)


@lru_cache(maxsize=256)
def plan(record: type[Record]) -> tuple[Step, ...]:
    """The steps that write a record type: its public fields that have a property, and the public part of its review."""
    steps = []
    for bound in fields(record):
        item, many = _item(bound.annotation)
        if item is Review:  # not public as a whole; `review` writes the three members that are
            steps.append(Step(bound.name, REVIEW_PROPERTY, review, many))
        elif bound.field.visibility is Visibility.PUBLIC and bound.field.rdf:
            steps.append(Step(bound.name, bound.field.rdf, _view(bound, bound.field.rdf, item), many))
    return tuple(steps)


@lru_cache(maxsize=256)
def _reader(record: type[Record]) -> tuple[Callable[[Record], tuple[Any, ...]], tuple[tuple[str, View, bool], ...]]:
    """All values of a plan in one call, and what is done with each."""
    steps = plan(record)
    return attrgetter(*(step.name for step in steps)), tuple((step.property, step.view, step.many) for step in steps)


@lru_cache(maxsize=256)
def _issued_by_source(record: type[Record]) -> bool:
    """Whether a record type has its own date of issue, so that ours would be a second one."""
    return any(step.property == "dcterms:issued" for step in plan(record))


def _view(bound: BoundField, name: str, item: Any) -> View:
    if item is str:
        return view_of(name, bound.field.scheme)
    if isinstance(item, type) and issubclass(item, msgspec.Struct):
        return VIEWS.get(item, composite)
    if isinstance(item, type) and issubclass(item, Enum) and bound.field.scheme is not None:
        return view_of(name, bound.field.scheme)
    return plain


def _item(annotation: Any) -> tuple[Any, bool]:
    """The type of one value of a field, and whether the field holds many: `tuple[X, ...] | None` -> (X, True)."""
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return _item(members[0]) if len(members) == 1 else (object, False)
    if typing.get_origin(annotation) in (tuple, list, frozenset):
        return typing.get_args(annotation)[0], True
    return annotation, False


def _class(public: PublicRecord) -> str:
    return KINDS[public.kind].rdf_class if public.kind in KINDS else f"sta:{public.kind.capitalize()}"


def lines(public: PublicRecord, ns: Namespaces) -> list[str]:
    """The record's statements as N-Triples lines without the closing dot; no line twice."""
    graph = Graph(_terms(ns), public.iri)
    subject = graph.subject
    graph.type(subject, _class(public))
    graph.add(subject, "dcterms:identifier", string(public.iri))
    graph.add(subject, "dcat:version", string(str(public.version)))
    graph.add(subject, "dcterms:modified", moment(public.at))
    _others(graph, subject, public)
    record = public.record
    if not _issued_by_source(type(record)):
        graph.add(subject, "dcterms:issued", moment(public.first))
    values, views = _reader(type(record))
    for value, (name, view, many) in zip(values(record), views, strict=True):
        if not value and (value is None or value in EMPTY):  # nearly every field of nearly every record
            continue
        if many:
            for member in value:
                if member or member not in EMPTY:
                    view(graph, subject, name, member)
        else:
            view(graph, subject, name, value)
    return list(dict.fromkeys(graph.lines))


def _others(graph: Graph, subject: str, public: PublicRecord) -> None:
    """The other records of its achievement, and the one that stands for all of them: the same term in each, to count by."""
    if public.cluster is None:
        return
    for iri in public.same_as:
        graph.add(subject, "prov:alternateOf", f"<{iri}>")
    graph.add(subject, "sta:canonicalRecord", f"<{public.cluster.canonical}>")


def triples(public: PublicRecord, ns: Namespaces) -> Iterator[pyoxigraph.Triple]:
    """The record's statements as terms of pyoxigraph."""
    for quad in pyoxigraph.parse(ntriples(public, ns), format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def ntriples(public: PublicRecord, ns: Namespaces) -> bytes:
    """The record in N-Triples."""
    return (" .\n".join(lines(public, ns)) + " .\n").encode()


def nquads(publics: Iterable[PublicRecord], ns: Namespaces) -> bytes:
    """Records in N-Quads, each in the named graph of its own IRI."""
    return b"".join([quads(public.iri, lines(public, ns)) for public in publics])


def quads(iri: str, statements: Sequence[str]) -> bytes:
    """The `lines` of a record in N-Quads, in the graph of its own IRI."""
    # Line by line: most are ASCII and only copied, while one Chinese line would make the whole text a slow one.
    return f" <{iri}> .\n".encode().join([*map(str.encode, statements), b""])
