"""The concepts of a code list that come nearest to a word nobody knows."""

from difflib import SequenceMatcher
from functools import cache

from vocab.codes import Concept, key, scheme

LEAST = 0.4  # of likeness, 0 to 1
LONGEST = 60  # characters: what is longer is prose
INSIDE = 0.3  # added when one stands inside the other: 通过中试 and 中试


def nearest(scheme_id: str, text: str, count: int = 3) -> tuple[Concept, ...]:
    """At most `count` concepts, the nearest first; those no longer valid come last. Raises UnknownScheme."""
    word = key(text)
    if not word or len(word) > LONGEST:
        return ()
    best: dict[str, float] = {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)
    for label, notation in _labels(scheme_id):
        matcher.set_seq1(label)
        inside = INSIDE if label in word or word in label else 0.0
        if matcher.quick_ratio() + inside > max(LEAST, best.get(notation, 0.0)):
            best[notation] = max(best.get(notation, 0.0), matcher.ratio() + inside)
    concepts = scheme(scheme_id).concepts
    order = sorted(best, key=lambda n: (concepts[n].valid_to is not None, -best[n], n))
    return tuple(concepts[n] for n in order if best[n] >= LEAST)[:count]


@cache
def _labels(scheme_id: str) -> tuple[tuple[str, str], ...]:
    concepts = scheme(scheme_id).concepts.values()
    return tuple((key(name), c.notation) for c in concepts for name in (c.zh, c.en, *c.aliases) if len(name) > 1)
