"""What a node knows of its own language, grown from what it publishes: words, bilingual terms and a vocabulary.

    FOLDER/words.txt         words the segmenter keeps whole        (the form of search/data/dictionary.txt)
    FOLDER/bilingual.tsv     English terms with Chinese ones        (search/bilingual.py)
    FOLDER/vocabulary.tsv    words with counts and pinyin           (search/vocabulary.py)

Only the public view is read, and a word must stand in several records, so that no text can be read back from here.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from math import log1p
from pathlib import Path

import msgspec

from search import bilingual, vocabulary
from search.alignment import Pair, learn
from search.analysis import CJK_RUN, STOP, Analyser, dictionary_words
from search.base import SearchError
from search.bilingual import Bilingual, Names, english_words
from search.normalise import normalise
from search.vocabulary import Vocabulary
from vocab.codes import SCHEME_IDS, scheme
from vocab.public import PublicRecord

WORDS, BILINGUAL, VOCABULARY = "words.txt", "bilingual.tsv", "vocabulary.tsv"
SEEN = 3  # records a word must stand in to be kept
MOST_MEETINGS = 8_000_000  # of an English with a Chinese word: some 1,700 abstracts or 200,000 titles; 500 MB
OF_A_DICTIONARY = 4  # Chinese terms kept for an English one
SHORTEST, LONGEST = 3, 8  # characters of a word that the segmenter is taught
LONGEST_WORD = 32  # characters of a word of the vocabulary


class Lexicon(msgspec.Struct, frozen=True):
    words: tuple[str, ...] = ()
    bilingual: Bilingual = Bilingual()
    vocabulary: Vocabulary | None = None


class Learner:
    """Is shown records one by one, and then says what they taught."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._used: Counter[str] = Counter()  # Chinese words anywhere, those inside long words too
        self._words: Counter[str] = Counter()  # words of titles and keywords
        self._keywords: Counter[str] = Counter()
        self._same: dict[str, Counter[str]] = defaultdict(Counter)
        self._pairs: list[Pair] = []
        self._meetings = 0
        self.records = 0

    def show(self, public: PublicRecord) -> None:
        record = public.record
        self.records += 1
        keywords = {normalise(word).strip() for word in record.keywords.zh}
        self._keywords.update(word for word in keywords if CJK_RUN.fullmatch(word))
        self._words.update(self._worth_knowing(keywords, record.title.zh, record.title.en or "", *record.keywords.en))
        if len(record.keywords.zh) == len(record.keywords.en):
            for english, chinese in zip(record.keywords.en, record.keywords.zh, strict=True):
                self._same[" ".join(english_words(english))][normalise(chinese).strip()] += 1
        english = " ".join((record.title.en or "", *record.keywords.en, record.abstract.en or ""))
        chinese = "。".join((record.title.zh, *record.keywords.zh, record.abstract.zh))
        self._used.update(set(self._analyser.words(chinese)))
        pair = Pair(_english(english), frozenset(filter(_chinese, self._analyser.cut(chinese))))
        meetings = len(pair.english) * len(pair.chinese)
        if meetings and self._meetings + meetings <= MOST_MEETINGS:
            self._meetings += meetings
            self._pairs.append(pair)

    def _worth_knowing(self, keywords: set[str], *texts: str) -> set[str]:
        words = {word for text in texts for word in self._analyser.cut(text)}
        return {word for word in keywords | words if 1 < len(word) <= LONGEST_WORD and word not in STOP}

    def learned(self, *dictionaries: Mapping[str, Names]) -> Lexicon:
        """`dictionaries`: bilingual terms from elsewhere, of which those that records use are kept."""
        said = {term: names for term, found in self._same.items() if term and (names := _shares(found))}
        entries = bilingual.merged((learn(self._pairs), said, *map(self._spoken_here, dictionaries)))
        return Lexicon(
            words=tuple(sorted(word for word, count in self._keywords.items() if count >= SEEN and _teachable(word))),
            bilingual=Bilingual(entries),
            vocabulary=Vocabulary({word: count for word, count in self._words.items() if count >= SEEN}),
        )

    def _spoken_here(self, dictionary: Mapping[str, Names]) -> dict[str, Names]:
        """The terms that records use, the commonest first: a dictionary also gives rare and figurative ones."""
        found: dict[str, Names] = {}
        for term, names in dictionary.items():
            known = [(weight * log1p(count), name, weight) for name, weight in names if (count := self._uses(name))]
            if known:
                found[term] = tuple((name, weight) for _, name, weight in sorted(known, reverse=True)[:OF_A_DICTIONARY])
        return found

    def _uses(self, term: str) -> int:
        return min((self._used[word] for word in self._analyser.cut(term)), default=0)


def _english(text: str) -> frozenset[str]:
    return frozenset(w for w in english_words(text) if len(w) > 1 and w not in STOP and not w.isdigit())


def _chinese(word: str) -> bool:
    return len(word) > 1 and CJK_RUN.match(word) is not None and word not in STOP


def _teachable(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST


def _shares(names: Counter[str]) -> Names:
    """Translations that several records agree on, each with its share."""
    whole = names.total()
    return tuple((name, count / whole) for name, count in names.most_common(bilingual.MOST_NAMES) if name and count > 1)


def code_lists() -> dict[str, Names]:
    """The English labels of our code lists with the Chinese ones."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for concept in (concept for name in SCHEME_IDS for concept in scheme(name).concepts.values()):
        if (term := " ".join(english_words(concept.en))) and concept.zh:
            found[term][normalise(concept.zh)] = 1.0
    return {term: tuple(names.items())[: bilingual.MOST_NAMES] for term, names in found.items()}


def terms(path: Path) -> dict[str, Names]:
    """A file of terms, ENGLISH tab CHINESE a line. Raises SearchError."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in _lines(path):
        english, _, chinese = line.partition("\t")
        term, name = " ".join(english_words(english)), normalise(chinese).strip()
        if term and name:
            found[term].append(name)
    return {term: tuple((name, 1 / len(names)) for name in dict.fromkeys(names)) for term, names in found.items()}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SearchError(f"bilingual terms {path} cannot be read: {error}") from error


def write(lexicon: Lexicon, folder: Path) -> None:
    """Each file is replaced at once. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    known = lexicon.vocabulary or Vocabulary({})
    _replace(folder / WORDS, "".join(f"{word}\n" for word in lexicon.words))
    _replace(folder / BILINGUAL, lexicon.bilingual.dumped())
    _replace(folder / VOCABULARY, known.dumped())


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def load(folder: Path) -> Lexicon:
    """What was written; an empty one where nothing was. Raises SearchError, OSError."""
    if not (folder / WORDS).is_file():
        return Lexicon()
    return Lexicon(
        words=tuple(dictionary_words(folder / WORDS)),
        bilingual=bilingual.load(folder / BILINGUAL),
        vocabulary=vocabulary.load(folder / VOCABULARY),
    )
