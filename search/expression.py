"""What is looked for, in no engine's language: every engine translates these values and knows nothing of how they were typed.

    锂电池 (回收 OR 再生) region:浙江 -铅酸

    All(Term("锂电池", others=("锂离子电池", ...)),
        AnyOf(Term("回收"), Term("再生")),
        Choice("region", ("330000",)),
        Not(Term("铅酸", quoted=True)))

An engine needs two translations: of a whole expression into what *matches*, and of the terms it wants (`wanted`) into what
*ranks* what matched. `Choice`, `Range` and `Not` never change a score.
"""

from collections.abc import Iterator

import msgspec

TEXTS = ("title", "keywords", "org", "abstract")  # texts of a record that a term can be confined to
IDENTIFIER = "identifier"
RANGES = ("price", "date")


class Term(msgspec.Struct, frozen=True):
    """A run of text, normalised (`search.normalise`), under any of its names.

    `others` are further names of it (synonyms), `translations` Chinese terms that an English one may stand for, each with its
    weight (0 to 1). `quoted` holds it to the letters: no pinyin, no numbers, no other names.
    `below` are those of the others that name parts of an organisation, each with the name of the whole.
    `field`: "" anywhere, one of TEXTS, or IDENTIFIER (`text` is then a key of `analysis.identifier_key`).
    """

    text: str
    others: tuple[str, ...] = ()
    quoted: bool = False
    field: str = ""
    translations: tuple[tuple[str, float], ...] = ()
    below: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.text, *self.others, *(name for name, _ in self.translations))


class Choice(msgspec.Struct, frozen=True):
    """Records with any of these values of a facet (`search.base.FACETS`)."""

    facet: str
    values: tuple[str, ...]


class Range(msgspec.Struct, frozen=True):
    """Records whose price (yuan, the lowest asked) or date lies between two bounds, both included; None is no bound.

    Bounds of a price are numbers, of a date whole days (`2018-01-01`). A record dated by its year alone lies on 1 January.
    """

    field: str
    low: float | str | None = None
    high: float | str | None = None


class All(msgspec.Struct, frozen=True):
    """Every part holds. Without parts everything does; of `Not` alone, everything but that."""

    parts: "tuple[Expression, ...]" = ()


class AnyOf(msgspec.Struct, frozen=True):
    """One of the parts holds at least. Without parts nothing does."""

    parts: "tuple[Expression, ...]"


class SomeOf(msgspec.Struct, frozen=True):
    """At least so many of the parts hold, which are pieces of a text; which of them stand side by side says nothing.

    `words` are those that were taken apart into pieces.
    """

    parts: "tuple[Expression, ...]"
    least: int
    words: tuple[str, ...] = ()


class Not(msgspec.Struct, frozen=True):
    """The part does not hold."""

    part: "Expression"


Expression = Term | Choice | Range | All | AnyOf | SomeOf | Not
EVERYTHING = All()


class Chip(msgspec.Struct, frozen=True):
    """How a piece of a text was read: `text[start:end]` asks for `condition` in `field` (`search.fields.FIELDS`).

    `without` is the text with the piece left out, `as_words` with the piece in quotes, so that it is looked for as it stands.
    `guessed`: the person wrote no field, the meaning was understood (浙江, 50万以下).
    """

    start: int
    end: int
    field: str
    condition: Expression
    without: str
    as_words: str
    guessed: bool = False


MISREADINGS = (
    "nothing",  # a text without a word
    "unclosed-quote",  # a quotation mark without its second
    "unclosed",  # a parenthesis that nothing closes: it reaches to the end
    "unopened",  # a parenthesis that closes nothing
    "too-deep",  # more parentheses inside one another than are read
    "dangling-or",  # OR with nothing on one side
    "dangling-not",  # NOT with nothing behind it
    "empty-field",  # a field without a value
    "unknown-field",  # name:value, and no field of the name
    "bad-value",  # what the field cannot have
)


class Misread(msgspec.Struct, frozen=True):
    """Why a piece of a text is passed over or looked for as plain words: a code of MISREADINGS, where the piece begins, the piece,
    and what to write instead (empty when that is not known)."""

    code: str
    at: int
    piece: str
    suggestion: str = ""


class Question(msgspec.Struct, frozen=True):
    """A text as it was read. `cut`: there was more in it than is looked for."""

    expression: Expression = EVERYTHING
    chips: tuple[Chip, ...] = ()
    problem: Misread | None = None
    cut: bool = False


def wanted(expression: Expression) -> Iterator[Term]:
    """The terms that a record should have, in their order: those which rank it."""
    match expression:
        case Term():
            yield expression
        case All(parts) | AnyOf(parts) | SomeOf(parts):
            for part in parts:
                yield from wanted(part)


def marked(expression: Expression) -> Iterator[str]:
    """What is marked in a record: all names of the terms that it should have, and whole what was taken into pieces."""
    match expression:
        case Term():
            yield from expression.names
        case All(parts) | AnyOf(parts) | SomeOf(parts):
            for part in parts:
                yield from marked(part)
    if isinstance(expression, SomeOf):
        yield from expression.words


def neighbours(expression: Expression) -> Iterator[Term]:
    """Those of `wanted` that were typed one after the other and that a record had better have so."""
    match expression:
        case Term():
            yield expression
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from neighbours(part)


def both(*parts: Expression) -> Expression:
    """All of these, without needless nesting."""
    flat = [p for part in parts for p in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))
