"""When an answer is drawn, and how."""

from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from publish.sparql.chart import MOST, chart
from tests.publish_sparql.test_endpoint import elements

XSD = "http://www.w3.org/2001/XMLSchema#"


def number(text: str, datatype: str = "integer") -> dict[str, str]:
    return {"type": "literal", "value": text, "datatype": XSD + datatype}


def row(name: str, value: str, datatype: str = "integer") -> dict[str, Any]:
    return {"name": {"type": "literal", "value": name}, "n": number(value, datatype)}


def test_names_and_numbers_are_drawn_in_their_order() -> None:
    drawn = chart(["name", "n"], [row("甲", "4"), row("乙", "1"), row("丙", "0")])
    assert drawn is not None
    assert (drawn.label, drawn.value) == ("name", "n")
    assert [(bar.label, bar.value, bar.share) for bar in drawn.bars] == [
        ("甲", "4", 100),
        ("乙", "1", 25),
        ("丙", "0", 0),
    ]


def test_years_are_names_and_addresses_are_known_by_their_end() -> None:
    year = {"y": number("2019", "gYear"), "n": number("3")}
    place = {"y": {"type": "uri", "value": "https://a.example/code/x/330000"}, "n": number("1")}
    drawn = chart(["y", "n"], [year, place])
    assert drawn is not None
    assert [bar.label for bar in drawn.bars] == ["2019", "330000"]


@pytest.mark.parametrize(
    "rows",
    [
        [row("甲", "1")],
        [row("甲", "1")] * (MOST + 1),
        [row("甲", "0"), row("乙", "0")],
        [row("甲", "-1"), row("乙", "2")],
        [row("甲", "x"), row("乙", "2")],
        [row("甲", "INF", "double"), row("乙", "NaN", "double")],
        [row("甲", "1", "string"), row("乙", "2", "string")],
        [{"n": number("1")}, {"n": number("2")}],
        [row("甲", "1"), {"name": {"type": "literal", "value": "乙"}}],
    ],
)
def test_what_is_no_chart_is_not_drawn(rows: list[dict[str, Any]]) -> None:
    assert chart(["name", "n"], rows) is None


def test_the_page_shows_it_with_a_link_that_lasts(client: TestClient) -> None:
    query = 'SELECT ?name ?n { VALUES (?name ?n) { ("<b>" 2) ("石墨烯" 4) } }'
    page = html.fromstring(client.get("/sparql", params={"query": query, "format": "text/html"}).content)
    bars = elements(page, "//figure[@class='chart']//li")
    assert sorted(bar.text_content() for bar in bars) == ["<b>2", "石墨烯4"]
    link = elements(page, "//p[@class='permalink']/a")[0].get("href", "")
    again = html.fromstring(client.get(link).content)
    assert elements(again, "//textarea")[0].text_content().strip() == query
    assert elements(again, "//figure[@class='chart']")
