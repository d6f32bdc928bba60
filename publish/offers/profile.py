"""What an offer says, as a struct from which JSON and XML are made: the reviewed text, and what follows from the record.

An offer is anonymous: nothing here is a name or a number by which its holder is known.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from federation.offers import Line, Offer
from publish.links import code_path
from publish.services import Services
from vocab.codes import Concept, concept, scheme, stage_to_trl
from vocab.crosswalks import matches
from vocab.kinds import Achievement
from vocab.namespaces import REGION_SCHEME
from vocab.offer import Client, Partnership, Rights, client, partnerships, rights

OECD, ISO = "fos-2015", "iso3166-2-cn"
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Uri = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Field(msgspec.Struct, frozen=True):
    """A field of science or technology: the address of its code, and its label."""

    iri: Uri
    label: str


class Readiness(msgspec.Struct, frozen=True):
    """Technology readiness levels, from and to."""

    min: int
    max: int


class TechnologyOffer(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A technology offer in English. `reference` is what to write to the contact; `country` and `region` are ISO 3166 codes.

    `fictional`: it comes from a source that demonstrates, and offers nothing.
    """

    reference: str
    url: Uri
    title: str
    summary: str
    description: str
    country: str
    partnerships: tuple[Partnership, ...]
    valid_from: Day
    valid_until: Day
    advantages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    stage: str | None = None
    readiness: Readiness | None = None
    rights: tuple[Rights, ...] = ()
    client: Client | None = None
    region: str | None = None
    contact: str = ""
    fictional: bool = False


def reference(line: Line | Offer) -> str:
    """What an offer is called: what the address of its record ends with."""
    return line.iri.rpartition("/")[2]


def profile(offer: Offer, services: Services) -> TechnologyOffer:
    record, text, source = offer.record, offer.text, services.sources.get(offer.source)
    return TechnologyOffer(
        reference=reference(offer),
        url=f"{services.settings.base_url}/offers/{reference(offer)}",
        title=text.title,
        summary=text.summary,
        description=text.description,
        country="CN",
        partnerships=partnerships(record),
        valid_from=offer.since,
        valid_until=offer.until,
        advantages=text.advantages,
        keywords=text.keywords,
        fields=tuple(dict.fromkeys(_fields(record, services))),
        stage=_english(record.stage),
        readiness=_readiness(record),
        rights=rights(record),
        client=client(record),
        region=_region(record),
        contact=services.settings.contact,
        fictional=bool(source and source.fictional),
    )


def _fields(record: Achievement, services: Services) -> Iterator[Field]:
    """High-technology fields, and the fields of OECD that the disciplines are in: what lies nearest is told."""
    for code in record.hi_tech_field:
        if known := concept(code):
            yield _field(known, services)
    for code in record.discipline:
        above = (known, *scheme(known.scheme).ancestors(known.notation)) if (known := concept(code)) else ()
        yield from next((found for one in above if (found := [_field(t, services) for t in _matching(one, OECD)])), [])


def _field(known: Concept, services: Services) -> Field:
    return Field(services.namespaces.base + code_path(known.code), known.en)


def _matching(known: Concept, among: str) -> list[Concept]:
    targets = [match.target for match in matches(known)]
    return [one for one in targets if isinstance(one, Concept) and one.scheme == among]


def _readiness(record: Achievement) -> Readiness | None:
    """As the record says, else as its stage implies."""
    found = record.trl or (stage_to_trl(record.stage) if record.stage else None)
    return Readiness(found.min, found.max) if found else None


def _english(code: str | None) -> str | None:
    known = concept(code) if code else None
    return known.en if known else None


def _region(record: Achievement) -> str | None:
    """The code of its province."""
    known = concept(f"{REGION_SCHEME}/{record.region}")
    above = (known, *scheme(REGION_SCHEME).ancestors(known.notation)) if known else ()
    return next((code.notation for one in above for code in _matching(one, ISO)), None)
