"""Licences by the short names people know them by: `https://creativecommons.org/licenses/by/4.0/` is CC BY 4.0."""

import re
from dataclasses import dataclass

from publish.links import safe

# SPDX short names in their usual spelling, by the address without scheme, `www.` and what follows the version.
CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/licenses/(?P<terms>by(?:-(?:nc|sa|nd))*)/(?P<version>\d\.\d)(?:/(?P<place>[a-z]{2}))?"
)
OTHERS = {
    "creativecommons.org/publicdomain/zero/1.0": "CC0 1.0",
    "creativecommons.org/publicdomain/mark/1.0": "PDM 1.0",
    "opendatacommons.org/licenses/by/1-0": "ODC-By 1.0",
    "opendatacommons.org/licenses/odbl/1-0": "ODbL 1.0",
    "opendatacommons.org/licenses/pddl/1-0": "PDDL 1.0",
    "license.coscl.org.cn/mulanpsl2": "MulanPSL 2.0",
}
LANGUAGE_OR_DEED = re.compile(r"/(?:(?:deed|legalcode)(?:\.[\w-]+)?)?$")


@dataclass(frozen=True, slots=True)
class Licence:
    """`href` is None where the address may not be linked."""

    name: str
    href: str | None


def licence(given: str) -> Licence:
    """A licence as records and sources name it; one that nobody knows by a short name is shown as it was given."""
    href = safe(given)
    return Licence(_short(href) if href else given, href)


def _short(address: str) -> str:
    place = LANGUAGE_OR_DEED.sub("", address.partition("://")[2].removeprefix("www.").lower())
    if found := CREATIVE_COMMONS.fullmatch(place):
        parts = ("CC", found["terms"].upper(), found["version"], (found["place"] or "").upper())
        return " ".join(part for part in parts if part)
    return OTHERS.get(place, address)
