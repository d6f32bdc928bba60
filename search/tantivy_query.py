"""An expression as a tantivy query: character pairs decide what matches, words decide what comes first."""

import re
from collections.abc import Iterable, Iterator, Sequence

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Q

from search import pinyin, weights
from search.analysis import Analyser, identifier_key, looks_like_identifier, phrase, sequence
from search.expression import IDENTIFIER, All, AnyOf, Choice, Expression, Not, Range, SomeOf, Term
from search.indexed import ABSTRACT, GRAMS, SETS, day_number, facet_field
from search.tantivy_schema import schema

EXACT = frozenset({"identifiers", "iri", "holds", "suggest", "suggest_titles", "cluster", *SETS})
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


def matching(expression: Expression) -> tantivy.Query | None:
    """What the expression asks for; None when nothing in it could be looked for (a term of punctuation alone)."""
    match expression:
        case Term():
            return _term(expression)
        case Choice(facet, values):
            return unscored(Q.term_set_query(schema(), facet_field(facet), list(values)))
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


def _all(parts: Sequence[Expression]) -> tantivy.Query | None:
    """Everything, when nothing is asked for."""
    subs = _subs(parts)
    if parts and not subs:
        return None
    if len(subs) == 1 and subs[0][0] == Occur.Must:
        return subs[0][1]
    return Q.boolean_query(subs) if subs else unscored(Q.all_query())


def _subs(parts: Iterable[Expression]) -> list[Sub]:
    """What must and must not be, side by side; unwanted things alone are taken away from everything."""
    subs: list[Sub] = []
    for part in parts:
        inside, occurs = (part.part, Occur.MustNot) if isinstance(part, Not) else (part, Occur.Must)
        found = matching(inside)
        if found is not None:
            subs.append((occurs, found))
    if subs and all(occurs == Occur.MustNot for occurs, _ in subs):
        subs.append((Occur.Must, unscored(Q.all_query())))
    return subs


def _term(wish: Term) -> tantivy.Query | None:
    """Records that have it under any of its names."""
    if wish.field == IDENTIFIER:
        return Q.boost_query(term("identifiers", wish.text), weights.NUMBER)
    look = _in_abstract if wish.field == "abstract" else _name
    found = best_of(look(GRAMS[wish.field], *named) for named in weights.names(wish))
    if not wish.field and not wish.quoted:
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


def _in_abstract(field: str, name: str, weight: float) -> tantivy.Query | None:
    """It stands somewhere, and each of its pairs in the abstract."""
    anywhere = _name(field, name, weight)
    if anywhere is None:
        return None
    pairs = [contains(ABSTRACT, pair) for pair in phrase(name)[0]]
    return Q.boolean_query([(Occur.Must, anywhere), *((Occur.Must, unscored(pair)) for pair in pairs if pair)])


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


def found_by(expression: Expression) -> tantivy.Query:
    """What is found, without order: for counting. Nothing that could be looked for finds everything."""
    return matching(expression) or Q.all_query()


def ranked(found: tantivy.Query, expression: Expression, analyser: Analyser) -> tantivy.Query:
    """What is found, with its order of relevance."""
    lifts = list(lifted(expression, analyser))
    return Q.boolean_query([(Occur.Must, found), *lifts]) if lifts else found
