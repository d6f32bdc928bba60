"""Searching as a person and as a program: how a query was read, ways out of nothing, years, grouping, feeds. On the real engine."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml import etree, html
from openpyxl import load_workbook
from starlette.testclient import TestClient

from publish import export, plain
from publish.app import create_app
from publish.languages import Lang
from publish.portal.search import TIPS
from search.tantivy_index import TantivyIndex
from tests.publish import fakes
from tests.search.records import BASE, public
from tests.search.suite_query import CORPUS, Spelling
from vocab.namespaces import Namespaces

ATTACKS = (
    public("formula", '=HYPERLINK("http://example.org")', keywords=("公式", "+1", "@x"), orgs=("-2+3",)),
    public("wide", "＝cmd|' /C calc'!A0", keywords=("公式",), abstract="\t=1+1"),
    public("markup", "<script>公式</script>", en="<b>&amp;</b>", keywords=("公式",)),
)
RECORDS = [*CORPUS, *ATTACKS]
ATOM = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = TantivyIndex.open(tmp_path_factory.mktemp("search") / "index", speller=Spelling())
    index.put(RECORDS)
    index.commit()
    services = fakes.services(RECORDS, fakes.settings(base_url=BASE))
    services = replace(services, index=index, namespaces=Namespaces(BASE))
    with TestClient(create_app(services), base_url=BASE, follow_redirects=False) as site:
        yield site
    index.close()


def page(client: TestClient, lang: str = "zh", **parameters: str) -> html.HtmlElement:
    return html.document_fromstring(client.get("/search", params={**parameters, "lang": lang}).text)


def said(found: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in found.xpath(path)]


def target(client: TestClient, found: html.HtmlElement, path: str) -> str:
    """What the page at a link says it found."""
    [address] = found.xpath(path)[:1]
    return said(html.document_fromstring(client.get(address).text), "//*[@id='found']")[0]


# The page


def test_chips_say_how_the_query_was_read_and_lead_to_the_search_without_them(client: TestClient) -> None:
    found = page(client, q="50万以下 装置 year:2018..2022")
    assert said(found, "//a[starts-with(@class, 'chip ') or @class='chip']") == [
        "意向价格：50 万元以下 ×（移除此条件）",
        "时间：2018年至2022年 ×（移除此条件）",
    ]
    assert said(found, "//*[@id='found']") == ["找到 1 条记录"]
    assert target(client, found, "//a[contains(@class, 'chip-guess')]/@href") == "找到 1 条记录"
    [words] = found.xpath("//a[@class='chip-words']")
    assert "按文字检索" in words.text_content()
    english = page(client, "en", q="50万以下 装置 year:2018..2022")
    assert said(english, "//*[@class='chip' or @class='chip chip-guess']") == [
        "Price: up to CNY 500,000 × (remove this filter)",
        "Date: 2018 to 2022 × (remove this filter)",
    ]


def test_what_was_chosen_beside_the_text_has_chips_too(client: TestClient) -> None:
    found = page(client, q="电池", region="330000", year_from="2020", price_max="2000000")
    assert said(found, "//*[@class='chip']") == [
        "地区：浙江省 ×（移除此条件）",
        "意向价格：200 万元以下 ×（移除此条件）",
        "时间：2020年以后 ×（移除此条件）",
    ]
    assert said(found, "//*[@id='found']") == ["找到 1 条记录"]
    assert found.xpath("//input[@name='year_from']/@value") == ["2020"]
    assert found.xpath("//input[@name='price_max']/@value") == ["2000000"]


@pytest.mark.parametrize("wrong", ["x", "-1", "９", "99999999999999", "1e5"])
def test_bounds_that_are_no_numbers_are_left_alone(client: TestClient, wrong: str) -> None:
    found = page(client, q="电池", year_from=wrong, price_min=wrong)
    assert said(found, "//*[@class='chip']") == []


def test_given_up_guesses_are_told(client: TestClient) -> None:
    assert said(page(client, q="西藏 装置"), "//*[@class='notice']") == [
        "没有记录符合“地区：西藏自治区”，不再作为条件。",
        "没有同时包含全部检索词的记录，以下是包含其中部分词的结果。",
    ]


def test_what_is_misread_is_told_with_its_place_and_a_way_to_mend_it(client: TestClient) -> None:
    found = page(client, "en", q="titel:电池 滴头")
    assert "There is no field “titel”; it is looked for as a word. Try: title:电池 滴头" in said(
        found, "//*[@class='notice']"
    )
    assert "q=title%3A" in found.xpath("//p[@class='notice']/a/@href")[0]
    hostile = page(client, q='"<script>alert(1)')
    assert not hostile.xpath("//script[not(@src)]")


def test_a_better_spelling_is_a_link(client: TestClient) -> None:
    found = page(client, q="region:浙江 店池")
    assert said(found, "//*[@class='notice']") == ["您是不是要找：region:浙江 电池"]
    assert target(client, found, "//p[@class='notice']/a/@href") == "找到 2 条记录"


def test_a_search_that_finds_nothing_offers_what_would(client: TestClient) -> None:
    found = page(client, q="region:西藏 电池", year="2021")
    assert said(found, "//*[@class='empty']//a") == [
        "去掉“地区：西藏自治区”",
        "浏览全部记录",
    ]  # without the year: nothing
    assert "找到 1 条记录" in said(found, "//*[@class='empty']//*[@class='note']")
    assert target(client, found, "//*[@class='empty']//a/@href") == "找到 1 条记录"


def test_all_that_was_chosen_can_be_left_out_where_that_finds_something(client: TestClient) -> None:
    found = page(client, q="电池", year="2010", region="540000")
    [cleared] = [a for a in found.xpath("//*[@class='empty']//a") if a.text_content().startswith("清除")]
    assert cleared.get("href") == "/search?q=%E7%94%B5%E6%B1%A0"
    assert cleared.getparent().xpath("span/text()") == ["找到 4 条记录"]


@pytest.mark.parametrize("text", ["***", "？！", "“”"])
def test_a_text_without_a_word_is_said_to_narrow_nothing(client: TestClient, text: str) -> None:
    assert said(page(client, q=text), "//*[@class='notice']") == [f"“{text}”中没有可检索的文字，未作为条件。"]
    problem = client.get("/api/v1/search", params={"q": text}).json()["problem"]
    assert (problem["code"], problem["piece"]) == ("nothing", text)


def test_bounds_the_wrong_way_round_are_turned(client: TestClient) -> None:
    found = page(client, year_from="2022", year_to="2019", price_min="9000000", price_max="100")
    names = ("year_from", "year_to", "price_min", "price_max")
    assert [found.xpath(f"//input[@name='{name}']/@value")[0] for name in names] == ["2019", "2022", "100", "9000000"]


# What the page refuses


REFUSED = {
    "q=" + "a" * 501: "最多 500 个字符",
    "&".join(f"{facet}={n}" for facet in ("year", "kind", "region") for n in range(40)): "这里有 120 个",
    "region=" + "x" * 201: "超过 200 个字符",
    "q=电池&cursor=x": "无法识别",
}


@pytest.mark.parametrize("query", REFUSED)
@pytest.mark.parametrize("path", ["/search", "/search.atom"])
def test_what_is_refused_is_said_in_the_language_of_the_page(client: TestClient, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}&lang=zh", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    [detail] = said(html.document_fromstring(answer.text), "//*[@class='notice']")
    assert REFUSED[query] in detail
    english = client.get(f"{path}?{query}&lang=en", headers={"Accept": "text/html"}).text
    [detail] = said(html.document_fromstring(english), "//*[@class='notice']")
    assert detail.isascii() or "…" in detail


def test_a_wrong_place_in_the_results_leads_to_their_first_page(client: TestClient) -> None:
    for cursor in ("WzFd", "x" * 3000, "\0"):
        answer = page(client, q="电池", region="330000", sort="title", cursor=cursor)
        assert answer.xpath("//input[@id='q']/@value") == ["电池"]
        [again] = answer.xpath("//p[@class='notice']/a/@href")
        assert again == "/search?q=%E7%94%B5%E6%B1%A0&region=330000&sort=title"
        assert client.get(again).status_code == 200


def test_prices_to_be_agreed_are_a_group_of_their_own(client: TestClient) -> None:
    found = page(client, q="电池 200万以下")
    assert said(found, "//*[@id='found']") == ["找到 1 条记录"]
    assert "另有 2 条价格面议的记录" in said(found, "//*[@class='caption']/a")
    assert target(client, found, "//*[@class='caption']/a[contains(@href, 'negotiable')]/@href") == "找到 2 条记录"
    assert "另有" not in " ".join(said(page(client, q="电池 price:面议"), "//*[@class='caption']/a"))
    assert "面议" in said(page(client, q="电池"), "//input[@name='price']/following-sibling::*[1]")


def test_bands_of_prices_are_in_their_order(client: TestClient) -> None:
    assert page(client).xpath("//input[@name='price']/@value") == [
        "0-100000",
        "100000-500000",
        "500000-1000000",
        "1000000-5000000",
        "10000000-",
        "negotiable",
    ]
    assert "CNY 100,000–500,000" in said(page(client, "en"), "//input[@name='price']/following-sibling::*[1]")


def test_years_are_bars_that_lead_to_their_records(client: TestClient) -> None:
    found = page(client, q="电池")
    bars = found.xpath("//*[@class='histogram']//title/text()")
    assert bars == ["2019：1", "2020：0", "2021：1", "2022：2"]
    assert target(client, found, "(//*[@class='histogram']//a)[4]/@href") == "找到 2 条记录"
    assert found.xpath("//*[@class='histogram']/@aria-hidden") == ["true"]
    assert set(found.xpath("//*[@class='histogram']//a/@tabindex")) == {"-1"}


def test_one_achievement_is_shown_once_or_record_by_record(client: TestClient) -> None:
    found = page(client, q="电池")
    assert len(found.findall(".//article")) == 2
    assert "另有 2 条同一成果的记录" in said(found, "//article//*[@class='tag']")
    [each] = found.xpath("//a[text()='逐条显示']/@href")
    apart = html.document_fromstring(client.get(each).text)
    assert len(apart.findall(".//article")) == 4
    assert apart.xpath("//input[@name='each']/@value") == ["1"]


@pytest.mark.parametrize("lang", list(Lang))
def test_every_example_of_the_syntax_is_read_as_it_says(client: TestClient, lang: Lang) -> None:
    examples = [*page(client, lang).iterfind(".//details[@class='tips']//a")]
    assert len(examples) == len(TIPS)
    for example in examples:
        text = " ".join(example.text_content().split())
        answer = client.get("/api/v1/search", params={"q": text}).json()
        assert answer["problem"] is None, text
        assert answer["chips"] or ":" not in text, text


def test_page_numbers_are_answered_clearly(client: TestClient) -> None:
    assert any(
        "没有页码" in text or "不按页码" in text for text in said(page(client, page="10000000"), "//*[@class='notice']")
    )
    answer = client.get("/api/v1/search?page=10000000")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "cursor" in answer.json()["allowed"]


# The API


def test_the_api_tells_how_the_query_was_read(client: TestClient) -> None:
    found = client.get("/api/v1/search", params={"q": "浙江 电池", "lang": "en"}).json()
    assert found["chips"] == [
        {
            "start": 0,
            "end": 2,
            "field": "region",
            "label": "Zhejiang",
            "without": "电池",
            "as_words": '"浙江" 电池',
            "guessed": True,
        }
    ]
    wrong = client.get("/api/v1/search", params={"q": "电池 region:火星", "lang": "en"}).json()
    assert wrong["problem"]["code"] == "bad-value"
    assert (wrong["problem"]["at"], wrong["problem"]["piece"]) == (10, "火星")
    assert "火星" in wrong["problem"]["message"]
    assert client.get("/api/v1/search", params={"q": "店池"}).json()["corrected"] == "电池"


def test_the_api_filters_by_ranges_and_groups(client: TestClient) -> None:
    given = {"q": "电池", "price_min": "1000000", "date_to": "2021-12-31"}
    found = client.get("/api/v1/search", params=given).json()
    assert [item["iri"].rsplit("/", 1)[1] for item in found["items"]] == ["cell"]
    grouped = client.get("/api/v1/search", params={"q": "电池", "group": "true", "size": "1"}).json()
    following = client.get(grouped["next"]).json()
    items = [*grouped["items"], *following["items"]]
    assert (grouped["total"], sorted(item.get("same", 0) for item in items)) == (4, [0, 2])
    assert {item.get("cluster") for item in items} == {None, f"{BASE}/id/achievement/cell"}
    for wrong in (
        {"price_min": "x"},
        {"price_min": "-1"},
        {"date_from": "2018"},
        {"group": "maybe"},
        {"price_min": "null"},
    ):
        answer = client.get("/api/v1/search", params=wrong)
        assert (answer.status_code, answer.json()["parameter"]) == (400, next(iter(wrong)))
    impossible = client.get("/api/v1/search", params={"date_from": "2018-02-31"})
    assert impossible.status_code == 200


# Exports


def rows(client: TestClient, **parameters: str) -> list[dict[str, str]]:
    answer = client.get("/search.csv", params=parameters)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("lang", list(Lang))
def test_csv_has_every_found_record_in_the_readers_language(client: TestClient, lang: Lang) -> None:
    found = rows(client, q="电池", lang=lang)
    assert len(found) == 4
    cell = next(row for row in found if "钠离子电池负极材料" in row.values())
    assert cell["意向价格（元）" if lang is Lang.ZH else "Price (CNY)"] == "1200000"
    assert ("浙江省杭州市" if lang is Lang.ZH else "Hangzhou, Zhejiang") in cell.values()
    assert f"{BASE}/id/achievement/cell" in cell.values()


def test_no_cell_is_a_formula(client: TestClient) -> None:
    cells = [cell for row in rows(client, q="公式") for cell in row.values()]
    assert '\'=HYPERLINK("http://example.org")' in cells
    assert not [cell for cell in cells if plain.FORMULA.match(cell)]
    sheet = load_workbook(io.BytesIO(client.get("/search.xlsx", params={"q": "公式"}).content)).worksheets[0]
    kept = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kept['=HYPERLINK("http://example.org")'] == "s"
    assert "f" not in kept.values()


def test_json_lines_are_whole_public_records(client: TestClient) -> None:
    answer = client.get("/search.jsonl", params={"q": "电池", "sort": "newest"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["iri"].rsplit("/", 1)[1] for line in lines} == {"talk", "copy", "cell", "third"}
    assert lines[0]["record"]["title"]["zh"]


def test_an_export_says_how_much_there_is_and_ends_where_it_says(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 5)
    monkeypatch.setattr(export, "PAGE", 2)
    answer = client.get("/search.csv")
    assert (answer.headers["x-total-count"], answer.headers["x-export-limit"]) == (str(len(RECORDS)), "5")
    assert len(answer.text.splitlines()) == 6
    head = client.head("/search.xlsx")
    assert (head.status_code, head.content, head.headers["x-total-count"]) == (200, b"", str(len(RECORDS)))
    assert client.get("/search.csv", params={"q": "x" * 501}).status_code == 400


def test_the_page_links_its_exports_and_says_where_they_end(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publish.portal.search.MOST", 3)
    found = page(client, q="电池", region="330000", each="1")
    assert said(found, "//*[contains(@class, 'downloads')]/a")[:3] == ["CSV", "XLSX", "JSONL"]
    assert "（前 3 条）" not in " ".join(said(found, "//*[contains(@class, 'downloads')]"))
    assert "（前 3 条）" in " ".join(said(page(client), "//*[contains(@class, 'downloads')]"))
    assert len(client.get(found.xpath("//a[text()='JSONL']/@href")[0]).text.splitlines()) == 2


# Feeds and browsers


def test_a_search_is_a_feed(client: TestClient) -> None:
    answer = client.get("/search.atom", params={"q": "电池", "lang": "en", "each": "1"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert feed.xpath("string(o:totalResults)", namespaces=ATOM) == "4"
    assert len(feed.findall("a:entry", ATOM)) == 4
    assert feed.findtext("a:entry/a:updated", "", ATOM) == "2025-01-01T00:00:00Z"
    assert feed.xpath("string(a:link[@rel='search']/@href)", namespaces=ATOM) == f"{BASE}/opensearch.xml"
    hostile = etree.fromstring(client.get("/search.atom", params={"q": "公式\x01<"}).content)
    assert "\x01" not in hostile.findtext("a:title", "", ATOM)
    again = client.get("/search.atom", params={"q": "电池"})
    assert (
        client.get("/search.atom", params={"q": "电池"}, headers={"If-None-Match": again.headers["etag"]}).status_code
        == 304
    )


def test_a_browser_completes_what_is_typed(client: TestClient) -> None:
    assert client.get("/search.suggestions", params={"q": "钠创"}).json() == ["钠创", ["钠创研究院"]]
    assert client.get("/search.suggestions").json() == ["", []]
    assert client.get("/search.suggestions", params={"q": "石" * 500}).status_code == 200
    description = etree.fromstring(client.get("/opensearch.xml").content)
    relations = {u.get("type"): u.get("rel") for u in description.findall("o:Url", ATOM)}
    assert relations["application/x-suggestions+json"] == "suggestions"
    assert relations["application/atom+xml"] == "results"


@pytest.mark.parametrize(
    "path", ["/search", "/search.csv", "/search.xlsx", "/search.jsonl", "/search.atom", "/api/v1/search"]
)
@pytest.mark.parametrize(
    "q", ['"' * 400, "(" * 400, "\x00\x1b[2J", "title:" * 60, ".*{1,99999}" * 20, "a OR " * 80, "\u202e电池"]
)
def test_nothing_odd_breaks_a_door(client: TestClient, path: str, q: str) -> None:
    assert client.get(path, params={"q": q}).status_code == 200


@pytest.mark.parametrize("path", ["/search", "/search.csv", "/api/v1/search"])
def test_too_long_a_query_and_too_many_filters(client: TestClient, path: str) -> None:
    assert client.get(path, params={"q": "a" * 10_000}).status_code == 414
    assert client.get(path, params={"q": "石" * 600}).status_code == 400
    many = client.get(path, params={"year": [str(year) for year in range(800)]})
    assert many.status_code == (400 if path.startswith("/api") else 200)
    assert client.get(f"{path}?{'year=1&' * 2000}").status_code == 414
