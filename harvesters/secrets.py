"""Secrets of a source: named in its file, read from the environment or from a file, never shown.

A source file writes `key = {env = "BJ_USER_KEY"}` or `key = {file = "bj.key"}`; a secret in plain text is refused.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec

from harvesters.base import OptionsError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_QUERY = re.compile(r"([?&][^=&#\s]*(?:key|token|secret|sign|passw|pwd|auth|appid|nonce)[^=&#\s]*=)[^&#\s'\"]+", re.I)
_USERINFO = re.compile(r"(?<=//)[^/@\s?#]+@")
_LONG = 16 * 2**10  # a secret file is a line, not a document


class SecretRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a secret lies: one of the two."""

    env: str = ""  # name of an environment variable
    file: str = ""  # name of a file


class Secret:
    """A resolved secret. Only `reveal` shows it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


class Secrets:
    """Reads secrets. `environ` defaults to the process environment; `folder` is where relative file names start."""

    def __init__(self, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._folder = folder or Path()

    def resolve(self, source: str, option: str, ref: SecretRef) -> Secret:
        """Raises OptionsError naming the option and the place looked at, never the value."""
        where = f"source {source!r}: option {option!r}"
        if bool(ref.env) == bool(ref.file):
            raise OptionsError(f'{where} must be {{env = "NAME"}} or {{file = "path"}}, one of the two')
        value = self._from_env(where, ref.env) if ref.env else self._from_file(where, ref.file)
        if not value or _CONTROL.search(value):
            raise OptionsError(f"{where}: the secret in {ref.env or ref.file} is empty or holds control characters")
        return Secret(value)

    def _from_env(self, where: str, name: str) -> str:
        try:
            return self._environ[name].strip()
        except KeyError:
            raise OptionsError(f"{where}: environment variable {name} is not set") from None

    def _from_file(self, where: str, name: str) -> str:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                return file.read(_LONG).decode("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise OptionsError(f"{where}: secret file {name} cannot be read ({type(error).__name__})") from None


class Mask:
    """Takes secrets out of text that people will read."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        forms = {form for secret in secrets for form in _spellings(secret.reveal())}
        self._forms = sorted(forms, key=len, reverse=True)

    @property
    def any(self) -> bool:
        return bool(self._forms)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, "***")
        return _USERINFO.sub("***@", _QUERY.sub(r"\1***", text))


def _spellings(value: str) -> set[str]:
    return {value, quote(value), quote(value, safe=""), quote_plus(value)}
