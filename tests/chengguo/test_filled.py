"""An index that was lost is not taken for a node without records."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from chengguo.filled import Filled
from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from search.base import Query, SearchUnavailable
from search.tantivy_index import TantivyIndex
from tests.federation.world import World, good


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.close()


def test_an_index_that_begins_again_answers_when_it_is_built(ledger: Ledger, tmp_path: Path) -> None:
    index = TantivyIndex.open(tmp_path / "index")
    projector, site = Projector(ledger, [cast(Projection, index)]), Filled(index, ledger)
    assert site.search(Query()).total == 0  # of a new node
    projector.catch_up()
    assert site.search(Query()).total == 0  # there is nothing, and it is known
    World(ledger).harvest({"a": good("石墨烯材料")})
    projector.catch_up()
    assert [site.search(Query(text)).total for text in ("石墨烯", "鼹鼠")] == [1, 0]
    [record] = site.among(Query("石墨烯"), [iri for iri, _ in index.contents()])
    assert ([s.iri for s in site.suggest("石墨")], site.similar(record)) == ([record], [])

    (tmp_path / "index" / "current").unlink()
    index.mend()
    assert index.search(Query()).total == 0
    with pytest.raises(SearchUnavailable, match="built again"):
        site.search(Query("石墨烯"))
    projector.catch_up()
    assert site.search(Query("石墨烯")).total == 1
    index.close()
