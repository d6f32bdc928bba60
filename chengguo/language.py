"""The language a node searches in: what comes with the program, what its dictionary was taught, and names of organisations."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from chengguo.home import Home
from federation.matching.organisations import Fact, Relation, facts
from search import lexicon, synonyms
from search.analysis import dictionary_words
from search.lexicon import Lexicon
from search.question import Language
from search.spelling import VocabularySpeller
from search.synonyms import Below, Same, SynonymFile
from search.vocabulary import Vocabulary

SAME = (Relation.ALIAS, Relation.ENGLISH, Relation.FORMER)


class Spoken(msgspec.Struct, frozen=True):
    language: Language
    speller: VocabularySpeller


def spoken(home: Home) -> Spoken:
    """Raises SearchError for a dictionary that cannot be read, OSError."""
    learned = lexicon.load(home.dictionary)
    names = with_organisations(synonyms.load(), facts())
    words = [*dictionary_words(), *learned.words]
    language = Language(words, names, learned.bilingual)
    return Spoken(language, VocabularySpeller(_vocabulary(learned, words), language.analyser.cut))


def _vocabulary(learned: Lexicon, words: Iterable[str]) -> Vocabulary:
    """Before the dictionary is built there are the packaged words; the index is asked for each before it is shown."""
    return learned.vocabulary or Vocabulary(dict.fromkeys(words, 0))


def with_organisations(file: SynonymFile, known: Iterable[Fact]) -> SynonymFile:
    """With the names of each organisation; asked for it, its parts and what it took in are found under their names as well."""
    same: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for fact in known:
        (same if fact.relation in SAME else below)[fact.organisation].append(fact.name)
    groups = [Same((organisation, *names)) for organisation, names in same.items()]
    parts = [
        Below(
            organisation,
            (organisation, *same.get(organisation, ())),
            tuple(name for part in found for name in (part, *same.get(part, ()))),
        )
        for organisation, found in below.items()
    ]
    return msgspec.structs.replace(file, same=(*file.same, *groups), below=(*file.below, *parts))
