"""Actions that name and show things: datasets, organisations, groups, tags, licences, resources."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from federation.selection import Order, Selection
from publish.ckan import facets, names
from publish.ckan.arguments import Arguments
from publish.ckan.asked import known_sources
from publish.ckan.dataset import SUFFIXES, Dataset, Named, Resource, Tag, dataset_of, group_of, organisation_of, tag_of
from publish.ckan.errors import NotFound, ValidationError
from publish.licences import licence
from publish.services import Services
from search.base import Query
from vocab.public import PublicRecord
from vocab.values import Words

MOST_NAMES = 100_000  # of datasets in one answer
MOST_READ = 20_000  # records whose keywords are read for one list of tags
PAGE, MOST_SHOWN = 100, 1_000
NAMES_AT_ONCE = 10_000


class _Worded(msgspec.Struct, frozen=True):
    """Of a record's JSON only its keywords."""

    keywords: Words = Words()


_KEYWORDS = msgspec.json.Decoder(_Worded)


def package_list(services: Services, given: Arguments) -> list[str]:
    """The names of all datasets, in their order. `limit`, `offset`."""
    count = services.view.count(Selection())
    limit = given.number("limit", MOST_NAMES, MOST_NAMES)
    if not given.text("limit") and count > MOST_NAMES:
        raise ValidationError(
            "limit", f"This site has {count:,} datasets: give a limit (at most {MOST_NAMES:,}) and an offset"
        )
    start, found = given.number("offset", 0), list[str]()
    while len(found) < limit:
        rows = services.view.window(
            Selection(), Order.ADDRESS, start + len(found), min(NAMES_AT_ONCE, limit - len(found))
        )
        found += [names.dataset(one.iri) for one in rows]
        if not rows:
            break
    return found


def package_show(services: Services, given: Arguments) -> Dataset:
    """One dataset by `id`: its name, or its permanent address."""
    return dataset_of(_public(services, given.needed("id", "name_or_id")), services)


def current_package_list_with_resources(services: Services, given: Arguments) -> list[Dataset]:
    """Datasets with their resources, those changed last first. `limit` (at most 1,000), `offset` or `page`."""
    limit = given.number("limit", PAGE, MOST_SHOWN)
    page = given.number("page", 1)
    offset = given.number("offset", limit * max(page - 1, 0))
    rows = services.view.window(Selection(), Order.CHANGED_DOWN, offset, limit)
    return [dataset_of(one.public(), services) for one in rows]


def resource_show(services: Services, given: Arguments) -> Resource:
    """One resource of a dataset by `id`."""
    wanted = given.needed("id")
    iris = [iri for suffix in SUFFIXES for iri in names.addresses(wanted, services.namespaces, suffix)]
    for public in services.view.records(iris).values():
        found = next((one for one in dataset_of(public, services).resources if one.id == wanted), None)
        if found is not None:
            return found
    raise NotFound("Resource was not found.")


def organization_list(services: Services, given: Arguments) -> list[Any]:
    """The sources. `all_fields`, `organizations` (only these), `limit`, `offset`."""
    counts = dict(services.view.published_sources())
    made = {
        names.organisation(one): _shown(organisation_of(one, services), counts.get(one, 0))
        for one in known_sources(services)
    }
    return _listed(made, given, "organizations")


def organization_show(services: Services, given: Arguments) -> dict[str, Any]:
    """One source by `id`. `include_datasets` (the first 10), `include_dataset_count`."""
    wanted = given.needed("id")
    named = {one: names.organisation(one) for one in known_sources(services)}
    source = next((one for one, name in named.items() if wanted in (name, names.fixed(name))), None)
    if source is None:
        raise NotFound("Organization was not found.")
    own = Selection(sources=(source,))
    shown = _shown(organisation_of(source, services), services.view.count(own))
    rows = services.view.window(own, Order.ADDRESS, 0, 10) if given.flag("include_datasets") else []
    return {**shown, "packages": [dataset_of(one.public(), services) for one in rows], **NOBODY}


def group_list(services: Services, given: Arguments) -> list[Any]:
    """The fields of science and technology. `all_fields`, `groups` (only these), `limit`, `offset`."""
    counts = facets.by_name(services, "groups") if given.flag("all_fields") else {}
    made = {name: _shown(group_of(one.code), counts.get(name, 0)) for name, one in names.groups().items()}
    return _listed(made, given, "groups")


