"""`/standard` and `/standard/{version}/...`: the page is made of the version's own document, its files are those released."""

from functools import lru_cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import conditional
from publish.assets import FOREVER
from publish.errors import NotFound
from publish.portal.site import Site
from vocab.namespaces import Namespaces
from vocab.quality import Dimension
from vocab.rdf.quality import NAMES
from vocab.standard.artefacts import DOCUMENT, SHAPES
from vocab.standard.document import FieldOf, KindOf, Standard
from vocab.standard.versions import BASE, BINARY, Version, current, released, versions

PATH = "/standard"
LONGEST = 100  # characters of a wrong address that are repeated
TYPES = {
    "json": "application/json",
    "schema.json": "application/schema+json",
    "ttl": "text/turtle",
    "toml": "application/toml",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SAVED = ("csv", "xlsx", "toml")  # forms that a browser saves rather than shows
OF_KIND = (  # what there is of each kind: the file's name behind the kind's, and the text that names it
    ("template.xlsx", "standard.template_xlsx"),
    ("template.csv", "standard.template_csv"),
    ("example.csv", "standard.example_csv"),
    ("example.json", "standard.example_json"),
    ("schema.json", "standard.schema"),
    ("mapping.toml", "standard.mapping"),
    ("published.json", "standard.published_json"),
    ("published.ttl", "standard.published_ttl"),
    ("published.schema.json", "standard.published_schema"),
)
DISCLOSURE = ("secretLevel", "disclosureClass", "embargoUntil", "review", "exportScreen", "licence", "programmeSource")


def routes(site: Site) -> list[Route]:
    def newest(request: Request) -> Response:
        return _page(request, site, current())

    def one(request: Request) -> Response:
        return _page(request, site, _version(request))

    def file(request: Request) -> Response:
        version, name = _version(request), request.path_params["name"]
        body = _file(version.number, name, site.services.namespaces)
        headers = {"Cache-Control": FOREVER}
        if name.rpartition(".")[2] in SAVED:
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return conditional.answer(request, body, _media_type(name), headers=headers)

    return [
        Route(PATH, newest, name="standard"),
        Route(PATH + "/{version}", one, name="standard-version"),
        Route(PATH + "/{version}/{name}", file, name="standard-file"),
    ]


def _version(request: Request) -> Version:
    """Raises NotFound, which names those there are."""
    wanted = request.path_params["version"]
    found = next((version for version in versions() if version.number == wanted), None)
    if found is None:
        numbers = [version.number for version in versions()]
        raise NotFound(f"There is no version {wanted[:LONGEST]!r} of the standard.", numbers)
    return found


@lru_cache(maxsize=256)
def _file(number: str, name: str, ns: Namespaces) -> bytes:
    """A released file with the addresses of this node. Raises NotFound."""
    kept = released(number)
    if name not in kept:
        raise NotFound(f"Version {number} of the standard has no file {name[:LONGEST]!r}.", sorted(kept))
    return kept[name] if name.endswith(BINARY) else kept[name].replace(BASE.encode(), ns.base.encode())


def _media_type(name: str) -> str:
    return TYPES["schema.json"] if name.endswith(".schema.json") else TYPES[name.rpartition(".")[2]]


@lru_cache(maxsize=8)
def _document(number: str) -> Standard:
    return msgspec.json.decode(released(number)[DOCUMENT], type=Standard)


def _page(request: Request, site: Site, version: Version) -> Response:
    told, reader = _document(version.number), site.reader(request)
    context = {
        "standard": told,
        "version": version,
        "newest": current(),
        "versions": versions(),
        "common": _common(told),
        "own": {kind.name: _own(kind, told) for kind in told.kinds},
        "disclosure_fields": _disclosure(told),
        "files": OF_KIND,
        "shapes": SHAPES,
        "document": DOCUMENT,
        "dimension": lambda name: getattr(NAMES[Dimension(name)], reader.lang.value),
    }
    return site.page(request, "standard.html", context)


def _shared(told: Standard) -> set[int]:
    """Rows of the standard that every kind has."""
    every = [{field.number for field in kind.fields} for kind in told.kinds]
    return set.intersection(*every)


def _common(told: Standard) -> list[FieldOf]:
    shared = _shared(told)
    return [field for field in told.kinds[0].fields if field.number in shared]


def _own(kind: KindOf, told: Standard) -> list[FieldOf]:
    shared = _shared(told)
    return [field for field in kind.fields if field.number not in shared]


def _disclosure(told: Standard) -> list[FieldOf]:
    found = {field.key: field for kind in reversed(told.kinds) for field in kind.fields}
    return [found[key] for key in DISCLOSURE if key in found]
