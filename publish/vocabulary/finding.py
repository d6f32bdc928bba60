"""Finding a concept by a piece of its name, an alias, or the beginning of its notation."""

from collections.abc import Iterable
from functools import cache

from vocab.codes import Concept, Scheme, key, scheme

EXACT, BEGINS, HOLDS = range(3)
Keys = tuple[str, ...]


def found(text: str, schemes: Iterable[str]) -> list[Concept]:
    """The concepts that a text may mean, the likeliest first: what is called so, then what begins so, then what holds it."""
    wanted = key(text)
    if not wanted:
        return []
    ranked = [
        (rank, concept)
        for scheme_id in schemes
        for concept, names in _keys(scheme(scheme_id))
        if (rank := _rank(wanted, names)) is not None
    ]
    return [concept for _, concept in sorted(ranked, key=lambda one: (one[0], bool(one[1].valid_to)))]


@cache
def _keys(codes: Scheme) -> tuple[tuple[Concept, Keys], ...]:
    """Every concept with the forms in which its notation, labels and aliases are compared, the notation first."""
    return tuple((c, tuple(map(key, (c.notation, c.zh, c.en, *c.aliases)))) for c in codes.concepts.values())


def _rank(wanted: str, names: Keys) -> int | None:
    if wanted in names:
        return EXACT
    if any(name.startswith(wanted) for name in names):
        return BEGINS
    return HOLDS if any(wanted in name for name in names[1:]) else None
