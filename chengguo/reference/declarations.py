"""What a declared Struct says of itself: its keys with type, default, and the comment that stands beside each."""

import ast
import inspect
import io
import json
import textwrap
import tokenize
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal, Union

import msgspec

from harvesters.secrets import SecretRef

_WORDS: dict[Any, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true | false",
    Any: "any value",
    type(None): "null",
}


class Key(msgspec.Struct, frozen=True):
    """One key of a table. `default` is TOML, empty for none; `meaning` is the comment beside the declaration."""

    name: str
    type: str
    required: bool
    default: str
    meaning: str


def keys(struct: type[msgspec.Struct]) -> list[Key]:
    """The keys in the order of their declaration."""
    hints = typing.get_type_hints(struct, include_extras=True)
    said = comments(struct)
    return [
        Key(f.encode_name, type_name(hints[f.name]), f.required, _default(f), said.get(f.name) or _meta(hints[f.name]))
        for f in msgspec.structs.fields(struct)
    ]


def comments(struct: type) -> dict[str, str]:
    """Attribute -> the comment at the end of its line."""
    source = textwrap.dedent(inspect.getsource(struct))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    ends = {token.end[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    found = [node for node in body.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    return {
        node.target.id: ends[node.end_lineno or 0]
        for node in found
        if isinstance(node.target, ast.Name) and node.end_lineno in ends
    }


def type_name(hint: Any) -> str:
    """A type as a person who writes TOML or reads JSON would say it."""
    if hint in _WORDS:
        return _WORDS[hint]
    if hint is SecretRef:
        return "secret"
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return " ".join([type_name(arguments[0]), *_bounds(arguments[1:])])
    if origin is Literal:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_name(a) for a in arguments if a is not type(None)))
    if origin is tuple or origin is list:
        return f"list of {type_name(arguments[0])}"
    if origin is not None:
        return f"table of {type_name(arguments[1])}"
    if issubclass(hint, Enum):
        return " | ".join(f'"{member.value}"' for member in hint)
    return "table" if issubclass(hint, msgspec.Struct) else str(hint.__name__)


def toml(value: object) -> str:
    """A TOML value; for text, numbers, booleans and lists JSON's spelling is TOML's too."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if value in (None, "", ()) or isinstance(value, msgspec.Struct):
        return ""
    return toml(value)


def _bounds(extras: tuple[Any, ...]) -> Iterator[str]:
    for extra in extras:
        if isinstance(extra, msgspec.Meta):
            if extra.ge is not None and extra.le is not None:
                yield f"from {extra.ge} to {extra.le}"
            elif extra.ge is not None:
                yield f"from {extra.ge}"


def _meta(hint: Any) -> str:
    """The description declared with the type, also inside "or null"."""
    own = [m.description for m in getattr(hint, "__metadata__", ()) if isinstance(m, msgspec.Meta) and m.description]
    inner = typing.get_args(hint) if typing.get_origin(hint) in (Union, types.UnionType) else ()
    return next(iter(own), "") or next((said for one in inner if (said := _meta(one))), "")