def group_show(services: Services, given: Arguments) -> dict[str, Any]:
    """One field by `id`."""
    wanted = given.needed("id")
    found = next((one for name, one in names.groups().items() if wanted in (name, names.fixed(name))), None)
    if found is None:
        raise NotFound("Group was not found.")
    group = group_of(found.code)
    shown = _shown(group, facets.by_name(services, "groups").get(group.name, 0))
    return {**shown, "type": "group", "is_organization": False, "packages": [], **NOBODY}


def tag_list(services: Services, given: Arguments) -> list[Any]:
    """Tags, those that contain `query`; without it all of them, where there are few enough records. `all_fields`."""
    query = given.text("query", given.text("q")).strip()
    found = _suggested(services, query) if query else _all_tags(services)
    return [tag_of(name) for name in found] if given.flag("all_fields") else found


def tag_show(services: Services, given: Arguments) -> Tag:
    """One tag by `id`, its name."""
    wanted = given.needed("id")
    page = services.index.search(Query(f'"{wanted.replace(chr(34), " ")}"', size=MOST_SHOWN))
    for hit in page.hits:
        if wanted in map(names.tag, hit.document.keywords):
            return tag_of(wanted)
    raise NotFound("Tag was not found.")


def license_list(services: Services, _: Arguments) -> list[dict[str, Any]]:
    """The licences of the sources, as datasets name them."""
    given = dict.fromkeys(source.licence for source in services.sources.values())
    known = {names.licence_id(one): one for one in given} | {names.NOT_SAID: ""}
    return [_licence(name, one) for name, one in known.items()]


NOBODY: dict[str, list[Any]] = {"users": [], "tags": [], "groups": [], "extras": []}


def _public(services: Services, name: str) -> PublicRecord:
    """The record of a name, also of one that goes on under another address. Raises NotFound."""
    iris = names.addresses(name, services.namespaces)
    moved = (living for iri in iris if (living := services.view.living(iri)))
    for public in services.view.records([*iris, *moved]).values():
        return public
    raise NotFound("Dataset was not found.")


def _shown(one: Named, count: int) -> dict[str, Any]:
    return {**msgspec.structs.asdict(one), "package_count": count}


def _listed(made: Mapping[str, dict[str, Any]], given: Arguments, only: str) -> list[Any]:
    """Names, or with `all_fields` what they stand for; a part of them by `limit` and `offset`."""
    wanted = given.several(only)
    chosen = [name for name in sorted(made) if not wanted or name in wanted]
    offset = given.number("offset", 0)
    chosen = chosen[offset : offset + given.number("limit", len(chosen))]
    return [made[name] for name in chosen] if given.flag("all_fields") else chosen


def _suggested(services: Services, query: str) -> list[str]:
    """Tags the index completes the beginning of one to."""
    found = (one.text for one in services.index.suggest(query[:100], 20) if one.kind == "keyword")
    return sorted({name for text in found if (name := names.tag(text))})


def _all_tags(services: Services) -> list[str]:
    count = services.view.count(Selection())
    if count > MOST_READ:
        raise ValidationError(
            "query", f"This site has {count:,} datasets and too many tags to list: give the beginning of one"
        )
    rows = services.view.window(Selection(), Order.CHANGED, 0, MOST_READ)
    words = (word for one in rows for word in _words(one.body or b"{}"))
    return sorted({name for word in words if (name := names.tag(word))})


def _words(body: bytes) -> Iterable[str]:
    found = _KEYWORDS.decode(body).keywords
    return (*found.zh, *found.en)


def _licence(name: str, given: str) -> dict[str, Any]:
    known = licence(given) if given else None
    return {
        "id": name,
        "title": known.name if known else "License not specified",
        "url": known.href if known else "",
        "status": "active",
        "od_conformance": "approved" if name in names.OPEN else "not reviewed",
        "domain_content": False,
        "domain_data": True,
        "domain_software": False,
        "family": "",
        "is_generic": name in (names.NOT_SAID, names.OWN),
        "maintainer": "",
    }


LISTINGS: dict[str, Callable[[Services, Arguments], Any]] = {
    action.__name__: action
    for action in (
        package_list,
        package_show,
        current_package_list_with_resources,
        resource_show,
        organization_list,
        organization_show,
        group_list,
        group_show,
        tag_list,
        tag_show,
        license_list,
    )
}
