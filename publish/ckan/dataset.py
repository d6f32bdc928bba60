"""A public record as a CKAN dataset: title, notes, tags, resources, and every public field among the extras."""

from collections.abc import Iterator
from typing import Any

import msgspec

from federation.clock import moment
from publish import classification
from publish.ckan import names
from publish.formats import FORMATS, HTML
from publish.labels import code_label, source_label
from publish.languages import Lang
from publish.licences import licence
from publish.links import record_path, safe
from publish.services import Services
from vocab.codes import concept
from vocab.field import BoundField, Visibility, fields
from vocab.namespaces import REGION_SCHEME
from vocab.public import PublicRecord
from vocab.record import Record
from vocab.values import Text, Words

_ENCODER = msgspec.json.Encoder(decimal_format="string")
CORE = frozenset({"title", "abstract"})  # whose Chinese text stands in the dataset itself


class Named(msgspec.Struct, frozen=True):
    """A group or an organisation as datasets name it."""

    id: str
    name: str
    title: str
    display_name: str
    description: str = ""
    state: str = "active"


class Organisation(Named, frozen=True):
    type: str = "organization"
    is_organization: bool = True
    approval_status: str = "approved"
    image_url: str = ""


class Tag(msgspec.Struct, frozen=True):
    id: str
    name: str
    display_name: str
    state: str = "active"
    vocabulary_id: str | None = None


class Extra(msgspec.Struct, frozen=True):
    key: str
    value: str


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    package_id: str
    name: str
    format: str
    mimetype: str | None
    url: str
    position: int
    created: str
    last_modified: str
    metadata_modified: str
    description: str = ""
    resource_type: str | None = None
    url_type: str | None = None
    hash: str = ""
    size: int | None = None
    state: str = "active"


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    title: str
    notes: str
    url: str
    version: str
    author: str | None
    license_id: str
    license_title: str | None
    license_url: str | None
    isopen: bool
    organization: Organisation
    owner_org: str
    groups: tuple[Named, ...]
    tags: tuple[Tag, ...]
    extras: tuple[Extra, ...]
    resources: tuple[Resource, ...]
    num_resources: int
    num_tags: int
    metadata_created: str
    metadata_modified: str
    author_email: str | None = None
    maintainer: str | None = None
    maintainer_email: str | None = None
    creator_user_id: str | None = None
    private: bool = False
    state: str = "active"
    type: str = "dataset"
    relationships_as_subject: tuple[str, ...] = ()
    relationships_as_object: tuple[str, ...] = ()


def dataset_of(public: PublicRecord, services: Services) -> Dataset:
    record = public.record
    name = names.dataset(public.iri)
    known = licence(record.licence) if record.licence else None
    tags, resources = tuple(_tags(record)), tuple(_resources(public))
    first_org = getattr(record, "first_org", None)
    return Dataset(
        id=names.dataset_id(public.iri),
        name=name,
        title=record.title.zh or record.title.en or name,
        notes=record.abstract.zh or record.abstract.en or "",
        url=services.settings.base_url + (record_path(public.iri, services.namespaces.base) or ""),
        version=str(public.version),
        author=first_org.name if first_org else None,
        license_id=names.licence_id(record.licence),
        license_title=known.name if known else None,
        license_url=known.href if known else None,
        isopen=names.licence_id(record.licence) in names.OPEN,
        organization=organisation_of(public.source, services),
        owner_org=names.fixed(names.organisation(public.source)),
        groups=tuple(group_of(code) for code in classification.counted(record)),
        tags=tags,
        extras=tuple(_extras(public)),
        resources=resources,
        num_resources=len(resources),
        num_tags=len(tags),
        metadata_created=time(public.first),
        metadata_modified=time(public.at),
    )


def organisation_of(source: str, services: Services) -> Organisation:
    """A source as an organisation."""
    name, title = names.organisation(source), source_label(source, services, Lang.ZH)
    known = services.sources.get(source)
    told = " / ".join(text for text in (known.publisher.zh, known.publisher.en) if text) if known else ""
    return Organisation(names.fixed(name), name, title, title, told)


