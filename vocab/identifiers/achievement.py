"""Numbers that administrations give to achievements: registration, contract and report numbers. None has a check digit."""

import re
from typing import Final

import msgspec

from vocab.identifiers.text import compact

_CURRENT: Final = re.compile(r"([0-9]{3})((?:19|20)[0-9]{2})([YJR])([0-9]{4})")
_CHARACTERS: Final = re.compile(
    r"([\u4e00-\u9fff]{1,4})科成登字[〔\[(（【]?((?:19|20)[0-9]{2})[〕\])）】]?第?([0-9]{1,6})号?"
)
_CONTRACT: Final = re.compile(r"[0-9]{16}|[0-9]{14}")
_REPORT: Final = re.compile(r"[0-9A-Z]{9}--[0-9A-Z\u4e00-\u9fff()\-._]{1,60}/[0-9]{2}[A-Z]?")


class RegistrationNo(msgspec.Struct, frozen=True):
    """成果登记号. Unique only together with its registrar, for it has no check digit and registrars reuse numbers.

    `kind` is the code of CL-01 that the class letter stands for (J and R: unverified); the form in characters has none.
    """

    number: str
    registrar: str  # three digits, or the characters before 科成登字
    year: int
    kind: str | None = None


_LETTERS: Final = {"Y": "cl01/2", "J": "cl01/1", "R": "cl01/3"}


def registration_no(text: str) -> RegistrationNo | None:
    """The registration number in either form: `9332020Y0123`, or `陕科成登字[2024]第123号`."""
    code = compact(text)
    if match := _CURRENT.fullmatch(code):
        return RegistrationNo(code, match[1], int(match[2]), _LETTERS[match[3]])
    if match := _CHARACTERS.fullmatch(code):
        return RegistrationNo(f"{match[1]}科成登字[{match[2]}]第{match[3]}号", match[1], int(match[2]))
    return None


def normalise_registration_no(text: str) -> str | None:
    """The normal form of a registration number."""
    number = registration_no(text)
    return number.number if number else None


def valid_registration_no(text: str) -> bool:
    """Whether it is written as a registration number."""
    return registration_no(text) is not None


def normalise_contract_no(text: str) -> str | None:
    """合同登记编号: 16 digits since 2003, 14 before."""
    code = compact(text)
    return code if _CONTRACT.fullmatch(code) else None


def normalise_report_no(text: str) -> str | None:
    """科技报告号: organisation code of nine, project number, serial and sign of disclosure."""
    code = compact(text)
    return code if _REPORT.fullmatch(code) else None
