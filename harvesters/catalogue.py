"""A file catalogue: a JSON list whose entries point to files (Guangdong publishes so)."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from harvesters.answer import printable
from harvesters.base import OptionsError, TerminalError
from harvesters.json_text import Malformed, descend, items, scalar, steps


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to read; `name` is what people call it in positions, empty for the only one."""

    url: str
    name: str


class Catalogue:
    """Where the list lies in the answer and where an entry keeps its address."""

    def __init__(self, base: str, list_path: str, entry_url: str, pattern: str, where: str) -> None:
        self._base = base
        self._path = "" if list_path == "." else list_path
        self._entry = steps(entry_url)
        self._where = f"{where}: the file catalogue"
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise OptionsError(f"{where}: entry_pattern {pattern!r} is no regular expression: {error}") from None

    def entries(self, answer: bytes) -> list[Entry]:
        """The files, each address once. Raises TerminalError for an answer without a list or without any file."""
        try:
            found = descend(answer, steps(self._path))
            rows = items(found) if found is not None else None
            if rows is None:
                raise TerminalError(f"{self._where} has no list at list_path = {self._path!r}")
            urls = [scalar(row, self._entry) for row in rows if row.lstrip()[:1] == b"{"]
        except Malformed as error:
            raise TerminalError(f"{self._where} holds a broken JSON string: {error}") from None
        try:
            chosen = dict.fromkeys(urljoin(self._base, url) for url in urls if url and self._pattern.search(url))
            strange = any(urlsplit(url).scheme not in ("http", "https") for url in chosen)
        except ValueError:
            strange = True
        if strange:
            raise TerminalError(f"{self._where} points to something that is not an http:// or https:// address")
        if not chosen:
            raise TerminalError(
                f"{self._where} names no file: {len(rows)} entries, none with an address at entry_url that matches entry_pattern"
            )
        return [Entry(url, _name(url)) for url in chosen]


def _name(url: str) -> str:
    return printable(unquote(PurePosixPath(urlsplit(url).path).name)) or "file"
