"""Organisation numbers: unified social credit code (GB 32100-2015) and organisation code (GB 11714-1997)."""

import re
from functools import lru_cache
from typing import Final

from vocab.identifiers.text import compact

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: no I, O, S, V, Z
_VALUES: Final = {char: value for value, char in enumerate(_ALPHABET)}
_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_USCC: Final = re.compile(r"[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG: Final = re.compile(r"([0-9A-Z]{8})-?([0-9X])")


def uscc_check(body: str) -> str:
    """The check character of the first 17 characters of a unified social credit code.

    The outer modulus matters: a remainder of 0 gives 0, not a character beyond the alphabet. Raises KeyError for a
    character outside the alphabet, ValueError for another length.
    """
    total = sum(_VALUES[char] * weight for char, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def normalise_uscc(text: str) -> str | None:
    """The 18 characters in upper case when the text is written like one, right check character or not."""
    code = compact(text)
    return code if _USCC.fullmatch(code) else None


@lru_cache(maxsize=8_192)  # the same organisations stand behind most records
def valid_uscc(text: str) -> bool:
    """Whether it is a unified social credit code with its right check character; A, N and Y prefixes are codes too."""
    code = normalise_uscc(text)
    return code is not None and uscc_check(code[:17]) == code[17]


def org_code_of(uscc: str) -> str | None:
    """The organisation code inside a unified social credit code (characters 9 to 17), `XXXXXXXX-X`."""
    code = normalise_uscc(uscc)
    return f"{code[8:16]}-{code[16]}" if code else None


def org_code_check(body: str) -> str:
    """The check character of the first 8 characters (GB 11714). Raises ValueError for other characters or length."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def normalise_org_code(text: str) -> str | None:
    """`XXXXXXXX-X` in upper case when the text is written like an organisation code."""
    match = _ORG.fullmatch(compact(text))
    return f"{match[1]}-{match[2]}" if match else None


def valid_org_code(text: str) -> bool:
    """Whether it is an organisation code with its right check character."""
    code = normalise_org_code(text)
    return code is not None and org_code_check(code[:8]) == code[9]
