"""The arguments of an action: from the address, from a form, or from JSON, as CKAN takes them, and read without surprises."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from publish.ckan.errors import BadRequest, ValidationError

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TRUE = frozenset({"true", "yes", "t", "y", "1", "on"})
FALSE = frozenset({"false", "no", "f", "n", "0", "off", ""})
LONGEST = 2_000  # characters of one argument


class Arguments:
    """What an action was given, by name. Every reader raises ValidationError naming the argument."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._given)

    def text(self, name: str, default: str = "") -> str:
        value = self._given.get(name)
        if value is None:
            return default
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str):
            raise ValidationError(name, "Must be a text")
        if len(value) > LONGEST:
            raise ValidationError(name, f"Is longer than {LONGEST:,} characters")
        return value

    def needed(self, *names: str) -> str:
        """The first of these names that was given: some arguments have two."""
        found = next((text for name in names if (text := self.text(name).strip())), "")
        if not found:
            raise ValidationError(names[0], "Missing value")
        return found

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """A natural number; what is more than the most is cut down to it, as CKAN does."""
        text = self.text(name, str(default)).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValidationError(name, "Must be a natural number")
        return int(text) if most is None else min(int(text), most)

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name, "true" if default else "").strip().lower()
        if text not in TRUE | FALSE:
            raise ValidationError(name, "Must be true or false")
        return text in TRUE

    def several(self, name: str) -> tuple[str, ...]:
        """A list: of JSON, repeated, or as CKAN's addresses have it, a JSON list in a text."""
        value = self._given.get(name)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = msgspec.json.decode(value)
            except msgspec.DecodeError:
                raise ValidationError(name, "Is not a list in JSON") from None
        found = [] if value is None or value == "" else value if isinstance(value, list) else [value]
        if len(found) > 100 or not all(isinstance(item, str) and len(item) <= LONGEST for item in found):
            raise ValidationError(name, f"Must be a list of at most 100 texts, each of at most {LONGEST:,} characters")
        return tuple(found)


def of_pairs(pairs: Sequence[tuple[str, str]]) -> Arguments:
    """Arguments of an address or a form; one that is repeated becomes a list."""
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            before = given[name]
            given[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            given[name] = value
    return Arguments(given)


def of_body(body: bytes, content_type: str) -> Arguments:
    """Arguments of a POST. Clients have always sent JSON under the name of a form. Raises BadRequest."""
    media_type = content_type.partition(";")[0].strip().lower()
    if not body.strip():
        return Arguments({})
    if media_type == FORM and not body.lstrip().startswith(b"{"):
        return of_pairs(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if media_type not in (FORM, JSON, "", "text/plain"):
        raise BadRequest(f"send arguments as {JSON} or {FORM}, not as {media_type[:60]}")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("JSON Error: Error decoding JSON data") from None
    if not isinstance(given, dict):
        raise BadRequest("JSON Error: Request data JSON decoded but it is not an object")
    return Arguments(given)
