"""`/catalog` and `/catalog.{suffix}`: by Accept or by suffix, page by page. Browsers are led to the page of sources."""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation.clock import moment, stamp
from publish import conditional, negotiate, params
from publish.dcat.catalogue import PATH, Leaf, triples
from publish.dcat.facts import facts, published
from publish.dcat.profile import NEWEST, PROFILES, Profile
from publish.dcat.years import years
from publish.dumps.offer import Offer, offer_of
from publish.errors import NotAcceptable, NotFound
from publish.formats import HTML
from publish.links import with_query
from publish.services import Services
from vocab.rdf import FORMATS, SUFFIXES, serialise

OFFERS = (*FORMATS, HTML)  # Turtle for who takes anything


class Asked(msgspec.Struct, frozen=True):
    """Which page, from 1; in which version of DCAT-AP."""

    page: int = 1
    profile: Literal["3.0.0", "2.1.1"] = "3.0.0"


def routes(services: Services) -> list[Route]:
    offer = offer_of(services)
    started = stamp()  # what the catalogue says of sources is as old as their configuration

    def negotiated(request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), OFFERS)
        if wanted is None:
            raise NotAcceptable(OFFERS)
        if wanted == HTML:
            return RedirectResponse(f"{services.settings.base_url}/source", 303, {"Vary": "Accept"})
        return answer(request, PATH, wanted)

    def suffixed(request: Request) -> Response:
        suffix = request.path_params["suffix"]
        if suffix not in SUFFIXES:
            raise NotFound(f"The catalogue comes as {', '.join(f'.{name}' for name in SUFFIXES)}.")
        return answer(request, f"{PATH}.{suffix}", SUFFIXES[suffix])

    def answer(request: Request, path: str, media_type: str) -> Response:
        given = params.read(request, Asked)
        leaf = page(services, path, given.page, offer, PROFILES[given.profile])
        dumped = leaf.dump.written if leaf.dump else started
        modified = max(started, leaf.changed or started, dumped, key=moment)
        # The tag is of the body: years and themes come from search, which may be behind the change log.
        body = serialise(triples(leaf, services), media_type, services.namespaces)
        headers = {"Vary": "Accept", "Link": link_header(services, leaf)}
        return conditional.answer(request, body, media_type, modified=modified, headers=headers)

    return [
        Route(PATH, negotiated, name="catalog"),
        Route(f"{PATH}.{{suffix}}", suffixed, name="catalog-data"),
    ]


def page(services: Services, path: str, number: int, offer: Offer | None = None, profile: Profile = NEWEST) -> Leaf:
    """A page of the catalogue as it is at `path`. Raises NotFound."""
    sources, size = published(services), services.settings.limits.catalog
    last = max(1, -(-len(sources) // size))
    if not 1 <= number <= last:
        raise NotFound(f"The catalogue has {last} page{'s' if last > 1 else ''}; there is no page {str(number)[:20]}.")
    found = [facts(source, services) for source in sources[(number - 1) * size : number * size]]
    neighbours = {"first": 1, "previous": number - 1, "next": number + 1, "last": last}
    seq = services.view.last_seq()
    kept, told = offer.latest() if offer else None, years(services)
    first, latest = services.view.changes(0, 1), services.view.changes(seq - 1, 1)
    return Leaf(
        address=_address(services, path, number, profile),
        links={name: _address(services, path, n, profile) for name, n in neighbours.items() if 1 <= n <= last},
        total=len(sources) + len(told) + (kept is not None),
        facts=[one for one in found if one],
        changed=latest[0].at if latest else "",
        issued=first[0].at if first else "",
        dump=offer.item(kept) if offer and kept and number == 1 else None,
        years=told if number == 1 else (),
        profile=profile,
    )


def link_header(services: Services, leaf: Leaf) -> str:
    """RFC 8288 links to the pages beside this one, the other forms, and the statistics."""
    base = services.settings.base_url
    links = [f'<{address}>; rel="{name}"' for name, address in leaf.links.items()]
    same = "".join(leaf.address.partition("?")[1:])  # the same page in the other forms
    links += [f'<{base}{PATH}.{name}{same}>; rel="alternate"; type="{form}"' for name, form in SUFFIXES.items()]
    return ", ".join([*links, f'<{base}/.well-known/void>; rel="describedby"'])


def _address(services: Services, path: str, number: int, profile: Profile) -> str:
    said = {"page": str(number) if number > 1 else None, "profile": None if profile is NEWEST else profile.number}
    return services.settings.base_url + with_query(path, said)
