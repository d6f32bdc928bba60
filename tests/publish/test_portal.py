"""The pages: everything public is on them in both languages, nothing else is, and nothing on them can act."""

import re
from decimal import Decimal

import pytest
from lxml import html
from starlette.testclient import TestClient

from publish.app import create_app
from publish.labels import code_label
from publish.languages import Lang
from publish.messages import catalogue
from publish.portal.reader import Reader
from publish.services import Services
from tests.publish import fakes, samples
from vocab.field import Visibility, fields
from vocab.kinds import Achievement

RECORD = samples.full_achievement().identifier.removeprefix(samples.BASE + "/id")
PAGES = (
    "/",
    "/search?q=示例&region=330000",
    RECORD,
    "/source",
    "/source/cn-33",
    "/about",
    "/organisation?name=示例大学",
)


def parse(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


def words(text: str) -> str:
    """The text of a page, white space collapsed."""
    return " ".join(parse(text).text_content().split())


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("path", PAGES)
def test_every_page_in_both_languages(client: TestClient, path: str, lang: Lang) -> None:
    answer = client.get(path, headers={"Accept-Language": lang.value})
    page = parse(answer.text)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == page.get("lang") == lang.tag
    assert len(page.findall(".//h1")) == 1
    inline = '//script[not(@src)][not(@type="application/ld+json")]'  # the latter is data, which runs nothing
    assert not page.xpath(f"//style | //*[@style] | {inline} | //@onclick")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_links_on_pages_lead_somewhere(client: TestClient) -> None:
    addresses = {
        a for path in PAGES for a in parse(client.get(path).text).xpath("//a/@href | //link/@href | //script/@src")
    }
    own = {a.removeprefix(samples.BASE) for a in addresses if a.startswith(("/", samples.BASE + "/id/"))}
    sample = samples.full_achievement()
    elsewhere = {
        iri.removeprefix(samples.BASE + "/id") for iri in (*sample.same_as, *sample.possible_same)
    }  # not held here
    statuses = {a: client.get(a.partition("#")[0]).status_code for a in own - elsewhere}
    assert len(statuses) > 60
    assert {a: s for a, s in statuses.items() if s not in (200, 303)} == {}


def test_language_is_asked_remembered_and_switched(client: TestClient) -> None:
    asked = client.get("/search?q=%E7%A4%BA&lang=en")
    assert asked.headers["content-language"] == "en"
    assert "lang=en" in asked.headers["set-cookie"]
    assert client.get("/about", headers={"Accept-Language": "zh"}).headers["content-language"] == "en"
    switch = parse(asked.text).xpath("//a[@hreflang='zh-CN']/@href")[0]
    back = client.get(switch)
    assert back.headers["content-language"] == "zh-CN"
    assert parse(back.text).xpath("//input[@name='q']/@value") == ["示"]
    assert client.get("/?lang=xx").status_code == 200


@pytest.mark.parametrize("lang", list(Lang))
def test_every_public_field_is_shown_and_no_other(client: TestClient, lang: Lang) -> None:
    text = words(client.get(f"{RECORD}?lang={lang}").text)
    head = {"title", "abstract", "keywords", "provenance"}
    for bound in fields(Achievement):
        label = bound.field.en if lang is Lang.EN else bound.field.zh
        if bound.field.visibility is Visibility.PUBLIC and bound.name not in head:
            assert label in text, label
    for value in ("ZL202099900001.8", "TRL 4–6", "TB383", "2018YF_0000000", "示例省科技进步二等奖"):
        assert value in text
    for hidden in ("不应公开", "内部依据", "内部经办", code_label("cl09/1", lang)):
        assert hidden not in text


@pytest.mark.parametrize(
    ("low", "high", "chinese", "english"),
    [
        (0, 100_000, "0–10 万元", "CNY 0–100,000"),
        (100_000, 500_000, "10–50 万元", "CNY 100,000–500,000"),
        (500_000, 1_000_000, "50–100 万元", "CNY 500,000–1,000,000"),
        (1_000_000, 5_000_000, "100–500 万元", "CNY 1–5 million"),
        (1_200_000, 1_200_000, "120 万元", "CNY 1.2 million"),
        (1_234_500, 2_000_000, "123.45–200 万元", "CNY 1,234,500–2,000,000"),
        (50_000_000, 100_000_000, "5,000–10,000 万元", "CNY 50–100 million"),
        (800, 800, "800 元", "CNY 800"),
    ],
)
def test_amounts_say_their_unit_once(services: Services, low: int, high: int, chinese: str, english: str) -> None:
    readers = [Reader(lang, catalogue(), services) for lang in (Lang.ZH, Lang.EN)]
    assert [reader.amounts(Decimal(low), Decimal(high)) for reader in readers] == [chinese, english]


def test_values_are_written_for_the_reader(client: TestClient) -> None:
    chinese, english = (words(client.get(f"{RECORD}?lang={lang}").text) for lang in Lang)
    assert "30–50 万元" in chinese
    assert "2018年1月 – 2020年6月" in chinese
    assert "号码校验位不符" in chinese
    assert "张示例, 李虚构, 王样本, 等. 石墨烯基导热膜制备技术[DB/OL]. 成果公开平台, 2026-10-01(2026-11-13)" in chinese
    assert "CNY 300,000–500,000" in english
    assert "January 2018 – June 2020" in english
    assert "Machine translation" in english
    assert "浙江省杭州市" in chinese
    assert "Hangzhou, Zhejiang" in english
    assert "校验位正确" in chinese
    assert "Check digit right" in english


def test_a_project_number_leads_to_what_came_of_it(client: TestClient) -> None:
    page = parse(client.get(RECORD).text)
    assert page.xpath("//a[text()='2018YF_0000000']/@href") == ["/search?q=2018YF_0000000"]


def test_readiness_is_drawn_and_said(client: TestClient) -> None:
    page = parse(client.get(RECORD).text)
    steps = [rect.get("class") for rect in page.xpath("//svg[@class='steps']/rect")]
    assert steps == ["past"] * 3 + ["on"] * 3 + [None] * 3
    assert page.xpath("//svg[@class='steps']/@aria-hidden") == ["true"]


def test_kinds_are_counted_in_the_plural(client: TestClient) -> None:
    stats = parse(client.get("/?lang=en").text).xpath("//ul[@class='stats']/li")
    assert [" ".join(li.text_content().split()) for li in stats][:2] == ["49Achievements", "1Organisation"]


def test_lineage_stands_beside_its_field(client: TestClient) -> None:
    page = parse(client.get(RECORD).text)
    section = page.xpath("//section[.//h3='所处阶段']")[0]
    stage = section.xpath("./details[@class='lineage']//tr[th='所处阶段']")[0].text_content()
    assert "$.成果阶段" in stage
    assert "中试" in stage
    assert "stage: lookup cl04" in stage
    shown = [row.text_content() for row in page.xpath("//details[@class='lineage']//tbody/tr")]
    assert len(shown) == len(samples.LINEAGE)
    assert "《石墨烯基导热膜制备技术》" in words(client.get(RECORD).text)


def test_a_hostile_record_is_inert() -> None:
    public = samples.published(samples.hostile(), 1)
    page_path = public.iri.removeprefix(samples.BASE + "/id")
    with TestClient(fakes.app([public]), base_url=samples.BASE) as client:
        for path in ("/", "/search?q=导热", page_path, f"/search?q={samples.SCRIPT}", "/organisation?name=<b>x"):
            for lang in Lang:
                page = parse(client.get(path, headers={"Accept-Language": lang.value}).text)
                assert page.xpath("count(//script[not(@type='application/ld+json')])") == 1
                assert not page.xpath("//img | //svg[@onload] | //*[@onerror]")
                assert not [a for a in page.xpath("//@href | //@src") if a.lower().startswith("javascript")]
        text = words(client.get(page_path).text)
        assert samples.SCRIPT in text
        assert "{{ 7*7 }}" in text


def test_search_says_what_is_chosen_and_what_to_do(client: TestClient) -> None:
    page = parse(client.get("/search?q=示例&region=330000&region=110000&sort=newest").text)
    chips = {c.text_content().split()[0]: c.get("href") for c in page.xpath("//a[@class='chip']")}
    assert len(chips) == 2
    first = next(iter(chips.values()))
    assert ("region=330000" in first) != ("region=110000" in first)
    assert "sort=newest" in first
    checked = page.xpath("//input[@type='checkbox'][@checked]/@value")
    assert sorted(checked) == ["110000", "330000"]
    empty = words(client.get("/search?q=没有这样的东西&stage=cl04/1").text)
    assert "没有找到记录" in empty
    assert "浏览全部记录" in empty
    assert "清除筛选条件" not in empty  # the words alone find nothing either
    assert "没有同时包含全部检索词" in words(client.get("/search?q=~").text)
    assert client.get("/search?sort=nonsense&utm_source=x").status_code == 200


def test_search_marks_matches_and_pages(client: TestClient) -> None:
    page = parse(client.get("/search?q=导热").text)
    assert "导热" in [m.text for m in page.findall(".//mark")]
    seen: list[str] = []
    address = "/search?q=示例"
    while address:
        page = parse(client.get(address).text)
        seen += page.xpath("//article//a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) > 40


def test_pages_stand_without_search(services: Services) -> None:
    assert isinstance(services.index, fakes.MemoryIndex)
    services.index.down = True
    with TestClient(create_app(services), base_url=samples.BASE) as client:
        assert "检索正在恢复" in client.get("/").text
        assert client.get(RECORD).status_code == 200
        down = client.get("/search?q=x")
    assert (down.status_code, down.headers["retry-after"]) == (503, "5")
    assert "暂时无法提供" in down.text
    assert "secret" not in down.text


def test_source_page_tells_the_basis(client: TestClient) -> None:
    text = words(client.get("/source/cn-33").text)
    for said in ("《政府信息公开条例》第十三条", "示例省科学技术厅", "孵化期", "待人工确认", "3小时前"):
        assert said in text.replace(" ", "")
    for code in ("取值不在代码表内", "日期先后矛盾", "请核对研究起止", "所处阶段", "完成日期"):
        assert code in text
    english = words(client.get("/source/cn-33?lang=en").text)
    for said in ("The value is not in the code list", "The dates contradict each other", "Stage of development"):
        assert said in english
    assert client.get("/source/none").status_code == 404


def test_fictional_sources_say_so_on_every_record() -> None:
    with TestClient(fakes.app(demo=False), base_url=samples.BASE) as client:
        for path in ("/", RECORD, "/source/cn-33"):
            assert re.search("虚构数据", client.get(path).text), path
