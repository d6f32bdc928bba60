"""The words that records use, with the number of records and, of Chinese ones, their pinyin: where better spellings come from.

The file is tab separated, one word a line: word (normalised), records, pinyin.

    石墨烯	128	shimoxi

It may name words that no record has any more: whoever shows one asks the index first (`search.base.Frequency`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from search import pinyin
from search.analysis import CJK_RUN
from search.base import SearchError

MOST = 100_000  # words: the most frequent of them
ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"))  # what much of the south does not tell apart


class Vocabulary:
    """Words by their counts. `readings`: pinyin of those for which it is known; the others' is made when first asked for."""

    def __init__(self, counts: Mapping[str, int], readings: Mapping[str, str] | None = None) -> None:
        self.counts = counts
        self._readings = readings or {}

    @cached_property
    def latin(self) -> list[str]:
        return [word for word in self.counts if not CJK_RUN.search(word)]

    @cached_property
    def chinese(self) -> list[str]:
        return [word for word in self.counts if CJK_RUN.search(word)]

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.chinese:
            found[spoken(self._readings.get(word) or pinyin.reading(word))].append(word)
        return found

    def sounding_like(self, word: str) -> list[str]:
        """Other words of the same pinyin, however it is accented; the most frequent first."""
        sound = spoken(pinyin.reading(word))
        return self.ordered(other for other in self._alike.get(sound, ()) if sound and other != word)

    def ordered(self, words: Iterable[str]) -> list[str]:
        return sorted(words, key=lambda word: (-self.counts[word], word))

    def dumped(self) -> str:
        kept = self.ordered(self.counts)[:MOST]
        return "".join(f"{word}\t{self.counts[word]}\t{pinyin.reading(word)}\n" for word in kept)


def spoken(reading: str) -> str:
    """Pinyin without what accents do not tell apart: zhonglan and zonglan are one."""
    for careful, careless in ACCENTS:
        reading = reading.replace(careful, careless)
    return reading


def of(words: Iterable[str]) -> Vocabulary:
    return Vocabulary(Counter(words))


def load(path: Path) -> Vocabulary:
    """Raises SearchError naming the file, the line and what is wrong."""
    counts: dict[str, int] = {}
    readings: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SearchError(f"vocabulary {path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            word, count, reading = line.split("\t")
            counts[word], readings[word] = int(count), reading
        except ValueError as error:
            raise SearchError(f"{path}, line {number}: {line[:60]!r} is not WORD, COUNT and PINYIN by tabs") from error
    return Vocabulary(counts, readings)
