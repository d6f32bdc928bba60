"""A question as a tantivy query: character pairs decide what matches, words decide what comes first."""

import re
from collections.abc import Iterable, Mapping

import tantivy
from tantivy import Occur
from tantivy import Query as Q

from search import pinyin
from search.analysis import CJK_RUN, Analyser, identifier_key, looks_like_identifier, phrase
from search.question import Clause, Question
from search.tantivy_schema import WORD_FIELDS, facet_field, schema

WORD, GRAM, HEAD, PINYIN, NUMBER, OTHER_NAME, WHOLE = 2.0, 0.3, 2.0, 1.0, 50.0, 0.6, 4.0
FULL_NAME = 4.0  # of what was abbreviated: 清华 means the university before it means a firm that bears the name
LATIN = re.compile(r"[a-zü]{2,40}")
Sub = tuple[Occur, tantivy.Query]


def contains(field: str, text: str) -> tantivy.Query | None:
    """Records whose `field` (of grams) contains the text; None when nothing in it could be looked for."""
    tokens, prefix = phrase(text)
    if not tokens:
        return None
    if len(tokens) == 1:
        return Q.regex_query(schema(), field, f"{tokens[0]}.?") if prefix else term(field, tokens[0])
    if prefix:
        return Q.phrase_prefix_query(schema(), field, list(tokens))
    return Q.phrase_query(schema(), field, list(tokens))


def term(field: str, value: str) -> tantivy.Query:
    return Q.term_query(
        schema(), field, value, "basic" if field in ("identifiers", "iri", "holds", "suggest") else "freq"
    )


def any_of(queries: Iterable[tantivy.Query | None], at_least: int = 1) -> tantivy.Query | None:
    found = [q for q in queries if q is not None]
    if len(found) == 1:
        return found[0]
    return Q.boolean_query([(Occur.Should, q) for q in found], at_least) if found else None


def match(clause: Clause) -> tantivy.Query | None:
    """Records that have what the clause asks for, under any of its names."""
    found = [contains("grams", text) for text in (clause.text, *clause.others)]
    if not clause.quoted:
        if LATIN.fullmatch(clause.text):
            found.append(Q.boost_query(term("pinyin", pinyin.typed(clause.text)), PINYIN / GRAM))
        key = identifier_key(clause.text)
        if looks_like_identifier(key):
            found.append(Q.boost_query(term("identifiers", key), NUMBER))
    return any_of(found)


def rank(clause: Clause, analyser: Analyser) -> list[Sub]:
    """What lifts a record that matches: the word itself in its fields, more than the mere run of characters."""
    out: list[Sub] = []
    names = ((t, FULL_NAME if clause.text in t else OTHER_NAME) for t in clause.others)
    for text, weight in ((clause.text, 1.0), *names):
        for word in dict.fromkeys(analyser.cut(text)):
            out += [
                (Occur.Should, Q.boost_query(term(field, word), WORD * weight * boost))
                for field, boost in WORD_FIELDS.items()
            ]
        head = contains("head_grams", text)
        if head is not None and CJK_RUN.match(text):
            out.append((Occur.Should, Q.boost_query(head, HEAD * weight)))
    return out


def filters(chosen: Mapping[str, tuple[str, ...]], but: str | None = None) -> list[Sub]:
    """Accepted values of each facet; all facets must hold. `but` is left out (a facet's counts ignore its own filter)."""
    return [
        (Occur.Must, Q.const_score_query(Q.term_set_query(schema(), facet_field(name), list(values)), 0.0))
        for name, values in chosen.items()
        if values and name != but
    ]


def _matching(question: Question, relaxed: bool) -> list[Sub]:
    """The part that decides what is found. Empty when everything is."""
    out: list[Sub] = []
    matches = _relaxed(question) if relaxed else [m for m in map(match, question.must) if m is not None]
    if question.identifier:
        number = Q.boost_query(term("identifiers", question.identifier), NUMBER)
        words = Q.boolean_query([(Occur.Must, m) for m in matches]) if matches else None
        out.append((Occur.Must, any_of([number, words]) or number))
    else:
        out += [(Occur.Must, Q.boost_query(m, GRAM)) for m in matches]
    unwanted = [m for m in map(match, question.must_not) if m is not None]
    if unwanted and not out:
        out.append((Occur.Must, Q.all_query()))
    return out + [(Occur.MustNot, m) for m in unwanted]


def _relaxed(question: Question) -> list[tantivy.Query]:
    """Half of the clauses are enough; a lone word is taken apart into its pairs. Quoted phrases stay required."""
    quoted = [m for c in question.must if c.quoted and (m := match(c)) is not None]
    loose = [c for c in question.must if not c.quoted]
    parts = [match(c) for c in loose]
    if len(loose) == 1:
        grams, _ = phrase(loose[0].text)
        parts = [term("grams", g) for g in grams] if len(grams) > 1 else parts
    some = any_of(parts, at_least=max(1, len(parts) // 2))
    return quoted + ([some] if some is not None else [])


def found_by(
    question: Question, chosen: Mapping[str, tuple[str, ...]], but: str | None = None, relaxed: bool = False
) -> tantivy.Query:
    """What is found, without order: for counting."""
    subs = _matching(question, relaxed) + filters(chosen, but)
    return Q.boolean_query(subs) if subs else Q.all_query()


def ranked(
    question: Question, chosen: Mapping[str, tuple[str, ...]], analyser: Analyser, relaxed: bool = False
) -> tantivy.Query:
    """What is found, with its order of relevance."""
    subs = _matching(question, relaxed) + filters(chosen)
    for clause in question.must:
        subs += rank(clause, analyser)
    if len(question.must) > 1:
        whole = contains("head_grams", " ".join(c.text for c in question.must))
        if whole is not None:
            subs.append((Occur.Should, Q.boost_query(whole, WHOLE)))
    return Q.boolean_query(subs) if subs else Q.all_query()
