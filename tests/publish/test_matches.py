"""The record page and the API name what other platforms say of the same achievement, with the reason."""

import dataclasses

import msgspec
from starlette.testclient import TestClient

from federation.matching.book import Candidate
from federation.matching.evidence import Evidence
from federation.matching.naming import OtherName
from federation.matching.score import Verdict
from publish.app import create_app
from tests.publish import fakes, samples
from vocab.public import Cluster

INSTITUTE, SHORT = "浙江示例新材料研究院", "浙江示例新材料院"  # nobody is named by the short form


class Book:
    """Why a cluster is one: its first two are joined by a rule, or by a person when `rule` is empty."""

    def __init__(self, members: tuple[str, ...], rule: str) -> None:
        self._members, self._rule = members, rule

    def explained(self, iris: object) -> list[Candidate]:
        one, other = self._members[:2]
        return (
            [Candidate(one, other, Verdict.SAME, self._rule, 0.9, Evidence(title=0.9, marks=True))]
            if self._rule
            else []
        )

    def names(self, organisation: str) -> list[OtherName]:
        record = samples.everything()[0]
        return [OtherName(INSTITUTE, record.iri, record.source)] if organisation == SHORT else []


def client(rule: str, *extra: str) -> tuple[TestClient, str, str]:
    first, second, *others = samples.everything()
    one, other = first.iri, second.iri
    cluster = Cluster(one, tuple(sorted((one, other, *extra))))
    together = [msgspec.structs.replace(record, cluster=cluster) for record in (first, second)]
    services = dataclasses.replace(fakes.services([*together, *others]), matches=Book((one, other), rule))
    return TestClient(create_app(services), base_url=samples.BASE), one, other


def page(site: TestClient, iri: str, lang: str) -> str:
    return site.get(iri.replace("/id/", "/").removeprefix(samples.BASE), headers={"Accept-Language": lang}).text


def test_the_page_names_the_others_and_why() -> None:
    site, one, other = client("patent-and-title")
    assert "同一成果的其他来源" in page(site, one, "zh-CN")
    assert "有相同的专利，名称相近" in page(site, one, "zh-CN")
    assert "A patent in common, like titles" in page(site, other, "en")
    assert "the fullest record" in page(site, other, "en")
    assert other.rpartition("/")[2] in page(site, one, "zh-CN")


def test_a_persons_word_is_called_one() -> None:
    site, one, _ = client("")
    assert "经人工认定" in page(site, one, "zh-CN")


def test_a_member_that_was_withdrawn_meanwhile_is_not_named() -> None:
    site, one, _ = client("patent-and-title", f"{samples.BASE}/id/achievement/00000000-0000-5000-8000-000000000000")
    assert "00000000-0000-5000" not in page(site, one, "en")


def test_a_record_that_stands_alone_says_nothing() -> None:
    site, _, _ = client("patent-and-title")
    alone = samples.everything()[2].iri
    assert "同一成果的其他来源" not in page(site, alone, "zh-CN")


def test_the_api_tells_the_same() -> None:
    site, one, other = client("patent-and-title")
    kind, number = one.split("/")[-2:]
    answer = site.get(f"/api/v1/records/{kind}/{number}").json()
    assert (answer["same_as"], answer["cluster"]) == ([other], one)
    found = {item["iri"]: item.get("cluster") for item in site.get("/api/v1/search").json()["items"]}
    assert found[one] == found[other] == one
    assert set(found.values()) == {one, None}


def test_linked_data_leads_to_the_others_and_names_the_one_that_stands_for_all() -> None:
    site, one, other = client("patent-and-title")
    for here, there in ((one, other), (other, one)):
        lines = site.get(here.removeprefix(samples.BASE) + ".nt").text.splitlines()
        assert f"<{here}> <http://www.w3.org/ns/prov#alternateOf> <{there}> ." in lines
        assert f"<{here}> <{samples.NAMESPACES.sta}canonicalRecord> <{one}> ." in lines


def test_an_organisation_is_found_by_its_other_names_and_it_is_said_who_says_so() -> None:
    site, one, _ = client("patent-and-title")
    shown = site.get("/organisation", params={"name": SHORT}, headers={"Accept-Language": "zh-CN"}).text
    assert "又名" in shown
    assert INSTITUTE in shown
    assert one.replace("/id/", "/").removeprefix(samples.BASE) in shown
    title = samples.full_achievement().title.zh
    assert title in shown  # a record that gives the long name
    alone = site.get("/organisation", params={"name": INSTITUTE}, headers={"Accept-Language": "zh-CN"}).text
    assert "又名" not in alone
    assert title in alone
