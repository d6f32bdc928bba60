"""What other platforms say of the same achievement, and why they are taken for one (`federation.matching`)."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.matching.book import Candidate
from publish.links import record_path
from publish.portal.reader import Reader
from publish.portal.values import in_language
from vocab.public import PublicRecord


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
