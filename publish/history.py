"""The past of a record that is public: its versions as the public could tell them apart, and which of them held at a time."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from federation.views import Memento, PublicView
from publish.api.records import published
from publish.errors import NotFound


def of(view: PublicView, iri: str) -> list[Memento]:
    """The versions of a record, the oldest first; one that says what the one before it said is not another.

    (The ledger numbers a version also when only the cluster of the record changed: decision 20.) Raises as `published` does:
    of a record that was withdrawn there is no past.
    """
    published(view, iri)
    found = view.versions(iri)
    if not found:  # withdrawn since it was looked at
        raise NotFound("No public record has this address.")
    return [next(same) for _, same in groupby(found, key=lambda memento: memento.digest)]


def original(history: Sequence[Memento], number: int) -> Memento:
    """The version that first said what the one of this number says."""
    return [memento for memento in history if memento.version <= number][-1]


def at(history: Sequence[Memento], moment: datetime) -> Memento:
    """The version that held at a moment (a second of HTTP); before the first one, the first (RFC 7089 section 4.5.3)."""
    held = [memento for memento in history if second(memento) <= moment]
    return held[-1] if held else history[0]


def second(memento: Memento) -> datetime:
    """When the version came to be, as exactly as HTTP can say it."""
    return datetime.fromisoformat(memento.at).replace(microsecond=0)
