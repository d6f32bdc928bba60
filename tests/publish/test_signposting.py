"""Signposting, read by its authors' own parser: what a program finds when it is given a page, a form or the linkset."""

import json

import pytest
import signposting
from starlette.testclient import TestClient

from publish.citations import CITATIONS
from publish.formats import FORMATS
from publish.weblink import HEADER, Link, header
from tests.publish import fakes, samples

IRI = samples.full_achievement().identifier
PATH = IRI.removeprefix(samples.BASE)
PAGE = samples.BASE + PATH.removeprefix("/id")
DESCRIBED = {(f"{IRI}.{f.suffix}", f.media_type) for f in (*FORMATS, *CITATIONS) if f.suffix != "json"}


def signposts(client: TestClient, address: str) -> signposting.Signposting:
    return signposting.find_signposting_http_link([client.get(address).headers["link"]], address)


def targets(found: signposting.Signposting, context: str | None = None) -> dict[str, set[tuple[str, str | None]]]:
    told: dict[str, set[tuple[str, str | None]]] = {}
    for post in found.signposts:
        if context in (None, str(post.context or "")):
            told.setdefault(str(post.rel), set()).add((str(post.target), post.type and str(post.type)))
    return told


def test_a_page_leads_to_everything(client: TestClient) -> None:
    told = targets(signposts(client, PAGE))
    assert told["cite-as"] == {(IRI, None)}
    assert told["describedby"] == DESCRIBED
    assert told["item"] == {(IRI + ".json", "application/json")}
    assert told["license"] == {("https://data.example.cn/licence/open-gov", None)}
    assert told["type"] == {("https://schema.org/AboutPage", None), (samples.NAMESPACES.sta + "Achievement", None)}
    assert {media_type for _, media_type in told["linkset"]} == {"application/linkset", "application/linkset+json"}
    assert len(told["author"]) == 1


@pytest.mark.parametrize("form", [*FORMATS, *CITATIONS], ids=lambda form: form.suffix)
def test_every_form_leads_back(client: TestClient, form: object) -> None:
    suffix = getattr(form, "suffix", "")
    told = targets(signposts(client, f"{IRI}.{suffix}"))
    assert told["collection" if suffix == "json" else "describes"] == {(PAGE, "text/html")}
    assert told["license"]


def test_the_linkset_says_what_the_headers_say_in_both_its_forms(client: TestClient) -> None:
    answer = client.get(f"{PATH}/linkset", headers={"Accept": "application/linkset"})
    assert answer.headers["content-type"] == "application/linkset"
    found = signposting.find_signposting_http_link([answer.text.replace("\n", " ")], f"{IRI}/linkset")
    page = targets(found, PAGE)
    header_of_page = targets(signposts(client, PAGE))
    assert page == {name: told for name, told in header_of_page.items() if name != "linkset"}
    assert targets(found, IRI + ".ttl") == {"describes": {(PAGE, "text/html")}}
    answer = client.get(f"{PATH}/linkset")
    assert answer.headers["content-type"] == "application/linkset+json"
    contexts = {one["anchor"]: one for one in answer.json()["linkset"]}
    for name, told in page.items():
        assert {(one["href"], one.get("type")) for one in contexts[PAGE][name]} == told
    assert contexts[IRI + ".json"]["collection"] == [{"href": PAGE, "type": "text/html"}]
    assert client.get(f"{PATH}/linkset", headers={"Accept": "image/png"}).status_code == 406


def test_every_address_in_the_linkset_answers(client: TestClient) -> None:
    contexts = client.get(f"{PATH}/linkset").json()["linkset"]
    page = next(one for one in contexts if one["anchor"] == PAGE)
    for relation in ("cite-as", "item", "describedby", "author"):
        for link in page[relation]:
            assert client.get(link["href"], headers={"Accept": link.get("type", "text/html")}).status_code in (200, 303)


def test_a_header_is_bounded_and_cannot_be_broken_out_of(client: TestClient) -> None:
    many = [Link(f"{samples.BASE}/{n}", "item") for n in range(10_000)]
    assert HEADER - 100 < len(header(many)) <= HEADER
    for bad in ("https://x/>", "https://x/\r\nSet-Cookie: a=b", "https://x/成果", 'https://x/"', "https://x/ y"):
        assert header([Link(bad, "license")]) == ""
    public = samples.published(samples.hostile(), 1)
    with TestClient(fakes.app([public]), base_url=samples.BASE) as site:
        path = public.iri.removeprefix(samples.BASE)
        for address in (path + ".ttl", path.removeprefix("/id"), path + ".bib"):
            assert "javascript" not in site.get(address).headers["link"]
        assert "javascript" not in json.dumps(site.get(path + "/linkset").json())
