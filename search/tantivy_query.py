"""An expression as a tantivy query: character pairs decide what matches, words decide what comes first."""

import re
from collections.abc import Iterable, Iterator, Sequence

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Q

from search import pinyin, weights
from search.analysis import Analyser, identifier_key, looks_like_identifier, sequence
from search.expression import IDENTIFIER, All, AnyOf, Choice, Expression, Not, Range, SomeOf, Term
from search.indexed import GRAMS, day_number, facet_field
from search.tantivy_schema import schema

EXACT = frozenset({"identifiers", "iri", "holds", "suggest", "suggest_titles", "cluster"})
Sub = tuple[Occur, tantivy.Query]


def contains(field: str, text: str) -> tantivy.Query | None:
    """Records whose `field` (of grams) contains the text; None when nothing in it could be looked for."""
    tokens, prefix = sequence(text)
    if not tokens:
        return None
    if len(tokens) == 1:
        return Q.regex_query(schema(), field, f"{tokens[0]}.?") if prefix else term(field, tokens[0])
    if prefix:
        # Not by prefix: the engine tries only fifty of the pairs that begin with the last character.
        return Q.regex_phrase_query(schema(), field, [*map(re.escape, tokens[:-1]), f"{tokens[-1]}.?"])
    return Q.phrase_query(schema(), field, list(tokens))


def term(field: str, value: str) -> tantivy.Query:
    return Q.term_query(schema(), field, value, "basic" if field in EXACT else "freq")


def any_of(queries: Iterable[tantivy.Query | None], at_least: int = 1) -> tantivy.Query | None:
    found = [q for q in queries if q is not None]
    if len(found) == 1:
        return found[0]
    return Q.boolean_query([(Occur.Should, q) for q in found], min(at_least, len(found))) if found else None


def best_of(queries: Iterable[tantivy.Query | None]) -> tantivy.Query | None:
    """Any of them, scored by the best: one thing under several names is not several things."""
    found = [q for q in queries if q is not None]
    if len(found) == 1:
        return found[0]
    return Q.disjunction_max_query(found, weights.FURTHER_NAMES) if found else None


def unscored(query: tantivy.Query) -> tantivy.Query:
    return Q.const_score_query(query, 0.0)


def matching(expression: Expression, analyser: Analyser) -> tantivy.Query | None:
    """What the expression asks for; None when nothing in it could be looked for (a term of punctuation alone)."""
    match expression:
        case Term():
            return _term(expression, analyser)
        case Choice(facet, values):
            return unscored(Q.term_set_query(schema(), facet_field(facet), list(values)))
        case Range():
            return unscored(_range(expression))
        case Not():
            return _all([expression], analyser)
        case AnyOf(parts):
            return any_of(matching(part, analyser) for part in parts)
        case SomeOf(parts, least):
            return any_of((matching(part, analyser) for part in parts), least)
        case All(parts):
            return _all(parts, analyser)


def _all(parts: Sequence[Expression], analyser: Analyser) -> tantivy.Query | None:
    """Everything, when nothing is asked for."""
    subs = _subs(parts, analyser)
    if parts and not subs:
        return None
    if len(subs) == 1 and subs[0][0] == Occur.Must:
        return subs[0][1]
    return Q.boolean_query(subs) if subs else unscored(Q.all_query())


def _subs(parts: Iterable[Expression], analyser: Analyser) -> list[Sub]:
    """What must and must not be, side by side; unwanted things alone are taken away from everything."""
    subs: list[Sub] = []
    for part in parts:
        inside, occurs = (part.part, Occur.MustNot) if isinstance(part, Not) else (part, Occur.Must)
        found = matching(inside, analyser)
        if found is not None:
            subs.append((occurs, found))
    if subs and all(occurs == Occur.MustNot for occurs, _ in subs):
        subs.append((Occur.Must, unscored(Q.all_query())))
    return subs


def _term(wish: Term, analyser: Analyser) -> tantivy.Query | None:
    """Records that have it under any of its names."""
    if wish.field == IDENTIFIER:
        return Q.boost_query(term("identifiers", wish.text), weights.NUMBER)
    found = best_of(_name(GRAMS[wish.field], *named) for named in weights.names(wish))
    if wish.field == "abstract":
        found = _in_abstract(wish, found, analyser)
    elif not wish.field and not wish.quoted:
        found = any_of([found, *_sounds_and_numbers(wish)])
    return found


def _name(field: str, name: str, weight: float) -> tantivy.Query | None:
    found = contains(field, name)
    return found if found is None or weight == 1.0 else Q.boost_query(found, weight)


def _sounds_and_numbers(wish: Term) -> Iterable[tantivy.Query]:
    if pinyin.SPOKEN.fullmatch(wish.text):
        yield Q.boost_query(term("pinyin", pinyin.typed(wish.text)), weights.PINYIN)
    key = identifier_key(wish.text)
    if looks_like_identifier(key):
        yield Q.boost_query(term("identifiers", key), weights.NUMBER)


def _in_abstract(wish: Term, anywhere: tantivy.Query | None, analyser: Analyser) -> tantivy.Query | None:
    """Pairs of the abstract are not indexed apart from the rest: the text stands somewhere, and a word of it in the abstract."""
    words = dict.fromkeys(word for name in wish.names for word in analyser.words(name))
    there = any_of(term("abstract", word) for word in words)
    return Q.boolean_query([(Occur.Must, anywhere), (Occur.Must, unscored(there))]) if anywhere and there else None


def _range(wish: Range) -> tantivy.Query:
    if wish.field == "price":
        kind, name, low, high = FieldType.Float, "price", wish.low, wish.high
    else:
        kind, name = FieldType.Integer, "day"
        low, high = (None if bound is None else day_number(str(bound)) for bound in (wish.low, wish.high))
    return Q.range_query(schema(), name, kind, low, high, True, True)


def lifted(expression: Expression, analyser: Analyser) -> Iterator[Sub]:
    """What lifts a record that matches."""
    for lift in weights.lifts(expression, analyser.cut):
        query = contains(lift.field, lift.text) if lift.phrase else term(lift.field, lift.text)
        if query is not None:
            yield Occur.Should, Q.boost_query(query, lift.weight)


def found_by(expression: Expression, analyser: Analyser) -> tantivy.Query:
    """What is found, without order: for counting. Nothing that could be looked for finds everything."""
    return matching(expression, analyser) or Q.all_query()


def ranked(found: tantivy.Query, expression: Expression, analyser: Analyser) -> tantivy.Query:
    """What is found, with its order of relevance."""
    lifts = list(lifted(expression, analyser))
    return Q.boolean_query([(Occur.Must, found), *lifts]) if lifts else found
