"""Personal data in free text: found and masked before anything is indexed or shown (disclosure requirement E17).

Masked: mobile numbers (138****5678), identity card numbers, private e-mail addresses, WeChat and QQ accounts, home
addresses. Kept: office lines and functional mailboxes (kjc@…), which belong to an institution and not to a person.
Where a rule is in doubt it masks: a masked number can be asked for, a published one cannot be taken back.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec

from vocab.field import Visibility, fields
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.texts import Getter, collect, every_part, getter
from vocab.values import Value

RecordT = TypeVar("RecordT", bound=Record)


class Personal(StrEnum):
    """What kind of personal data."""

    MOBILE = "mobile"
    ID_CARD = "id-card"
    EMAIL = "email"
    ACCOUNT = "account"  # WeChat, QQ
    ADDRESS = "address"


class Finding(msgspec.Struct, frozen=True):
    """Personal data at text[start:end]; the data itself is not repeated here, so that a finding can be logged."""

    kind: Personal
    start: int
    end: int


# Sources write digits and signs in full width too; one character for one, so that positions stay true.
_WIDE = {**{i: i - 0xFEE0 for i in range(0xFF01, 0xFF5F)}, 0x3000: 0x20, 0x2010: 0x2D, 0x2011: 0x2D, 0x2013: 0x2D}
_GAP = r"[ \t\u00a0\-—_·.()]{0,2}"
_MOBILE = re.compile(
    rf"(?<![\d.])(?<!ZL)(?<!CN)(?<!SR)(?:\(?(?:\+|00)?86\)?{_GAP})?(\(?1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d|\.\d)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ID_CARD = re.compile(
    r"(?<![0-9A-Z])([1-8]\d{5})[ -]?((?:18|19|20)\d{2})[ -]?((?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"[ -]?(\d{3}[\dX])(?![0-9A-Z])",
    re.IGNORECASE,
)
_NAMED_ID = re.compile(
    r"(?:身份证|身份證|证件)(?:号码|号|號碼|號|件)*\s*(?:是|为)?\s*[:(]?\s*([1-8][\d ]{13,19}[\dX])(?![0-9A-Z])",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![A-Z0-9._%+-])([A-Z0-9](?:[A-Z0-9._%+-]{0,62}[A-Z0-9])?)\s?(?:@|\[at\]|\(at\))\s?((?:[A-Z0-9-]{1,63}\.){1,5}[A-Z]{2,12})(?![A-Z0-9])",
    re.IGNORECASE,
)
_NETWORK = r"(?:[微威薇] ?信(?:号码|号|ID)?|(?<![A-Z])(?:WECHAT|WEIXIN|VX|WX)(?:\s?(?:号|ID))?|(?<![A-Z])QQ(?:号码|号|群)?|扣扣号?)"
# After a colon any name is an account; without one it must look like one, or 微信 WeChat would be masked.
_ACCOUNT = re.compile(
    rf"{_NETWORK}(?:(?:\s*[:是为]|(?<=[号码D]))\s*([A-Z][A-Z0-9_-]{{5,19}}|\d{{5,12}})"
    r"|\s*(\d{5,12}|[A-Z](?=[A-Z]*[\d_-])[A-Z0-9_-]{5,19}))(?![A-Z0-9])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:家庭(?:住址|地址)|(?<![居户])住址|住宅地址)\s*[:为是]?\s*([^,，。；;\n]{4,60})")
# For most texts one look decides that there is nothing to look for. It is quick because each way begins with a character.
_SIGN = re.compile(
    "|".join(
        (r"@|＠|\[at\]|\(at\)|微 ?信|威 ?信|薇 ?信|扣扣|住址|地址|身份|证件|qq|ｑｑ|wechat|weixin",
         *(v + x for v in "vwｖｗ" for x in "xｘ"))
    )
)  # fmt: skip
_LONG_NUMBER = re.compile(r"[0-9０-９](?:[ \t\u3000\u00a0\-－—‐‑–_·.()（）．＿]{0,2}[0-9０-９]){10}")

_FUNCTIONAL = re.compile(
    r"^(?:admin|bgs|bangongshi|cgc|cgzh|chengguo|contact|cxy|fuwu|gov|help|info|jishu|jszy|jyzx|keji|kejc|kejichu|kjc|kjcg|"
    r"kjj|kjt|kjzx|kyb|kyc|kych|kyy|licen[cs]ing|mail|marketing|office|ott|post|public|research|sales|service|support|tech|"
    r"tlo|transfer|tto|webmaster|xinxi|yjy|zhaoshang|zhb|zhuanhua|zscq)(?:[._-]?[a-z]{0,4})?[._-]?\d{0,4}$",
    re.IGNORECASE,
)
_PRIVATE_MAIL = re.compile(
    r"(?:^|\.)(?:qq|foxmail|163|126|yeah|188|139|189|wo|sina|sohu|tom|21cn|aliyun|gmail|hotmail|outlook|live|msn|yahoo|icloud|me|"
    r"proton|protonmail|vip)\.(?:com|cn|net|com\.cn|me)$",
    re.IGNORECASE,
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

PASSES = 16  # far more than people glue together; what is still found then is masked whole
ID_MASK, ADDRESS_MASK, ACCOUNT_MASK = "[身份证号已隐去]", "[住址已隐去]", "***"


def id_card_valid(number: str) -> bool:
    """Whether the check character of an 18-character citizen identity number is right (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if len(number) != 18 or not number.isascii() or not number[:17].isdigit():
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == "10X98765432"[total % 11]


def find(text: str) -> list[Finding]:
    """All personal data in a text, in order, never overlapping."""
    return [finding for finding, _ in _found(text)]


def mask(text: str) -> tuple[str, list[Finding]]:
    """The text without the personal data, and what was found (positions are those in the text given)."""
    found = _found(text)
    if not found:
        return text, []
    findings = [finding for finding, _ in found]
    for _ in range(PASSES):
        if not found:
            break
        text = _replaced(text, found)
        found = _found(text)  # masking uncovers what was glued to it: two addresses without a space between them
    return _replaced(text, [(finding, ACCOUNT_MASK) for finding, _ in found]), findings


def _replaced(text: str, found: Iterable[tuple[Finding, str]]) -> str:
    pieces, at = [], 0
    for finding, instead in found:
        pieces += [text[at : finding.start], instead]
        at = finding.end
    return "".join(pieces) + text[at:]


def _suspect(text: str) -> bool:
    return _SIGN.search(text.lower()) is not None or _LONG_NUMBER.search(text) is not None


def _found(text: str) -> list[tuple[Finding, str]]:
    if not _suspect(text):
        return []
    plain = text.translate(_WIDE)
    candidates = [c for finder in _FINDERS for c in finder(plain)]
    result: list[tuple[Finding, str]] = []
    for finding, instead in sorted(candidates, key=lambda c: (c[0].start, -c[0].end)):
        if not result or finding.start >= result[-1][0].end:
            result.append((finding, instead))
        elif finding.end > result[-1][0].end:  # two that overlap are masked as one
            first, mark = result[-1]
            result[-1] = (msgspec.structs.replace(first, end=finding.end), mark)
    return result


Candidates = Iterable[tuple[Finding, str]]


def _id_cards(text: str) -> Candidates:
    for match in _ID_CARD.finditer(text):
        if id_card_valid("".join(match.groups())):
            yield Finding(Personal.ID_CARD, *match.span()), ID_MASK
    for match in _NAMED_ID.finditer(text):  # called an identity number: masked whether or not it was typed correctly
        yield Finding(Personal.ID_CARD, *match.span(1)), ID_MASK


def _mobiles(text: str) -> Candidates:
    for match in _MOBILE.finditer(text):
        digits = "".join(_DIGIT.findall(match[1]))
        yield Finding(Personal.MOBILE, *match.span(1)), f"{digits[:3]}****{digits[-4:]}"


def _emails(text: str) -> Candidates:
    for match in _EMAIL.finditer(text):
        local, domain = match.groups()
        if _PRIVATE_MAIL.search(domain) or not _FUNCTIONAL.match(local):
            shown = "" if _LONG_NUMBER.search(domain) else f"@{domain}"
            yield Finding(Personal.EMAIL, *match.span()), f"***{shown}"


def _accounts(text: str) -> Candidates:
    for match in _ACCOUNT.finditer(text):
        yield Finding(Personal.ACCOUNT, *match.span(match.lastindex or 0)), ACCOUNT_MASK


def _addresses(text: str) -> Candidates:
    for match in _ADDRESS.finditer(text):
        if match[1] != ADDRESS_MASK:
            yield Finding(Personal.ADDRESS, *match.span(1)), ADDRESS_MASK


_FINDERS: tuple[Callable[[str], Candidates], ...] = (_id_cards, _mobiles, _emails, _accounts, _addresses)

# Identifiers, codes and addresses of pages: masking would break them, and they are checked by their own grammar.
NO_TEXT = frozenset({"identifier", "source_record_id", "registration_no", "national_reg_no", "seo", "clc", "ipc"})
NO_TEXT |= {
    "licence",
    "provenance",
    "same_as",
    "possible_same",
    "export_screen",
    "uscc",
    "project_no",
    "homepage",
    "outcomes",
}
NO_TEXT_PARTS = frozenset(
    {"no", "iri", "uscc", "scheme", "method", "type", "status", "programme", "unit", "value", "decision"}
)
NO_TEXT_PARTS |= {"precision", "en_status", "version_hash"}


def mask_record(record: RecordT) -> tuple[RecordT, tuple[Problem, ...]]:
    """The record with all its free text masked, and a warning for each field in which something was found.

    Fields that are never public are left as they are: they do not leave the ledger.
    """
    changed: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, key in _text_fields(type(record)) if suspicious(record) else ():
        value = getattr(record, name)
        if not value:
            continue
        found: set[Personal] = set()
        masked = _masked(value, found)
        if found:
            changed[name] = masked
            kinds = ", ".join(sorted(found))
            message = f"personal data ({kinds}) was masked"
            problems.append(Problem("personal-data-masked", key, message, Severity.WARNING))
    return (msgspec.structs.replace(record, **changed) if changed else record), tuple(problems)


def suspicious(record: Record) -> bool:
    """Whether there may be personal data in a record's free text; False is certain."""
    return _suspect(free_text(record))


def free_text(record: Record) -> str:
    """All text of a record in which personal data may hide, one a line."""
    found: list[str] = []
    collect(_free_fields(type(record))(record), found, _free_parts)
    return "\n".join(found)


@cache
def _free_fields(record: type[Record]) -> Getter:
    return getter(tuple(name for name, _ in _text_fields(record)))


@cache
def _free_parts(kind: Any) -> Getter | None:
    if not issubclass(kind, Value):
        return every_part(kind)
    parts = _text_parts(kind)
    return getter(parts) if parts else None


@cache
def _text_fields(record: type[Record]) -> tuple[tuple[str, str], ...]:
    """(attribute, JSON key) of the public fields in which free text may stand."""
    return tuple(
        (b.name, b.key)
        for b in fields(record)
        if b.field.scheme is None and b.name not in NO_TEXT and b.field.visibility is Visibility.PUBLIC
    )


@cache
def _text_parts(value: type[Value]) -> tuple[str, ...]:
    hints = get_type_hints(value)
    return tuple(name for name in hints if name in value.__struct_fields__ and name not in NO_TEXT_PARTS)


def _masked(value: Any, found: set[Personal]) -> Any:
    """The value with its texts masked; the same object when there was nothing to mask."""
    if isinstance(value, str):
        text, findings = mask(value)
        found.update(f.kind for f in findings)
        return text if findings else value
    if isinstance(value, tuple):
        items = tuple(_masked(item, found) for item in value)
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if isinstance(value, Value):
        new = {name: _masked(old, found) for name in _text_parts(type(value)) if (old := getattr(value, name))}
        new = {name: text for name, text in new.items() if text is not getattr(value, name)}
        return msgspec.structs.replace(value, **new) if new else value
    return value
