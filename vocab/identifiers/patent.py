"""Patent numbers: application numbers by ZC 0006-2003 with their check digit, publication and PCT numbers apart."""

import re
import unicodedata
from collections.abc import Iterator
from operator import mul
from typing import Final

import msgspec

from vocab.identifiers.text import compact

_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
# Two-digit years run from the first patent law (1985) to October 2003.
_BODY: Final = r"(?:19|20)[0-9]{2}[12389][0-9]{7}|(?:8[5-9]|9[0-9]|0[0-3])[12389][0-9]{5}"
_NUMBER: Final = re.compile(rf"(ZL|CN)?({_BODY})(?:\.?([0-9X]))?")
_PUBLICATION: Final = re.compile(r"CN[0-9]{7,9}[ABCUYS][0-9]?")
_PCT: Final = re.compile(r"PCT/([A-Z]{2})((?:19|20)?[0-9]{2})/([0-9]{5,6})")
# In running text a number stands alone: not inside a longer number, and bare digits need their dot or prefix.
_IN_TEXT: Final = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:ZL|CN)[ \u00a0]?[0-9](?:[ \u00a0]?[0-9]){6,12}[ \u00a0]?(?:[.．][ \u00a0]?)?[0-9Xx]"
    r"|(?:(?:19|20)[0-9]{2}[12389][0-9]{7}|(?:8[5-9]|9[0-9]|0[0-3])[12389][0-9]{5})[.．][0-9Xx]"
    r"|(?:19|20)[0-9]{2}[12389][0-9]{7}[0-9Xx])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_DEFENCE: Final = re.compile(r"国防(?:发明)?专利|(?<![A-Za-z])GF[ \-]?(?:ZL)?[0-9]{6,}|国防解密专利")
_LONGEST: Final = 60  # characters of a number with its label and every space people put in
# Anything that could be one, before the costly look; quick because each way begins with a character.
_SUSPECT: Final = re.compile("|".join((r"国\s*防", *(rf"{g}\s*[FfＦｆ]" for g in "GgＧｇ"))))
_KINDS: Final = {"1": "cl13/1", "8": "cl13/1", "2": "cl13/2", "9": "cl13/2", "3": "cl13/3"}


class PatentNo(msgspec.Struct, frozen=True):
    """An application number in its normal form `201710601862.3`.

    `granted` is True with the prefix ZL, False with CN, None without; `valid` says whether the check digit is right;
    `derived` that the source gave none and it was computed.
    """

    number: str
    type: str  # of CL-13, by the digit of the kind
    valid: bool
    granted: bool | None = None
    derived: bool = False

    @property
    def year(self) -> int:
        """Year of filing."""
        if len(self.number) == 14:
            return int(self.number[:4])
        year = int(self.number[:2])
        return (1900 if year >= 85 else 2000) + year


def patent_check(digits: str) -> str:
    """The check digit of the 12 (since October 2003) or 8 digits before the dot. Raises ValueError for other text."""
    if len(digits) not in (8, 12):
        raise ValueError(f"a patent number has 8 or 12 digits before the dot, not {len(digits)}: {digits!r}")
    return "0123456789X"[sum(map(mul, map(int, digits), _WEIGHTS)) % 11]


def patent_no(text: str) -> PatentNo | None:
    """The application number a text holds, and nothing else; None for publication and PCT numbers and other text.

    Digits without prefix and check are taken for a number of the long form only: eight may be a date or a telephone.
    """
    if len(text) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(compact(text).rstrip("。，,;；、"))
    if match is None:
        return None
    prefix, body, given = match.groups()
    if given is None and prefix is None and len(body) == 8:
        return None
    check = patent_check(body)
    kind = body[4] if len(body) == 12 else body[2]
    granted = None if prefix is None else prefix == "ZL"
    return PatentNo(f"{body}.{given or check}", _KINDS[kind], given in (None, check), granted, given is None)


def normalise_patent(text: str) -> str | None:
    """`201310699744.2` for every way to write it, right check digit or not."""
    number = patent_no(text)
    return number.number if number else None


def valid_patent(text: str) -> bool:
    """Whether it is an application number with its right check digit given (a derived digit proves nothing)."""
    number = patent_no(text)
    return number is not None and number.valid and not number.derived


def find_patents(text: str) -> Iterator[tuple[int, int, PatentNo]]:
    """Every application number in free text with its place (start, end). Bare numbers count only with dot or 13 digits."""
    for match in _IN_TEXT.finditer(text):
        number = patent_no(match[0])
        # A bare run of 13 digits is taken for a number only when its check digit agrees: one chance in eleven otherwise.
        if number and (number.valid or "." in match[0] or "．" in match[0] or number.granted is not None):
            yield match.start(), match.end(), number


def is_defence_patent(text: str) -> bool:
    """Whether the text speaks of a defence patent (国防专利, GF numbers): such a record is refused."""
    if _SUSPECT.search(text) is None:
        return False
    plain = "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).upper().split())
    return _DEFENCE.search(plain) is not None


def normalise_patent_publication(text: str) -> str | None:
    """A publication number (`CN102345678A`): another identifier, never compared with application numbers."""
    code = compact(text)
    return code if _PUBLICATION.fullmatch(code) else None


def normalise_pct(text: str) -> str | None:
    """An international application number, year in four digits: `PCT/CN2019/123456`, `PCT/CN97/00012` -> 1997."""
    match = _PCT.fullmatch(compact(text))
    if match is None:
        return None
    country, year, serial = match.groups()
    if len(year) == 2:
        year = ("19" if year >= "78" else "20") + year  # the treaty came into force in 1978
    return f"PCT/{country}{year}/{serial.zfill(6)}"
