"""The tantivy engine in the suite every engine must pass."""

from collections.abc import Iterator

import msgspec
import pytest

from search import tantivy_order
from search.base import BadQuery, Query, SearchIndex, Sort
from search.question import Language
from search.tantivy_index import TantivyIndex
from tests.search.acceptance import AcceptanceBehaviour
from tests.search.records import public
from tests.search.suite import MakeIndex, SearchIndexBehaviour
from tests.search.suite_query import Spelling, every


class Made:
    @pytest.fixture(scope="class")
    @classmethod
    def make_index(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeIndex]:
        opened: list[TantivyIndex] = []

        def make(language: Language | None = None) -> SearchIndex:
            folder = tmp_path_factory.mktemp("tantivy") / "index"
            opened.append(TantivyIndex.open(folder, language=language, speller=Spelling()))
            return opened[-1]

        yield make
        for index in opened:
            index.close()


class TestAcceptance(Made, AcceptanceBehaviour):
    pass


class TestTantivy(Made, SearchIndexBehaviour):
    def test_an_order_that_is_sorted_anew_for_each_page_ends_somewhere(
        self, make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tantivy_order, "DEEPEST", 4)
        index = make_index()
        index.put([public(f"n{n}", "同题") for n in range(20)])
        index.commit()
        query = Query("同题", size=5)
        with pytest.raises(BadQuery, match="sort by newest"):
            index.search(msgspec.structs.replace(query, cursor=index.search(query).next))
        newest = msgspec.structs.replace(query, sort=Sort.NEWEST)
        assert sum(len(page.hits) for page in every(index, newest)) == 20
