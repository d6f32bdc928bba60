"""Answers checked against the protocol's own schemas, and those of the formats inside of them. Nothing is fetched."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from publish.oai.record_xsd import schema

HERE = Path(__file__).with_name("xsd")
NS = {
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "p": "http://www.openarchives.org/OAI/2.0/provenance",
}
WEB = {
    "http://www.w3.org/2001/xml.xsd": HERE / "xml.xsd",
    "http://www.w3.org/2001/03/xml.xsd": HERE / "xml.xsd",
    "http://www.openarchives.org/OAI/2.0/oai_dc/": HERE / "oai_dc.xsd",
    "http://www.openarchives.org/OAI/2.0/provenance": HERE / "provenance.xsd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": HERE / "rdf.xsd",
}
Validate = Callable[[bytes], "etree._Element"]


def elements(root: "etree._Element", path: str) -> list["etree._Element"]:
    return list(root.iterfind(path, NS))


def texts(root: "etree._Element", path: str) -> list[str]:
    return [element.text or "" for element in elements(root, path)]


def codes(root: "etree._Element") -> list[str]:
    """The codes of the errors in an answer."""
    return [element.get("code", "") for element in elements(root, ".//oai:error")]


class Local(etree.Resolver):
    """Schemas of the web from files beside this one; our own from the program."""

    def __init__(self, conformance: Path, record_namespace: str) -> None:
        super().__init__()
        self._files = {
            **WEB,
            "http://dublincore.org/schemas/xmls/simpledc20021212.xsd": conformance / "simpledc20021212.xsd",
            NS["oai"]: conformance / "OAI-PMH.xsd",
        }
        self._record = record_namespace

    def resolve(self, *place: Any) -> Any:
        system_url, _, context = place
        resolver: Any = self  # the stubs know neither the context nor files
        if system_url == self._record:
            return resolver.resolve_string(schema(self._record), context)
        if system_url in self._files:
            return resolver.resolve_filename(str(self._files[system_url]), context)
        raise AssertionError(f"a schema asks for {system_url}")


@cache
def validator(conformance: Path, base: str) -> Validate:
    """Parses an answer, and fails with the schema's own words when it is not valid."""
    record = f"{base}/ns/record/1"
    parser = etree.XMLParser()
    parser.resolvers.add(Local(conformance, record))
    namespaces = (NS["oai"], *(name for name in WEB if not name.endswith(".xsd")), record)
    imports = "".join(f'<xs:import namespace="{name}" schemaLocation="{name}"/>' for name in namespaces)
    driver = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    known = etree.XMLSchema(etree.fromstring(driver, parser))

    def validate(body: bytes) -> "etree._Element":
        root = etree.fromstring(body)
        known.assertValid(root)
        return root

    return validate
