"""The texts of the portal in its two languages, from `messages.toml`: key -> {zh, en}."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from publish.languages import Lang


class MessageError(Exception):
    """`messages.toml` lacks a key or a language; the message names it."""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str

    def text(self, lang: Lang) -> str:
        return self.en if lang is Lang.EN else self.zh


class Catalogue:
    """Texts by dotted key: `search.empty`."""

    def __init__(self) -> None:
        tables = tomllib.loads((files("publish") / "messages.toml").read_text("utf-8"))
        self._messages = {
            f"{group}.{name}": msgspec.convert(texts, Message)
            for group, entries in tables.items()
            for name, texts in entries.items()
        }

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._messages)

    def text(self, key: str, lang: Lang, **values: object) -> str:
        """The text with its places filled. Raises MessageError for a key that is not there."""
        if key not in self._messages:
            raise MessageError(f"no text for {key!r}; add it to publish/messages.toml in zh and en")
        return self._messages[key].text(lang).format(**values) if values else self._messages[key].text(lang)


@cache
def catalogue() -> Catalogue:
    """The texts, read once."""
    return Catalogue()
