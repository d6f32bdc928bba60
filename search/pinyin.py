"""Pinyin of Chinese words, as people type it without tones: in full and as initials; ü is v.

`pypinyin` is imported where it is first needed: its dictionary takes half a second, and few commands need it.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from search.analysis import CJK_RUN

SPOKEN = re.compile(r"[a-zü]{2,40}")  # what may be pinyin


@lru_cache(maxsize=200_000)
def syllables(word: str) -> tuple[str, ...]:
    """石墨烯 -> shi, mo, xi. Readings follow the word: 重庆 -> chong, qing. What is not Chinese stays one piece."""
    if not CJK_RUN.search(word):
        return (word,)
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word, v_to_u=False))


def full_and_initials(words: Iterable[str]) -> tuple[str, str]:
    """石墨烯, 膜 -> shimoximo, smxm."""
    spoken = [_spoken(word) for word in words]
    return "".join([full for full, _ in spoken]), "".join([initials for _, initials in spoken])


@lru_cache(maxsize=50_000)
def _spoken(word: str) -> tuple[str, str]:
    """A word in full and as initials."""
    parts = syllables(word)
    return "".join(parts), "".join([part[:1] for part in parts])


def typed(text: str) -> str:
    """What a person typed, in the spelling used here: lü and lyu are lv."""
    return text.replace("ü", "v").replace("lyu", "lv").replace("nyu", "nv")


@lru_cache(maxsize=200_000)
def reading(word: str) -> str:
    """The pinyin of a Chinese word of two characters or more; empty for anything else."""
    return "".join(syllables(word)) if len(word) > 1 and CJK_RUN.fullmatch(word) else ""


def of_words(words: Iterable[str]) -> set[str]:
    return set(map(reading, words)) - {""}


@cache
def _readings() -> dict[int, str]:
    from pypinyin import pinyin_dict

    table = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")
    return {code: f"{reading.split(',')[0].translate(table)} " for code, reading in pinyin_dict.pinyin_dict.items()}


def collation_key(title: str) -> str:
    """Titles sorted by it stand in the order of a Chinese dictionary's pages: by the usual reading of each character."""
    return title[:40].translate(_readings())
