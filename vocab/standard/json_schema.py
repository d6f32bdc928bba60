"""JSON Schema (2020-12) of each kind, made from its declarations: of records as a source hands them in, and as they are published.

What blocks publication is asked for where a schema can ask for it. It cannot compare (dates in order, bounds of a price), count the
days of a month, compute check digits or look into texts, and it names the codes of the long national lists by their form alone:
`rules.toml` says which rules a schema covers, and a property test holds both against each other.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from vocab.codes import scheme
from vocab.field import BoundField, fields, unwrap
from vocab.kind import Kind
from vocab.kinds.rules import INTERNATIONAL_LEADING
from vocab.mapping.target import OURS
from vocab.namespaces import REGION_SCHEME
from vocab.problem import Severity
from vocab.standard.columns import RECORD_KEY
from vocab.validate import validate
from vocab.values import CODED_PARTS, PartialDate, Text

Document = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/{name}"
SHORT = 100  # codes of a list that are named one by one
LONGEST_KEY = 1000
REGISTERED = frozenset({"region", "publisher", "licence"})  # said by the source's registration where a record does not
DECIMAL: Document = {"anyOf": [{"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, {"type": "number"}]}
NULL: Document = {"type": "null"}
# Something that is no white space, as Python understands it: ECMA-262's \S is another set.
SAYS = "[^\\u0009-\\u000d\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
DATES: Mapping[str, str] = MappingProxyType(
    {"year": "^[0-9]{4}$", "month": "^[0-9]{4}-(0[1-9]|1[0-2])$", "day": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
)


def json_schema(kind: Kind, address: str, *, published: bool) -> Document:
    """The schema of one kind; `address` is its own. Each field carries its row (`x-number`), obligation, visibility, code list
    and property in RDF.
    """
    (reference,), components = msgspec.json.schema_components([kind.record], ref_template=REF)
    whole = components.pop(reference["$ref"].rpartition("/")[2])
    wanted = required(kind, published=published)
    properties = {b.key: _property(b, whole["properties"][b.key], b.key in wanted) for b in fields(kind.record)}
    for bound in fields(kind.record):
        if bound.key in OURS and not published:
            properties[bound.key] = {"readOnly": True, "title": properties[bound.key]["title"]}  # whatever is there
    if not published:
        first = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
        properties[RECORD_KEY] |= {"prefixItems": [first]}
    document: Document = {
        "$schema": DIALECT,
        "$id": address,
        "title": f"{kind.zh} {kind.en}",
        "type": "object",
        "required": ["kind", *(key for key in properties if key in wanted)],
        "properties": {"kind": {"const": kind.name}, **properties},
    }
    if published and "level" in properties:
        document |= _evaluated()
    return {**document, "$defs": _definitions(document, components)}


@cache
def required(kind: Kind, *, published: bool) -> frozenset[str]:
    """The keys without which a record is not published, found by validating one that says nothing."""
    problems = validate(kind.record(identifier=""), date.max)
    blocking = {p.path for p in problems if p.code == "missing" and p.severity is Severity.ERROR}
    return frozenset(blocking if published else blocking - OURS - REGISTERED)


def _property(bound: BoundField, made: Document, wanted: bool) -> Document:
    field = bound.field
    notes: Document = {
        "title": f"{field.zh} {field.en}",
        "x-number": field.number,
        "x-obligation": field.obligation.value,
        "x-visibility": field.visibility.value,
    }
    notes |= {name: value for name, value in (("x-scheme", field.scheme), ("x-rdf", field.rdf)) if value}
    rest = {key: value for key, value in made.items() if key not in ("title", "default")}
    if field.scheme:
        rest = _coded(rest, field.scheme)
    return {**notes, **(_filled(bound, rest) if wanted else rest)}


def _coded(made: Document, scheme_id: str) -> Document:
    """A schema of text, or of several or none, as one of codes."""
    if "items" in made:
        return {**made, "items": {"$ref": REF.format(name=scheme_id)}}
    return {"anyOf": [{"$ref": REF.format(name=scheme_id)}, NULL, {"const": ""}]}


def _filled(bound: BoundField, made: Document) -> Document:
    """As `vocab.kinds.rules.is_missing` has it."""
    kind, many = unwrap(bound.annotation)
    options = [one for one in made.get("anyOf", ()) if one not in (NULL, {"const": ""})]
    found = options[0] if len(options) == 1 else made
    if many:
        return {**found, "minItems": 1}
    if kind is Text:
        return {**found, "anyOf": [_says(name) for name in ("zh", "en")]}
    return {**found, "minLength": 1} if found == {"type": "string"} else found


def _says(name: str) -> Document:
    return {"properties": {name: {"type": "string", "pattern": SAYS}}, "required": [name]}


def _evaluated() -> Document:
    """B.6.3: 国际领先 without an evaluation may not be claimed."""
    claimed = {"properties": {"level": {"const": INTERNATIONAL_LEADING}}, "required": ["level"]}
    return {"if": claimed, "then": {"properties": {"evaluation": {"minItems": 1}}, "required": ["evaluation"]}}


def _definitions(document: Document, components: dict[str, Any]) -> Document:
    """What the document refers to, directly or through others, by name."""
    made = {name: _component(name, schema) for name, schema in components.items()}
    found: Document = {}
    wanted = _references(document)
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = made[name] if name in made else _codes(name)
            wanted |= _references(found[name])
    return dict(sorted(found.items()))


def _references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"].rpartition("/")[2]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    return set().union(*(_references(item) for item in node)) if isinstance(node, list) else set()


def _component(name: str, made: Document) -> Document:
    made = {
        key: value for key, value in made.items() if key not in ("title", "description")
    }  # what Python's readers are told
    if name == PartialDate.__name__:
        return {**made, "oneOf": [_at(precision, pattern) for precision, pattern in DATES.items()]}
    coded = {value.__name__: parts for value, parts in CODED_PARTS.items()}.get(name, {})
    properties = {key: _part(part, coded.get(key)) for key, part in made.get("properties", {}).items()}
    return {**made, "properties": properties} if properties else made


def _at(precision: str, pattern: str) -> Document:
    return {"properties": {"precision": {"const": precision}, "value": {"pattern": pattern}}}


def _part(made: Document, scheme_id: str | None) -> Document:
    made = {key: value for key, value in made.items() if key != "default"}
    if scheme_id is not None:
        return _coded(made, scheme_id)
    if {"type": "string", "format": "decimal"} in made.get("anyOf", ()):
        return {"anyOf": [*DECIMAL["anyOf"], NULL]}
    return made


def _codes(scheme_id: str) -> Document:
    """The codes of a list, one by one with their labels; of a long list their form."""
    codes = scheme(scheme_id)
    about = {"title": f"{codes.zh} {codes.en}", "x-scheme": scheme_id, "type": "string"}
    if scheme_id == REGION_SCHEME:
        return {**about, "pattern": "^[0-9]{6}$"}
    if len(codes.concepts) > SHORT:
        return {**about, "pattern": f"^{re.escape(scheme_id)}/[0-9A-Z]+$"}
    return {**about, "oneOf": [{"const": c.code, "title": c.zh, "description": c.en} for c in codes.concepts.values()]}
