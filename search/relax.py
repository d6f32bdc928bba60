"""A looser form of what is looked for, tried only when nothing was found."""

from search.analysis import phrase
from search.expression import All, AnyOf, Expression, Term, both

ENOUGH = 3  # one of so many loose parts: of a long text much is by the way
ANY = 1000  # a single one is enough: more words than are ever looked for


def relaxed(expression: Expression, share: int = ENOUGH) -> Expression | None:
    """One in `share` of the loose parts is enough, and a lone word is taken apart into its pairs; None when nothing can be looser.

    Loose are words and alternatives of words. Quoted phrases, fields, choices, ranges and exclusions stay required.
    """
    match expression:
        case Term():
            return _apart(expression) if _loose(expression) else None
        case AnyOf(parts, least):
            looser = tuple(relaxed(part, share) or part for part in parts)
            return AnyOf(looser, least) if looser != parts else None
        case All(parts):
            return _some(parts, share)
    return None


def _some(parts: tuple[Expression, ...], share: int) -> Expression | None:
    loose = tuple(part for part in parts if _loose(part))
    fixed = (part for part in parts if not _loose(part))
    if not loose:
        return None
    some = relaxed(loose[0], share) if len(loose) == 1 else AnyOf(loose, max(1, len(loose) // share))
    return both(*fixed, some) if some is not None else None


def _apart(term: Term) -> Expression | None:
    pairs, _ = phrase(term.text)
    if len(pairs) < 2:
        return None
    return AnyOf(tuple(Term(pair, quoted=True) for pair in dict.fromkeys(pairs)), max(1, len(pairs) // 2))


def _loose(part: Expression) -> bool:
    match part:
        case Term(_, _, quoted, field):
            return not quoted and not field
        case AnyOf(parts):
            return all(_loose(p) or isinstance(p, All) for p in parts)
    return False
