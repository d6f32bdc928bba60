"""Decoding: from the bytes of a raw record to a tree. Bytes come from outside, so every one of them may be hostile.

XML becomes objects by local name: attributes are "@lang", text beside attributes or children is "#text", repeated
elements are a list. External entities, document types and the network are refused, not resolved.
"""

import codecs
import re
from collections.abc import Iterable

import msgspec
from lxml import etree

from vocab.tree import Tree

MAX_BYTES = 16 * 2**20  # of one record: far above what a record needs
MAX_DEPTH = 64
MAX_NODES = 200_000

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,80}encoding\s*=\s*[\"'](gb2312|gbk)[\"'][^>]{0,80}\?>", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "euc-cn": "gb18030"}


class DecodeError(Exception):
    """The bytes are not what their media type promises, or are larger or deeper than any record. Says which and where."""


def decode(media_type: str, body: bytes) -> Tree:
    """The tree of one raw record. `media_type` may carry a charset. Raises DecodeError and nothing else."""
    if len(body) > MAX_BYTES:
        raise DecodeError(f"record of {len(body)} bytes; at most {MAX_BYTES} are read")
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        tree = _json(_text(media_type, body, "utf-8").encode() if _CHARSET.search(media_type) else body)
    elif kind in ("application/xml", "text/xml") or kind.endswith("+xml"):
        tree = _xml(body)
    elif kind.startswith("text/"):
        tree = _text(media_type, body, "utf-8")
    else:
        known = "application/json, application/xml, text/*, and types ending in +json or +xml"
        raise DecodeError(f"media type {media_type!r} is not read; known are {known}")
    _check(tree)
    return tree


def _text(media_type: str, body: bytes, default: str) -> str:
    declared = _CHARSET.search(media_type)
    charset = declared[1].lower() if declared else default
    try:
        # A page that says gb2312 may hold any character of GB 18030, which is the superset of all its ancestors.
        text = str(body, codecs.lookup(_CHINESE.get(charset, charset)).name)
    except LookupError:
        raise DecodeError(f"charset {charset!r} is not known") from None
    except (UnicodeError, ValueError) as error:
        raise DecodeError(f"not valid {charset}: {error}") from None
    return text.removeprefix("\ufeff")


def _json(body: bytes) -> Tree:
    """JSON, or the JSON that stands inside one JSON string (platforms encode twice)."""
    tree = _json_value(body.removeprefix(codecs.BOM_UTF8))
    if isinstance(tree, str) and tree.lstrip()[:1] in ("{", "["):
        return _json_value(tree.encode())
    return tree


def _json_value(body: bytes) -> Tree:
    try:
        value: Tree = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise DecodeError(f"not valid JSON: {error}") from None
    except UnicodeDecodeError as error:
        raise DecodeError(f"not valid JSON: not UTF-8 at byte {error.start}") from None
    except (RecursionError, OverflowError, ValueError) as error:
        raise DecodeError(f"JSON that no record needs: {type(error).__name__}") from None
    return value


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False,
        remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip


def _xml(body: bytes) -> Tree:
    if declared := _XML_CHARSET.match(body):
        body = _text("text/xml; charset=gb18030", body[declared.end() :], "utf-8").encode()
    try:
        root = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DecodeError(f"not valid XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DecodeError("XML with a document type declaration is refused: it can hide entities")
    return {_local(root.tag): _element(root, 1)}


def _element(element: etree._Element, depth: int) -> Tree:
    if depth > MAX_DEPTH:
        raise DecodeError(f"XML nested deeper than {MAX_DEPTH} levels")
    if not len(element) and not element.attrib:  # by far the commonest
        return str(element.text or "").strip()
    node: dict[str, Tree] = {f"@{_local(name)}": str(value) for name, value in element.attrib.items()}
    repeated: set[str] = set()
    for child in element:
        _add(node, repeated, _local(child.tag), _element(child, depth + 1))
    text = _own_text(element)
    if not node:
        return text
    if text:
        node["#text"] = text
    return node


def _add(node: dict[str, Tree], repeated: set[str], name: str, value: Tree) -> None:
    if name not in node:
        node[name] = value
    elif name in repeated:
        several = node[name]
        assert isinstance(several, list)
        several.append(value)
    else:
        node[name] = [node[name], value]
        repeated.add(name)


def _own_text(element: etree._Element) -> str:
    return "".join(str(t) for t in (element.text, *(c.tail for c in element)) if t).strip()


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _check(tree: Tree) -> None:
    """Depth and size, without recursion. Raises DecodeError."""
    level = _inner([tree])
    nodes = 0
    for _ in range(MAX_DEPTH):
        nodes += sum(map(len, level))
        if nodes > MAX_NODES:
            raise DecodeError(f"more than {MAX_NODES} values in one record")
        level = [inner for node in level for inner in _inner(node.values() if isinstance(node, dict) else node)]
        if not level:
            return
    raise DecodeError(f"nested deeper than {MAX_DEPTH} levels")


def _inner(nodes: Iterable[Tree]) -> list[dict[str, Tree] | list[Tree]]:
    """Those that hold something themselves."""
    return [node for node in nodes if isinstance(node, (dict, list)) and node]
