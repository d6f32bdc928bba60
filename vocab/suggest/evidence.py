"""Evidence of values: how many of a column's values a field could take, by the parsers and code lists it is read with."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from vocab.codes import scheme
from vocab.identifiers import find_patents, normalise_registration_no, normalise_uscc, valid_uscc
from vocab.mapping.target import Slot
from vocab.parse import PARSERS
from vocab.parse.lists import split_list
from vocab.parse.parsed import DEFAULT, Options
from vocab.suggest.profile import Column
from vocab.values import Agent, Contributor, Ipr, PartialDate, Period, Price, Text, Trl

SAMPLE = 120  # values looked at
REGION = "gbt2260"
SEPARATORS = "、；;，,/|｜"
_ORGANISATION = re.compile(
    r"(?:大学|学院|研究院|研究所|公司|中心|医院|集团|工厂|厂|实验室|设计院|站|局|厅|委员会|协会|University|Institute|Ltd\.?)(?:[（(].*[）)])?$"
)
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,5}(?:[（(].*[）)])?|[A-Z][a-z]+(?:[ -][A-Z][a-z]+){1,3}")
_TAG = re.compile(r"<(?:p|br|div|span|table|img|b|strong)\b|&nbsp;", re.IGNORECASE)
_CODE = re.compile(r"0*\d{1,4}|[A-Z]\d{0,4}")

Test = Callable[[str], bool]


class Fit(msgspec.Struct, frozen=True):
    """`share` of the values that fit (0 to 1). `hard`: one that does not fit cannot be meant. `missed`: some that did not."""

    share: float
    hard: bool
    what: str
    missed: tuple[str, ...] = ()
    numbered: bool = False  # the words look like the list's own numbers


def fit(slot: Slot, column: Column, unit: str = "") -> Fit | None:
    """How well a column's values fit a field; None when any text would."""
    texts = column.texts[:SAMPLE]
    if not texts:
        return None
    if slot.scheme == REGION:
        return _share(texts, _parses("region"), True, "divisions of GB/T 2260")
    if slot.key == "secretLevel":
        return _share(texts, _parses("secret_level"), False, "secrecy levels")
    if slot.scheme is not None:
        return coded(slot.scheme, pieces(texts) if slot.many else texts)
    if isinstance(slot.leaf, type) and issubclass(slot.leaf, StrEnum):
        words = {member.value.casefold() for member in slot.leaf}
        return _share(texts, lambda text: text.casefold() in words, True, "words of the standard")
    for name, test, hard, what in _TESTS:
        if slot.key == name or slot.key.endswith(f".{name}") or (isinstance(name, type) and slot.leaf is name):
            return _share(pieces(texts) if slot.leaf in (Agent, Contributor) else texts, test, hard, what)
    if slot.leaf in (Price, Decimal):
        return _share(texts, _parses("price", Options(unit=unit or "万元")), True, "amounts of money")
    return None


def coded(scheme_id: str, texts: Sequence[str]) -> Fit:
    """Words of a code list. Bare numbers do not count: 2 is in every list."""
    found = scheme(scheme_id)
    missed = tuple(text for text in texts if found.find(text) is None or _CODE.fullmatch(text))
    share = 1 - len(missed) / max(1, len(texts))
    return Fit(share, False, f"words of {found.zh} ({scheme_id})", missed, numbered(scheme_id, texts))


def numbered(scheme_id: str, texts: Sequence[str]) -> bool:
    """Whether the values look like notations of the list, zeros in front allowed."""
    notations = scheme(scheme_id).concepts
    return bool(texts) and all(_CODE.fullmatch(t) and (t in notations or t.lstrip("0") in notations) for t in texts)


def is_html(column: Column) -> bool:
    return any(_TAG.search(text) for text in column.texts[:SAMPLE])


def is_prose(column: Column) -> bool:
    """Whether the values are sentences."""
    texts = column.texts[:SAMPLE]
    return bool(texts) and sum(len(t) > 40 for t in texts) > len(texts) / 2


def is_chinese(column: Column) -> bool:
    texts = column.texts[:SAMPLE]
    return sum(any("\u4e00" <= c <= "\u9fff" for c in t) for t in texts) > len(texts) / 2


def separators(texts: Sequence[str]) -> str:
    """The signs that separate items in these values, the rare ones left out."""
    few = texts[:SAMPLE]
    return "".join(sign for sign in SEPARATORS if sum(sign in text for text in few) > len(few) * 0.02)


def pieces(texts: Sequence[str]) -> tuple[str, ...]:
    """The items of the values, each once."""
    return tuple(dict.fromkeys(item for text in texts[:SAMPLE] for item in split_list(text)))


def _share(texts: Sequence[str], test: Test, hard: bool, what: str) -> Fit:
    missed = tuple(text for text in texts if not test(text))
    return Fit(1 - len(missed) / max(1, len(texts)), hard, what, missed[:20])


def _parses(parser: str, options: Options = DEFAULT) -> Test:
    def test(text: str) -> bool:
        parsed = PARSERS[parser](text, options)
        return parsed.value is not None and not parsed.problems

    return test


def _is_uscc(text: str) -> bool:
    number = normalise_uscc(text)
    return number is not None and valid_uscc(number)


def _is_registration(text: str) -> bool:
    return normalise_registration_no(text) is not None


def _is_organisation(text: str) -> bool:
    return _ORGANISATION.search(text) is not None


def _is_wording(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text) or " " in text.strip()


def _is_person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None and not _is_organisation(text)


def _has_patent(text: str) -> bool:
    return next(find_patents(text), None) is not None


# By the field's last part or the type of its value.
_TESTS: tuple[tuple[str | type, Test, bool, str], ...] = (
    ("uscc", _is_uscc, True, "social credit codes with a right check character"),
    ("registrationNo", _is_registration, True, "registration numbers"),
    (Ipr, _has_patent, False, "patent numbers"),
    (PartialDate, _parses("date"), True, "dates"),
    (Period, _parses("period"), True, "periods"),
    (Trl, _parses("trl"), True, "readiness levels"),
    (Agent, _is_organisation, False, "names of organisations"),
    (Contributor, _is_person, False, "names of people"),
    (Text, _is_wording, False, "words, not codes"),
)
