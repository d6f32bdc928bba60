"""A code list or one concept of it as data: the very triples that the graph store holds, and plain JSON."""

from functools import cache

import msgspec
import pyoxigraph

from publish.formats import Format
from publish.links import code_path
from vocab.authorities import Entry
from vocab.codes import Concept, Scheme, scheme
from vocab.crosswalks import Match, matches
from vocab.namespaces import Namespaces
from vocab.rdf import serialise
from vocab.rdf.scheme import concept_lines, lines_of


class MatchDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a concept corresponds to: a mapping relation of SKOS, the IRI of its target with its labels, and the reason."""

    relation: str
    target: str
    zh: str
    en: str
    reason_zh: str = ""
    reason_en: str = ""


class ConceptDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """A concept in JSON: `id`, `scheme`, `broader`, `narrower` and `replaced_by` are IRIs, the years those it is in force."""

    id: str
    scheme: str
    notation: str
    zh: str
    en: str = ""
    aliases: tuple[str, ...] = ()
    broader: str = ""
    narrower: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    replaced_by: str = ""
    note: str = ""
    note_zh: str = ""
    matches: tuple[MatchDocument, ...] = ()


class SchemeDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code list in JSON with all its concepts, in their order."""

    id: str
    identifier: str
    zh: str
    en: str
    edition: str
    edition_zh: str
    source: str
    source_zh: str
    concepts: tuple[ConceptDocument, ...]


@cache  # all lists in all forms are 22 MB; the largest cost a third of a second each
def of_scheme(codes: Scheme, form: Format, ns: Namespaces) -> bytes:
    """The whole list in one form."""
    if form.rdf:
        return _serialised(concept_lines(codes.id, ns), form, ns)
    concepts = tuple(_document(one, codes, ns) for one in codes.concepts.values())
    return msgspec.json.encode(
        SchemeDocument(
            ns.scheme(codes.id),
            codes.id,
            codes.zh,
            codes.en,
            codes.edition_en,
            codes.edition_zh,
            codes.source_en,
            codes.source_zh,
            concepts,
        )
    )


def of_concept(concept: Concept, form: Format, ns: Namespaces) -> bytes:
    """One concept in one form."""
    if form.rdf:
        return _serialised(lines_of(concept, ns), form, ns)
    return msgspec.json.encode(_document(concept, scheme(concept.scheme), ns))


def _serialised(lines: list[str], form: Format, ns: Namespaces) -> bytes:
    body = (" .\n".join(lines) + " .\n").encode()
    quads = pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return serialise((quad.triple for quad in quads), form.media_type, ns)


def _document(concept: Concept, codes: Scheme, ns: Namespaces) -> ConceptDocument:
    def iri(notation: str | None) -> str:
        return ns.base + code_path(f"{codes.id}/{notation}") if notation else ""

    return ConceptDocument(
        id=iri(concept.notation),
        scheme=ns.scheme(codes.id),
        notation=concept.notation,
        zh=concept.zh,
        en=concept.en,
        aliases=concept.aliases,
        broader=iri(concept.parent),
        narrower=tuple(iri(one.notation) for one in codes.children(concept.notation)),
        valid_from=concept.valid_from or "",
        valid_to=concept.valid_to or "",
        replaced_by=iri(concept.replaced_by),
        note=concept.note,
        note_zh=concept.note_zh,
        matches=tuple(_match(one, ns) for one in matches(concept)),
    )


def _match(match: Match, ns: Namespaces) -> MatchDocument:
    target = match.target
    return MatchDocument(match.relation, iri_of(target, ns), target.zh, target.en, match.zh, match.en)


def iri_of(target: Concept | Entry, ns: Namespaces) -> str:
    """The IRI of a code of ours, or of an entry of a table."""
    return ns.base + code_path(target.code) if isinstance(target, Concept) else target.iri
