"""Members of the event streams: activities (Activity Streams 2.0) as N-Quads, as DCAT-AP Feeds has them.

A member is named after its record and its number in the log, so no two are ever called the same. What a record says stands in
the graph of the member's name; the news of it in the default graph.
"""

from collections.abc import Iterator

from federation.selection import Selection
from federation.views import Change, Event
from publish.feed.spans import Span
from publish.services import Services
from vocab.namespaces import STANDARD, Namespaces
from vocab.public import PublicRecord
from vocab.rdf import lines
from vocab.rdf.graph import RDF_TYPE
from vocab.rdf.terms import moment, typed

AS = STANDARD["as"]
POSITION = f"{STANDARD['schema']}position"
ACTIVITIES = {Event.PUBLISHED: "Create", Event.CHANGED: "Update", Event.WITHDRAWN: "Delete"}


def name(change: Change) -> str:
    """The address of a member."""
    return f"{change.iri}#change-{change.seq}"


def every(span: Span, services: Services) -> list[Change]:
    """The changes of a span, in their order."""
    found = services.view.changes(span.first - 1, span.size)
    return [change for change in found if change.seq <= span.last]


def standing(span: Span, services: Services) -> Iterator[tuple[Change, PublicRecord | None]]:
    """The changes of a span after which nothing more happened to their records, with the records; withdrawals without.

    One that is overtaken between two readings is left out: its record is on a later page by then.
    """
    last = {one.seq: one.iri for one in services.view.listed(Selection(), span.first - 1, span.size)}
    public = services.view.records([iri for seq, iri in last.items() if seq <= span.last])
    for change in every(span, services):
        record = public.get(change.iri)
        if change.seq in last and change.event is Event.WITHDRAWN:
            yield change, None
        elif record is not None and record.seq == change.seq:
            yield change, record


def described(change: Change) -> Iterator[str]:
    """The lines of an activity; one that left something public leads to that version."""
    node = f"<{name(change)}>"
    yield f"{node} {RDF_TYPE} <{AS}{ACTIVITIES[change.event]}> .\n"
    yield f"{node} <{AS}object> <{change.iri}> .\n"
    yield f"{node} <{AS}published> {moment(change.at)} .\n"
    yield f"{node} <{POSITION}> {typed(str(change.seq), 'integer')} .\n"
    if change.event is not Event.WITHDRAWN:
        yield f"{node} <{AS}result> <{change.iri}/version/{change.version}> .\n"


def payload(change: Change, record: PublicRecord, ns: Namespaces) -> Iterator[str]:
    """The record's statements in the graph of the activity."""
    end = f" <{name(change)}> .\n"
    return (line + end for line in lines(record, ns))
