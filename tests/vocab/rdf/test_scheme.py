import pyoxigraph
import pytest
from rdflib.namespace import SKOS

from tests.vocab.rdf.records import NS
from vocab.codes import SCHEME_IDS, UnknownScheme, scheme
from vocab.rdf.scheme import concept_nquads, concept_triples


@pytest.mark.parametrize("scheme_id", SCHEME_IDS)
def test_every_code_list_is_a_concept_scheme_with_all_its_concepts(scheme_id: str) -> None:
    quads = list(pyoxigraph.parse(concept_nquads(scheme_id, NS), format=pyoxigraph.RdfFormat.N_QUADS))
    concepts = {q.subject for q in quads if q.object == pyoxigraph.NamedNode(str(SKOS.Concept))}
    assert len(concepts) == len(scheme(scheme_id).concepts)
    labelled = {q.subject for q in quads if q.predicate == pyoxigraph.NamedNode(str(SKOS.prefLabel))}
    assert concepts <= labelled
    linked = {q.object for q in quads if q.predicate == pyoxigraph.NamedNode(str(SKOS.broader))}
    assert linked <= concepts


def test_an_unknown_scheme_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownScheme):
        list(concept_triples("cl99", NS))
