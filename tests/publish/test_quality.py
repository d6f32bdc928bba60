"""The quality pages: in both languages, with the numbers of the report, and the same as linked data."""

import pyoxigraph
import pytest
from starlette.testclient import TestClient

from publish.formats import FORMATS
from publish.languages import Lang
from publish.services import Services
from tests.publish import samples
from tests.publish.test_portal import words
from vocab.quality import RULES, Dimension
from vocab.rdf import FORMATS as RDF

PATH = "/source/cn-33/quality"
DQV = "http://www.w3.org/ns/dqv#"


@pytest.mark.parametrize("lang", list(Lang))
def test_the_page_says_what_to_mend_and_every_rule(client: TestClient, services: Services, lang: Lang) -> None:
    report = services.sources_view.quality("cn-33")
    text = words(client.get(PATH, headers={"Accept-Language": lang.value}).text)
    assert report.fixes
    for rule, _, _ in report.fixes:
        assert getattr(rule.fix, lang) in text
    for rule, count in zip(RULES, report.rules, strict=True):
        assert (getattr(rule.name, lang) in text) is (count.applicable > 0)


def test_the_source_page_names_the_first_mendings_and_leads_there(client: TestClient, services: Services) -> None:
    page = client.get("/source/cn-33", headers={"Accept-Language": "en"})
    assert services.sources_view.quality("cn-33").fixes[0][0].fix.en in words(page.text)
    assert f'href="{PATH}"' in page.text


@pytest.mark.parametrize("form", [f for f in FORMATS if f.rdf], ids=lambda f: f.suffix)
def test_the_report_is_valid_dqv_with_the_same_numbers(client: TestClient, services: Services, form: object) -> None:
    answer = client.get(f"{PATH}.{getattr(form, 'suffix', '')}")
    assert answer.status_code == 200
    media = getattr(form, "media_type", "")
    assert answer.headers["content-type"].startswith(media)
    store = pyoxigraph.Store()
    store.load(answer.content, format=RDF[media])
    source = services.namespaces.source("cn-33")
    query = f"""PREFIX dqv: <{DQV}> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?metric ?value WHERE {{
            ?m a dqv:QualityMeasurement ; dqv:computedOn <{source}> ; dqv:isMeasurementOf ?metric ; dqv:value ?value .
            ?metric a dqv:Metric . FILTER NOT EXISTS {{ ?m dcterms:temporal ?month }} }}"""
    rows = store.query(query)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    found = {row["metric"].value.rpartition("-")[2]: float(row["value"].value) for row in rows}
    report = services.sources_view.quality("cn-33")
    assert found["total"] == report.score.total
    for dimension, share in report.score.dimensions.items():
        assert found[dimension.value] == share
    assert set(Dimension) <= {*found, "timeliness"}


def test_each_month_has_its_measurements(client: TestClient, services: Services) -> None:
    text = client.get(f"{PATH}.nt").text
    for month in services.sources_view.quality("cn-33").months:
        assert f"{samples.BASE}{PATH}#total-{month.month}" in text
        assert f'"{month.month}"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>' in text


@pytest.mark.parametrize("path", ["/source/none/quality", "/source/none/quality.ttl", f"{PATH}.json", f"{PATH}.xyz"])
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("lang", list(Lang))
def test_a_past_month_is_chosen_without_a_script(client: TestClient, services: Services, lang: Lang) -> None:
    page = client.get(PATH, headers={"Accept-Language": lang.value}).text
    for month in services.sources_view.quality_months("cn-33"):
        assert f'<option value="{month}">' in page
    past = client.get(PATH, params={"month": "2026-09"}, headers={"Accept-Language": lang.value}).text
    assert '<option value="2026-09" selected>' in past
    assert f"{PATH}.ttl?month=2026-09" in past
    assert "2026-09-30" in words(past)
    report = services.sources_view.quality_of("cn-33", "2026-09")
    assert report is not None
    assert report.public < services.sources_view.quality("cn-33").public
    assert all(getattr(rule.fix, lang) in words(past) for rule, _, _ in report.fixes)


def test_the_measurements_of_a_past_month_say_which(client: TestClient, services: Services) -> None:
    text = client.get(f"{PATH}.nt", params={"month": "2026-09"}).text
    report = services.sources_view.quality_of("cn-33", "2026-09")
    assert report is not None
    here = f"{samples.BASE}{PATH}?month=2026-09"
    assert f'<{here}#total> <{DQV}value> "{report.score.total:.4f}"' in text
    measured = [line for line in text.splitlines() if f"<{DQV}QualityMeasurement>" in line]
    for line in measured:
        assert f"{line.split()[0]} <http://purl.org/dc/terms/temporal> <{here}#2026-09> ." in text
    assert len(measured) > len(Dimension)


@pytest.mark.parametrize("month", ["2026-08", "x", "<script>", "2026-10 "])
@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_a_month_without_a_report_is_not_found(client: TestClient, suffix: str, month: str) -> None:
    assert client.get(PATH + suffix, params={"month": month}).status_code == 404
