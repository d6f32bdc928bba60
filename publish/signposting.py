"""Signposting (signposting.org, FAIR profile 2023, levels 1 and 2): links by which a program finds what belongs to a record.

The page leads to what describes the record, to the record itself (`item`: the JSON that its digest is taken over), its licence
and the address to cite; each of those leads back. The header is bounded, the linkset document has everything.
"""

from collections.abc import Iterator
from dataclasses import replace

from publish.citations import CITATIONS
from publish.formats import FORMATS, HTML, Format
from publish.links import record_path, safe
from publish.services import Services
from publish.weblink import LINKSET, LINKSET_JSON, Link, header
from vocab.kinds import KINDS
from vocab.public import PublicRecord
from vocab.values import Agent

ABOUT_PAGE = "https://schema.org/AboutPage"


def of_page(public: PublicRecord, services: Services) -> str:
    """The header of a record's page and of its permanent address."""
    return header([*_everywhere(public, services), *_of_page(public, services)])


def of_data(public: PublicRecord, form: Format, services: Services) -> str:
    """The header of one form of a record."""
    forms = [f for f in FORMATS if f != form]
    others = [Link(f"{public.iri}.{f.suffix}", "alternate", f.media_type) for f in forms]
    return header([*_everywhere(public, services), _back(form, _page(public, services)), *_licence(public), *others])


def of_record(public: PublicRecord, services: Services) -> list[Link]:
    """Everything that is known, from where to where: level 2."""
    page = _page(public, services)
    ways = [replace(link, anchor=page) for link in _of_page(public, services)]
    back = [replace(_back(form, page), anchor=f"{public.iri}.{form.suffix}") for form in (*FORMATS, *CITATIONS)]
    return ways + back


def linkset_address(public: PublicRecord) -> str:
    return f"{public.iri}/linkset"


def timemap_address(iri: str) -> str:
    return f"{iri}/timemap"


def _everywhere(public: PublicRecord, services: Services) -> Iterator[Link]:
    yield Link(public.iri, "canonical")
    yield Link(public.iri, "timegate")
    yield Link(timemap_address(public.iri), "timemap", "application/link-format")
    for media_type in (LINKSET_JSON, LINKSET):
        yield Link(linkset_address(public), "linkset", media_type)
    yield Link(_page(public, services), "alternate", HTML)


def _of_page(public: PublicRecord, services: Services) -> Iterator[Link]:
    yield Link(public.iri, "cite-as")
    yield Link(ABOUT_PAGE, "type")
    if public.kind in KINDS:
        yield Link(services.namespaces.expand(KINDS[public.kind].rdf_class), "type")
    yield from _licence(public)
    organisation = getattr(public.record, "first_org", None)
    if isinstance(organisation, Agent):
        yield Link(services.namespaces.organisation(organisation), "author")
    for form in (*FORMATS, *CITATIONS):
        relation = "describedby" if _describes(form) else "item"
        yield Link(f"{public.iri}.{form.suffix}", relation, form.media_type)


def _licence(public: PublicRecord) -> list[Link]:
    address = safe(public.record.licence)
    return [Link(address, "license")] if address else []


def _back(form: Format, page: str) -> Link:
    return Link(page, "describes" if _describes(form) else "collection", HTML)


def _describes(form: Format) -> bool:
    """Whether a form tells about the record and is not the record itself."""
    return form.rdf or form in CITATIONS


def _page(public: PublicRecord, services: Services) -> str:
    return services.settings.base_url + (record_path(public.iri, services.namespaces.base) or "")
