"""The shape of a value: what is left of it when digits and words are made alike. 2019年3月 and 2021年6月 are both 9999年9月."""

import re

KEPT = "年月日时分秒元万亿百千个第至到"  # words that decide how a value is read
LONGEST = 40  # characters of a shape
_WORDS = re.compile(rf"(?:(?![{KEPT}])[\u3400-\u9fff])+")
_LETTERS = re.compile(r"[A-Za-z\uff21-\uff3a\uff41-\uff5a]+")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")


def shape(text: str) -> str:
    """Digits are 9, runs of letters A, runs of Chinese 文; signs and words of dates and money stay."""
    text = _SPACE.sub(" ", text.strip())
    text = _LETTERS.sub("A", _WORDS.sub("文", _DIGIT.sub("9", text)))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
