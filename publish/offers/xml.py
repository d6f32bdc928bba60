"""Offers as XML, and their schema. The element names are those of the JSON; what has many values is repeated."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from lxml import etree

from publish.offers.profile import TechnologyOffer

PATH = "/ns/offer/1"  # the namespace under the node's base; its schema has `.xsd` behind it


def one(offer: TechnologyOffer, base: str) -> bytes:
    root = _offer(offer, base + PATH)
    return _document(root)


def many(offers: Iterable[TechnologyOffer], gone: Iterable[str], total: int, following: str | None, base: str) -> bytes:
    namespace = base + PATH
    root = etree.Element(f"{{{namespace}}}offers", {"total": str(total)}, nsmap={None: namespace})  # type: ignore[dict-item]  # the stubs know no default namespace
    if following:
        root.set("next", following)
    root.extend(_offer(offer, namespace) for offer in offers)
    for reference in gone:
        etree.SubElement(root, f"{{{namespace}}}gone", {"reference": reference})
    return _document(root)


@cache
def schema(base: str) -> bytes:
    """The XML Schema."""
    text = (files("publish.offers") / "offer.xsd").read_text("utf-8")
    return text.replace("{namespace}", base + PATH).encode()


def _offer(offer: TechnologyOffer, namespace: str) -> etree._Element:
    element = etree.Element(f"{{{namespace}}}offer", {"reference": offer.reference}, nsmap={None: namespace})  # type: ignore[dict-item]  # the stubs know no default namespace
    for name, key in zip(offer.__struct_fields__, offer.__struct_encode_fields__, strict=True):
        value = getattr(offer, name)
        if name != "reference":
            for item in value if isinstance(value, tuple) else (value,):
                _add(element, f"{{{namespace}}}{key}", item)
    return element


def _add(parent: etree._Element, name: str, value: Any) -> None:
    if value in (None, "", False):
        return
    element = etree.SubElement(parent, name)
    if isinstance(value, msgspec.Struct):
        for key, part in msgspec.structs.asdict(value).items():
            element.set(key, str(part))
    else:
        element.text = "true" if value is True else str(value)


def _document(root: etree._Element) -> bytes:
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return body
