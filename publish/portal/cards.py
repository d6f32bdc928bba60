"""A found record as a card: what a reader needs to decide whether to open it."""

from dataclasses import dataclass

from publish.links import record_path
from publish.portal.reader import Reader
from search.base import Hit, Part
from vocab.document import SearchDocument

Pieces = tuple[tuple[str, bool], ...]
SNIPPET = 160  # characters of the abstract when nothing in it matched


@dataclass(frozen=True, slots=True)
class Card:
    """`title` and `snippet` are pieces of text, each with whether it matched."""

    href: str
    kind: str
    kind_label: str
    title: Pieces
    title_lang: str | None
    snippet: Pieces
    orgs: tuple[str, ...]
    region: str
    stage: str
    year: str
    price: str
    source: str
    fictional: bool
    same: int  # further found records of the same achievement, folded under this one
    parts: tuple[Part, ...]  # of an organisation that was asked for, by which it was found


def card(hit: Hit, reader: Reader) -> Card:
    found = hit.document
    title, lang = _title(hit, reader)
    source = reader.services.sources.get(found.source)
    return Card(
        href=record_path(found.iri, reader.services.namespaces.base) or found.iri,
        kind=found.kind,
        kind_label=reader.kind(found.kind),
        title=title,
        title_lang=lang,
        snippet=hit.highlights.get("abstract") or ((_cut(found.abstract), False),),
        orgs=found.orgs[:2],
        region=_region(found, reader),
        stage=next((reader.code(code) for code in found.facets.get("stage", ())), ""),
        year=next(iter(found.facets.get("year", ())), ""),
        price=reader.money(found.price) if found.price is not None else "",
        source=reader.source(found.source),
        fictional=bool(source and source.fictional),
        same=hit.same,
        parts=hit.parts,
    )


def _title(hit: Hit, reader: Reader) -> tuple[Pieces, str | None]:
    """The title in the reader's language where there is one."""
    found = hit.document
    english = reader.lang == "en" and bool(found.title_en)
    wanted = found.title_en if english else found.title_zh or found.title_en
    lang = "zh-CN" if reader.lang == "en" and not english else None
    return hit.highlights.get("title_en" if english and found.title_zh else "title", ((wanted, False),)), lang


def _region(found: SearchDocument, reader: Reader) -> str:
    """The widest division but the country's: the province."""
    return next((reader.region(region) for region in found.facets.get("region", ())), "")


def _cut(text: str) -> str:
    return text if len(text) <= SNIPPET else text[:SNIPPET].rstrip() + "…"
