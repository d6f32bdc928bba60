"""What a condition of a query asks for, in the reader's language: 浙江省; 50 万元以下; since 2020."""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce

from publish.portal.reader import Reader
from search.base import FACETS
from search.expression import All, AnyOf, Chip, Choice, Expression, Not, Range, Term, wanted
from vocab.values import PartialDate, Precision

CENT = Decimal("0.01")  # a bound a cent beside a whole amount came from `<` or `>`
PRECISIONS = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}


def field_title(chip: Chip, reader: Reader) -> str:
    """The name of a chip's field; a facet is named as beside its values."""
    return reader.text(f"facet.{chip.field}" if chip.field in FACETS else f"read.{chip.field}")


def said(condition: Expression, reader: Reader) -> str:
    match condition:
        case Choice() | AnyOf():
            texts = list(dict.fromkeys(_alternatives(condition, reader)))
            either = reduce(lambda first, second: reader.text("read.either", first=first, second=second), texts)
            return reader.text("read.wide", what=either) if _wide(condition) else either
        case Range("price", low, high):
            return _price(low, high, reader)
        case Range(_, low, high):
            return _dates(low, high, reader)
        case Not(part):
            return reader.text("read.neither", what=said(part, reader))
        case _:
            return reader.text("read.words", what=" ".join(term.text for term in wanted(condition)))


def _alternatives(condition: Expression, reader: Reader) -> Iterator[str]:
    match condition:
        case Choice(facet, values):
            yield from (reader.facet(facet, value) for value in values)
        case AnyOf(parts):
            for part in parts[:-1] if _wide(condition) else parts:
                yield from _alternatives(part, reader)
        case _:
            yield said(condition, reader)


def _wide(condition: Expression) -> bool:
    """Whether it is a guess that is looked for as a word, too."""
    return isinstance(condition, AnyOf) and len(condition.parts) > 1 and isinstance(condition.parts[-1], Term | All)


def _price(low: float | str | None, high: float | str | None, reader: Reader) -> str:
    least, most = (None if bound is None else Decimal(str(bound)) for bound in (low, high))
    if least is not None and most is not None:
        return reader.amounts(least, most)
    if most is not None:
        open_at = most + CENT
        return reader.text(
            "price.below" if open_at % 1 == 0 else "price.upto", amount=reader.money(_whole(open_at, most))
        )
    if least is not None:
        open_at = least - CENT
        return reader.text(
            "price.above" if open_at % 1 == 0 else "price.from", amount=reader.money(_whole(open_at, least))
        )
    return ""


def _whole(open_at: Decimal, bound: Decimal) -> Decimal:
    return open_at if open_at % 1 == 0 else bound


def _dates(low: float | str | None, high: float | str | None, reader: Reader) -> str:
    first, last = _short(low, "-01-01", reader), _short(high, "-12-31", reader)
    if first and last:
        return first if first == last else reader.text("read.between", first=first, last=last)
    return reader.text("read.since", day=first) if first else reader.text("read.until", day=last)


def _short(bound: float | str | None, end: str, reader: Reader) -> str:
    """A day at the end of a year is said by the year."""
    day = str(bound or "").removesuffix(end)
    return reader.partial(PartialDate(day, PRECISIONS[len(day)])) if len(day) in PRECISIONS else ""
