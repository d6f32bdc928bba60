"""What records teach: words, English terms, spellings; and that a search then knows them."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from search import lexicon
from search.analysis import dictionary_words
from search.base import Query, SearchError
from search.lexicon import Learner, Lexicon
from search.question import Language, default_language
from search.spelling import VocabularySpeller
from search.synonyms import load
from search.tantivy_index import TantivyIndex
from search.vocabulary import Vocabulary
from tests.search.records import iri, public
from tests.search.suite_query import names
from vocab.public import PublicRecord
from vocab.values import Words

SAID = {"断奶仔猪": "weaned piglets", "枯草芽孢杆菌": "Bacillus subtilis", "热应激": "heat stress"}


def told(name: str, zh: str, en: str) -> PublicRecord:
    made = public(name, f"{zh}的研究", keywords=(zh,), en=f"Study of {en}")
    record = msgspec.structs.replace(made.record, keywords=Words(zh=(zh,), en=(en,)))
    return msgspec.structs.replace(made, record=record)


RECORDS = [told(f"r{n}{place}", zh, en) for place, (zh, en) in enumerate(SAID.items()) for n in range(4)]


@pytest.fixture(scope="module")
def learned() -> Lexicon:
    learner = Learner(default_language().analyser)
    for record in [*RECORDS, public("alone", "秘制酱料配方", keywords=("秘制酱料",)), public("plant", "污水处理")]:
        learner.show(record)
    dictionary = {"piglet": (("仔猪", 1.0), ("嫩猪娃", 1.0)), "sewage": (("污水", 1.0), ("阴沟", 1.0))}
    return learner.learned(lexicon.code_lists(), dictionary)


@pytest.fixture
def index(learned: Lexicon, tmp_path: Path) -> Iterator[TantivyIndex]:
    language = Language([*dictionary_words(), *learned.words], load(), learned.bilingual)
    speller = VocabularySpeller(learned.vocabulary or Vocabulary({}), language.analyser.cut)
    opened = TantivyIndex.open(tmp_path / "index", language=language, speller=speller)
    opened.put([public("pig", "断奶仔猪的饲料"), public("cow", "奶牛热应激的防控")])
    opened.commit()
    yield opened
    opened.close()


def test_keywords_of_several_records_are_words(learned: Lexicon) -> None:
    assert learned.words == tuple(sorted(SAID))


def test_parallel_keywords_are_terms(learned: Lexicon) -> None:
    assert learned.bilingual.entries["weaned piglet"][0][0] == "断奶仔猪"
    assert learned.bilingual.entries["heat stress"][0][0] == "热应激"


def test_of_a_dictionary_only_what_records_use_is_kept(learned: Lexicon) -> None:
    assert "嫩猪娃" not in dict(learned.bilingual.entries.get("piglet", ()))
    assert default_language().analyser.cut("污水处理") == ["污水处理"]
    assert dict(learned.bilingual.entries["sewage"]) == {"污水": 1.0}


def test_a_word_of_one_record_is_not_kept(learned: Lexicon) -> None:
    assert learned.vocabulary is not None
    assert "断奶仔猪" in learned.vocabulary.counts
    assert not [word for word in (*learned.vocabulary.counts, *learned.words) if "秘制" in word]


def test_an_english_query_finds_chinese_records(index: TantivyIndex) -> None:
    assert names(index.search(Query("weaned piglets"))) == ["pig"]
    assert names(index.search(Query("heat stress"))) == ["cow"]
    page = index.search(Query("weaned piglets"))
    assert ("断奶仔猪", True) in page.hits[0].highlights["title"]


def test_a_misspelt_query_is_told_the_better_one(index: TantivyIndex) -> None:
    assert index.search(Query("断乃仔猪")).corrected == "断奶仔猪"
    index.remove([iri("pig")])
    index.commit()
    assert index.search(Query("断乃仔猪")).corrected is None


def test_code_lists_have_english() -> None:
    assert "中期阶段" in {name for names in lexicon.code_lists().values() for name, _ in names}


def test_what_is_written_is_read(learned: Lexicon, tmp_path: Path) -> None:
    assert lexicon.load(tmp_path) == Lexicon()
    lexicon.write(learned, tmp_path / "dictionary")
    read = lexicon.load(tmp_path / "dictionary")
    assert set(read.words) == set(learned.words)
    assert set(read.bilingual.entries) == set(learned.bilingual.entries)
    assert read.vocabulary
    assert learned.vocabulary
    assert read.vocabulary.counts == learned.vocabulary.counts


def test_a_file_of_terms(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("Weaned piglets\t断奶仔豬\nonly english\n", encoding="utf-8")
    assert lexicon.terms(tmp_path / "terms.tsv") == {"weaned piglet": (("断奶仔猪", 1.0),)}
    (tmp_path / "bad.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SearchError, match=r"bad\.tsv"):
        lexicon.terms(tmp_path / "bad.tsv")
