"""What a search asks for: its conditions resolved to what the ledger and the index know."""

from collections.abc import Sequence, Set

import msgspec

from federation.selection import Selection
from publish.ckan import names, solr
from publish.ckan.arguments import Arguments
from publish.ckan.errors import ValidationError
from publish.ckan.solr import Conditions
from publish.services import Services
from vocab.kinds import KINDS


class Asked(msgspec.Struct, frozen=True):
    """A search; `nothing`: no dataset can be found by it."""

    words: str = ""
    selection: Selection = Selection()
    groups: tuple[str, ...] = ()  # codes, any of them
    without: tuple[str, ...] = ()  # codes, none of them
    nothing: bool = False

    @property
    def narrow(self) -> bool:
        """Whether it has conditions that only the ledger can meet."""
        return bool(self.selection.since or self.selection.before or self.selection.iris or self.without)

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """Its conditions as the index has them."""
        chosen = {"source": self.selection.sources, "kind": self.selection.kinds, "field": self.groups}
        return {name: values for name, values in chosen.items() if values}


def read(services: Services, given: Arguments) -> Asked:
    """The conditions of `q` and `fq`. Raises ValidationError for what cannot be translated."""
    conditions = _conditions("q", given.text("q"), words=True)
    for name in ("fq", "fq_list"):
        for text in given.several(name):
            conditions = conditions.and_(_conditions(name, text, words=False))
    known = _by_name_and_id({names.organisation(source): source for source in known_sources(services)})
    sources = _resolved("organization", conditions, known)
    kinds = _resolved("kind", conditions, {kind: kind for kind in KINDS})
    codes = _by_name_and_id({name: one.code for name, one in names.groups().items()})
    groups = _named(conditions.values.get("groups"), codes)
    without = _named(conditions.excluded.get("groups"), codes)
    iris = _addresses(conditions.values.get("dataset"), services)
    empty = any(found == () for found in (sources, groups, kinds, iris))
    selection = Selection(kinds or (), sources or (), iris or (), conditions.since, conditions.before)
    return Asked(conditions.words, selection, groups or (), without or (), conditions.nothing or empty)


def _conditions(argument: str, text: str, *, words: bool) -> Conditions:
    try:
        return solr.read(text, words=words)
    except solr.Unsupported as error:
        raise ValidationError(argument, str(error)) from None


def known_sources(services: Services) -> Sequence[str]:
    """Configured ones, and those that were and whose records are still public."""
    return sorted({*services.sources, *(source for source, _ in services.view.published_sources())})


def _resolved(field: str, conditions: Conditions, known: dict[str, str]) -> tuple[str, ...] | None:
    """What is left of all values there are: None without a condition, empty when nothing is."""
    accepted, refused = conditions.values.get(field), conditions.excluded.get(field)
    if accepted is None and refused is None:
        return None
    excluded = set(_named(refused or frozenset(), known) or ())
    return tuple(
        one for one in _named(known.keys() if accepted is None else accepted, known) or () if one not in excluded
    )


def _by_name_and_id(known: dict[str, str]) -> dict[str, str]:
    return known | {names.fixed(name): value for name, value in known.items()}


def _named(values: Set[str] | None, known: dict[str, str]) -> tuple[str, ...] | None:
    """What names stand for; a name of nothing is left out."""
    return None if values is None else tuple(sorted({known[value] for value in values if value in known}))


def _addresses(values: frozenset[str] | None, services: Services) -> tuple[str, ...] | None:
    if values is None:
        return None
    return tuple(sorted({iri for value in values for iri in names.addresses(value, services.namespaces)}))
