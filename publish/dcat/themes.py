"""Which themes of the EU's table the fields of the national code lists belong to. Every dataset here is science and technology."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from publish.dcat.authority import (
    AGRICULTURE,
    ECONOMY,
    EDUCATION,
    ENERGY,
    ENVIRONMENT,
    HEALTH,
    SOCIETY,
    TECHNOLOGY,
    TRANSPORT,
    Entry,
)

# Only what a theme says by itself: materials, electronics or mathematics are science and technology and nothing more.
THEMES: Mapping[Entry, tuple[str, ...]] = MappingProxyType(
    {
        AGRICULTURE: (
            "cl11/09",
            *(f"gbt13745-2009/{number}" for number in (210, 220, 230, 240, 550)),
        ),
        HEALTH: (
            *("cl10/2", "cl11/04", "gbt4754-2017/Q"),
            *(f"gbt13745-2009/{number}" for number in (310, 320, 330, 340, 350, 360)),
        ),
        ENERGY: ("cl10/6", "cl11/06", "cl11/08", *(f"gbt13745-2009/{number}" for number in (470, 480, 490))),
        ENVIRONMENT: ("cl10/7", "cl11/07", "gbt13745-2009/610"),
        TRANSPORT: ("cl11/10", "gbt13745-2009/580"),
        ECONOMY: ("gbt4754-2017/J", "gbt13745-2009/790"),
        EDUCATION: ("gbt4754-2017/P", "gbt13745-2009/880", "gbt13745-2009/890"),
        SOCIETY: ("cl11/11", "gbt13745-2009/840"),
    }
)


def themes(fields: Iterable[str]) -> tuple[Entry, ...]:
    """The themes of these codes of the code lists' top."""
    known = set(fields)
    return (TECHNOLOGY, *(theme for theme, codes in THEMES.items() if known & set(codes)))
