"""The versions of the standard: their history in `versions.toml`, and what each of them consists of, kept for ever in `releases/`.

A released version never changes: its files are read from its archive, whatever the declarations have become since. A test
makes the files of the newest version anew and compares; when the declarations have changed, a new version has to be written:

    add it to vocab/standard/versions.toml with an empty fingerprint, then: python -m vocab.standard
"""

import hashlib
import tomllib
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType

import msgspec

BASE = "https://standard.invalid"  # stands in released files for the address of the node that serves them
BINARY = ".xlsx"


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version: `number` by semantic versioning (a file good by 1.0 is good by 1.1), `date` of its release, what changed, and
    the sha256 over its files (`fingerprint_of`).
    """

    number: str
    date: str
    fingerprint: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


@cache
def versions() -> tuple[Version, ...]:
    """All versions, the newest first."""
    text = (files("vocab") / "standard" / "versions.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["version"], tuple[Version, ...])


def current() -> Version:
    """The version that the declarations of this code are."""
    return versions()[0]


def fingerprint_of(artefacts: Mapping[str, bytes]) -> str:
    """One digest for the texts of a version. Workbooks hold the same tables, and no two writers pack them alike."""
    whole = hashlib.sha256()
    for name in sorted(artefacts):
        if not name.endswith(BINARY):
            whole.update(f"{name} {hashlib.sha256(artefacts[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


@cache
def released(number: str) -> Mapping[str, bytes]:
    """The files of a version by name, as they were released. Raises KeyError for a version that there is not."""
    if number not in {version.number for version in versions()}:
        raise KeyError(number)
    packed = (files("vocab") / "standard" / "releases" / f"{number}.zip").read_bytes()
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        return MappingProxyType({name: archive.read(name) for name in archive.namelist()})


def packed(artefacts: Mapping[str, bytes]) -> bytes:
    """The archive of a version; the same files always give the same bytes."""
    body = BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(artefacts):
            archive.writestr(zipfile.ZipInfo(name), artefacts[name], zipfile.ZIP_DEFLATED, 9)
    return body.getvalue()
