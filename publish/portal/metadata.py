"""What a page tells reference managers and search engines of scholars: Dublin Core (DCMI 2008) and Highwire's `citation_…`."""

from typing import NamedTuple

from publish.citations import Work
from publish.oai import dublin_core
from vocab.public import PublicRecord


class Meta(NamedTuple):
    name: str
    content: str
    lang: str = ""


def of(public: PublicRecord, work: Work) -> list[Meta]:
    """The `meta` elements of a record's page, as name, text and language."""
    return [*_highwire(work), *_dublin_core(public)]


def _highwire(work: Work) -> list[Meta]:
    found = [
        Meta("citation_title", work.title, work.lang),
        *(Meta("citation_author", name) for name in work.authors),
        Meta("citation_publication_date", f"{work.issued:%Y/%m/%d}"),
        Meta("citation_online_date", f"{work.issued:%Y/%m/%d}"),
        Meta("citation_publisher", work.platform),
        *(Meta("citation_technical_report_institution", name) for name in work.organisations[:1]),
        Meta("citation_technical_report_number", work.number),
        *(Meta("citation_keywords", word) for word in work.keywords),
        Meta("citation_language", work.lang),
        Meta("citation_public_url", work.iri),
    ]
    return [meta for meta in found if meta.content]


def _dublin_core(public: PublicRecord) -> list[Meta]:
    """The same elements that OAI-PMH tells."""
    return [Meta(f"DC.{name}", text, lang) for name, text, lang in dublin_core.texts(public)]
