"""A looser form of what is looked for, tried only when nothing was found."""

from collections.abc import Iterator

from search.analysis import CJK_RUN, phrase
from search.expression import All, AnyOf, Expression, SomeOf, Term, both

ENOUGH = 3  # one in so many words: of a long text much is by the way
ANY = 1000  # a single one is enough: more words than are ever looked for
MOST = 120  # pieces that are looked for


def relaxed(expression: Expression, share: int = ENOUGH) -> Expression | None:
    """Some pieces of the loose parts are enough, one for every `share` parts; of a lone part half of them. None when nothing can
    be looser.

    Loose are words and alternatives of words. Quoted phrases, fields, choices, ranges and exclusions stay required. The pieces of
    a Chinese word are its pairs, for what is meant may stand there in other words: 哲学思想 as 哲学与宗教思想.
    """
    match expression:
        case Term():
            return _some((expression,), share)
        case AnyOf(parts):
            looser = tuple(relaxed(part, share) or part for part in parts)
            return AnyOf(looser) if looser != parts else None
        case All(parts):
            return _some(parts, share)
    return None


def _some(parts: tuple[Expression, ...], share: int) -> Expression | None:
    loose = [part for part in parts if _loose(part)]
    fixed = (part for part in parts if not _loose(part))
    pieces = tuple(dict.fromkeys(piece for part in loose for piece in _pieces(part)))[:MOST]
    if len(pieces) < 2:
        return None
    least = len(loose) // share if len(loose) > 1 else len(pieces) // 2
    words = tuple(part.text for part in loose if isinstance(part, Term) and _comes_apart(part))
    return both(*fixed, SomeOf(pieces, max(1, least), words))


def _pieces(part: Expression) -> Iterator[Expression]:
    """A word that has other names is looked for under these as well."""
    if not isinstance(part, Term) or not _comes_apart(part):
        yield part
        return
    if len(part.names) > 1:
        yield part
    for pair in phrase(part.text)[0]:
        yield Term(pair, quoted=True)


def _comes_apart(term: Term) -> bool:
    return len(term.text) > 2 and CJK_RUN.fullmatch(term.text) is not None


def _loose(part: Expression) -> bool:
    match part:
        case Term(_, _, quoted, field):
            return not quoted and not field
        case AnyOf(parts):
            return all(_loose(p) or isinstance(p, All) for p in parts)
    return False