def group_of(code: str) -> Named:
    """A field as a group."""
    name, title = names.group(code), code_label(code, Lang.ZH)
    return Named(names.fixed(name), name, title, title, code_label(code, Lang.EN))


def tag_of(name: str) -> Tag:
    return Tag(names.fixed(name), name, name)


def time(at: str) -> str:
    """A time of the ledger as CKAN writes it: in UTC, to the microsecond, without a zone."""
    return moment(at).replace(tzinfo=None).isoformat(timespec="microseconds")


def _tags(record: Record) -> Iterator[Tag]:
    words = (names.tag(word) for word in (*record.keywords.zh, *record.keywords.en))
    yield from (tag_of(word) for word in dict.fromkeys(words) if word)


def _resources(public: PublicRecord) -> Iterator[Resource]:
    """The record in each of its forms, and where its source shows it."""
    record = public.record
    links = [(form.suffix, form.name, form.media_type, f"{public.iri}.{form.suffix}") for form in FORMATS]
    page = safe(record.provenance.url) if record.provenance else None
    home = safe(getattr(record, "homepage", None))
    links += [(what, "HTML", HTML, url) for what, url in (("source", page), ("homepage", home)) if url]
    for position, (suffix, form, media_type, url) in enumerate(links):
        yield Resource(
            id=names.resource_id(public.iri, suffix),
            package_id=names.dataset_id(public.iri),
            name=TITLES.get(suffix, form),
            format=form,
            mimetype=media_type,
            url=url,
            position=position,
            created=time(public.first),
            last_modified=time(public.at),
            metadata_modified=time(public.at),
        )


SUFFIXES = (*(form.suffix for form in FORMATS), "source", "homepage")
TITLES = {"source": "来源页面 / At the source", "homepage": "网站 / Home page"}


def _extras(public: PublicRecord) -> Iterator[Extra]:
    yield Extra("iri", public.iri)
    yield Extra("kind", public.kind)
    for bound in fields(type(public.record)):
        value = getattr(public.record, bound.name)
        if value != bound.default and _shown(bound):
            yield from (Extra(_own(key), text) for key, text in _spelt(bound, value) if text)


def _own(key: str) -> str:
    """A key that is none of CKAN's: a CKAN that harvests us would refuse the whole dataset."""
    return f"record_{key}" if key in Dataset.__struct_fields__ else key


def _shown(bound: BoundField) -> bool:
    """What is public; of a review the public view keeps nothing else."""
    return bound.field.visibility is Visibility.PUBLIC or bound.name == "review"


def _spelt(bound: BoundField, value: Any) -> Iterator[tuple[str, str]]:
    """A field as texts: what is a text stays one, what has parts is JSON; codes have their labels beside them."""
    key = bound.key
    if isinstance(value, Text):
        yield f"{key}_zh", "" if key in CORE else value.zh
        yield f"{key}_en", value.en or ""
        yield f"{key}_en_status", str(value.en_status or "")
    elif isinstance(value, Words):
        yield f"{key}_zh", _json(value.zh) if value.zh else ""
        yield f"{key}_en", _json(value.en) if value.en else ""
    elif bound.field.scheme:
        prefix = f"{REGION_SCHEME}/" if bound.field.scheme == REGION_SCHEME else ""
        yield key, _plain(value)
        for lang in Lang:
            labels = [_label_in(lang, prefix + code) for code in (value if isinstance(value, tuple) else (value,))]
            labels = [label for label in labels if label]
            yield f"{key}_{lang}", _plain(tuple(labels)) if isinstance(value, tuple) and labels else "".join(labels)
    else:
        yield key, _plain(value)


def _label_in(lang: Lang, code: str) -> str:
    """The label of a code in a language, empty where there is none in it; a code that no list knows stands for itself."""
    found = concept(code)
    return getattr(found, lang) if found else code


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return _ENCODER.encode(value).decode()
