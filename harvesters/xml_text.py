"""XML answers taken apart by dotted paths, as `json_text` does it for JSON. No DTD, no entities, no network.

A path begins below the outermost element and names local names ("body.items.item"); a last step "@no" is an attribute.
"""

import re
from collections.abc import Sequence

from lxml import etree

from harvesters.charset import DOUBTFUL, codec_name
from harvesters.json_text import Malformed
from harvesters.xml_characters import DECLARED, legal
from harvesters.xml_tree import local

_HEADING = re.compile(r"\A[\s\ufeff]*<\?xml.*?\?>", re.S)
_OPENED = re.compile(rb"<([^\s<>/!?]{1,200})")
_MAX_STEPS = 32


def wellformed(body: bytes, charset: str = "") -> bytes:
    """The document in UTF-8, without heading, comments and forbidden characters. Raises Malformed."""
    text = legal(_HEADING.sub("", _text(body, charset), count=1)).strip()
    if not text:
        raise Malformed("the answer is empty", truncated=True)
    return _canonical(_root(text.encode()))


def items(page: bytes, path: Sequence[str]) -> list[bytes] | None:
    """The elements at a path, each as canonical XML (C14N 1.0); None when the place holds other elements instead.

    An empty container is an empty list. Raises Malformed.
    """
    *parents, name = path or ("*",)
    containers = _at(_root(page), parents)
    found = [child for each in containers for child in each if name in ("*", local(child.tag))]
    if not found and (not containers or any(len(each) for each in containers)):
        return None
    return [_canonical(child) for child in found]


def scalar(raw: bytes, path: Sequence[str]) -> str:
    """The text at a path, of several the first; empty for nothing and for elements with elements. Raises Malformed."""
    attribute = path[-1].removeprefix("@") if path and path[-1].startswith("@") else ""
    found = _at(_root(raw), path[:-1] if attribute else path)
    if not found:
        return ""
    if attribute:
        return next((str(v).strip() for k, v in found[0].attrib.items() if str(k).rpartition("}")[2] == attribute), "")
    return "" if len(found[0]) else (found[0].text or "").strip()


def names(page: bytes) -> list[str]:
    """What the outermost element holds, for messages."""
    return list(dict.fromkeys(local(child.tag) for child in _root(page)))


def _text(body: bytes, charset: str) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    declared = DECLARED.match(body)
    stated = codec_name(declared[1].decode() if declared else charset)
    for name in filter(None, ("utf-8", stated if stated not in DOUBTFUL else "", "gb18030")):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    raise Malformed(f"neither UTF-8 nor GB18030{f' nor {stated}' if stated else ''}")


def _root(document: bytes) -> "etree._Element":
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False,
        remove_comments=True, remove_pis=True, recover=False, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        truncated = _is_cut(document)
        raise Malformed("it stops in the middle" if truncated else str(error)[:200], truncated) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("it brings a DTD or entities, which are refused")
    return root


def _at(root: "etree._Element", path: Sequence[str]) -> "list[etree._Element]":
    found = [root]
    for name in path[:_MAX_STEPS]:
        found = [child for each in found for child in each if local(child.tag) == name]
    return found


def _is_cut(document: bytes) -> bool:
    """Whether the outermost element is opened and never closed."""
    opened = _OPENED.match(document)
    return opened is not None and not document.endswith(b"</" + opened[1] + b">")


def _canonical(element: "etree._Element") -> bytes:
    try:
        return etree.tostring(element, method="c14n", with_comments=False)
    except etree.C14NError:  # a relative namespace name, which C14N refuses
        return etree.tostring(element, with_tail=False)
