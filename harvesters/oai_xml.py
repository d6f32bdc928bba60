"""OAI-PMH answers taken apart: a stream of their parts, from XML that nobody vouches for.

No entities, no DTD, no network. The parts come in document order, so that what stands before a fault is still read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree

from harvesters.charset import codec_name
from harvesters.xml_characters import DECLARED, legal
from harvesters.xml_tree import forget

OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DOCTYPE = re.compile(r"\A\ufeff?(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.S)
_HEADING = re.compile(r"\A\s*<\?xml.*?\?>", re.S)
_CLOSED = re.compile(rb"</[^<>]*OAI-PMH\s*>(?:\s|<!--.*?-->)*\Z", re.S)


class Failure(ValueError):
    """Not an OAI-PMH answer, or not well-formed from some point on."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What Identify tells: whether datestamps have seconds, and how deletions are kept."""

    seconds: bool
    deleted_record: str


@dataclass(frozen=True, slots=True)
class Item:
    """A record. `body` is canonical XML, empty when there is no metadata."""

    identifier: str
    datestamp: str
    deleted: bool
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A resumption token; empty on the last page."""

    value: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Protest:
    """An <error> of the protocol."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verb:
    """The request that the answer says it answers."""

    name: str


VERBS = ("Identify", "ListMetadataFormats", "ListSets", "GetRecord", "ListIdentifiers", "ListRecords")
Part = Identity | Item | Token | Protest | Verb


def parts(body: bytes) -> Iterator[Part]:
    """The parts of one answer. Raises Failure, after the parts that stand before the fault."""
    clean = _clean(body)
    tags = tuple(OAI + name for name in ("record", "resumptionToken", "error", "Identify"))
    stream = etree.iterparse(
        BytesIO(clean),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    try:
        for event, element in stream:
            if event == "start":
                depth += 1
                if depth == 1 and element.tag != f"{OAI}OAI-PMH":
                    raise Failure(f"its root element is {str(element.tag)[:100]!r}, not OAI-PMH 2.0")
                if depth == 2 and (name := str(element.tag).removeprefix(OAI)) in VERBS:
                    yield Verb(name)
                continue
            depth -= 1
            if depth <= 2 and element.tag in tags:
                part = _part(element)
                if part is not None:
                    yield part
            if depth == 2 and element.tag == f"{OAI}record":  # read, so it need not be kept
                forget(element)
    except etree.XMLSyntaxError as error:
        raise Failure(str(error)[:200]) from None


def is_cut(body: bytes) -> bool:
    """True for an OAI-PMH answer that stops in the middle."""
    head, tail = body[:2000].replace(b"\0", b""), body[-2000:].replace(b"\0", b"")
    return b"OAI-PMH" in head and _CLOSED.search(tail) is None


def _part(element: "etree._Element") -> Part | None:
    name = str(element.tag).removeprefix(OAI)
    if name == "record":
        return _item(element)
    if name == "resumptionToken":
        size = element.get("completeListSize", "").strip()
        return Token((element.text or "").strip(), int(size) if re.fullmatch(r"[0-9]{1,15}", size) else None)
    if name == "error":
        return Protest(element.get("code", "").strip(), "".join(map(str, element.itertext())).strip())
    if name == "Identify":
        granularity = element.findtext(f"{OAI}granularity", "").strip()
        return Identity("hh" in granularity, element.findtext(f"{OAI}deletedRecord", "").strip())
    return None


def _item(record: "etree._Element") -> Item:
    header = record.find(f"{OAI}header")
    if header is None:
        return Item("", "", False, b"")
    identifier = header.findtext(f"{OAI}identifier", "").strip()
    datestamp = header.findtext(f"{OAI}datestamp", "").strip()
    content = record.find(f"{OAI}metadata/*")
    body = etree.tostring(content, method="c14n", with_comments=False) if content is not None else b""
    return Item(identifier, datestamp, header.get("status", "") == "deleted", body)


def _clean(body: bytes) -> bytes:
    """UTF-8 without the characters XML forbids (they become U+FFFD). Raises Failure for a DTD and for an empty answer."""
    if not body.strip():
        raise Failure("the answer is empty")
    text = _text(body)
    if _DOCTYPE.match(text):
        raise Failure("it brings a DTD or entities, which are refused")
    return _HEADING.sub("", legal(text), count=1).lstrip("\ufeff \t\r\n").encode("utf-8", "replace")


def _text(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    declared = DECLARED.match(body)
    name = codec_name(declared[1].decode() if declared else "") or "utf-8"
    for encoding in dict.fromkeys(("utf-8", name) if name != "utf-8" else ("utf-8", "gb18030")):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")
