"""What a column takes, as words to choose from: labels of a short code list, words of an enumeration, yes and no."""

from vocab.codes import Concept, Scheme, scheme
from vocab.standard.columns import Column
from vocab.standard.json_schema import SHORT

YES_NO = ("是", "否")


def choices(column: Column) -> tuple[str, ...]:
    """Every word that may be chosen; empty for free text, numbers, dates, and the long national lists."""
    if column.words:
        return tuple(meant[0] for meant in column.words.values())
    if column.parser == "boolean":
        return YES_NO
    codes = scheme(column.slot.scheme) if column.slot.scheme else None
    if codes is None or len(codes.concepts) > SHORT:
        return ()
    return tuple(_word(codes, one) for one in codes.concepts.values() if one.valid_to is None)


def _word(codes: Scheme, concept: Concept) -> str:
    """The label, or the notation where the list has a label twice."""
    return concept.zh if codes.find(concept.zh) is concept else concept.notation
