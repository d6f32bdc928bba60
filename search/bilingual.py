"""English terms with the Chinese ones they stand for: how an English query finds Chinese records.

The file is tab separated, one pair a line: English words in their indexed form, Chinese term, weight (0 to 1).

    weaned piglet	断奶仔猪	0.92
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from search.analysis import LATIN_RUN, whole
from search.base import SearchError
from search.normalise import normalise

LONGEST_TERM = 5  # words
MOST_NAMES = 6  # Chinese terms for one English
Names = tuple[tuple[str, float], ...]


class Bilingual:
    """Looks up the longest known English term at a place of a cut query."""

    def __init__(self, entries: Mapping[str, Names] | None = None) -> None:
        self.entries = entries or {}

    def at(self, words: Sequence[str], start: int) -> tuple[int, Names]:
        """(number of words, Chinese terms with weights) of the longest term that begins at `start`; (0, ()) when none."""
        for length in range(min(LONGEST_TERM, len(words) - start), 0, -1):
            if names := self.entries.get(" ".join(words[start : start + length])):
                return length, names
        return 0, ()

    def dumped(self) -> str:
        rows = ((term, name, weight) for term in sorted(self.entries) for name, weight in self.entries[term])
        return "".join(f"{term}\t{name}\t{weight:.4g}\n" for term, name, weight in rows)


def english_words(text: str) -> list[str]:
    """The Latin words of a text as they are indexed: Weaned piglets -> weaned, piglet."""
    return [whole(run) for run in LATIN_RUN.findall(normalise(text))]


def merged(sources: Iterable[Mapping[str, Names]]) -> dict[str, Names]:
    """All entries of several dictionaries; of one term's names the larger weight counts, and MOST_NAMES are kept."""
    weights: dict[str, dict[str, float]] = {}
    for source in sources:
        for term, names in source.items():
            known = weights.setdefault(term, {})
            for name, weight in names:
                known[name] = max(weight, known.get(name, 0.0))
    return {term: _heaviest(known) for term, known in weights.items()}


def _heaviest(known: Mapping[str, float]) -> Names:
    return tuple(sorted(known.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMES])


def load(path: Path) -> Bilingual:
    """Raises SearchError naming the file, the line and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SearchError(f"bilingual terms {path} cannot be read: {error}") from error
    rows = [_row(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line]
    grouped = groupby(sorted(rows, key=lambda row: (row[0], -row[2])), key=lambda row: row[0])
    return Bilingual({term: tuple((name, weight) for _, name, weight in found) for term, found in grouped})


def _row(path: Path, number: int, line: str) -> tuple[str, str, float]:
    try:
        term, name, weight = line.split("\t")
        return term, name, float(weight)
    except ValueError as error:
        raise SearchError(f"{path}, line {number}: {line[:60]!r} is not ENGLISH, CHINESE and WEIGHT by tabs") from error
