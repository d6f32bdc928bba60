"""The search document: what a kind gives the search engine of a public record."""

import msgspec


class SearchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Texts to be found, values to be filtered and counted. Texts are the originals: analysis belongs to `search/`.

    `facets` maps the name of a facet (`search.base.FACETS`) to the record's values; a
    hierarchical value is given with all its ancestors (`330000`, `330100`). `sort_date` is ISO 8601 (`2019-03-01`).
    """

    iri: str
    kind: str
    source: str
    version: int
    seq: int
    title_zh: str = ""
    title_en: str = ""
    keywords: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    abstract: str = ""
    labels: tuple[str, ...] = ()  # labels of its codes, in both languages: an English query finds Chinese records
    identifiers: tuple[str, ...] = ()  # normalised numbers: patent, registration, USCC, project
    facets: dict[str, tuple[str, ...]] = {}
    sort_date: str = ""
    date: str = ""  # the first day that the record's own date can mean; empty when it has none
    price: float | None = None  # lowest asked, in yuan
    cluster: str = ""  # IRI of the canonical record of its achievement, when several records are one
