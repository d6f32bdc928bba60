"""The shape of a JSON answer, drawn from the type that is encoded."""

import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Union

import msgspec

from chengguo.reference.declarations import type_name


def shape(hint: Any) -> list[str]:
    """Lines as indented JSON with types for values; a key with `?` may be left out, and `or null` says what it says."""
    return list(_drawn(hint, ""))


def _drawn(hint: Any, key: str) -> Iterator[str]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        yield from _drawn(arguments[0], key)
    elif origin in (Union, types.UnionType) and type(None) in arguments:
        *first, last = _drawn(Union[tuple(a for a in arguments if a is not type(None))], key)  # noqa: UP007
        yield from first
        yield f"{last} or null"
    elif origin in (tuple, list):
        yield from _around("[", _drawn(arguments[0], ""), "]", key, ", ...")
    elif origin is dict:
        yield from _around("{", _drawn(arguments[1], f"{type_name(arguments[0])}: "), "}", key, ", ...")
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield f"{key}{{"
        hints = typing.get_type_hints(hint, include_extras=True)
        optional = hint.__struct_config__.omit_defaults
        for field in msgspec.structs.fields(hint):
            mark = "?" if optional and not field.required else ""
            yield from (f"  {line}" for line in _drawn(hints[field.name], f'"{field.encode_name}"{mark}: '))
        yield "}"
    else:
        yield f"{key}{type_name(hint)}"


def _around(opening: str, inside: Iterator[str], closing: str, key: str, more: str) -> Iterator[str]:
    lines = list(inside)
    if len(lines) == 1:
        yield f"{key}{opening}{lines[0]}{more}{closing}"
        return
    yield f"{key}{opening}"
    yield from (f"  {line}" for line in [*lines[:-1], f"{lines[-1]}{more}"])
    yield closing
