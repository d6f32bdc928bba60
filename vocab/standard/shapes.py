"""SHACL shapes of published records (W3C SHACL, in Turtle), made from the same plans as their RDF view.

They are for the graph of a record: `/id/.../....ttl`, its named graph, or a dump. What several fields write with one property is
described together, for a graph does not say which of them wrote it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from vocab.codes import scheme
from vocab.field import BoundField, fields, unwrap
from vocab.kind import Kind
from vocab.kinds import KINDS
from vocab.namespaces import REGION_SCHEME, Namespaces
from vocab.rdf.record import REVIEW_PROPERTY, Step, plan
from vocab.rdf.strings import address, division, number
from vocab.rdf.strings import code as code_view
from vocab.rdf.values import agent, composite, partial_date, price, provenance, quality, trl
from vocab.rdf.values import ipr as ipr_view
from vocab.rdf.values import text as text_view
from vocab.rdf.values import words as words_view
from vocab.standard.json_schema import SHORT, required
from vocab.values import Evaluation, Ipr, Listing, Project

PREFIXES = (
    "adms",
    "bibo",
    "dcat",
    "dcterms",
    "dqv",
    "foaf",
    "frapo",
    "org",
    "prov",
    "rdf",
    "schema",
    "sh",
    "skos",
    "sta",
    "xsd",
)
DATES = "sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYearMonth ] [ sh:datatype xsd:gYear ] )"
DECISIONS = 'sh:in ( "approve" "refuse" "refer" )'
OPEN_CLASSES = ("cl20/1", "cl20/2")  # 公开, and 延期公开 whose time has come
TEXTS = (text_view, words_view)
ELSEWHERE = (trl, quality)  # views that write other properties than their field's: see `_fixed`

# What is inside of a value: property and code list of its coded parts, as `vocab.rdf.values` writes them.
INSIDE: Mapping[type, Mapping[str, str]] = MappingProxyType(
    {
        Evaluation: {"dcterms:type": "cl07"},
        Project: {"frapo:isFundedBy": "cl12"},
        Ipr: {"dcterms:type": "cl13", "bibo:status": "cl14"},
        Listing: {"sta:listingStatus": "cl18"},
    }
)


class Use(msgspec.Struct, frozen=True):
    """A field and how it is written."""

    bound: BoundField
    step: Step


def shapes(ns: Namespaces, address_of: str) -> str:
    """The shapes of all kinds as one Turtle document; `address_of` is its own IRI."""
    used = sorted({*PREFIXES, *(name.partition(":")[0] for kind in KINDS.values() for name in _properties(kind))})
    lines = [f"@prefix {prefix}: <{ns.prefixes[prefix]}> ." for prefix in used]
    lines += ["", f"<{address_of}> a <http://www.w3.org/2002/07/owl#Ontology> ."]
    for kind in KINDS.values():
        lines += ["", *_shape(kind, ns, address_of)]
    return "\n".join(lines) + "\n"


def _shape(kind: Kind, ns: Namespaces, address_of: str) -> Iterator[str]:
    yield f"<{address_of}#{kind.name}> a sh:NodeShape ;"
    yield f"  sh:targetClass {kind.rdf_class} ;"
    yield f'  sh:name "{kind.zh}"@zh , "{kind.en}"@en ;'
    yield "  sh:nodeKind sh:IRI ;"
    described = [*_fixed(), *_declared(kind, ns)]
    for position, (name, about) in enumerate(described):
        end = " ." if position == len(described) - 1 else " ;"
        yield f"  sh:property [ sh:path {name} ; {' ; '.join(about)} ]{end}"


def _fixed() -> Iterator[tuple[str, list[str]]]:
    """What every record says of itself whatever its kind."""
    yield "dcterms:modified", ["sh:minCount 1", "sh:maxCount 1", "sh:datatype xsd:dateTime"]
    yield "dcat:version", ["sh:minCount 1", "sh:maxCount 1", "sh:datatype xsd:string"]
    yield "prov:generatedAtTime", ["sh:minCount 1", "sh:maxCount 1", "sh:datatype xsd:dateTime"]
    yield "sta:mappingVersion", ["sh:minCount 1", "sh:maxCount 1", "sh:datatype xsd:string"]
    yield (
        "sta:completeness",
        ["sh:maxCount 1", "sh:datatype xsd:double", "sh:minInclusive 0.0e0", "sh:maxInclusive 1.0e0"],
    )
    for end in ("Min", "Max"):
        yield f"sta:trl{end}", ["sh:maxCount 1", "sh:datatype xsd:integer", "sh:minInclusive 1", "sh:maxInclusive 13"]


def _declared(kind: Kind, ns: Namespaces) -> Iterator[tuple[str, list[str]]]:
    wanted = required(kind, published=True)
    for name, uses in _properties(kind).items():
        about = [_named(uses), *_counted(uses, wanted), *_valued(name, uses, ns)]
        if len(about) > 1:
            yield name, about


def _properties(kind: Kind) -> dict[str, list[Use]]:
    """Property -> the fields that write it."""
    declared = {bound.name: bound for bound in fields(kind.record)}
    found: dict[str, list[Use]] = {}
    for step in plan(kind.record):
        if step.view not in ELSEWHERE:
            found.setdefault(step.property, []).append(Use(declared[step.name], step))
    return found


def _named(uses: list[Use]) -> str:
    zh = "、".join(dict.fromkeys(use.bound.field.zh for use in uses))
    en = ", ".join(dict.fromkeys(use.bound.field.en for use in uses))
    return f'sh:name "{zh}"@zh , "{en}"@en'


def _counted(uses: list[Use], wanted: frozenset[str]) -> Iterator[str]:
    if any(use.bound.key in wanted for use in uses):
        yield "sh:minCount 1"
    (first, *others) = uses
    if others or first.step.many:
        return
    if first.step.view is text_view:
        yield "sh:uniqueLang true"
    elif first.step.view is not words_view:
        yield "sh:maxCount 1"


def _valued(name: str, uses: list[Use], ns: Namespaces) -> Iterator[str]:
    """What the values are; nothing where the fields of a property differ in it."""
    views = {use.step.view for use in uses}
    if name == REVIEW_PROPERTY:
        yield "sh:minCount 1"
        yield f"sh:node [ sh:property [ sh:path sta:decision ; sh:minCount 1 ; {DECISIONS} ] ]"
    elif name == "dcterms:accessRights":
        yield f"sh:in ( {' '.join(f'<{ns.concept(code)}>' for code in OPEN_CLASSES)} )"
    elif views <= {code_view, division}:
        yield from _codes({use.bound.field.scheme or "" for use in uses}, ns)
    elif views <= set(TEXTS):
        yield "sh:datatype rdf:langString"
        yield 'sh:languageIn ( "zh" "en" )'
    elif views == {partial_date}:
        yield DATES
    elif views == {number}:
        yield "sh:datatype xsd:string"
    elif views == {agent} and name != "prov:qualifiedAttribution":
        yield "sh:nodeKind sh:IRI"
    elif len(uses) == 1 and views.isdisjoint({address, provenance, composite}):
        yield from _inside(uses[0], ns)


def _inside(use: Use, ns: Namespaces) -> Iterator[str]:
    """The coded parts, dates and amounts of a value with parts."""
    kind, _ = unwrap(use.bound.annotation)
    about = [f"sh:path {path} ; {' ; '.join(_codes({codes}, ns))}" for path, codes in INSIDE.get(kind, {}).items()]
    if use.step.view is price:
        about += [f"sh:path schema:{end}Price ; sh:maxCount 1 ; sh:datatype xsd:decimal" for end in ("min", "max")]
    if use.step.view is ipr_view or kind is Evaluation:
        about.append(f"sh:path dcterms:date ; {DATES}")
    if about:
        yield f"sh:node [ {' ; '.join(f'sh:property [ {one} ]' for one in about)} ]"


def _codes(schemes: set[str], ns: Namespaces) -> list[str]:
    """Concepts of the lists: one by one when they are short, else by the beginning of their IRIs."""
    lists = [scheme(one) for one in sorted(schemes)]
    if sum(len(one.concepts) for one in lists) <= SHORT:
        iris = " ".join(f"<{ns.concept(c.code)}>" for one in lists for c in one.concepts.values())
        return ["sh:nodeKind sh:IRI", f"sh:in ( {iris} )"]
    forms = [rf"{one.id}/{'[0-9]{6}' if one.id == REGION_SCHEME else '[0-9A-Za-z]+'}" for one in lists]
    return ["sh:nodeKind sh:IRI", f'sh:pattern "^{ns.base}/code/({"|".join(forms)})$"']
