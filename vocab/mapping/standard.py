"""A mapping that also takes records in the standard's own JSON form, beside rows that its fields describe.

What only the platform can say is left out, however it is given; what the source's registration says stands in for what a record
does not. Nothing is repaired: the form is exact, and what does not fit it is a problem with its place.
"""

from typing import Any, TypeGuard

import msgspec

from vocab.field import fields
from vocab.identifiers import patent_no
from vocab.lineage import Lineage
from vocab.mapping.apply import Context, FieldMapping, Mapped, unusable_key
from vocab.mapping.copy import undated
from vocab.mapping.target import OURS
from vocab.problem import Problem
from vocab.record import Record
from vocab.tree import Tree
from vocab.validate import normalise
from vocab.values import Agent, Ipr

RULE = "as the standard's JSON Schema has it"


class StandardMapping(FieldMapping):
    """Made by `load` of a mapping file with `standard = true`. Records of other kinds are skipped."""

    def apply(self, tree: Tree, context: Context) -> Mapped:
        """Never raises for what a tree of `decode` holds."""
        return self._taken(tree, context) if is_record(tree) else super().apply(tree, context)

    def _taken(self, tree: dict[str, Tree], context: Context) -> Mapped:
        if tree.get("kind", self.kind) != self.kind or (self._when and not self._when(tree)):
            return Mapped(None, skipped=True)
        if (problem := unusable_key(context)) is not None:
            return Mapped(None, (problem,))
        given = {key: value for key, value in tree.items() if key not in OURS and value is not None and value != ""}
        known = self._known(context)
        try:
            theirs = msgspec.convert({**given, "kind": self.kind, "identifier": known["identifier"]}, self._record)
        except msgspec.ValidationError as error:
            return Mapped(None, (_misfit(str(error)),))
        if (problem := undated(theirs)) is not None:
            return Mapped(None, (problem,))
        ours, repaired = normalise(msgspec.structs.replace(theirs, **_changes(theirs, known, context)))
        lines = (Lineage(b.key, b.key, RULE) for b in fields(self._record) if b.key in given)
        return Mapped(ours, repaired, tuple(lines))


def is_record(tree: Tree) -> TypeGuard[dict[str, Tree]]:
    """Whether an object is a record as the JSON Schema has it, and no row."""
    return isinstance(tree, dict) and isinstance(tree.get("title"), dict)


def _changes(theirs: Record, known: dict[str, Any], context: Context) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "provenance": known["provenance"],
        "source_record_id": tuple(dict.fromkeys((context.local_id, *theirs.source_record_id))),
        "region": theirs.region or context.region,
        "publisher": theirs.publisher or Agent(context.publisher_zh, name_en=context.publisher_en or None),
        "licence": theirs.licence or context.licence,
    }
    rights: tuple[Ipr, ...] = getattr(theirs, "ipr", ())
    return changes | ({"ipr": tuple(map(_proved, rights))} if rights else {})


def _proved(right: Ipr) -> Ipr:
    """Whether the check digit of a patent is right is for us to find out."""
    number = patent_no(right.no) if right.no else None
    return msgspec.structs.replace(right, valid=None if number is None or number.derived else number.valid)


def _misfit(error: str) -> Problem:
    said, _, place = error.rpartition(" - at ")
    path = place.strip("`").removeprefix("$").removeprefix(".")
    return Problem("not-a-record", path or "$", said or error)
