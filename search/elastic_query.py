"""An expression as an Elasticsearch query: the same translation as `tantivy_query`, in the cluster's own words."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from search import pinyin, weights
from search.analysis import Analyser, identifier_key, looks_like_identifier, phrase, sequence
from search.expression import IDENTIFIER, All, AnyOf, Choice, Expression, Not, Range, SomeOf, Term
from search.indexed import ABSTRACT, GRAMS, day_number, facet_field
from search.pinyin import SPOKEN

Clause = dict[str, Any]
EVERYTHING: Clause = {"match_all": {}}
DECADE = math.log2(10)  # the engine takes logarithms to the base 10; tantivy weighs by log2(2 + newness)
MOST_PAIRS = 4096  # that begin with one character: a phrase that ends in a lone one is looked for with each of them
PHRASE_OPTIONS = {"analyzer": "whitespace", "slop": 0}


def contains(field: str, text: str) -> Clause | None:
    """Records whose `field` (of grams) contains the text; None when nothing in it could be looked for."""
    tokens, prefix = sequence(text)
    if not tokens:
        return None
    if len(tokens) == 1:
        return {"prefix": {field: {"value": tokens[0]}}} if prefix else term(field, tokens[0])
    if not prefix:
        return _phrase(field, tokens)
    # Scored by what stands before the last character: the engine would add up the rarity of all pairs it tries for it.
    begins = {
        "match_phrase_prefix": {field: {"query": " ".join(tokens), "max_expansions": MOST_PAIRS, **PHRASE_OPTIONS}}
    }
    before = tokens[:-1]
    return {
        "bool": {"must": [_phrase(field, before) if len(before) > 1 else term(field, before[0])], "filter": [begins]}
    }


def _phrase(field: str, tokens: Sequence[str]) -> Clause:
    return {"match_phrase": {field: {"query": " ".join(tokens), **PHRASE_OPTIONS}}}


def term(field: str, value: str, boost: float = 1.0) -> Clause:
    return {"term": {field: {"value": value, "boost": boost}}}


def any_of(clauses: Iterable[Clause | None], at_least: int = 1) -> Clause | None:
    found = [clause for clause in clauses if clause is not None]
    if len(found) == 1:
        return found[0]
    return {"bool": {"should": found, "minimum_should_match": min(at_least, len(found))}} if found else None


def best_of(clauses: Iterable[Clause | None]) -> Clause | None:
    """Any of them, scored by the best: one thing under several names is not several things."""
    found = [clause for clause in clauses if clause is not None]
    if len(found) == 1:
        return found[0]
    return {"dis_max": {"queries": found, "tie_breaker": weights.FURTHER_NAMES}} if found else None


def boosted(clause: Clause, boost: float) -> Clause:
    return {"bool": {"must": [clause], "boost": boost}}


def unscored(clause: Clause) -> Clause:
    return {"constant_score": {"filter": clause, "boost": 0.0}}


def matching(expression: Expression) -> Clause | None:
    """What the expression asks for; None when nothing in it could be looked for (a term of punctuation alone)."""
    match expression:
        case Term():
            return _term(expression)
        case Choice(facet, values):
            return unscored({"terms": {facet_field(facet): list(values)}})
        case Range():
            return unscored(_range(expression))
        case Not():
            return _all([expression])
        case AnyOf(parts):
            return any_of(matching(part) for part in parts)
        case SomeOf(parts, least):
            return any_of((matching(part) for part in parts), least)
        case All(parts):
            return _all(parts)


def _all(parts: Sequence[Expression]) -> Clause | None:
    """Everything, when nothing is asked for."""
    wishes = [m for p in parts if not isinstance(p, Not) and (m := matching(p)) is not None]
    unwanted = [m for p in parts if isinstance(p, Not) and (m := matching(p.part)) is not None]
    if parts and not wishes and not unwanted:
        return None
    if len(wishes) == 1 and not unwanted:
        return wishes[0]
    return {"bool": {"must": wishes or [unscored(EVERYTHING)], "must_not": unwanted}}


def _term(wish: Term) -> Clause | None:
    """Records that have it under any of its names."""
    if wish.field == IDENTIFIER:
        return term("identifiers", wish.text, weights.NUMBER)
    look = _in_abstract if wish.field == "abstract" else _name
    found = best_of(look(GRAMS[wish.field], *named) for named in weights.names(wish))
    if not wish.field and not wish.quoted:
        found = any_of([found, *_sounds_and_numbers(wish)])
    return found


def _name(field: str, name: str, weight: float) -> Clause | None:
    found = contains(field, name)
    return found if found is None or weight == 1.0 else boosted(found, weight)


def _sounds_and_numbers(wish: Term) -> Iterable[Clause]:
    if SPOKEN.fullmatch(wish.text):
        yield term("pinyin", pinyin.typed(wish.text), weights.PINYIN)
    key = identifier_key(wish.text)
    if looks_like_identifier(key):
        yield term("identifiers", key, weights.NUMBER)


def _in_abstract(field: str, name: str, weight: float) -> Clause | None:
    """It stands somewhere, and each of its pairs in the abstract."""
    anywhere = _name(field, name, weight)
    if anywhere is None:
        return None
    return {"bool": {"must": [anywhere], "filter": [contains(ABSTRACT, pair) for pair in phrase(name)[0]]}}


def _range(wish: Range) -> Clause:
    if wish.field == "price":
        bounds = {"gte": wish.low, "lte": wish.high}
        return {"range": {"price": {name: bound for name, bound in bounds.items() if bound is not None}}}
    days = {"gte": wish.low, "lte": wish.high}
    return {"range": {"day": {name: day_number(str(bound)) for name, bound in days.items() if bound is not None}}}


def lifted(expression: Expression, analyser: Analyser) -> Iterator[Clause]:
    """What lifts a record that matches."""
    for lift in weights.lifts(expression, analyser.cut):
        if not lift.phrase:
            yield term(lift.field, lift.text, lift.weight)
        elif (phrased := contains(lift.field, lift.text)) is not None:
            yield boosted(phrased, lift.weight)


def found_by(expression: Expression) -> Clause:
    """What is found, without order. Nothing that could be looked for finds everything."""
    return matching(expression) or EVERYTHING


def ranked(expression: Expression, analyser: Analyser) -> Clause:
    """What is found, with its order of relevance; newer records stand a little before older ones."""
    lifts = list(lifted(expression, analyser))
    match = {"bool": {"must": [found_by(expression)], "should": lifts}}
    newness = {"field": "newness", "modifier": "log2p", "missing": 0}
    return {"function_score": {"query": match, "field_value_factor": newness, "boost": DECADE}}
