"""Which Chinese words an English one stands for, learned from texts that say the same in both languages.

IBM's first model (Brown et al. 1993, "The Mathematics of Statistical Machine Translation"), over the sets of words of
each pair: titles, lists of keywords or whole abstracts. What it finds for a word are its translations and, behind them,
words of the same subject, which lead to the right records and to many more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

ROUNDS = 5
SEEN = 2  # pairs in which two words meet, at least: one meeting is chance
COMMON = 0.2  # of all pairs: an English word in more of them says nothing about the subject
KEPT, LEAST = 6, 0.1  # translations of a word, and their least probability: less have words of the same subject
NOTHING = ""  # the English word that Chinese words without a counterpart come from


class Pair(NamedTuple):
    """The different words of one text in each language."""

    english: frozenset[str]
    chinese: frozenset[str]


Translations = dict[str, tuple[tuple[str, float], ...]]


def learn(pairs: Iterable[Pair]) -> Translations:
    """English word -> Chinese words with their probabilities, the most probable first.

    Memory grows with the number of different words that meet: some 100 bytes for each two.
    """
    known = list(pairs)
    table = _candidates(known)
    sides = [(_candidate_words(pair, table), sorted(pair.chinese)) for pair in known]
    for _ in range(ROUNDS):
        table = _improved(table, sides)
    return {word: kept for word, found in table.items() if word and (kept := _best(found))}


def _candidates(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Every two words that meet often enough, all equally probable."""
    frequency = Counter(word for pair in pairs for word in pair.english)
    wanted = {word for word, count in frequency.items() if SEEN <= count <= max(SEEN, COMMON * len(pairs))}
    meetings: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        for word in pair.english & wanted:
            meetings[word].update(pair.chinese)
        meetings[NOTHING].update(pair.chinese)
    return {
        word: dict.fromkeys((other for other, count in found.items() if count >= SEEN), 1.0)
        for word, found in meetings.items()
    }


def _candidate_words(pair: Pair, table: dict[str, dict[str, float]]) -> list[str]:
    return [NOTHING, *sorted(word for word in pair.english if word in table)]


def _improved(
    table: dict[str, dict[str, float]], sides: Sequence[tuple[list[str], list[str]]]
) -> dict[str, dict[str, float]]:
    """One round of expectation and maximisation."""
    expected: dict[str, dict[str, float]] = {word: defaultdict(float) for word in table}
    for english, chinese in sides:
        rows = [(table[word], expected[word]) for word in english]
        for other in chinese:
            shares = [(probability, counts) for row, counts in rows if (probability := row.get(other))]
            whole = sum([probability for probability, _ in shares])
            for probability, counts in shares:
                counts[other] += probability / whole
    return {word: _normalised(counts) for word, counts in expected.items()}


def _normalised(counts: dict[str, float]) -> dict[str, float]:
    whole = sum(counts.values())
    return {word: count / whole for word, count in counts.items() if count > whole * 1e-4}


def _best(found: dict[str, float]) -> tuple[tuple[str, float], ...]:
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple((word, round(probability, 4)) for word, probability in ordered[:KEPT] if probability >= LEAST)
