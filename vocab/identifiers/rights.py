"""Numbers of other intellectual property: software copyright, plant variety, layout of integrated circuits."""

import re
from typing import Final

from vocab.identifiers.text import compact

_SOFTWARE: Final = re.compile(r"(?:软著登字第)?((?:19|20)[0-9]{2}SR[0-9]{6,7})号?")
_PLANT: Final = re.compile(r"CNA[0-9]{8,11}(?:\.[0-9])?")
_LAYOUT: Final = re.compile(r"BS\.[0-9]{8,9}(?:\.[0-9])?")  # (unverified)


def normalise_software(text: str) -> str | None:
    """`2019SR0123456`."""
    match = _SOFTWARE.fullmatch(compact(text))
    return match[1] if match else None


def normalise_plant_variety(text: str) -> str | None:
    """`CNA20161234.5`."""
    code = compact(text)
    return code if _PLANT.fullmatch(code) else None


def normalise_layout(text: str) -> str | None:
    """`BS.195012345`."""
    code = compact(text)
    return code if _LAYOUT.fullmatch(code) else None
