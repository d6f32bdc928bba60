"""The simulated platforms speak as the profiles say: over real HTTP, in their own words, with their own quirks."""

import io
import json
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree, html
from openpyxl import load_workbook

from chengguo.demo.cases import CORRECTED, HARD, VANISHED
from chengguo.demo.front import LATEST
from chengguo.demo.platforms import PLATFORMS
from chengguo.demo.platforms.guangdong import SHARED_WITH_BEIJING
from chengguo.demo.servers import HOST, PORT, Platforms, running
from tests.conftest import ROOT

OAI = "{http://www.openarchives.org/OAI/2.0/}"


class Calendar:
    day = 1

    def __call__(self) -> int:
        return self.day


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def platforms(calendar: Calendar) -> Iterator[Platforms]:
    with running(calendar, port=0) as server:
        yield server


def get(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=20) as answer:
        return bytes(answer.read())


def beijing(platforms: Platforms, page: int = 1, size: int = 500) -> dict[str, Any]:
    answer = json.loads(get(f"{platforms.url}/beijing/api/achievements?userKey=demo-key&page={page}&size={size}"))
    assert isinstance(answer, dict)
    return answer


def rows_of_beijing(platforms: Platforms) -> dict[str, dict[str, str]]:
    return {row["成果编号"]: row for page in (1, 2) for row in beijing(platforms, page)["rows"]}


def test_beijing_pages_with_a_reliable_total(platforms: Platforms) -> None:
    assert len(rows_of_beijing(platforms)) == beijing(platforms)["total"] == 900


def test_beijing_wants_its_key(platforms: Platforms) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        get(f"{platforms.url}/beijing/api/achievements?page=1")


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_has_a_home_page_that_its_source_leads_to(platforms: Platforms, name: str) -> None:
    source = tomllib.loads((ROOT / "config" / "sources" / f"{name}.toml").read_text("utf-8"))
    text = get(source["homepage"].replace(f"http://{HOST}:{PORT}", platforms.url)).decode()
    page = html.fromstring(text)
    assert source["title"]["zh"].startswith(page.findtext(".//h1") or "nothing")
    assert len(page.findall(".//li")) == LATEST
    assert "玄鸢" not in text  # what must not be public


def test_hard_cases_are_in_the_listing(platforms: Platforms) -> None:
    rows = rows_of_beijing(platforms)
    assert {rows[f"BJCG-{number:06d}"]["密级"] for number in HARD} >= {"秘密★", "", "内部", "工作秘密", "非涉密"}


def test_the_second_day_corrects_and_drops(platforms: Platforms, calendar: Calendar) -> None:
    first = rows_of_beijing(platforms)
    calendar.day = 2
    second = rows_of_beijing(platforms)
    assert set(first) - set(second) == {f"BJCG-{VANISHED:06d}"}
    changed = {key for key in second if second[key] != first[key]}
    assert f"BJCG-{CORRECTED:06d}" in changed
    assert len(changed) == 2


def test_shanghai_answers_json_in_a_string_with_overlapping_pages_and_a_lying_total(platforms: Platforms) -> None:
    def page(offset: int) -> list[dict[str, str]]:
        ask = json.dumps({"token": "demo-token", "limit": 100, "offset": offset}).encode()
        inner = json.loads(json.loads(get(f"{platforms.url}/shanghai/interface/achv/1", ask))["data"])
        assert inner["total"] == 0
        assert isinstance(inner["data"], list)
        return inner["data"]

    assert page(0)[-1] == page(100)[0]
    assert page(700) == []
    assert len({row["achvCode"] for offset in range(0, 700, 100) for row in page(offset)}) == 700


def test_guangdong_sends_workbooks_with_a_hidden_sheet(platforms: Platforms) -> None:
    files = json.loads(json.loads(get(f"{platforms.url}/guangdong/data/catalog"))["dataList"])
    book = load_workbook(io.BytesIO(get(files[0]["fileUrl"])))
    visible, hidden = book.worksheets
    assert hidden.sheet_state == "hidden"
    assert visible.merged_cells.ranges
    assert any(str(row[0].value).startswith("说明") for row in visible.iter_rows())


def test_one_achievement_is_published_by_two_provinces() -> None:
    theirs = next(f for f in PLATFORMS["beijing"]().fictions(1) if f.number == SHARED_WITH_BEIJING)
    ours = next(f for f in PLATFORMS["guangdong"]().fictions(1) if f.registration_no == theirs.registration_no)
    assert (ours.title, ours.patents) == (theirs.title, theirs.patents)
    assert ours.asking != theirs.asking


def test_hubei_marks_a_deletion_and_mixes_demands_in(platforms: Platforms, calendar: Calendar) -> None:
    calendar.day = 2
    search = f"{platforms.url}/hubei/api/3/action/package_search?rows=500&start="
    packages = [p for start in (0, 500) for p in json.loads(get(f"{search}{start}"))["result"]["results"]]
    assert [p["id"] for p in packages if p["state"] == "deleted"] == [f"hb-{VANISHED:05d}"]
    kinds = [e["value"] for p in packages for e in p["extras"] if e["key"] == "类型"]
    assert (kinds.count("供给"), kinds.count("需求")) == (440, 110)


def test_sichuan_resumes_and_keeps_deleted_headers(platforms: Platforms, calendar: Calendar) -> None:
    calendar.day = 2
    url, target = f"{platforms.url}/sichuan/oai?verb=ListRecords&", "metadataPrefix=oai_dc"
    headers: list[etree._Element] = []
    while target:
        page = etree.fromstring(get(url + target))
        headers += page.iter(f"{OAI}header")
        token = page.findtext(f".//{OAI}resumptionToken")
        target = f"resumptionToken={token}" if token else ""
    assert len(headers) == 450
    assert [h.findtext(f"{OAI}identifier") for h in headers if h.get("status") == "deleted"] == [
        f"oai:sichuan.example:{VANISHED}"
    ]


def test_the_same_seed_gives_the_same_province() -> None:
    assert list(PLATFORMS["sichuan"]().fictions(1)) == list(PLATFORMS["sichuan"]().fictions(1))
