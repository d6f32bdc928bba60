"""The tantivy engine in the suite every engine must pass."""

from collections.abc import Iterator

import pytest

from search.base import SearchIndex
from search.tantivy_index import TantivyIndex
from tests.search.suite import MakeIndex, SearchIndexBehaviour
from tests.search.suite_query import Spelling


class TestTantivy(SearchIndexBehaviour):
    @pytest.fixture(scope="class")
    @classmethod
    def make_index(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeIndex]:
        opened: list[TantivyIndex] = []

        def make() -> SearchIndex:
            opened.append(TantivyIndex.open(tmp_path_factory.mktemp("tantivy") / "index", speller=Spelling()))
            return opened[-1]

        yield make
        for index in opened:
            index.close()
