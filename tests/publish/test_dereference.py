"""Permanent addresses: the right form for everybody, conditional answers, honest errors."""

import hashlib
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pyoxigraph
import pytest
from starlette.testclient import TestClient

from publish.citations import CITATIONS
from publish.formats import FORMATS
from publish.services import Services
from tests.publish import fakes, samples
from vocab.rdf import FORMATS as RDF
from vocab.values import Agent

IRI = samples.full_achievement().identifier
PATH = IRI.removeprefix(samples.BASE)
PAGE = PATH.removeprefix("/id")


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("text/html", PAGE),
        ("*/*", PAGE),
        ("text/turtle", PATH + ".ttl"),
        ("application/ld+json, text/html;q=0.5", PATH + ".jsonld"),
        ("text/html;q=0.2, application/rdf+xml;q=0.9", PATH + ".rdf"),
        ("application/n-triples", PATH + ".nt"),
        ("application/json", PATH + ".json"),
        ("text/html;q=0, */*;q=0.1", PATH + ".ttl"),
    ],
)
def test_accept_decides_where_it_leads(client: TestClient, accept: str, target: str) -> None:
    answer = client.get(PATH, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["location"]) == (303, samples.BASE + target)
    assert "Accept" in answer.headers["vary"]


def test_redirect_does_not_believe_the_host_header(client: TestClient) -> None:
    answer = client.get(PATH, headers={"Host": "evil.example"})
    assert answer.headers["location"] == samples.BASE + PAGE


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.suffix)
def test_every_form_is_served_and_kept(client: TestClient, form: object) -> None:
    suffix = getattr(form, "suffix", "")
    answer = client.get(f"{PATH}.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(getattr(form, "media_type", "?"))
    assert 'rel="license"' in answer.headers["link"]
    again = client.get(f"{PATH}.{suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    later = client.get(f"{PATH}.{suffix}", headers={"If-Modified-Since": answer.headers["last-modified"]})
    assert later.status_code == 304


def test_forms_have_different_tags(client: TestClient) -> None:
    tags = {client.get(f"{PATH}.{f.suffix}").headers["etag"] for f in FORMATS}
    assert len(tags) == len(FORMATS)
    assert not any(tag.startswith("W/") for tag in tags)


def test_json_is_what_the_digest_is_taken_over(client: TestClient, services: Services) -> None:
    public = services.view.record(IRI)
    assert public
    assert hashlib.sha256(client.get(PATH + ".json").content).hexdigest() == public.digest


def test_rdf_serialisations_say_the_same(client: TestClient) -> None:
    forms = [f for f in FORMATS if f.rdf]
    graphs = [
        {str(q) for q in pyoxigraph.parse(client.get(f"{PATH}.{f.suffix}").content, format=RDF[f.media_type])}
        for f in forms
    ]
    assert len(graphs[0]) > 50
    assert all(graph == graphs[0] for graph in graphs)


def test_nothing_internal_is_served(client: TestClient) -> None:
    for form in FORMATS:
        text = client.get(f"{PATH}.{form.suffix}").text
        assert "不应公开" not in text
        assert "内部经办" not in text


def test_withdrawn_is_gone_for_people_and_programs(client: TestClient) -> None:
    path = fakes.WITHDRAWN.removeprefix(samples.BASE)
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "已撤下" in page.text
    for accept in ("application/json", "text/turtle"):
        data = client.get(path, headers={"Accept": accept})
        assert (data.status_code, data.headers["content-type"]) == (410, "application/problem+json")
        assert data.json()["tombstone"]["iri"] == fakes.WITHDRAWN
    assert client.get(path + ".ttl").status_code == 410
    assert client.get(path.removeprefix("/id")).status_code == 410


def test_a_record_that_moved_is_led_to_in_every_form(client: TestClient, services: Services) -> None:
    old = fakes.MOVED.removeprefix(samples.BASE)
    new = services.view.page(0, 1)[0].iri.removeprefix(samples.BASE)
    api = "/api/v1/records"
    asked = {
        old: new,
        f"{old}.ttl": f"{new}.ttl",
        f"{old}.json": f"{new}.json",
        f"{old}.bib": f"{new}.bib",
        f"{old}/timemap": f"{new}/timemap",
        f"{old}/linkset": f"{new}/linkset",
        f"{old}/version/1": new,
        f"{old}/version/1.ttl": new,
        old.removeprefix("/id"): new.removeprefix("/id"),
        api + old.removeprefix("/id"): api + new.removeprefix("/id"),
        f"{api}/{quote(fakes.MOVED, safe='')}": api + new.removeprefix("/id"),
    }
    for path, target in asked.items():
        answer = client.get(path, headers={"Accept": "text/html", "Host": "evil.example"})
        assert (answer.status_code, answer.headers["location"]) == (301, samples.BASE + target)
        assert client.get(target, headers={"Accept": "*/*"}).status_code in (200, 303)


def test_what_led_to_a_record_that_is_gone_is_gone_too(client: TestClient) -> None:
    path = fakes.MOVED_AND_GONE.removeprefix(samples.BASE)
    for asked in (path, f"{path}.ttl", path.removeprefix("/id"), f"/api/v1/records{path.removeprefix('/id')}"):
        answer = client.get(asked, headers={"Accept": "application/json"})
        assert answer.status_code == 410
        assert answer.json()["tombstone"]["iri"] == fakes.WITHDRAWN


def test_unknown_record_form_and_media_type(client: TestClient) -> None:
    assert client.get("/id/achievement/nobody").status_code == 404
    document = client.get(PATH + ".docx", headers={"Accept": "text/html"})
    assert (document.status_code, "<code>.ttl</code>" in document.text) == (404, True)
    available = ["text/html", *(f.media_type for f in (*FORMATS, *CITATIONS))]
    for accept in ("image/png", "text/html;q=0", "text/", "text/html;q=nan", "application/problem+json"):
        data = client.get(PATH, headers={"Accept": accept})
        assert (data.status_code, data.headers["content-type"]) == (406, "application/problem+json"), accept
        assert data.json()["available"] == available, accept


def test_hostile_values_stay_well_formed() -> None:
    public = samples.published(samples.hostile(), 1)
    with TestClient(fakes.app([public]), base_url=samples.BASE) as client:
        path = public.iri.removeprefix(samples.BASE)
        assert ET.fromstring(client.get(path + ".rdf").content).tag.endswith("RDF")
        assert "javascript" not in client.get(path + ".ttl").headers["link"]


def test_organisations_that_records_name_lead_somewhere(client: TestClient) -> None:
    """Every organisation IRI in the data can be followed, whether or not the organisation has a record."""
    path = samples.NAMESPACES.organisation(Agent("示例大学")).removeprefix(samples.BASE)
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 303
    assert "示例大学" in client.get(page.headers["location"]).text
    data = client.get(client.get(path, headers={"Accept": "text/turtle"}).headers["location"])
    assert (data.status_code, "示例大学" in data.text) == (200, True)
    assert client.get(path, headers={"Accept": "application/json"}).status_code == 406
    assert client.get("/id/organisation/00000000-0000-0000-0000-000000000000").status_code == 404
    assert client.get("/id/organisation/x%3E%20%3Fp%20%3Fo%20%7D").status_code == 404
