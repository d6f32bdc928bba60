"""The versions of DCAT-AP in which the catalogue is told: they ask for different things of a file's size and checksum."""

from types import MappingProxyType
from typing import Final, NamedTuple


class Profile(NamedTuple):
    """`size` is the datatype of a size in bytes; `sha256` whether a checksum may be one."""

    number: str
    iri: str
    size: str
    sha256: bool


NEWEST: Final = Profile("3.0.0", "https://semiceu.github.io/DCAT-AP/releases/3.0.0/", "nonNegativeInteger", True)
OLDER: Final = Profile("2.1.1", "https://semiceu.github.io/DCAT-AP/releases/2.1.1/", "decimal", False)
PROFILES: Final = MappingProxyType({one.number: one for one in (NEWEST, OLDER)})
