"""The standard as people and programs meet it: its page, its files, and the check."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import structlog
from rdflib import Graph
from starlette.testclient import TestClient

from publish.settings import RateLimit, SiteLimits
from publish.standard import validate
from publish.standard.pages import OF_KIND
from publish.standard.validate import PACE
from tests.publish import fakes, samples
from vocab.field import fields
from vocab.kinds import KINDS
from vocab.standard import example
from vocab.standard.document import rules
from vocab.standard.table import csv_of
from vocab.standard.versions import BASE, current, released

NUMBER = current().number
ACHIEVEMENT = KINDS["achievement"]
API, PAGE = "/api/v1/validate", "/standard/validate"
CSV = {"content-type": "text/csv"}


def table(**changes: str) -> bytes:
    row = {**example.row(ACHIEVEMENT), **changes}
    return csv_of([list(row), list(row.values())])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_names_every_field_rule_and_file(client: TestClient, lang: str) -> None:
    page = client.get(f"/standard?lang={lang}").text
    for kind in KINDS.values():
        for bound in fields(kind.record):
            assert f"<code>{bound.key}</code>" in page
            assert (bound.field.en if lang == "en" else bound.field.zh) in page.replace("&#39;", "'")
        assert all(f'href="/standard/{NUMBER}/{kind.name}.{name}"' in page for name, _ in OF_KIND)
    for code in [*(rule.code for rule in rules().rule), *(reason.code for reason in rules().disclosure)]:
        assert f"<code>{code}</code>" in page
    assert NUMBER in page
    assert current().fingerprint in page
    assert 'href="/standard/validate"' in page


def test_the_page_is_in_the_navigation_and_of_every_version(client: TestClient) -> None:
    assert 'href="/standard"' in client.get("/").text
    assert client.get(f"/standard/{NUMBER}").status_code == 200
    answer = client.get("/standard/0.0.1", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["allowed"]) == (404, [NUMBER])


@pytest.mark.parametrize("name", sorted(released(NUMBER)))
def test_every_file_is_served_for_ever_with_our_addresses(client: TestClient, name: str) -> None:
    answer = client.get(f"/standard/{NUMBER}/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert BASE.encode() not in answer.content
    again = client.get(f"/standard/{NUMBER}/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    if name.endswith(".schema.json"):
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json()["$id"] == f"{samples.BASE}/standard/{NUMBER}/{name}"
        jsonschema_rs.meta.validate(answer.json())
    elif name.endswith(".ttl"):
        assert len(Graph().parse(data=answer.text, format="turtle")) > 20
    elif name.endswith((".csv", ".xlsx", ".toml")):
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_there_is_no_other_file(client: TestClient) -> None:
    answer = client.get(f"/standard/{NUMBER}/nothing.json", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert "shapes.ttl" in answer.json()["allowed"]


def test_what_we_publish_is_valid_by_what_we_serve(client: TestClient) -> None:
    for kind in KINDS:
        schema = client.get(f"/standard/{NUMBER}/{kind}.published.schema.json").json()
        found = client.get(f"/standard/{NUMBER}/{kind}.published.json").json()
        jsonschema_rs.validator_for(schema).validate(found)


def test_a_good_file_is_publishable(client: TestClient) -> None:
    answer = client.post(API, content=table(), headers=CSV)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert (told["rows"], told["publishable"], told["summary"], told["problems"]) == (1, 1, [], [])


@pytest.mark.parametrize(
    ("lang", "name", "wrong"), [("zh", "所处阶段", "取值不在代码表内"), ("en", "Stage", "not in the code")]
)
def test_a_problem_says_where_what_is_allowed_and_how_to_mend_it(
    client: TestClient, lang: str, name: str, wrong: str
) -> None:
    told = client.post(f"{API}?lang={lang}", content=table(所处阶段="孵化期"), headers=CSV).json()
    (row,) = told["problems"]
    (problem,) = row["problems"]
    assert (row["row"], row["outcome"], row["id"]) == (2, "published", "CG-2025-0001")
    assert (problem["code"], problem["severity"], problem["field"], problem["value"]) == (
        "unknown-code",
        "W",
        "stage",
        "孵化期",
    )
    assert problem["name"].startswith(name)
    assert wrong in problem["wrong"]
    assert problem["allowed"] == ["初期阶段", "中期阶段", "成熟应用阶段", "其他"]
    assert client.get(problem["list"].removeprefix(samples.BASE)).status_code == 303
    assert len(problem["mend"]) > 10
    (line,) = told["summary"]
    assert (line["rows"], line["first"], line["values"]) == (1, [2], ["孵化期"])


def test_the_language_follows_the_request(client: TestClient) -> None:
    answer = client.post(API, content=table(所处阶段="孵化期"), headers={**CSV, "accept-language": "en"})
    assert answer.headers["content-language"] == "en"
    assert answer.json()["language"] == "en"


def test_json_is_checked_as_it_is_sent_to_us(client: TestClient) -> None:
    handed = json.loads(released(NUMBER)["achievement.example.json"])
    told = client.post(API, json=[handed, {**handed, "title": 5}]).json()
    assert (told["rows"], told["publishable"]) == (2, 1)


@pytest.mark.parametrize(
    ("more", "status", "slug"),
    [
        ({"content": b"%PDF-1.7"}, 400, "unreadable-body"),
        ({"content": b""}, 400, "unreadable-body"),
        ({"content": table(), "params": {"kind": "planet"}}, 400, "bad-parameter"),
        ({"content": table(), "params": {"lang": "fr"}}, 400, "bad-parameter"),
        ({"content": table(), "params": {"token": "x"}}, 400, "bad-parameter"),
        ({"content": table(), "headers": {"content-type": "multipart/form-data; boundary=x"}}, 415, "wrong-media-type"),
        ({"content": table(), "headers": {"content-encoding": "gzip"}}, 415, "wrong-media-type"),
    ],
)
def test_what_cannot_be_checked_is_a_problem(client: TestClient, more: dict[str, Any], status: int, slug: str) -> None:
    answer = client.post(API, **more)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"#problem-{slug}")


def test_sizes_rows_and_rates_are_bounded() -> None:
    rows = table().replace(b"\r\n", b"\n").splitlines()
    many = b"\n".join([rows[0], *(rows[1].replace(b"CG-2025-0001", f"CG-{n}".encode()) for n in range(9))])
    with TestClient(fakes.app(limits=SiteLimits(check=64_000, check_rows=5)), base_url=samples.BASE) as client:
        told = client.post(API, content=many, headers=CSV).json()
        assert (told["rows"], told["cut"]) == (5, True)
        assert client.post(API, content=b"x" * 65_000, headers=CSV).status_code == 413
        assert client.post(PAGE, files={"file": ("a.csv", b"x" * 65_000)}).status_code == 413
        statuses = [client.post(API, content=table(), headers=CSV).status_code for _ in range(PACE.burst + 1)]
        late = client.post(PAGE, files={"file": ("a.csv", table())})
    assert statuses[0] == 200
    assert statuses[-1] == late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


def test_more_files_than_can_be_held_are_turned_away(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "AT_ONCE", 0)
    monkeypatch.setattr(validate, "WAITING", 0)
    answer = client.post(API, content=table(), headers=CSV)
    page = client.post(PAGE, files={"file": ("a.csv", table())})
    assert answer.status_code == page.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_nothing_of_a_file_is_logged(client: TestClient, log: list[structlog.typing.EventDict], tmp_path: Path) -> None:
    word = "不可外传的名称"
    told = client.post(API, content=table(名称=f"<b>{word}</b>"), headers=CSV).json()
    assert told["summary"]
    client.post(PAGE, files={"file": (f"{word}.csv", table(名称=word))}, data={"kind": ""})
    assert len(log) >= 2
    assert word not in str(log)


def test_a_browsers_upload_never_touches_the_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def rollover(self: object) -> None:
        raise AssertionError("the upload was written to a file")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", rollover)
    rows = table().decode("utf-8-sig").splitlines()
    large = "\n".join([rows[0], *[rows[1]] * 1500]).encode()
    assert len(large) > 2 << 20
    page = client.post(PAGE, files={"file": ("a.csv", large)}, data={"kind": "achievement"})
    assert page.status_code == 200
    assert "key-twice" in page.text


def test_the_form_answers_with_a_page_without_scripts(client: TestClient) -> None:
    form = client.get(PAGE).text
    assert 'enctype="multipart/form-data"' in form
    assert 'type="file"' in form
    answer = client.post(PAGE, files={"file": ("a.csv", table(名称="<b>膜</b>"))}, data={"kind": ""})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "1 行中有 0 行可以发布" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert "<q><b>" not in answer.text
    english = client.post(f"{PAGE}?lang=en", files={"file": ("a.csv", table())}, data={"kind": "achievement"})
    assert "1 of 1 rows could be published" in english.text


def test_a_form_of_another_site_is_refused(client: TestClient) -> None:
    files = {"file": ("a.csv", table())}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert client.post(PAGE, files=files, headers=headers).status_code == 403
    assert client.post(PAGE, files=files, headers={"origin": samples.BASE}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"data": {"kind": ""}, "files": {"other": ("a", b"x")}}, 422, "没有选择文件"),
        ({"files": {"file": ("a.csv", b"")}}, 422, "没有选择文件"),
        ({"files": {"file": ("a.pdf", b"%PDF-1.7")}}, 422, "文件无法检查"),
        ({"files": {"file": ("a.csv", table())}, "data": {"kind": "planet"}}, 400, ""),
        ({"files": [("file", ("a", b"x")), ("file", ("b", b"x"))]}, 400, ""),
        ({"data": {"kind": "achievement"}}, 415, ""),
        ({"content": b"--y\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400, ""),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, 400, ""),
    ],
)
def test_a_form_that_cannot_be_checked(client: TestClient, sent: dict[str, Any], status: int, said: str) -> None:
    answer = client.post(PAGE, **sent)
    assert answer.status_code == status
    assert said in answer.text


def test_a_site_without_limits_of_rate_still_paces_checks() -> None:
    with TestClient(fakes.app(limits=SiteLimits(rate=RateLimit(per_second=0))), base_url=samples.BASE) as client:
        statuses = [client.post(API, content=b"%PDF").status_code for _ in range(PACE.burst + 1)]
    assert statuses == [400] * PACE.burst + [429]


def test_every_outcome_has_its_words(client: TestClient) -> None:
    rows = [
        {"密级": "机密"},
        {"保密审查·结论": ""},
        {"公开属性": "延期公开", "延期公开至": "2027-12-31"},
        {"成果类别": ""},
    ]
    whole = [{**example.row(ACHIEVEMENT), "来源记录号": str(n), **change} for n, change in enumerate(rows)]
    body = csv_of([list(whole[0]), *(list(row.values()) for row in whole), ["x"] * 100])
    page = client.post(PAGE, files={"file": ("a.csv", body)}).text
    for word in ("因公开规则不发布", "暂缓，待人处理", "到期前不发布", "因错误不发布", "无法读取"):
        assert re.search(f'class="state state-[a-z]+">{word}', page)
