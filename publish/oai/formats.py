"""The formats in which records are given (section 3.4): one table from prefix to writer."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from publish.oai import dublin_core
from publish.oai.record_xml import RecordXml
from publish.oai.xml import OAI
from vocab.namespaces import STANDARD, Namespaces
from vocab.public import PublicRecord
from vocab.rdf import lines, rdf_xml

RDF_SCHEMA = f"{OAI}rdf.xsd"


class Format(msgspec.Struct, frozen=True):
    prefix: str
    schema: str
    namespace: str
    write: Callable[[PublicRecord], str]


def formats(ns: Namespaces) -> Mapping[str, Format]:
    """The formats of a node by their prefix."""
    own = RecordXml(ns)
    found = (
        Format("oai_dc", dublin_core.SCHEMA, dublin_core.NAMESPACE, dublin_core.write),
        Format("chengguo", own.schema, own.namespace, own.write),
        Format("rdf", RDF_SCHEMA, STANDARD["rdf"], lambda public: rdf_xml(lines(public, ns), ns)),
    )
    return MappingProxyType({one.prefix: one for one in found})
