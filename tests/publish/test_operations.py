"""What operators and crawlers read: health, metrics, sitemaps, robots, OpenSearch, static files."""

import re

import pytest
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from publish.settings import SiteLimits
from tests.publish import fakes, samples


def find(document: bytes, path: str) -> list[str]:
    """The text and attributes that an XPath picks from a document in XML."""
    found = etree.fromstring(document).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [str(item) for item in found]


NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def test_ready_when_every_part_answers(client: TestClient) -> None:
    found = client.get("/readyz")
    assert found.status_code == 200
    assert found.json()["checks"]["search"] == {"ok": True, "records": 52, "behind": 0}


def test_not_ready_names_the_part_and_nothing_else(services: Services) -> None:
    assert isinstance(services.graph, fakes.MemoryGraph)
    services.graph.down = True
    with TestClient(create_app(services), base_url=samples.BASE) as client:
        found = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert found.status_code == 503
    assert {n: c["ok"] for n, c in found.json()["checks"].items()} == {"ledger": True, "search": True, "graph": False}
    assert "127.0.0.1" not in found.text


def test_metrics_count_by_route_not_by_record(client: TestClient) -> None:
    for public in samples.everything()[:5]:
        client.get(public.iri.removeprefix(samples.BASE + "/id"))
    client.request("BREW", "/")
    families = {f.name: f for f in text_string_to_metric_families(client.get("/metrics").text)}
    requests = {(s.labels["route"], s.labels["method"]): s.value for s in families["chengguo_http_requests"].samples}
    assert requests[("/achievement/{id}", "GET")] == 5
    assert ("/", "other") in requests
    published = {s.labels["kind"]: s.value for s in families["chengguo_published_records"].samples}
    assert published["achievement"] == 49
    assert {s.labels["part"]: s.value for s in families["chengguo_part_up"].samples}["graph"] == 1


def test_two_applications_share_no_counts(client: TestClient) -> None:
    client.get("/about")
    with TestClient(fakes.app(), base_url=samples.BASE) as other:
        assert 'route="/about"' not in other.get("/metrics").text


def test_sitemaps_hold_every_page_once() -> None:
    with TestClient(fakes.app(limits=SiteLimits(sitemap=20)), base_url=samples.BASE) as client:
        files = find(client.get("/sitemap.xml").content, "//s:loc/text()")
        pages = [page for file in files for page in find(client.get(file).content, "//s:loc/text()")]
        assert client.get(pages[0]).status_code == 200
        assert client.get("/sitemap.xml?after=x", headers={"Accept": "*/*"}).status_code == 400
    assert len(files) == 3
    assert sorted(pages) == sorted(r.iri.replace("/id/", "/") for r in samples.everything())


def test_robots_and_opensearch(client: TestClient) -> None:
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {samples.BASE}/sitemap.xml" in robots
    templates = find(client.get("/opensearch.xml").content, "//o:Url/@template")
    assert templates[0] == samples.BASE + "/search?q={searchTerms}"


def test_static_files_are_cached_for_ever_under_their_hash(client: TestClient) -> None:
    found = re.findall(r'"(/static/[^"]+\.(?:css|js))"', client.get("/").text)
    assert len(found) == 4
    for path in found:
        assert re.fullmatch(r"/static/\w+\.[0-9a-f]{12}\.(css|js)", path)
        assert "immutable" in client.get(path).headers["cache-control"]
    assert client.get("/static/site.000000000000.css").status_code == 404


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e%2fapp.py", "/search/"])
def test_odd_paths_are_plainly_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "location" not in answer.headers
