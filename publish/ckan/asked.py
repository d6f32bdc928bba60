"""What a search asks for: its conditions resolved to what the ledger and the index know."""

from collections.abc import Sequence

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
    nothing: bool = False

    @property
    def narrow(self) -> bool:
        """Whether it has conditions that only the ledger can meet."""
        return bool(self.selection.since or self.selection.before or self.selection.iris)

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
    values = conditions.values
    sources = _resolved(values.get("organization"), {names.organisation(s): s for s in known_sources(services)})
    groups = _resolved(values.get("groups"), {name: one.code for name, one in names.groups().items()})
    kinds = _resolved(values.get("kind"), {kind: kind for kind in KINDS})
    iris = _addresses(values.get("dataset"), services)
    empty = any(found == () for found in (sources, groups, kinds, iris))
    selection = Selection(kinds or (), sources or (), iris or (), conditions.since, conditions.before)
    return Asked(conditions.words, selection, groups or (), conditions.nothing or empty)


def _conditions(argument: str, text: str, *, words: bool) -> Conditions:
    try:
        return solr.read(text, words=words)
    except solr.Unsupported as error:
        raise ValidationError(argument, str(error)) from None


def known_sources(services: Services) -> Sequence[str]:
    """Configured ones, and those that were and whose records are still public."""
    return sorted({*services.sources, *(source for source, _ in services.view.published_sources())})


def _resolved(values: frozenset[str] | None, known: dict[str, str]) -> tuple[str, ...] | None:
    """What names stand for: None without a condition, empty when none of them is known."""
    return None if values is None else tuple(sorted(known[value] for value in values if value in known))


def _addresses(values: frozenset[str] | None, services: Services) -> tuple[str, ...] | None:
    if values is None:
        return None
    return tuple(sorted(iri for value in values if (iri := names.iri_of(value, services.namespaces))))
