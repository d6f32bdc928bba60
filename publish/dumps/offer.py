"""What may be had of the shelf now, as it is listed: by the page, in the catalogue and in the statistics."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from publish.dumps.manifest import CHECKSUMS, File
from publish.dumps.shelf import Kept, Shelf
from publish.dumps.standing import Standing
from publish.services import Services

PATH = "/dumps/"


class State(StrEnum):
    READY = "ready"
    WRITING = "writing"  # what there was may not be shown any more, and is written again
    NONE = "none"


class FileItem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A file, where it lies for as long as its dump stands."""

    name: str
    url: str
    bytes: int
    sha256: str
    media_type: str
    compression: str = ""
    format: str = ""
    kind: str = ""
    records: int = 0


class DumpItem(msgspec.Struct, frozen=True):
    name: str
    seq: int
    at: str
    written: str
    records: int
    kinds: dict[str, int]
    checksums: str
    files: tuple[FileItem, ...]


class Dumps(msgspec.Struct, frozen=True):
    """The newest first."""

    state: State
    dumps: tuple[DumpItem, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """The shelf as it may be shown."""

    shelf: Shelf
    standing: Standing
    base: str

    def kept(self) -> list[Kept]:
        return [kept for kept in self.shelf.dumps() if self.standing.stands(kept)]

    def latest(self) -> Kept | None:
        return next(iter(self.kept()), None)

    def state(self) -> State:
        if self.latest():
            return State.READY
        return State.WRITING if self.shelf.awaited() or self.shelf.dumps() else State.NONE

    def url(self, kept: Kept, name: str) -> str:
        return f"{self.base}{PATH}{kept.name}/{name}"

    def item(self, kept: Kept) -> DumpItem:
        dump = kept.dump
        files = tuple(self._file(kept, file) for file in dump.files)
        sums = self.url(kept, CHECKSUMS)
        return DumpItem(kept.name, dump.seq, dump.at, kept.written, dump.records, dump.kinds, sums, files)

    def _file(self, kept: Kept, file: File) -> FileItem:
        return FileItem(
            name=file.name,
            url=self.url(kept, file.name),
            bytes=file.bytes,
            sha256=file.sha256,
            media_type=file.media_type,
            compression=file.compression.value if file.compression else "",
            format=file.format,
            kind=file.kind,
            records=file.records,
        )


def offer_of(services: Services) -> Offer:
    return Offer(services.dumps, Standing(services.view), services.settings.base_url)
