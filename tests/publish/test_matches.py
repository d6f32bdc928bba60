"""The record page and the API name what other platforms say of the same achievement, with the reason."""

import dataclasses

from starlette.testclient import TestClient

from federation.matching.book import Candidate, Cluster
from federation.matching.evidence import Evidence
from federation.matching.score import Verdict
from publish.app import create_app
from tests.publish import fakes, samples


class Book:
    """One cluster. Pairs are joined by a rule, or by a person when `rule` is empty."""

    def __init__(self, members: tuple[str, ...], rule: str) -> None:
        self._members, self._rule = members, rule

    def cluster(self, iri: str) -> Cluster | None:
        return Cluster(self._members[0], self._members) if iri in self._members else None

    def explained(self, iris: object) -> list[Candidate]:
        one, other = self._members[:2]
        return (
            [Candidate(one, other, Verdict.SAME, self._rule, 0.9, Evidence(title=0.9, marks=True))]
            if self._rule
            else []
        )


def client(rule: str, *extra: str) -> tuple[TestClient, str, str]:
    one, other = (record.iri for record in samples.everything()[:2])
    services = dataclasses.replace(fakes.services(), matches=Book((one, other, *extra), rule))
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
    assert site.get(f"/api/v1/records/{kind}/{number}").json()["same_as"] == [other]
