"""What lifts one record over another, the same for every engine: which text in which field, and by how much.

A record that matches scores by BM25 of the texts that were asked for, as runs of characters anywhere in it (1 each). To that
come the lifts of this module. Measured in `benchmarks/relevance`; docs/explanation/search.md says why.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from search.analysis import CJK_RUN
from search.expression import IDENTIFIER, Expression, Term, neighbours, wanted
from search.guesses import ORGANISATION

Cut = Callable[[str], list[str]]

# What is asked for, as a run of characters: in title and keywords, two neighbours side by side, all of it in title and keywords.
HEAD, BESIDE, WHOLE = 0.3, 1.0, 1.0
WORD_FIELDS = ("title", "keywords", "orgs")
AMONG_ORGANISATIONS = 0.2  # a word of what may be the name of one, among the organisations of a record
IN_ITS_FIELD = 0.3  # a word in the field that the query names
OTHER_NAME = 0.6  # of a synonym, against the name that was typed
TRANSLATION = 1.0  # of the most certain one
FULL_NAME = 2.0  # of what was abbreviated: 清华 means the university before it means a firm that bears the name
FURTHER_NAMES = 0.1  # of the other names a record has, when one was counted
PINYIN, NUMBER = 1.0, 50.0
# Fields of `search/fields.py`, as what is indexed of them: their words.
WORDS = {"title": "title", "keywords": "keywords", "org": "orgs"}


class Lift(NamedTuple):
    """`phrase`: the text as it stands in a field of grams; otherwise one word in a field of words."""

    field: str
    text: str
    weight: float
    phrase: bool = False


def lifts(expression: Expression, cut: Cut) -> Iterator[Lift]:
    """What lifts a record that has (some of) what is asked for."""
    for wish in _texts(wanted(expression)):
        for name, weight in _own_names(
            wish
        ):  # of translations the match itself is enough: there may be hundreds of them
            yield from _name(wish, name, weight, cut)
    anywhere = [wish.text for wish in _texts(neighbours(expression)) if not wish.field]
    for one, other in pairwise(anywhere):
        yield Lift("grams", f"{one} {other}", BESIDE, phrase=True)
    if len(anywhere) > 1:
        yield Lift("head_grams", " ".join(anywhere), WHOLE, phrase=True)


def _texts(wishes: Iterable[Term]) -> Iterator[Term]:
    return (wish for wish in wishes if wish.field != IDENTIFIER)


def names(wish: Term) -> list[tuple[str, float]]:
    """What a term is looked for under, with the weight of each name."""
    return _own_names(wish) + [(name, weight * TRANSLATION) for name, weight in wish.translations]


def _own_names(wish: Term) -> list[tuple[str, float]]:
    return [(wish.text, 1.0), *((other, FULL_NAME if wish.text in other else OTHER_NAME) for other in wish.others)]


def _name(wish: Term, name: str, weight: float, cut: Cut) -> Iterator[Lift]:
    if wish.field in WORDS or (not wish.field and ORGANISATION.search(name)):
        field, boost = (WORDS[wish.field], IN_ITS_FIELD) if wish.field else ("orgs", AMONG_ORGANISATIONS)
        for word in dict.fromkeys(cut(name)):
            yield Lift(field, word, boost * weight)
    if not wish.field and CJK_RUN.match(name):
        yield Lift("head_grams", name, HEAD * weight, phrase=True)
