"""Options of a protocol: declared once as a Struct, unknown keys refused with the names that exist."""

import difflib
import re
from typing import TypeVar

import msgspec

from harvesters.base import Endpoint, OptionsError

T = TypeVar("T", bound=msgspec.Struct)
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")


def read_options(endpoint: Endpoint, protocol: str, struct: type[T]) -> T:
    """Raises OptionsError naming the option, what is allowed and the file to edit."""
    where = f"source {endpoint.source!r} (sources/{endpoint.source}.toml, [options])"
    allowed = [field.name for field in msgspec.structs.fields(struct)]
    for name in endpoint.options:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise OptionsError(f"{where}: {protocol} has no option {name!r}{hint} Allowed: {', '.join(allowed)}")
    try:
        return msgspec.convert(endpoint.options, struct)
    except msgspec.ValidationError as error:
        raise OptionsError(f"{where}: {_explain(str(error))}") from None


def _explain(message: str) -> str:
    unknown = _UNKNOWN.match(message)
    if unknown:
        return f'{message} (a secret is written {{env = "NAME"}} or {{file = "path"}})'
    if "Expected `object" in message and "got `str`" in message:
        return message + ': a secret is never written in plain, but as {env = "NAME"} or {file = "path"}'
    return message
