"""A mapping that copies: the public record of another node becomes ours, with nothing lost and nothing claimed.

Everything is taken over but what only we can say: identifier, provenance, status and quality. Its identifier there joins
the source's numbers, its provenance there the chain of ours. An open secrecy level is not taken over: that somebody else
found a record 非涉密 is for a declaration of our own to accept; any other level is, so that the gate refuses the record.
"""

from typing import Any

import msgspec

from vocab.codes import concept
from vocab.field import fields
from vocab.lineage import Lineage
from vocab.mapping.apply import Context, FieldMapping, Mapped
from vocab.mapping.target import OURS
from vocab.problem import Problem
from vocab.record import Record
from vocab.tree import Tree
from vocab.validate import is_date, normalise
from vocab.values import Agent, Origin, Provenance

LONGEST_CHAIN = 8  # nodes: city, province, nation, and some to spare
OPEN_LEVEL = "非涉密"
RULE = "taken over from another node"


class CopyMapping(FieldMapping):
    """Made by `load` of a mapping file with `copy = true`. Records of other kinds are skipped."""

    def apply(self, tree: Tree, context: Context) -> Mapped:
        """The record under our name. Never raises for what a tree of `decode` holds."""
        if not isinstance(tree, dict) or tree.get("kind") != self.kind or (self._when and not self._when(tree)):
            return Mapped(None, skipped=True)
        try:
            theirs = msgspec.convert(tree, self._record)
        except msgspec.ValidationError as error:
            place = str(error).rpartition(" - at ")[2].strip("`") if " - at " in str(error) else "$"
            return Mapped(None, (Problem("not-a-record", place, "not a value that a record has here"),))
        problem = _strange(theirs, context)
        if problem is not None:
            return Mapped(None, (problem,))
        ours, repaired = normalise(msgspec.structs.replace(theirs, **self._changes(theirs, context)))
        return Mapped(ours, repaired, self._lines(tree, ours))

    def _changes(self, theirs: Record, context: Context) -> dict[str, Any]:
        known = self._known(context)
        provenance: Provenance = known["provenance"]
        numbers = (context.local_id, theirs.identifier, *theirs.source_record_id)
        return {
            "identifier": known["identifier"],
            "provenance": msgspec.structs.replace(provenance, chain=_chain(theirs)),
            "source_record_id": tuple(dict.fromkeys(numbers)),
            "status": None,
            "secret_level": None if _is_open(theirs.secret_level) else theirs.secret_level,
            "region": theirs.region or context.region,
            "publisher": theirs.publisher or Agent(context.publisher_zh, name_en=context.publisher_en or None),
            "licence": theirs.licence or context.licence,
        }

    def _lines(self, tree: dict[str, Tree], ours: Record) -> tuple[Lineage, ...]:
        given = (b for b in fields(type(ours)) if b.key in tree and b.key not in OURS)
        return tuple(
            Lineage(b.key, b.key, RULE) for b in given if not (b.name == "secret_level" and ours.secret_level is None)
        )


def _chain(theirs: Record) -> tuple[Origin, ...]:
    p = theirs.provenance
    assert p is not None
    return (Origin(theirs.identifier, p.source, p.retrieved, p.mapping, p.sha256, p.url), *p.chain)


def _strange(theirs: Record, context: Context) -> Problem | None:
    """Why a record cannot be one that a node has published."""
    if theirs.identifier != context.local_id:
        return Problem("upstream-identifier", "identifier", "the record is not the one that was listed under this IRI")
    if theirs.provenance is None:
        return Problem("upstream-provenance", "provenance", "the record does not say where its node has it from")
    chain = theirs.provenance.chain
    if len(chain) >= LONGEST_CHAIN:
        return Problem("upstream-chain", "provenance", f"it came through more than {LONGEST_CHAIN} nodes")
    if any(iri.startswith(f"{context.base}/") for iri in (theirs.identifier, *(one.iri for one in chain))):
        return Problem("upstream-is-us", "provenance", "the record is our own, come back through other nodes")
    return undated(theirs)


def undated(theirs: Record) -> Problem | None:
    """A date on which disclosure depends and that is none: nothing could be decided by it."""
    dates = [theirs.embargo_until, *(review.date for review in theirs.review)]
    if all(is_date(one) for one in dates if one is not None):
        return None
    return Problem("date-invalid", "embargoUntil", "a date on which its disclosure depends is none")


def _is_open(level: str | None) -> bool:
    found = concept(level) if level else None
    return found is not None and found.scheme == "cl19" and found.zh == OPEN_LEVEL
