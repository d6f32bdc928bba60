"""Project numbers of the national programmes, by which a number tells its programme (CL-12)."""

import re
from typing import Final

from vocab.identifiers.text import compact

_PATTERNS: Final = (
    (re.compile(r"20[0-9]{2}YF[A-Z][0-9]{7}(?:-?[0-9]{2})?"), "cl12/P3"),
    (re.compile(r"20[0-9]{2}AA[0-9]{6}"), "cl12/02"),
    (re.compile(r"20[0-9]{2}CB[0-9]{6}"), "cl12/03"),
    (re.compile(r"20[0-9]{2}BA[A-Z][0-9]{2}B[0-9]{2}"), "cl12/D"),  # (unverified)
    (re.compile(r"[5-9UT][0-9]{7}"), "cl12/P1"),
)


def project_programme(text: str) -> str | None:
    """The code of CL-12 that the form of a project number shows: `2018YFB0000000` is national key R&D."""
    code = compact(text)
    return next((programme for pattern, programme in _PATTERNS if pattern.fullmatch(code)), None)


def normalise_project_no(text: str) -> str | None:
    """The number in upper case without spaces, when it has the form of a national programme."""
    code = compact(text)
    return code if project_programme(code) else None
