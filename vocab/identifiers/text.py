"""The common first step of every identifier: full-width forms to ASCII, upper case, no white space, no label before it."""

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"[\s\u200b\ufeff\u00a0]+|&NBSP;|&#160;")
_LABEL = re.compile(r"^[\u4e00-\u9fff（()）]{1,20}[:：]")


@lru_cache(maxsize=256)  # `identify` tries one text as every kind of number, one right after the other
def compact(text: str) -> str:
    """`专利号：ＺＬ 2008 2 0009767.0` becomes `ZL200820009767.0`. Bounded: no number of any kind is longer than 200."""
    text = text[:200].upper()
    if text.isascii():
        return text if text.isalnum() else _SPACE.sub("", text)
    return _LABEL.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text).upper()))
