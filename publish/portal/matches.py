"""What other platforms say of the same achievement, and why they are taken for one (`federation.matching`)."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.matching.book import Candidate
from publish.links import record_path
from publish.portal.reader import Reader
from publish.portal.values import chinese, in_language
from vocab.public import PublicRecord

NAMES = 5


@dataclass(frozen=True, slots=True)
class Other:
    """Another record of the achievement. `reasons` are words: the rules that join it, or that a person did."""

    href: str
    title: str
    title_lang: str | None
    source: str
    stands_for_all: bool
    reasons: tuple[str, ...]


def others(public: PublicRecord, reader: Reader) -> list[Other]:
    services, cluster = reader.services, public.cluster
    if cluster is None:
        return []
    why = services.matches.explained(cluster.members) if services.matches else []
    found = services.view.records(public.same_as)
    return [_other(found[iri], iri == cluster.canonical, why, reader) for iri in public.same_as if iri in found]


@dataclass(frozen=True, slots=True)
class Name:
    """Another name of an organisation; `href` leads to a record that states it, on the platform `source`."""

    name: str
    lang: str | None
    href: str | None
    source: str


def other_names(organisation: str, reader: Reader) -> list[Name]:
    """What else the organisation is called, a few at most: each is looked for."""
    services = reader.services
    found = services.matches.names(organisation)[:NAMES] if services.matches else []
    base = services.namespaces.base
    return [
        Name(
            one.name,
            chinese(one.name, reader),
            record_path(one.iri, base) if one.iri else None,
            reader.source(one.source) if one.source else "",
        )
        for one in found
    ]


def _other(one: PublicRecord, canonical: bool, why: Iterable[Candidate], reader: Reader) -> Other:
    rules = dict.fromkeys(pair.reason for pair in why if one.iri in (pair.one, pair.other))
    title = in_language(one.record.title, reader)
    return Other(
        href=record_path(one.iri, reader.services.namespaces.base) or one.iri,
        title=title.text,
        title_lang=title.lang,
        source=reader.source(one.source),
        stands_for_all=canonical,
        reasons=tuple(reader.text(f"match.{rule}") for rule in rules or ("decided",)),
    )
