"""Which encoding a text file is in: byte order mark, then UTF-8, then what was declared, then the Chinese ones.

A file called gb2312 is read as GB18030, of which GB2312 is a part: 镕, 堃 and the long dash are not in GB2312.
"""

import codecs
import re
from typing import IO

from charset_normalizer import from_bytes

from harvesters.base import TerminalError

GB_NAMES = frozenset({"gb2312", "gbk", "gb18030", "cp936", "x-gbk", "euc-cn", "gb_2312-80", "ms936", "windows-936"})
_BIG5_NAMES = frozenset({"big5", "big5-hkscs", "big5hkscs", "cp950", "x-x-big5"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DOUBTFUL = frozenset({"iso8859-1", "cp1252"})  # what servers say when nobody told them
_CHUNK = 256 * 2**10
_SAMPLE = 64 * 2**10
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ENOUGH = 48  # bytes beyond ASCII below which a guess by frequency is none


def codec_name(declared: str) -> str:
    """The codec for a declared name, widened where the declaration is known to be too narrow; empty when unknown."""
    name = declared.strip().lower()
    if name in GB_NAMES:
        return "gb18030"
    if name in _BIG5_NAMES:
        return "big5hkscs"
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def detect(file: IO[bytes], declared: str, where: str) -> str:
    """The codec of the whole file, which is left at its start. `where` names the file in the message of TerminalError."""
    file.seek(0)
    head = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            file.seek(0)
            return name
    stated = codec_name(declared)
    for name in dict.fromkeys(("utf-8", stated if stated not in DOUBTFUL else "", *_guesses(head))):
        if name and _decodes(file, name):
            file.seek(0)
            return name
    raise TerminalError(
        f"{where}: neither UTF-8 nor GB18030 nor Big5; set encoding in [options] or ask for the file in UTF-8"
    )


def _guesses(sample: bytes) -> tuple[str, str]:
    """GB18030 first, unless the sample reads more like Big5 (most byte pairs are valid in both).

    Big5 read as GB18030 soon falls into the private use area, where no real text is.
    """
    private = _PRIVATE.search(sample.decode("gb18030", "replace")) is not None
    if not private and sum(byte >= 0x80 for byte in sample) < _ENOUGH:
        return "gb18030", "big5hkscs"
    best = from_bytes(sample, cp_isolation=["gb18030", "big5hkscs"]).best()
    if private or (best is not None and best.encoding == "big5hkscs"):
        return "big5hkscs", "gb18030"
    return "gb18030", "big5hkscs"


def _decodes(file: IO[bytes], name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
