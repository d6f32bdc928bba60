"""A record that was found by a part of the organisation asked for says so: on its card and in the API."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from publish.app import create_app
from search.analysis import dictionary_words
from search.question import Language
from search.tantivy_index import TantivyIndex
from tests.publish import fakes, samples
from tests.search.records import public
from tests.search.suite import ORGANISATIONS

PART, WHOLE = "清华大学深圳国际研究生院", "清华大学"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    index = TantivyIndex.open(tmp_path / "index", language=Language(dictionary_words(), ORGANISATIONS))
    index.put([public("part", "正极材料制备", orgs=("甲", "乙", PART)), public("whole", "导热膜", orgs=(WHOLE,))])
    index.commit()
    with TestClient(create_app(replace(fakes.services(), index=index)), base_url=samples.BASE) as client:
        yield client
    index.close()


def test_a_hit_names_the_part_and_the_whole(site: TestClient) -> None:
    found = {item["title"]["zh"]: item for item in site.get("/api/v1/search", params={"q": "清华"}).json()["items"]}
    assert found["正极材料制备"]["parts"] == [{"name": PART, "whole": WHOLE}]
    assert "parts" not in found["导热膜"]
    for lang, said in (("zh", f"{PART}，属于{WHOLE}"), ("en", f"{PART}, part of {WHOLE}")):
        assert site.get("/search", params={"q": WHOLE, "lang": lang}).text.count(said) == 1
    assert f"属于{WHOLE}" not in site.get("/search", params={"q": PART, "lang": "zh"}).text
