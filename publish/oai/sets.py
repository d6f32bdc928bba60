"""Sets (section 2.6): records by source, by kind and by field; the listing of them is as long as the code lists and no longer."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, unquote

import msgspec

from federation.selection import Listed, ListedView, Selection
from publish import classification
from publish.services import Services
from vocab.codes import Concept, concept
from vocab.kinds import KINDS

SOURCE, KIND, FIELD = "source", "kind", "field"
NAMES = {SOURCE: "来源 / Sources", KIND: "类型 / Kinds", FIELD: "领域 / Fields"}


class Chosen(msgspec.Struct, frozen=True):
    """What a setSpec means: what the ledger can select by itself, and a field that is looked for in each record."""

    selection: Selection = Selection()
    field: str | None = None  # a code; "": any field
    empty: bool = False  # no record is, or ever was, in it


def chosen(spec: str) -> Chosen:
    """The meaning of a set; one that does not exist has no records."""
    group, _, member = spec.partition(":")
    value = _read(member)
    if group not in NAMES or (":" in spec and not member):
        return Chosen(empty=True)
    if not member:
        return Chosen(field="" if group == FIELD else None)
    if group == SOURCE:
        return Chosen(Selection(sources=(value,)))
    if group == KIND:
        return Chosen(Selection(kinds=(value,)), empty=value not in KINDS)
    code = value.replace(".", "/", 1)
    return Chosen(field=code, empty=concept(code) not in classification.fields())


def holds(field: str, record: Listed) -> bool:
    """Whether a record is in the set of a field.

    Every withdrawal is: which field a withdrawn record was in is not told, and who never had it has nothing to delete.
    """
    if record.body is None:
        return True
    found = classification.of_json(record.body)
    return field in found if field else bool(found)


def of_record(record: Listed) -> Iterator[str]:
    """The setSpecs of a record; of a withdrawn one those that say nothing of its content."""
    yield _member(SOURCE, record.source)
    yield _member(KIND, record.kind)
    if record.body is not None:
        yield from map(_field, classification.of_json(record.body))


def every(services: Services) -> Iterator[tuple[str, str]]:
    """setSpec and name of every set, parents first."""
    yield SOURCE, NAMES[SOURCE]
    for source in _sources(services, services.view):
        known = services.sources.get(source)
        yield _member(SOURCE, source), _named(known.title.zh, known.title.en) if known else source
    yield KIND, NAMES[KIND]
    for kind in KINDS.values():
        yield _member(KIND, kind.name), _named(kind.zh, kind.en)
    yield FIELD, NAMES[FIELD]
    for one in classification.fields():
        yield _field(one.code), _labelled(one)


def of_source(source: str) -> str:
    """The setSpec of a source."""
    return _member(SOURCE, source)


def _sources(services: Services, view: ListedView) -> list[str]:
    """Those that are configured, and those that were and whose records are still public."""
    return sorted({*services.sources, *(source for source, _ in view.published_sources())})


def _labelled(one: Concept) -> str:
    return _named(one.zh, one.en)


def _named(zh: str, en: str) -> str:
    return f"{zh} / {en}" if en and en != zh else zh


@lru_cache(maxsize=4_096)
def _field(code: str) -> str:
    return _member(FIELD, code.replace("/", ".", 1))


@lru_cache(maxsize=4_096)
def _member(group: str, value: str) -> str:
    """A setSpec. What may not stand in one is written with ~ as addresses do with %."""
    return f"{group}:{quote(value, safe='').replace('~', '%7E').replace('%', '~')}"


def _read(member: str) -> str:
    return unquote(member.replace("~", "%"))
