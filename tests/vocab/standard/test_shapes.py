"""SHACL: what is published conforms, and what is broken does not."""

from collections.abc import Callable
from functools import cache

import pyshacl
import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from tests.vocab.rdf.fullest import fullest
from vocab.kind import Kind
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord, public_view
from vocab.rdf import ntriples
from vocab.standard import example
from vocab.standard.shapes import shapes

NS = Namespaces("https://data.example.cn")
STA = NS.sta


@cache
def shacl() -> Graph:
    return Graph().parse(data=shapes(NS, f"{NS.base}/shapes.ttl"), format="turtle")


def graph(public: PublicRecord) -> Graph:
    return Graph().parse(data=ntriples(public, NS), format="nt")


def conforms(data: Graph) -> tuple[bool, str]:
    good, _, told = pyshacl.validate(data, shacl_graph=shacl())
    return bool(good), str(told)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_example_conforms(kind: Kind) -> None:
    good, told = conforms(graph(example.public(kind, "1.0.0", NS)))
    assert good, told


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_record_with_every_part_filled_conforms_but_for_its_made_up_values(kind: Kind, last: bool) -> None:
    """Texts that the fixture puts into every place (示例) are no decision and no time."""
    record = public_view(fullest(kind.record, last))
    public = PublicRecord(record.identifier, kind.name, "cn-33", 1, 1, example.AT, example.AT, "", record)
    _, told = conforms(graph(public))
    paths = {line.strip() for line in told.splitlines() if "Result Path" in line}
    assert paths <= {
        f"Result Path: {name}" for name in ("sta:secrecyReview", "sta:decision", "prov:generatedAtTime")
    }, told


Breaking = Callable[[Graph, URIRef], object]
BROKEN: dict[str, Breaking] = {
    "no title": lambda g, s: g.remove((s, DCTERMS.title, None)),
    "two Chinese titles": lambda g, s: g.add((s, DCTERMS.title, Literal("又一个", lang="zh"))),
    "a title in German": lambda g, s: g.add((s, DCTERMS.title, Literal("Folie", lang="de"))),
    "a category that is none": lambda g, s: g.set((s, DCTERMS.type, URIRef(f"{NS.base}/code/cl01/77"))),
    "a code that stayed a text": lambda g, s: g.set((s, URIRef(STA + "developmentStage"), Literal("中试"))),
    "a region of seven digits": lambda g, s: g.set((s, DCTERMS.spatial, URIRef(f"{NS.base}/code/gbt2260/3301000"))),
    "no secrecy review": lambda g, s: g.remove((s, URIRef(STA + "secrecyReview"), None)),
    "a review without decision": lambda g, s: g.remove((None, URIRef(STA + "decision"), None)),
    "a closed disclosure class": lambda g, s: g.set((s, DCTERMS.accessRights, URIRef(f"{NS.base}/code/cl20/4"))),
    "no licence": lambda g, s: g.remove((s, DCTERMS.license, None)),
    "no time of generation": lambda g, s: g.remove((s, URIRef(NS.expand("prov:generatedAtTime")), None)),
    "a day as text": lambda g, s: g.set((s, DCTERMS.created, Literal("2025年5月"))),
    "a patent of no kind": lambda g, s: g.add(
        (next(g.objects(s, URIRef(STA + "intellectualProperty"))), DCTERMS.type, URIRef(f"{NS.base}/code/cl13/77"))
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_does_not_conform(name: str) -> None:
    data = graph(example.public(KINDS["achievement"], "1.0.0", NS))
    subject = next(data.subjects(RDF.type, URIRef(STA + "Achievement")))
    assert isinstance(subject, URIRef)
    BROKEN[name](data, subject)
    good, told = conforms(data)
    assert not good, told
