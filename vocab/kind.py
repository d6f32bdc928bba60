"""The contract of a kind of record: everything downstream works on any kind through this and never asks which."""

from collections.abc import Callable
from typing import Any

import msgspec

from vocab.document import SearchDocument
from vocab.problem import Problem
from vocab.public import PublicRecord
from vocab.record import Record

Rule = Callable[[Any], list[Problem]]  # a validation rule of one kind: record -> problems


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record. `rdf_class` is a prefixed class name; `document` makes the search document of a public record."""

    name: str  # as in IRIs, JSON and OAI-PMH sets: "achievement"
    zh: str
    en: str
    en_plural: str = ""  # beside a number; `en` where empty
    record: type[Record]
    rdf_class: str
    document: Callable[[PublicRecord], SearchDocument]
    rules: tuple[Rule, ...] = ()
    facets: tuple[str, ...] = ()
