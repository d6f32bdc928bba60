"""One spelling for every spelling of a text: width, letter case, traditional and regional characters.

`normalise` is used on everything that is indexed and everything that is asked; `align` does the same and remembers
where each character came from, so that matches can be marked in the original.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import msgspec

from vocab.opencc import table

# Words of the regions that write traditional characters, keyed by their simplified spelling (what t2s makes of them).
# Only those that mean nothing else in the mainland: 软体 (soft robotics) or 晶片 (wafer) are not here.
REGIONAL = {
    "积体电路": "集成电路",
    "雷射": "激光",
    "奈米": "纳米",
    "硬体": "硬件",
    "网路": "网络",
    "伺服器": "服务器",
    "资料库": "数据库",
    "电浆": "等离子体",
    "光碟": "光盘",
    "人工智慧": "人工智能",
    "智慧财产权": "知识产权",
    "机率": "概率",
    "程式": "程序",
    "演算法": "算法",
    "感测器": "传感器",
    "电晶体": "晶体管",
    "二极体": "二极管",
    "记忆体": "存储器",
    "行动通讯": "移动通信",
    "频宽": "带宽",
    "讯号": "信号",
    "萤光": "荧光",
    "磊晶": "外延",
    "矽": "硅",
    "数位化": "数字化",
    "类神经网路": "神经网络",
    "类神经网络": "神经网络",
    "机器学习演算法": "机器学习算法",
    "无线射频辨识": "射频识别",
    "生质能": "生物质能",
    "触媒": "催化剂",
}

# A character and what may melt into it under NFKC: combining marks, halfwidth voicing marks, Hangul vowels and finals.
_JOINS = re.compile(r"[\uff9e\uff9f\u1160-\u11ff]")
# What makes nearly every Chinese text "not NFKC", done twenty times faster by itself.
_PUNCTUATION = tuple(zip("，；：（）！？％", ",;:()!?%", strict=True))
# Characters that NFKC and case folding change in place, if at all.
_STAY = "\\t\\n -~\u3001\u3002\u4e00-\u9fff" + "".join(wide for wide, _ in _PUNCTUATION)
_STAYING = re.compile(f"[{_STAY}]+(?=[{_STAY}]|\\Z)")


class _Tables(msgspec.Struct, frozen=True):
    characters: dict[int, str]
    any_traditional: frozenset[str]
    in_simplified: re.Pattern[str]  # those of them that the national standard of simplified characters has as well
    traditional: re.Pattern[str]
    simplified: dict[str, str]
    regional: re.Pattern[str]


@cache
def _tables() -> _Tables:
    """OpenCC's tables (t2s), made once into one regular expression and one character map."""
    characters = {k: v for k, v in table("TSCharacters.txt").items() if k != v}
    phrases = table("TSPhrases.txt")
    changed = {a for old, new in phrases.items() for a, b in zip(old, new, strict=False) if a != b}
    every = frozenset(characters).union(changed)  # 覆 stays as it is, but not in 反覆
    both = [character for character in every if _refused(character) is None]
    return _Tables(
        characters={ord(k): v for k, v in characters.items()},
        any_traditional=every,  # set against text: faster than a character class as large as this
        in_simplified=re.compile(f"[{''.join(both)}]"),
        traditional=_longest_first({**characters, **phrases}),
        simplified={**characters, **phrases},
        regional=_longest_first(REGIONAL),
    )


def _longest_first(table: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))


def normalise(text: str) -> str:
    """NFKC, case folded, traditional characters and regional words in their simplified form. Never raises.

    >>> normalise("ＰＭ２．５ 與積體電路")
    'pm2.5 与集成电路'
    """
    return simplify(fold(text))


def fold(text: str) -> str:
    return _fold(text)[0]


