"""The site over the real ledger, search index and gate: what is harvested is served, what is refused or withdrawn is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from federation.ledger import Ledger
from publish.app import create_app
from publish.services import Services
from search.tantivy_index import TantivyIndex
from tests.federation.world import BASE, World, good
from tests.publish import fakes
from vocab.namespaces import Namespaces

SECRET = "某型号隐身涂层配方"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield World(ledger)
    ledger.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    opened = TantivyIndex.open(tmp_path / "search")
    yield opened
    opened.close()


@pytest.fixture
def site(world: World, index: TantivyIndex) -> Iterator[TestClient]:
    records = {f"r{i}": good(f"石墨烯导热膜制备技术 {i} 号") for i in range(30)}
    world.harvest({**records, "secret": good(SECRET, 密级="秘密"), "gone": good("将要撤下的成果")})
    world.harvest({"gone": None}, full=False)
    index.put(world.ledger.page(0, 1000))
    index.commit()
    services = Services(
        view=world.ledger,
        sources_view=world.ledger,
        sources={world.source.id: world.source},
        index=index,
        graph=fakes.MemoryGraph(world.ledger.page(0, 1000)),
        namespaces=Namespaces(BASE),
        settings=fakes.settings(base_url=BASE, demo=False),
    )
    with TestClient(create_app(services), base_url=BASE, follow_redirects=False) as client:
        yield client


def test_harvested_records_are_found_and_shown(site: TestClient, world: World) -> None:
    found = site.get("/api/v1/search?q=石墨烯&size=7").json()
    assert (found["total"], len(found["items"])) == (30, 7)
    assert any(hit for _, hit in found["items"][0]["highlight"]["title"])
    following = site.get(found["next"]).json()
    assert not {i["iri"] for i in found["items"]} & {i["iri"] for i in following["items"]}
    page = site.get(world.iri("r3").removeprefix(BASE + "/id"))
    assert "石墨烯导热膜制备技术 3 号" in page.text
    assert "相近记录" in page.text
    assert site.get(f"/search?q=石墨烯&source={world.source.id}").text.count("<article") == 20
    assert "30" in site.get(f"/source/{world.source.id}").text
    assert site.get("/readyz").json()["checks"]["search"] == {"ok": True, "records": 30, "behind": 0}
    assert site.get("/organisation?name=某大学").text.count("<article") == 20


def test_refused_and_withdrawn_records_leave_no_content(site: TestClient, world: World) -> None:
    assert site.get(world.iri("secret").removeprefix(BASE)).status_code == 404
    gone = site.get(world.iri("gone").removeprefix(BASE), headers={"Accept": "application/json"})
    assert gone.status_code == 410
    everywhere = [
        "/",
        "/search?q=隐身涂层",
        "/api/v1/search?q=将要撤下",
        f"/source/{world.source.id}",
        "/api/v1/changes",
    ]
    everywhere += ["/api/v1/records?size=100", f"/api/v1/sources/{world.source.id}", "/metrics", "/sitemap.xml?after=0"]
    for path in everywhere:
        text = site.get(path).text
        assert SECRET not in text, path
        assert "将要撤下的成果" not in text, path
        assert world.iri("secret") not in text, path


def test_engine_refusals_are_the_callers_errors(site: TestClient) -> None:
    broken = site.get("/api/v1/search?cursor=nonsense")
    assert broken.status_code == 400
    assert broken.json()["title"] == "Bad query"


def test_missing_index_is_said_and_does_not_take_the_pages_down(world: World, tmp_path: Path) -> None:
    services = fakes.services([], fakes.settings(base_url=BASE))
    empty = TantivyIndex(tmp_path / "nothing-here")
    lost = Services(
        services.view,
        services.sources_view,
        services.sources,
        empty,
        services.graph,
        Namespaces(BASE),
        services.settings,
    )
    with TestClient(create_app(lost), base_url=BASE) as client:
        answer = client.get("/api/v1/search")
        assert client.get("/").status_code == 200
        assert client.get("/readyz").json()["checks"]["search"] == {"ok": False}
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
