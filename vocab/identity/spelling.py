"""One spelling for comparing: width, case, traditional characters, and nothing but letters and digits."""

import unicodedata
from functools import cache

from vocab.opencc import table

LONGEST = 1000  # characters of a text that are compared: a title or a name is shorter, and input is hostile


def folded(text: str) -> str:
    """NFKC, case folded, traditional characters simplified one by one; punctuation and spaces stay.

    Character by character: whether a rare phrase is simplified well does not matter where both sides are treated alike.
    """
    text = text[:LONGEST]
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def plain(text: str) -> str:
    """The folded text without anything that is not a letter or a digit.

    >>> plain("積體電路（ＩＣ）　封裝")
    '积体电路ic封装'
    """
    return "".join([char for char in folded(text) if char.isalnum()])


@cache
def _simplified() -> dict[int, str]:
    """OpenCC's character table."""
    return {ord(old): new for old, new in table("TSCharacters.txt").items() if len(old) == 1}
