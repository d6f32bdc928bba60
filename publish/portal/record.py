"""`/{kind}/{id}`: one record, whole, with where each of its fields comes from."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from federation.clock import day
from publish import citations, signposting
from publish.api.records import published
from publish.citations import CITATIONS, work
from publish.citations.gbt7714 import reference
from publish.formats import FORMATS
from publish.portal import metadata, schema_org
from publish.portal.cards import Card, card
from publish.portal.groups import grouped, head_lineage
from publish.portal.matches import other_names, others
from publish.portal.reader import Reader
from publish.portal.site import Site
from publish.portal.values import in_language, words_of
from search.base import Query, SearchError
from vocab.public import PublicRecord

SIMILAR = 3
OF_ORGANISATION = 20


class RecordPage:
    def __init__(self, site: Site) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        services, reader = self.site.services, self.site.reader(request)
        kind = request.url.path.split("/")[1]
        public = published(services.view, f"{services.namespaces.base}/id/{kind}/{request.path_params['id']}")
        headers = {"Link": signposting.of_page(public, services)}
        context = {**self._context(public, reader), **self._citations(public, reader)}
        return self.site.page(request, "record.html", context, headers=headers)

    def past(self, request: Request, public: PublicRecord, headers: Mapping[str, str]) -> Response:
        """An earlier version, which says that it is one, leads to the present and is not to be found by crawlers."""
        reader = self.site.reader(request)
        vary = {"Vary": "Accept, Accept-Language, Cookie", "X-Robots-Tag": "noindex"}
        context = {**self._context(public, reader), "past": True}
        return self.site.page(request, "record.html", context, headers={**headers, **vary})

    def _citations(self, public: PublicRecord, reader: Reader) -> dict[str, object]:
        cited = work(public, self.site.services.settings.title, reader.lang)
        return {
            "citations": CITATIONS,
            "citation": reference(cited, day()),
            "bibtex": citations.bibtex.write(cited),
            "metadata": metadata.of(public, cited),
            "schema_org": schema_org.of(public, cited, self.site.services),
            "similar": self._similar(public, reader),
            "of_organisation": self._of_organisation(public, reader),
        }

    def _context(self, public: PublicRecord, reader: Reader) -> dict[str, object]:
        record, services = public.record, self.site.services
        title = in_language(record.title, reader)
        return {
            "public": public,
            "record": record,
            "title": title,
            "other_title": _other_title(public, title.text),
            "abstract": in_language(record.abstract, reader),
            "keywords": words_of(record.keywords, reader),
            "groups": grouped(public, reader),
            "head_lineage": head_lineage(public, reader),
            "first_org": getattr(record, "first_org", None),
            "price": getattr(record, "price", None) or getattr(record, "budget", None),
            "source": services.sources.get(public.source),
            "formats": FORMATS,
            "others": others(public, reader),
            "past": False,
        }

    def _similar(self, public: PublicRecord, reader: Reader) -> list[Card]:
        """An extra: the page stands without search."""
        try:
            return [card(hit, reader) for hit in self.site.services.index.similar(public.iri, SIMILAR)]
        except SearchError:
            return []

    def _of_organisation(self, public: PublicRecord, reader: Reader) -> list[Card]:
        name = public.record.title.zh
        if public.kind != "organisation" or not name:
            return []
        return rolled_up(self.site, [name, *(other.name for other in other_names(name, reader))], reader)


class OrganisationPage:
    """`/organisation?name=`: what is public of an organisation, whether or not it has a record of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        reader = self.site.reader(request)
        name = " ".join(request.query_params.get("name", "").split())[:200]
        others = other_names(name, reader) if name else []
        cards = rolled_up(self.site, [name, *(other.name for other in others)], reader) if name else []
        context = {"name": name, "others": others, "cards": cards}
        return self.site.page(request, "organisation.html", context)


def rolled_up(site: Site, names: Sequence[str], reader: Reader) -> list[Card]:
    """Records that name an organisation by any of its names, each once."""
    found = (card for name in names for card in records_of(site, name, reader))
    return list({card.href: card for card in found}.values())[:OF_ORGANISATION]


def records_of(site: Site, name: str, reader: Reader) -> list[Card]:
    """Records that name this organisation, exactly. Nothing when search cannot answer."""
    phrase = '"' + name.replace('"', " ") + '"'
    try:
        found = site.services.index.search(Query(text=phrase, size=OF_ORGANISATION))
    except SearchError:
        return []
    return [card(hit, reader) for hit in found.hits if name in hit.document.orgs or name == hit.document.title_zh]


def _other_title(public: PublicRecord, shown: str) -> str | None:
    """The title in the other language, if there is one."""
    titles = (public.record.title.zh, public.record.title.en)
    return next((title for title in titles if title and title != shown), None)
