"""RDF/XML from lines says what the lines say, whatever a source wrote."""

import pyoxigraph
import pytest
from hypothesis import given, settings
from lxml import etree
from pyoxigraph import RdfFormat

from tests.vocab.rdf.records import HOSTILE_RECORDS, NS, achievement, published
from vocab.kinds import Achievement
from vocab.public import PublicRecord
from vocab.rdf import lines, ntriples, rdf_xml


def read(body: bytes, form: RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(body, format=form)}


def assert_same(public: PublicRecord) -> None:
    written = rdf_xml(lines(public, NS), NS).encode()
    etree.fromstring(written)  # well-formed for another parser, too
    assert read(written, RdfFormat.RDF_XML) == read(ntriples(public, NS), RdfFormat.N_TRIPLES)


def test_a_full_record_is_the_same_in_both() -> None:
    assert_same(published(achievement()))


@given(HOSTILE_RECORDS)
@settings(max_examples=150, deadline=None)
def test_a_hostile_record_is_the_same_in_both(record: Achievement) -> None:
    assert_same(published(record))


def test_a_property_of_no_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="no prefixed name"):
        rdf_xml(['<http://a.example/s> <http://a.example/p> "o"'], NS)
    with pytest.raises(ValueError, match="no term"):
        rdf_xml([f"<http://a.example/s> <{NS.expand('dcterms:title')}> _:b"], NS)
