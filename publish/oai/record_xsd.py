"""The XML Schema of our own format, made from the same declarations as its writer."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from publish.oai import shape
from publish.oai.shape import Part
from publish.oai.xml import DECLARATION, element, quoted
from vocab.kinds import KINDS
from vocab.values import PartialDate, Text, Words

XSD = "http://www.w3.org/2001/XMLSchema"
XML = "http://www.w3.org/XML/1998/namespace"
PLAIN: dict[Any, str] = {
    str: "xs:string",
    int: "xs:integer",
    bool: "xs:boolean",
    Decimal: "xs:decimal",
    float: "xs:decimal",
}
TAGGED = (Text, Words)
# What every record's element carries, and the types that stand for no struct of ours.
FIXED = """
<xs:attributeGroup name="record">
<xs:attribute name="iri" type="xs:anyURI" use="required"/>
<xs:attribute name="version" type="xs:positiveInteger" use="required"/>
<xs:attribute name="published" type="xs:dateTime" use="required"/>
<xs:attribute name="modified" type="xs:dateTime" use="required"/>
</xs:attributeGroup>
<xs:complexType name="LanguageText"><xs:simpleContent><xs:extension base="xs:string">
<xs:attribute ref="xml:lang" use="required"/>
<xs:attribute name="translation"><xs:simpleType><xs:restriction base="xs:string">
<xs:enumeration value="human"/><xs:enumeration value="machine"/></xs:restriction></xs:simpleType></xs:attribute>
</xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="Code"><xs:sequence>
<xs:element name="label" type="LanguageText" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
<xs:attribute name="code" type="xs:string" use="required"/>
<xs:attribute name="uri" type="xs:anyURI"/></xs:complexType>
<xs:complexType name="PartialDate"><xs:simpleContent><xs:extension base="xs:token">
<xs:attribute name="precision" use="required"><xs:simpleType><xs:restriction base="xs:string">
<xs:enumeration value="year"/><xs:enumeration value="month"/><xs:enumeration value="day"/>
</xs:restriction></xs:simpleType></xs:attribute>
</xs:extension></xs:simpleContent></xs:complexType>"""


def schema(namespace: str) -> bytes:
    """The schema document of the format in a namespace."""
    head = (
        f'<xs:schema xmlns:xs="{XSD}" xmlns="{quoted(namespace)}" targetNamespace="{quoted(namespace)}"'
        ' elementFormDefault="qualified" version="1.0">'
        f'<xs:import namespace="{XML}" schemaLocation="http://www.w3.org/2001/xml.xsd"/>'
    )
    roots = [f'<xs:element name="{kind.name}" type="{kind.record.__name__}"/>' for kind in KINDS.values()]
    records = [_complex(kind.record, '<xs:attributeGroup ref="record"/>') for kind in KINDS.values()]
    values = [_complex(struct) for struct in _composites()]
    enumerations = [_enumeration(kind) for kind in _enumerations()]
    body = "\n".join([head, FIXED, *roots, *records, *values, *enumerations, "</xs:schema>", ""])
    return (DECLARATION + body).encode()


def _complex(struct: type[msgspec.Struct], attributes: str = "") -> str:
    rows = "\n".join(_row(part) for part in shape.parts(struct))
    return (
        f'<xs:complexType name="{struct.__name__}"><xs:sequence>\n{rows}\n</xs:sequence>{attributes}</xs:complexType>'
    )


def _row(part: Part) -> str:
    many = part.many or part.type in TAGGED
    most = ' maxOccurs="unbounded"' if many else ""
    head = f'<xs:element name="{part.tag}" type="{_type(part)}" minOccurs="0"{most}'
    if not part.zh:
        return f"{head}/>"
    told = element("xs:documentation", f"{part.zh} / {part.en}" + (f" ({part.scheme})" if part.scheme else ""))
    return f"{head}><xs:annotation>{told}</xs:annotation></xs:element>"


def _type(part: Part) -> str:
    if part.scheme:
        return "Code"
    if part.type in TAGGED:
        return "LanguageText"
    return PLAIN.get(part.type) or part.type.__name__


def _composites() -> Iterable[type[msgspec.Struct]]:
    """Every composite value that records are made of, found by following their parts."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting: list[type[msgspec.Struct]] = [kind.record for kind in KINDS.values()]
    while waiting:
        for part in shape.parts(waiting.pop()):
            kind = part.type
            if shape.is_composite(kind) and kind not in (*TAGGED, PartialDate) and kind not in found:
                found[kind] = None
                waiting.append(kind)
    return sorted(found, key=lambda struct: struct.__name__)


def _enumerations() -> Iterable[Any]:
    structs = [kind.record for kind in KINDS.values()]
    found = {
        p.type for struct in [*structs, *_composites()] for p in shape.parts(struct) if shape.is_enumeration(p.type)
    }
    return sorted(found, key=lambda kind: str(kind.__name__))


def _enumeration(kind: Any) -> str:
    values = "".join(f'<xs:enumeration value="{quoted(member.value)}"/>' for member in kind)
    return f'<xs:simpleType name="{kind.__name__}"><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
