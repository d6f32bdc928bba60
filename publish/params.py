"""Query parameters, read into the frozen struct that declares them: what is not declared is refused."""

import re
from functools import cache
from typing import Any, TypeVar, get_origin, get_type_hints

import msgspec
from starlette.requests import Request

from publish.errors import BadParameter

ParamsT = TypeVar("ParamsT", bound=msgspec.Struct)

# The two ways msgspec names a place: "... - at `$.size`" and "Object missing required field `q`".
_AT = re.compile(r"^(?P<message>.*?)(?: - at `\$\.(?P<name>[A-Za-z_]+).*`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`")


def read(request: Request, declared: type[ParamsT]) -> ParamsT:
    """The request's parameters. Raises BadParameter naming the parameter and what is allowed."""
    many = repeatable(declared)
    values: dict[str, Any] = {}
    for name in request.query_params:
        given = request.query_params.getlist(name)
        if name not in many:
            allowed = tuple(sorted(many))
            raise BadParameter(
                name, f"Unknown parameter {name!r}; allowed are {', '.join(allowed) or 'none'}.", allowed
            )
        if len(given) > 1 and not many[name]:
            raise BadParameter(name, f"Parameter {name!r} may be given once only.")
        values[name] = given if many[name] else given[0]
    found = _converted(values, declared)
    for name, given in values.items():
        if getattr(found, name) is None:  # `null` is nothing that an address can say
            raise BadParameter(name, f"Parameter {name!r} is {given!r}; leave it out instead.", value=given)
    return found


@cache
def repeatable(declared: type[msgspec.Struct]) -> dict[str, bool]:
    """Parameter name -> whether it may be repeated (its type is a tuple)."""
    return {name: get_origin(hint) is tuple for name, hint in get_type_hints(declared).items()}


def _converted(values: dict[str, Any], declared: type[ParamsT]) -> ParamsT:
    try:
        return msgspec.convert(values, declared, strict=False)
    except msgspec.ValidationError as error:
        name, reason = _place(str(error))
        value = values.get(name)
        shown = value if isinstance(value, str) else None
        raise BadParameter(
            name, f"Parameter {name!r}: {reason}.", allowed_values(declared, name), shown and shown[:200]
        ) from error


def _place(message: str) -> tuple[str, str]:
    """The parameter a validation message speaks of, and what it says."""
    if missing := _MISSING.search(message):
        return missing["name"], "must be given"
    match = _AT.match(message)
    return (match["name"] or "", match["message"]) if match else ("", message)


def allowed_values(declared: type[msgspec.Struct], name: str) -> tuple[str, ...]:
    """The closed set of values of a parameter, if it has one."""
    _, components = msgspec.json.schema_components((declared,))
    schema = components[declared.__name__]["properties"].get(name, {})
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        target = components.get(part.get("$ref", "").rpartition("/")[2], part)
        if "enum" in target:
            return tuple(str(value) for value in target["enum"])
    return ()
