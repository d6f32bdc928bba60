"""The files of one version of the standard, made from the declarations of this code."""

import json
from collections.abc import Iterator

import msgspec

from vocab.kind import Kind
from vocab.kinds import KINDS, encode_record
from vocab.namespaces import Namespaces
from vocab.rdf import TURTLE, serialise, triples
from vocab.standard import example, table
from vocab.standard.document import Standard, standard
from vocab.standard.json_schema import json_schema
from vocab.standard.mapping import mapping_text
from vocab.standard.shapes import shapes
from vocab.standard.versions import BASE, Version

DOCUMENT, SHAPES = "standard.json", "shapes.ttl"


def artefacts(version: Version) -> dict[str, bytes]:
    """Name -> body. Addresses of the node that serves them are written with `BASE`."""
    ns = Namespaces(BASE)
    told = standard(version)
    made = {
        DOCUMENT: msgspec.json.format(msgspec.json.encode(told), indent=1),
        SHAPES: shapes(ns, address(ns.base, version.number, SHAPES)).encode(),
    }
    for kind in KINDS.values():
        made |= {f"{kind.name}.{name}": body for name, body in _of_kind(kind, version.number, told, ns)}
    return made


def address(base: str, version: str, name: str) -> str:
    """Where a file of a version is."""
    return f"{base}/standard/{version}/{name}"


def _of_kind(kind: Kind, version: str, told: Standard, ns: Namespaces) -> Iterator[tuple[str, bytes]]:
    for name, published in (("schema.json", False), ("published.schema.json", True)):
        yield name, _pretty(json_schema(kind, address(ns.base, version, f"{kind.name}.{name}"), published=published))
    columns = table.headings(kind)
    yield "template.csv", table.csv_of([columns])
    yield "template.xlsx", table.workbook(kind, next(one for one in told.kinds if one.name == kind.name))
    yield "mapping.toml", mapping_text(kind, version).encode()
    yield "example.csv", table.csv_of([columns, list(example.row(kind).values())])
    yield "example.json", _pretty(example.handed_in(kind, version, ns))
    public = example.public(kind, version, ns)
    yield "published.json", _pretty(json.loads(encode_record(public.record)))
    yield "published.ttl", serialise(triples(public, ns), TURTLE, ns)


def _pretty(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
