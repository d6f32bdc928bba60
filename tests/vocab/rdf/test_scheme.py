import pyoxigraph
import pytest
from rdflib.namespace import SKOS

from tests.vocab.rdf.records import NS
from vocab.codes import SCHEME_IDS, UnknownScheme, scheme
from vocab.rdf.scheme import concept_lines, concept_nquads, concept_triples, lines_of


@pytest.mark.parametrize("scheme_id", SCHEME_IDS)
def test_every_code_list_is_a_concept_scheme_with_all_its_concepts(scheme_id: str) -> None:
    quads = list(pyoxigraph.parse(concept_nquads(scheme_id, NS), format=pyoxigraph.RdfFormat.N_QUADS))
    concepts = {q.subject for q in quads if q.object == pyoxigraph.NamedNode(str(SKOS.Concept))}
    assert len(concepts) == len(scheme(scheme_id).concepts)
    labelled = {q.subject for q in quads if q.predicate == pyoxigraph.NamedNode(str(SKOS.prefLabel))}
    assert concepts <= labelled
    linked = {q.object for q in quads if q.predicate == pyoxigraph.NamedNode(str(SKOS.broader))}
    assert linked <= concepts


def test_an_edition_is_told_in_both_languages_unless_it_is_a_number() -> None:
    def editions(scheme_id: str) -> list[str]:
        said = f"<{NS.scheme(scheme_id)}> <{NS.expand('owl:versionInfo')}> "
        return [line.removeprefix(said) for line in concept_lines(scheme_id, NS) if line.startswith(said)]

    assert editions("cl01") == ['"登记表"@zh', '"Registration form"@en']
    assert editions("cl05") == ['"GB/T 22900-2009"']


def test_an_unknown_scheme_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownScheme):
        list(concept_triples("cl99", NS))


def test_what_is_said_of_a_concept_alone_is_what_its_list_says_of_it() -> None:
    whole = concept_lines("gbt2260", NS)
    for notation in ("330000", "330100", "110103"):  # a province, a city, a division that was merged into another
        concept = scheme("gbt2260").concepts[notation]
        start = f"<{NS.concept(concept.code)}> "
        assert lines_of(concept, NS) == [line for line in whole if line.startswith(start)]
    assert len(whole) == len(set(whole))


def test_a_concept_that_is_no_longer_in_force_says_what_took_its_place() -> None:
    old = next(c for c in scheme("gbt2260").concepts.values() if c.replaced_by)
    said = "\n".join(lines_of(old, NS))
    assert f"<{NS.expand('dcterms:isReplacedBy')}> <{NS.concept(f'gbt2260/{old.replaced_by}')}>" in said
    assert f'<{NS.expand("schema:validThrough")}> "{old.valid_to}"' in said
