"""One spelling for comparing: width, case, traditional characters, and nothing but letters and digits."""

import unicodedata
from functools import cache
from importlib import resources

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
    """OpenCC's character table (t2s); of several simplified forms the first, as OpenCC itself does."""
    text = (resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {ord(row[0]): row[1].split()[0] for row in rows if len(row[0]) == 1}
