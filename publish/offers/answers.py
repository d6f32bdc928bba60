"""`/api/v1/offers`: the offers page by page, or one by its reference."""

from typing import Annotated

import msgspec
from msgspec import Meta

from publish.errors import NotFound, OfferEnded
from publish.links import with_query
from publish.offers.profile import TechnologyOffer, profile, reference
from publish.services import Services


class OffersParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of offers, in the order of decisions. Whoever keeps offers reads all pages and drops what is `gone`."""

    cursor: Annotated[int, Meta(ge=0, le=2**53 - 1, description="As `next` gives it.")] = 0
    size: Annotated[int, Meta(ge=1, le=100, description="Offers on a page, those that are gone included.")] = 50


class OffersAnswer(msgspec.Struct, frozen=True):
    """`total` may be had now, on all pages; `gone` are references of what was offered once and is no longer."""

    total: int
    items: tuple[TechnologyOffer, ...]
    gone: tuple[str, ...]
    next: Annotated[str | None, Meta(description="Address of the next page; null at the end.")]


def offers(services: Services, params: OffersParams, path: str) -> OffersAnswer:
    """A page; `path` is where the next one is."""
    view = services.offers
    lines = view.lines(params.cursor, params.size) if view else []
    more = len(lines) == params.size
    following = {"cursor": lines[-1].number, "size": params.size} if more else None
    return OffersAnswer(
        total=view.size() if view else 0,
        items=tuple(profile(line.offer, services) for line in lines if line.offer),
        gone=tuple(reference(line) for line in lines if not line.offer),
        next=services.settings.base_url + with_query(path, following) if following else None,
    )


def offer(services: Services, name: str) -> TechnologyOffer:
    """Raises OfferEnded for what was one, NotFound for what never was."""
    iri = services.namespaces.named("achievement", name)
    line = services.offers.line(iri) if services.offers else None
    if line and line.offer:
        return profile(line.offer, services)
    if line:
        raise OfferEnded("What was offered here is offered no longer.")
    raise NotFound("No technology offer has this reference; /api/v1/offers lists those there are.")
