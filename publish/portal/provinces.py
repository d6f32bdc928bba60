"""The provinces as tiles: one equal square each, roughly where it lies, shaded by how many records it has published."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from publish.links import with_query
from publish.portal.reader import Reader

# GB/T 2260 code of the province -> its one-character short name, its English abbreviation (GB/T 2260), column, row.
TILES: Mapping[str, tuple[str, str, int, int]] = MappingProxyType(
    {
        "110000": ("京", "BJ", 6, 3),
        "120000": ("津", "TJ", 7, 3),
        "130000": ("冀", "HE", 6, 4),
        "140000": ("晋", "SX", 5, 3),
        "150000": ("蒙", "NM", 6, 2),
        "210000": ("辽", "LN", 8, 3),
        "220000": ("吉", "JL", 8, 2),
        "230000": ("黑", "HL", 8, 1),
        "310000": ("沪", "SH", 8, 5),
        "320000": ("苏", "JS", 7, 5),
        "330000": ("浙", "ZJ", 7, 6),
        "340000": ("皖", "AH", 6, 5),
        "350000": ("闽", "FJ", 6, 7),
        "360000": ("赣", "JX", 6, 6),
        "370000": ("鲁", "SD", 7, 4),
        "410000": ("豫", "HA", 5, 4),
        "420000": ("鄂", "HB", 5, 5),
        "430000": ("湘", "HN", 5, 6),
        "440000": ("粤", "GD", 5, 7),
        "450000": ("桂", "GX", 4, 7),
        "460000": ("琼", "HI", 4, 8),
        "500000": ("渝", "CQ", 4, 5),
        "510000": ("川", "SC", 3, 5),
        "520000": ("贵", "GZ", 4, 6),
        "530000": ("云", "YN", 3, 6),
        "540000": ("藏", "XZ", 1, 5),
        "610000": ("陕", "SN", 4, 4),
        "620000": ("甘", "GS", 3, 4),
        "630000": ("青", "QH", 2, 4),
        "640000": ("宁", "NX", 4, 3),
        "650000": ("新", "XJ", 1, 3),
        "710000": ("台", "TW", 7, 7),
        "810000": ("港", "HK", 6, 8),
        "820000": ("澳", "MO", 5, 8),
    }
)
SHADES = 4


@dataclass(frozen=True, slots=True)
class Tile:
    """`shade` 0 (none) to 4 (most); column and row are classes, because styles may not be written into the page."""

    short: str
    name: str
    count: int
    href: str
    shade: int
    column: int
    row: int


def tiles(counts: Mapping[str, int], reader: Reader) -> list[Tile]:
    most = max(counts.values(), default=0)
    return [_tile(code, counts.get(code, 0), most, reader) for code in TILES]


def _tile(code: str, count: int, most: int, reader: Reader) -> Tile:
    chinese, english, column, row = TILES[code]
    short = english if reader.lang == "en" else chinese
    shade = 0 if not count else min(SHADES, 1 + (SHADES * count - 1) // most)
    return Tile(short, reader.region(code), count, with_query("/search", {"region": code}), shade, column, row)
