"""Generations of an index on disk: each in a folder of its own, one of them current, swapped in one step.

DIRECTORY/
  current                 token of the generation that is served; replaced atomically
  writer.lock             held by the one process that writes (released by the system when it dies)
  doubted                 left by a process that could not read: the one that writes looks at the index, and takes it away
  generations/TOKEN/      the engine's files, and generation.json (format of the index)
"""

import fcntl
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from search.base import SearchUnavailable

Signature = tuple[int, int, int]


class WriterLock:
    """The right to write an index. Counts its holders within this process (an index and its twin share one lock)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._holders: set[int] = set()

    def hold(self, holder: object) -> None:
        """Raises SearchUnavailable when another process (or another index object) holds it."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                raise SearchUnavailable(
                    f"search index {self._path.parent} is being written by another process: one writer at a time"
                ) from None
            self._file = file
        self._holders.add(id(holder))

    def release(self, holder: object) -> None:
        self._holders.discard(id(holder))
        if self._file is not None and not self._holders:
            self._file.close()
            self._file = None


class Generations:
    def __init__(self, directory: Path, version: int) -> None:
        self.directory = directory
        self.format = version
        self._pointer = directory / "current"
        self._doubted = directory / "doubted"
        self._seen: tuple[Signature, str] | None = None
        self._path: tuple[str, Path, Path] | None = None  # asked for by every search

    def path(self, token: str) -> Path:
        return self._paths(token)[1]

    def _paths(self, token: str) -> tuple[str, Path, Path]:
        """(token, its folder, the file that every commit replaces)"""
        known = self._path
        if known is None or known[0] != token:
            folder = self.directory / "generations" / token
            known = self._path = token, folder, folder / "meta.json"
        return known

    def current(self) -> str | None:
        """The token of the generation that is served; None when there is none. One `stat` when nothing changed."""
        try:
            signature = _signature(self._pointer)
            if self._seen is None or self._seen[0] != signature:
                self._seen = signature, self._pointer.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable(f"search index {self.directory} cannot be read: {error}") from error
        token = self._seen[1]
        return token if token.isalnum() else None

    def check(self, token: str) -> None:
        """Raises SearchUnavailable when the generation is gone or written in another format than this program's."""
        try:
            found = json.loads((self.path(token) / "generation.json").read_text(encoding="utf-8"))["format"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SearchUnavailable(f"search index {self.path(token)} is damaged ({error!r}): rebuild it") from error
        if found != self.format:
            raise SearchUnavailable(
                f"search index {self.path(token)} has format {found}, this program reads format {self.format}: rebuild it"
            )

    def create(self) -> str:
        token = secrets.token_hex(8)
        self.path(token).mkdir(parents=True)
        (self.path(token) / "generation.json").write_text(json.dumps({"format": self.format}), encoding="utf-8")
        return token

    def point(self, token: str) -> None:
        """Make it current for all processes, atomically and durably."""
        draft = self.directory / f"current.{token}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._pointer)
        folder = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def drop_others(self, *keep: str | None) -> None:
        """Remove generations left behind by swaps and by builds that died. Only under the writer's lock."""
        folder = self.directory / "generations"
        for path in list(folder.iterdir()) if folder.is_dir() else []:
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)

    def doubt(self) -> None:
        """Tell the process that writes that this one could not read. Where that cannot be told, there is nothing to look at."""
        with suppress(OSError):
            self._doubted.touch()

    def take_doubt(self) -> bool:
        """Whether a process could not read since this was last asked."""
        try:
            self._doubted.unlink()
        except OSError:
            return False
        return True

    def commits(self, token: str) -> Signature:
        """Changes with every commit of the generation. Raises SearchUnavailable."""
        try:
            return _signature(self._paths(token)[2])
        except OSError as error:
            raise SearchUnavailable(f"search index {self.path(token)} is missing or damaged: rebuild it") from error


def _signature(path: Path) -> Signature:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ino, stat.st_size
