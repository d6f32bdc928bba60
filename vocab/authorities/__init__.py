"""Entries of the EU's authority tables, as far as we speak of them (https://op.europa.eu/en/web/eu-vocabularies).

DCAT-AP takes its languages, places, themes, formats, licences and frequencies from there. `tables.csv` tells of which version the
labels are; `scripts/authorities` brings them up to date with tables that are at hand, and a test holds them equal.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

BASE: Final = "http://publications.europa.eu/resource/authority/"


class Table(msgspec.Struct, frozen=True):
    """`version` is that of the labels; empty where only the codes could be checked. `source` says by what."""

    id: str
    zh: str
    en: str
    version: str
    source: str

    @property
    def iri(self) -> str:
        return BASE + self.id


class Entry(msgspec.Struct, frozen=True):
    """`table` is the id of its table."""

    table: str
    code: str
    zh: str
    en: str

    @property
    def iri(self) -> str:
        return f"{BASE}{self.table}/{self.code}"


def tables() -> Mapping[str, Table]:
    """By id."""
    return _tables()


def table(id: str) -> Table:  # noqa: A002
    """Raises KeyError."""
    return _tables()[id]


def entries(table: str) -> Iterable[Entry]:
    """The entries of a table that we speak of."""
    return [entry for entry in _entries().values() if entry.table == table]


def entry(table: str, code: str) -> Entry:
    """Raises KeyError."""
    return _entries()[table, code]


def find(table: str, code: str) -> Entry | None:
    """None where it is none that we speak of."""
    return _entries().get((table, code))


@cache
def licences() -> Mapping[str, Entry]:
    """The licences of the table, by the short names that SPDX gives them: `CC BY 4.0`."""
    return {entry.en: entry for entry in entries("licence")}


@cache
def _tables() -> Mapping[str, Table]:
    return {row[0]: Table(*row) for row in _rows("tables.csv")}


@cache
def _entries() -> Mapping[tuple[str, str], Entry]:
    return {(row[0], row[1]): Entry(*row) for row in _rows("entries.csv")}


def _rows(name: str) -> list[list[str]]:
    return list(csv.reader((files("vocab.authorities") / name).read_text("utf-8").splitlines()))[1:]
