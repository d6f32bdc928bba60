"""The ontology defines exactly the terms that records are written in."""

import hashlib
import re
from collections.abc import Iterator

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS

from tests.vocab.rdf.fullest import fullest
from tests.vocab.rdf.records import AT, NS
from vocab.codes import SCHEME_IDS
from vocab.kinds import KINDS
from vocab.namespaces import STANDARD
from vocab.public import Cluster, PublicRecord, public_view
from vocab.quality import RULES, Passed, Report, scored
from vocab.rdf import ntriples, serialise
from vocab.rdf.ontology import borrowed, ontology, own
from vocab.rdf.quality import quality_triples

GRAPH = rdflib.Graph().parse(data=serialise(ontology(NS), "application/n-triples", NS), format="nt")
DEFINED = {str(s) for s in GRAPH.subjects() if str(s).startswith(NS.sta)}


def every_record() -> Iterator[PublicRecord]:
    for name, kind in KINDS.items():
        for last in (False, True):
            record = public_view(fullest(kind.record, last))
            cluster = Cluster(record.identifier, (record.identifier, NS.record(name, "cn-11", "2")))
            digest = hashlib.sha256(b"").hexdigest()
            yield PublicRecord(record.identifier, name, "cn-33", 1, 1, AT, AT, digest, record, cluster=cluster)


def terms_of(body: bytes) -> set[str]:
    return set(re.findall(re.escape(NS.sta) + r"[^>\s]+", body.decode()))


USED = {term for public in every_record() for term in terms_of(ntriples(public, NS))}


def test_every_term_of_any_record_is_defined() -> None:
    assert len(USED) > 50
    assert set() == USED - DEFINED


def test_no_term_is_defined_that_no_record_has() -> None:
    assert {NS.expand(term.name) for term in own()} - USED == set()


def test_the_terms_of_quality_reports_are_defined() -> None:
    rules = tuple(Passed(1, 1) for _ in RULES)
    report = Report("cn-33", AT, 1, 1, scored(rules), rules, ())
    body = serialise(quality_triples(report, NS), "application/n-triples", NS)
    assert len(terms_of(body)) > 10
    assert terms_of(body) <= DEFINED


def test_every_term_has_a_label_in_both_languages_and_one_kind() -> None:
    for term in own():
        node = rdflib.URIRef(NS.expand(term.name))
        assert {str(getattr(o, "language", "")) for o in GRAPH.objects(node, RDFS.label)} == {"zh", "en"}, term.name
        kinds = set(GRAPH.objects(node, RDF.type)) - {RDF.Property}
        assert len(kinds) == 1, term.name
        assert kinds <= {OWL.Class, OWL.DatatypeProperty, OWL.ObjectProperty}


def test_what_is_said_to_be_a_literal_is_one_and_the_rest_is_not() -> None:
    literal = {NS.expand(term.name) for term in own() if term.literal}
    objects: dict[str, set[bool]] = {}
    for public in every_record():
        for quad in pyoxigraph.parse(ntriples(public, NS), format=pyoxigraph.RdfFormat.N_TRIPLES):
            if (name := quad.predicate.value).startswith(NS.sta):
                objects.setdefault(name, set()).add(isinstance(quad.object, pyoxigraph.Literal))
    assert {name: kinds for name, kinds in objects.items() if kinds != {name in literal}} == {}


def test_it_stands_on_vocabularies_that_others_know() -> None:
    wider = {o for p in (RDFS.subClassOf, RDFS.subPropertyOf) for o in GRAPH.objects(None, p)}
    used = {(NS.shorten(str(o)) or "").partition(":")[0] for o in wider} | {
        b.name.partition(":")[0] for b in borrowed()
    }
    assert used >= {"dcat", "dcterms", "frapo", "prov", "org", "skos", "schema", "adms", "dqv"}
    assert used <= set(STANDARD)


@pytest.mark.parametrize("name", ["sta:canonicalRecord", "sta:Achievement", "sta:Designation", "sta:trlMin"])
def test_terms_that_people_ask_for(name: str) -> None:
    assert NS.expand(name) in DEFINED


def test_properties_with_codes_name_their_list() -> None:
    lists = {str(o).rpartition("/")[2] for o in GRAPH.objects(None, RDFS.seeAlso)}
    assert len(lists) > 10
    assert lists <= set(SCHEME_IDS)
