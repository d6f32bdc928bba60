"""Offers on the web: only what may be told, in three forms that agree, page by page, and gone when it ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from lxml import etree, html
from msgspec import structs
from starlette.testclient import TestClient

from federation.ledger import Ledger
from publish.app import create_app
from tests.federation import test_offers as reviewed
from tests.federation.test_offers import APPROVAL, TEXT
from tests.federation.world import BASE, World, good, mapping
from tests.publish import fakes
from vocab.offer import OfferText

MORE = """
[fields.transferModes]
from = "转化方式"
split = "、"
lookup = "cl15"
[fields.stage]
from = "阶段"
lookup = "cl04"
[fields.discipline]
from = "学科"
split = "、"
lookup = "gbt13745-2009"
[fields.hiTechField]
from = "领域"
lookup = "cl10"
[fields.region]
from = "地区"
parser = "region"
"""
NS = f"{{{BASE}/ns/offer/1}}"
FULL = OfferText(
    "Film <&> \"heat\"", "A film that spreads heat.", "It is made roll to roll.\nTwice.", ("Light",), ("graphene", "heat")
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    world = World(ledger)
    world.mappings = (mapping(text=MORE),)
    more = {
        "转化方式": "许可、自行投资实施",
        "阶段": "中试",
        "学科": "材料科学、11011",
        "领域": "新材料",
        "地区": "浙江省杭州市",
    }
    world.harvest({str(n): good(f"一种薄膜{n}", **more) for n in range(1, 6)})
    yield world
    ledger.close()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    app = create_app(fakes.over(world.ledger, world.source, BASE))
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield client


def approve(world: World, *keys: str, text: OfferText = TEXT) -> list[str]:
    """Their references."""
    for key in keys:
        reviewed.approve(world.ledger.offers, world.iri(key), text)
    return [world.iri(key).rpartition("/")[2] for key in keys]


def validated(body: bytes, client: TestClient) -> Any:
    schema = client.get("/ns/offer/1.xsd")
    assert schema.headers["content-type"].startswith("application/xml")
    root = etree.fromstring(body)
    etree.XMLSchema(etree.fromstring(schema.content)).assertValid(root)
    return root


def test_an_offer_says_the_same_in_every_form(world: World, client: TestClient) -> None:
    [reference] = approve(world, "1", text=FULL)
    told = client.get(f"/api/v1/offers/{reference}").json()
    assert told == client.get(f"/offers/{reference}.json").json()
    assert told == client.get(f"/offers/{reference}", headers={"Accept": "application/json"}).json()
    assert told["title"] == FULL.title
    assert (told["country"], told["region"]) == ("CN", "CN-ZJ")
    assert (told["partnerships"], told["stage"], told["readiness"]) == (
        ["licence"],
        "Middle stage",
        {"min": 4, "max": 6},
    )
    assert told["client"] == "university"
    assert [field["label"] for field in told["fields"]] == ["New materials", "Materials engineering", "Mathematics"]
    assert all(client.get(field["iri"]).status_code == 303 for field in told["fields"])
    answer = client.get(f"/offers/{reference}.xml")
    assert f'<{BASE}/ns/offer/1.xsd>; rel="describedby"' in answer.headers["link"]
    root = validated(answer.content, client)
    assert root.get("reference") == reference
    assert root.findtext(f"{NS}title") == FULL.title
    assert root.findtext(f"{NS}description") == FULL.description
    assert [one.text for one in root.findall(f"{NS}keywords")] == list(FULL.keywords)
    assert [dict(one.attrib) for one in root.findall(f"{NS}fields")] == told["fields"]
    page = html.fromstring(client.get(f"/offers/{reference}?lang=en", headers={"Accept": "text/html"}).text)
    assert page.xpath("string(//h1[@lang='en'])") == FULL.title
    again = client.get(f"/offers/{reference}.xml", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_nothing_but_the_reviewed_text_and_no_name_gets_out(world: World, client: TestClient) -> None:
    [reference] = approve(world, "1")
    of_one = (f"/offers/{reference}", f"/offers/{reference}.xml", f"/offers/{reference}.json")
    for path in ("/offers", "/offers.json", "/offers.xml", "/api/v1/offers", *of_one):
        for lang in ("zh", "en"):
            body = client.get(path, headers={"Accept-Language": lang}).text
            for kept in (
                "一种薄膜",
                "一种材料",
                "某大学",
                "某省",
                *APPROVAL.__struct_fields__[:2],
                "SCR-2026",
                "译者",
                "审核人",
            ):
                assert kept not in body, (path, kept)


def test_what_demonstrates_is_told_as_such(world: World) -> None:
    [reference] = approve(world, "1")
    source = structs.replace(world.source, fictional=True)
    with TestClient(create_app(fakes.over(world.ledger, source, BASE)), base_url=BASE) as client:
        assert client.get(f"/offers/{reference}.json").json()["fictional"] is True
        assert validated(client.get(f"/offers/{reference}.xml").content, client).findtext(f"{NS}fictional") == "true"
        assert "Fictional data" in client.get(f"/offers/{reference}?lang=en", headers={"Accept": "text/html"}).text


def test_the_list_is_paged_and_says_what_is_gone(world: World, client: TestClient) -> None:
    references = approve(world, "1", "2", "3", "4", "5")
    world.ledger.offers.end(world.iri("2"), officer="审核人", org="厅", basis="x")
    world.ledger.desk.take_down(world.iri("4"), "权利人申请", officer="李四")
    seen: list[str] = []
    gone: list[str] = []
    address = "/api/v1/offers?size=2"
    while address:
        page = client.get(address).json()
        assert page["total"] == 3
        seen += [one["reference"] for one in page["items"]]
        gone += page["gone"]
        address = page["next"]
    assert (seen, sorted(gone)) == ([references[n] for n in (0, 2, 4)], sorted(references[n] for n in (1, 3)))
    address, found = "/offers.xml?size=2", []
    while address:
        root = validated(client.get(address).content, client)
        found += [one.get("reference") for one in root]
        address = root.get("next")
    assert sorted(found) == sorted(references)
    page = client.get("/offers?size=2", headers={"Accept": "text/html"}).text
    assert f'href="{BASE}/offers?cursor=' in page


def test_what_ended_is_gone_and_what_never_was_is_unknown(world: World, client: TestClient) -> None:
    [reference] = approve(world, "1")
    never = world.iri("2").rpartition("/")[2]
    world.ledger.desk.take_down(world.iri("1"), "权利人申请", officer="李四")
    for path in ("/api/v1/offers/{}", "/offers/{}", "/offers/{}.xml", "/offers/{}.json"):
        for name, status in ((reference, 410), (never, 404), ("nonsense", 404)):
            answer = client.get(path.format(name), headers={"Accept": "application/json"})
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
    page = client.get(f"/offers/{reference}", headers={"Accept": "text/html"})
    assert (page.status_code, "410" in page.text) == (410, True)


def test_answers_are_as_the_description_says(world: World, client: TestClient) -> None:
    [reference] = approve(world, "1", text=FULL)
    document = client.get("/api/v1/openapi.json").json()
    for template, path in (("/offers", "/offers"), ("/offers/{id}", f"/offers/{reference}")):
        content = document["paths"]["/api/v1" + template]["get"]["responses"]["200"]["content"]
        schema = {**content["application/json"]["schema"], "components": document["components"]}
        jsonschema_rs.validator_for(schema).validate(client.get("/api/v1" + path).json())


def test_what_is_asked_for_wrongly_is_refused(client: TestClient) -> None:
    assert client.get("/offers", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/offers.docx").status_code == 404
    assert client.get("/offers.json?size=1000").status_code == 400
    assert client.get("/offers.xml?cursor=x").status_code == 400
    assert client.get("/offers?colour=red").status_code == 400


def test_a_site_that_offers_nothing_says_so() -> None:
    with TestClient(fakes.app(), base_url=fakes.settings().base_url) as client:
        assert client.get("/offers.json").json() == {"total": 0, "items": [], "gone": [], "next": None}
        assert client.get("/offers/x.json").status_code == 404
        assert "Nothing is offered" in client.get("/offers?lang=en", headers={"Accept": "text/html"}).text
