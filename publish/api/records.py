"""`/api/v1/records`: every public record in the order of its last change, or one by its address."""

from typing import Annotated, cast

import msgspec
from msgspec import Meta

from federation.views import PublicView
from publish.api.shapes import RecordAnswer, RecordItem, RecordsAnswer
from publish.errors import BadParameter, Gone, Moved, NotFound
from publish.links import record_path, with_query
from publish.services import Services
from vocab.kinds import KINDS, Achievement, Demand, Organisation, ResearchProject
from vocab.public import PublicRecord

RECORDS = "/api/v1/records"
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1, description="A `seq` of the change log.")]


class RecordsParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of records. Ask again from the last `seq` seen to follow what changes."""

    cursor: Seq = 0
    size: Annotated[int, Meta(ge=1, le=100, description="Records on a page.")] = 50
    kind: Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})] | None = None


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Takes no query parameters."""


def records(services: Services, params: RecordsParams) -> RecordsAnswer:
    _check_kind(params.kind)
    found = services.view.page(params.cursor, params.size, params.kind)
    more = len(found) == params.size
    following = {"cursor": found[-1].seq, "size": params.size, "kind": params.kind} if more else None
    return RecordsAnswer(
        items=tuple(item(public, services) for public in found),
        next=services.settings.base_url + with_query(RECORDS, following) if following else None,
    )


def record(services: Services, address: str) -> RecordAnswer:
    public = published(services.view, iri_of(address, services))
    fields = msgspec.structs.asdict(item(public, services))
    return RecordAnswer(**fields, same_as=public.same_as, cluster=public.cluster.canonical if public.cluster else None)


def iri_of(address: str, services: Services) -> str:
    """The IRI meant by `kind/id` or by a full IRI."""
    return address if "://" in address else f"{services.namespaces.base}/id/{address}"


def published(view: PublicView, iri: str) -> PublicRecord:
    """The public record of an IRI. Raises Moved when it goes on under another, Gone when it was withdrawn, NotFound when
    there never was one.
    """
    found = view.record(iri)
    if found is not None:
        return found
    living = view.living(iri)
    if living is not None and view.record(living) is not None:
        raise Moved(living)
    stone = view.tombstone(living or iri)
    if stone is not None:
        raise Gone(stone)
    raise NotFound("No public record has this address.")


def item(public: PublicRecord, services: Services) -> RecordItem:
    page = record_path(public.iri, services.namespaces.base) or ""
    return RecordItem(
        iri=public.iri,
        kind=public.kind,
        source=public.source,
        version=public.version,
        seq=public.seq,
        at=public.at,
        first=public.first,
        digest=public.digest,
        url=services.settings.base_url + page,
        # KINDS is the closed list of what a record can be; the union exists for the API's description.
        record=cast(Achievement | Organisation | Demand | ResearchProject, public.record),
        lineage=public.lineage,
    )


def _check_kind(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise BadParameter("kind", f"Unknown kind {kind!r}; allowed are {', '.join(KINDS)}.", tuple(KINDS), kind)