def _fold(text: str) -> tuple[str, bool]:
    """(NFKC and case folded, whether every character is still at its place)"""
    if text.isascii():
        return text.lower(), True
    length = len(text)
    for wide, narrow in _PUNCTUATION:
        text = text.replace(wide, narrow)
    if not unicodedata.is_normalized("NFKC", text):
        return _compose(unicodedata.normalize("NFKC", text).casefold()), False
    folded = text.casefold()
    return _compose(folded), len(folded) == length


def _compose(folded: str) -> str:
    return folded if unicodedata.is_normalized("NFKC", folded) else unicodedata.normalize("NFKC", folded)


def simplify(text: str) -> str:
    if text.isascii():
        return text
    tables = _tables()
    if _may_be_traditional(text, tables):
        text = tables.traditional.sub(lambda m: tables.simplified[m[0]], text)
    return tables.regional.sub(lambda m: REGIONAL[m[0]], text)


def _may_be_traditional(text: str, tables: _Tables) -> bool:
    """Whether a character of it has a simplified form. The codec of the standard that has simplified characters alone says no
    ten times faster than the characters can be looked up; what it refuses is looked up."""
    start = _refused(text)
    if start is not None and not tables.any_traditional.isdisjoint(text[start:]):
        return True
    return tables.in_simplified.search(text, 0, len(text) if start is None else start) is not None


def _refused(text: str) -> int | None:
    """Where the first character stands that GB/T 2312 does not have."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError as error:
        return error.start
    return None


def normalise_plain(text: str) -> tuple[str, bool]:
    """(normalised text, whether it is plain). Plain: normalising changed letter case and punctuation alone, so that a
    match stands at the same place in the case-folded original."""
    folded, in_place = _fold(text)
    simple = simplify(folded)
    return simple, in_place and simple == folded and len(folded) == len(text)


class Aligned(msgspec.Struct, frozen=True):
    """A normalised text and, for each of its characters, the span [start, end) of the original it stands for."""

    text: str
    spans: tuple[tuple[int, int], ...]


def align(text: str) -> Aligned:
    """`normalise` with the way back. When the pieces do not add up (exotic compositions), there are no spans."""
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end in _pieces(text):
        piece = fold(text[start:end])
        out.append(piece)
        in_place = len(piece) == end - start
        spans += (
            zip(range(start, end), range(start + 1, end + 1), strict=True) if in_place else [(start, end)] * len(piece)
        )
    folded = "".join(out)
    tables = _tables()
    aligned = Aligned(folded, tuple(spans))
    if not tables.any_traditional.isdisjoint(folded):
        aligned = _replace(aligned, tables.traditional, tables.simplified)
    aligned = _replace(aligned, tables.regional, REGIONAL)
    whole = normalise(text)
    return aligned if aligned.text == whole else Aligned(whole, ())


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Runs whose characters stay at their places, and between them each character with what may melt into it. The last one of a
    run is none of it where another kind of character follows."""
    at = 0
    for run in _STAYING.finditer(text):
        yield from _clusters(text, at, run.start())
        yield run.span()
        at = run.end()
    yield from _clusters(text, at, len(text))


def _clusters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    starts = [i for i in range(start, end) if i == start or not _joins(text[i])]
    return pairwise([*starts, end]) if starts else iter(())


def _joins(char: str) -> bool:
    return not char.isascii() and (unicodedata.category(char)[0] == "M" or _JOINS.match(char) is not None)


def _replace(aligned: Aligned, pattern: re.Pattern[str], table: dict[str, str]) -> Aligned:
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    done = 0
    matches = list(pattern.finditer(aligned.text))
    if not matches:
        return aligned
    for match in matches:
        start, end = match.span()
        new = table[match[0]]
        old = aligned.spans[start:end]
        out += [aligned.text[done:start], new]
        spans += aligned.spans[done:start]
        spans += old if len(new) == len(old) else [(old[0][0], old[-1][1])] * len(new)
        done = end
    out.append(aligned.text[done:])
    return Aligned("".join(out), (*spans, *aligned.spans[done:]))
