"""Options of a protocol: declared once as a Struct, unknown keys refused with the names that exist, secrets opened."""

import difflib
import re
import typing
from collections.abc import Mapping
from datetime import timezone
from typing import Any, TypeVar

import msgspec

from harvesters import when
from harvesters.base import Endpoint, OptionsError
from harvesters.secrets import Secret, SecretRef, Secrets

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V", str, str | int | bool)
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`(?: - at `\$\.([a-z_.]+)`)?")
_LOGIN = frozenset({"authorization", "proxy-authorization", "cookie"})  # headers that hold nothing but secrets
_SOUNDS_SECRET = re.compile("key|token|secret|sign|passw|pwd|auth|appid", re.I)
_TELLING = 8  # characters below which a value is no key, and masking it would only spoil messages


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
        raise OptionsError(f"{where}: {_explain(str(error), struct)}") from None


def zone(where: str, utc_offset: str) -> timezone:
    """The option utc_offset, "+08:00". Raises OptionsError beginning with `where`."""
    try:
        return when.offset(utc_offset)
    except ValueError as error:
        raise OptionsError(f"{where}: {error}") from None


def open_secrets(
    endpoint: Endpoint, secrets: Secrets, table: str, values: Mapping[str, V | SecretRef], kept: list[Secret]
) -> dict[str, V | str]:
    """A table of options with its secrets opened; `kept` takes them, for the session to mask.

    `table` is what the file calls it ("headers"). A plain value under a name that sounds like a key is masked as well; a
    header that holds nothing but secrets must not be written in plain. Raises OptionsError.
    """
    opened: dict[str, V | str] = {}
    for name, value in values.items():
        option = f"{table}.{name}" if table else name
        if isinstance(value, SecretRef):
            secret = secrets.resolve(endpoint.source, option, value)
            kept.append(secret)
            opened[name] = secret.reveal()
            continue
        if table == "headers" and name.lower() in _LOGIN:
            raise OptionsError(
                f"source {endpoint.source!r}: option {option!r} is never written in plain, but as"
                f' {{env = "NAME"}} or {{file = "path"}} in sources/{endpoint.source}.toml'
            )
        if isinstance(value, str) and len(value) >= _TELLING and _SOUNDS_SECRET.search(name):
            kept.append(Secret(value))
        opened[name] = value
    return opened


def _explain(message: str, struct: type[msgspec.Struct]) -> str:
    unknown = _UNKNOWN.match(message)
    if unknown:
        table = _table(struct, unknown[2] or "")
        if table is not None:
            return f"{message}. Allowed: {', '.join(field.name for field in msgspec.structs.fields(table))}"
        return f'{message} (a secret is written {{env = "NAME"}} or {{file = "path"}})'
    if "Expected `object" in message and "got `str`" in message:
        return message + ': a secret is never written in plain, but as {env = "NAME"} or {file = "path"}'
    return message


def _table(struct: type[msgspec.Struct], path: str) -> type[msgspec.Struct] | None:
    """The table of options at a dotted path; None for what is a secret, or no table."""
    found: Any = struct
    for name in filter(None, path.split(".")):
        hint = typing.get_type_hints(found).get(name)
        arms = [arm for arm in typing.get_args(hint) or (hint,) if isinstance(arm, type)]
        found = next((arm for arm in arms if issubclass(arm, msgspec.Struct)), None)
        if found is None or found is SecretRef:
            return None
    tables: type[msgspec.Struct] | None = found
    return tables if path else None
