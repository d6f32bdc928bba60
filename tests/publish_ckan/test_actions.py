"""Every action over the samples: what a record becomes, what is found, and what is said when something is wrong."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from publish.ckan import names
from publish.ckan.dataset import _spelt
from publish.services import Services
from tests.publish import fakes, samples
from tests.publish_ckan.conftest import Call
from vocab.field import Visibility, fields
from vocab.kinds import KINDS

FULL = names.dataset(samples.full_achievement().identifier)
FULL_ID = names.dataset_id(samples.full_achievement().identifier)
# Names of CKAN's own dataset schema: an extra of such a name makes a CKAN that harvests us refuse the dataset.
# fmt: off
RESERVED = {
    "id", "name", "title", "author", "author_email", "maintainer", "maintainer_email",
    "license_id", "notes", "url", "version", "state", "type", "owner_org", "private", "groups",
    "tags", "tag_string", "extras", "resources", "log_message", "relationships_as_object",
    "relationships_as_subject", "save", "return_to", "metadata_created", "metadata_modified",
    "plugin_data", "isopen", "num_tags", "num_resources", "organization",
}
# fmt: on
Refused = Callable[..., tuple[int, Any]]


def test_a_record_is_a_dataset(call: Call) -> None:
    found = call("package_show", id=FULL)
    assert (found["id"], found["name"], found["state"], found["private"]) == (FULL_ID, FULL, "active", False)
    assert found["title"] == "石墨烯基导热膜制备技术"
    assert found["url"].startswith(f"{samples.BASE}/achievement/")
    assert found["metadata_modified"] == "2026-11-13T08:30:00.000000"
    assert [tag["name"] for tag in found["tags"]] == ["石墨烯", "导热膜", "热管理", "graphene", "thermal film"]
    assert (found["organization"]["name"], found["owner_org"]) == ("cn-33", found["organization"]["id"])
    assert [group["name"] for group in found["groups"]] == ["cl10-4"]
    assert (found["license_id"], found["license_title"]) == ("custom", "https://data.example.cn/licence/open-gov")
    assert found["author"] == "浙江示例新材料研究院"
    links = {one["url"]: one["mimetype"] for one in found["resources"]}
    iri = samples.full_achievement().identifier
    assert links[f"{iri}.ttl"] == "text/turtle"
    assert links["https://platform.example/cg/17"] == "text/html"
    assert found["num_resources"] == len(links)
    assert call("package_show", id=iri) == call("package_show", id=FULL_ID) == found


def test_an_address_that_moved_leads_to_its_record(call: Call, services: Services) -> None:
    left = services.namespaces.record("achievement", "cn-33", "left")
    services.view.moved[left] = samples.full_achievement().identifier  # type: ignore[attr-defined]
    assert call("package_show", id=names.dataset_id(left))["name"] == FULL


def test_every_public_field_is_in_the_dataset_and_no_other(call: Call) -> None:
    found = call("package_show", id=FULL)
    extras = {one["key"]: one["value"] for one in found["extras"]}
    assert len(extras) == len(found["extras"])
    assert all(isinstance(value, str) and value for value in extras.values())
    for bound in fields(KINDS["achievement"].record):
        there = [key for key in extras if key == bound.key or key.startswith(f"{bound.key}_")]
        shown = bound.field.visibility is Visibility.PUBLIC or bound.name == "review"
        assert bool(there) is shown, bound.key
    assert (extras["stage"], extras["stage_zh"], extras["stage_en"]) == ("cl04/2", "中期阶段", "Middle stage")
    assert json.loads(extras["transferModes"]) == ["cl15/3", "cl15/5"]
    assert json.loads(extras["price"])["max"] == "500000"
    assert "内部" not in json.dumps(found, ensure_ascii=False)
    assert "不应公开" not in json.dumps(found, ensure_ascii=False)


def test_no_extra_has_a_name_of_ckans_own(call: Call) -> None:
    kept = {one["key"] for one in call("package_search", fq="extras_kind:demand")["results"][0]["extras"]}
    assert "record_state" in kept
    for found in call("package_search", rows=100)["results"]:
        assert not {one["key"] for one in found["extras"]} & RESERVED


def test_everything_has_an_id_that_ckan_takes_and_that_leads_back(call: Call, refused: Refused) -> None:
    """CKAN refuses what has an id that is no UUID."""
    seen: set[str] = set()
    for dataset in call("package_search", rows=100)["results"]:
        ids = [dataset["id"], *(one["id"] for one in dataset["resources"])]
        assert [str(uuid.UUID(one)) for one in ids] == ids
        assert not seen & set(ids)
        seen.update(ids)
    for one in call("package_show", id=FULL)["resources"]:
        assert call("resource_show", id=one["id"]) == one
    assert call("package_search", fq=f"id:{FULL_ID}")["results"][0]["name"] == FULL
    for action in ("organization", "group"):
        for shown in call(f"{action}_list", all_fields=True)[:3]:
            assert str(uuid.UUID(shown["id"])) == shown["id"]
            assert call(f"{action}_show", id=shown["id"])["name"] == shown["name"]
    assert refused("resource_show", id=FULL_ID)[0] == 404
    assert refused("package_show", id=str(uuid.uuid4()))[0] == 404


def test_records_of_two_kinds_with_one_number_are_two_datasets() -> None:
    number = samples.full_achievement().identifier.rpartition("/")[2]
    iris = [f"{samples.BASE}/id/{kind}/{number}" for kind in KINDS]
    ids = [names.dataset_id(iri) for iri in iris]
    assert len(set(ids)) == len(iris)
    for iri, one in zip(iris, ids, strict=True):
        assert iri in names.addresses(one, samples.NAMESPACES)
        assert uuid.UUID(one).version == uuid.UUID(number).version
        assert uuid.UUID(one).variant == uuid.RFC_4122


def test_all_are_listed_and_found_page_by_page(call: Call) -> None:
    every = call("package_list")
    assert len(every) == len(set(every)) == 52
    assert every == sorted(every)
    assert call("package_list", limit=5, offset=50) == every[50:]
    paged: list[str] = []
    for start in range(0, 70, 10):
        page = call("package_search", sort="id asc", rows=10, start=start)
        assert page["count"] == 52
        paged += [one["name"] for one in page["results"]]
    assert paged == every
    assert call("package_search", start=1_000_000)["results"] == []
    assert call("package_search", rows=0) | {"results": []} == call("package_search", rows=0)
    last = call("current_package_list_with_resources", limit=3)
    assert [one["metadata_modified"] for one in last] == [
        one["metadata_modified"] for one in call("package_search", rows=3)["results"]
    ]


def test_conditions_narrow_a_search(call: Call) -> None:
    own = call("package_search", fq="organization:cn-11", rows=100)
    assert own["count"] == len(own["results"]) > 0
    assert {one["organization"]["name"] for one in own["results"]} == {"cn-11"}
    assert call("package_search", fq=f"owner_org:{own['results'][0]['owner_org']}")["count"] == own["count"]
    both = call("package_search", fq="organization:(cn-11 OR cn-44)")["count"]
    assert both == own["count"] + call("package_search", fq_list=["organization:cn-44"])["count"]
    assert call("package_search", fq="-organization:cn-33")["count"] == both
    assert call("package_search", fq="-organization:(cn-11 OR cn-33 OR cn-44)")["count"] == 0
    assert call("package_search", fq="-organization:nobody")["count"] == 52
    assert call("package_search", q="extras_kind:demand")["count"] == 1
    assert call("package_search", q="-extras_kind:achievement", rows=100)["count"] == 3
    assert call("package_search", fq=f"id:{FULL}")["results"][0]["name"] == FULL
    assert call("package_search", fq="organization:nobody")["count"] == 0
    assert call("package_search", fq="state:deleted")["count"] == 0
    since = "metadata_modified:[2026-11-15T00:00:00Z TO *]"
    changed = call("package_search", fq=since, rows=100, sort="metadata_modified asc")["results"]
    stamps = [one["metadata_modified"] for one in changed]
    assert stamps
    assert min(stamps) >= "2026-11-15"
    assert call("package_search", fq=f"{since} AND organization:cn-11")["count"] < len(changed)


def test_words_are_searched_by_the_index(call: Call) -> None:
    found = call("package_search", q="石墨烯")
    assert found["count"] == 1
    assert found["results"][0]["name"] == FULL
    assert call("package_search", q="石墨烯", fq="organization:cn-11")["count"] == 0
    many = call("package_search", q="示例", rows=1000)
    assert [one["id"] for one in call("package_search", q="示例", rows=5, start=20)["results"]] == [
        one["id"] for one in many["results"][20:25]
    ]


def test_groups_hold_what_their_datasets_say(call: Call) -> None:
    for group in call("group_list", all_fields=True):
        found = call("package_search", fq=f"groups:{group['name']}", rows=100)
        assert found["count"] == len(found["results"]) == group["package_count"]
        assert all(group["name"] in [one["name"] for one in dataset["groups"]] for dataset in found["results"])
        rest = call("package_search", fq=f"-groups:{group['name']}", rows=0)
        assert rest["count"] == 52 - group["package_count"]
    assert call("group_show", id="cl10-4")["package_count"] > 0
    assert "cl10-4" in call("group_list")
    ordered = call("package_search", fq="groups:cl10-2", sort="id asc", rows=100)["results"]
    assert [one["name"] for one in ordered] == sorted(one["name"] for one in ordered)


def test_facets_count_what_is_found(call: Call) -> None:
    found = call("package_search", **{"facet.field": ["organization", "groups", "extras_kind"], "rows": 0})
    assert sum(found["facets"]["organization"].values()) == found["count"]
    assert found["facets"]["extras_kind"]["demand"] == 1
    (item,) = (one for one in found["search_facets"]["groups"]["items"] if one["name"] == "cl10-4")
    assert item["display_name"] == "新材料"
    assert item["count"] == call("package_search", fq="groups:cl10-4")["count"]
    own = call("package_search", fq="organization:cn-11", **{"facet.field": ["organization"]})
    assert own["facets"]["organization"] == {"cn-11": own["count"]}


def test_sources_are_organisations(call: Call) -> None:
    assert call("organization_list") == ["cn-11", "cn-33", "cn-44"]
    every = call("organization_list", all_fields=True)
    assert sum(one["package_count"] for one in every) == 52
    shown = call("organization_show", id="cn-33", include_datasets=True)
    assert (shown["title"], shown["is_organization"]) == ("浙江示例网上技术市场", True)
    assert len(shown["packages"]) == 10
    assert call("organization_list", organizations=["cn-44", "nobody"]) == ["cn-44"]


def test_keywords_are_tags(call: Call, refused: Refused) -> None:
    every = call("tag_list")
    assert "石墨烯" in every
    assert call("tag_show", id="石墨烯")["display_name"] == "石墨烯"
    assert refused("tag_show", id="没有的词")[0] == 404
    assert names.tag(" <b>新/材料</b> ") == "b 新 材料 b"
    assert names.tag("膜") is None
    assert names.tag("字" * 300) == "字" * 100


def test_what_the_site_is(call: Call) -> None:
    assert call("site_read") is True
    assert call("status_show")["site_url"] == samples.BASE
    assert {"notspecified", "custom"} == {one["id"] for one in call("license_list")}
    for action in ("package_search", "package_show", "help_show", "tag_list"):
        assert call("help_show", name=action)


@pytest.mark.parametrize(
    ("action", "arguments", "status", "kind", "named"),
    [
        ("package_show", {}, 409, "Validation Error", "id"),
        ("package_show", {"id": ["x"]}, 409, "Validation Error", "id"),
        ("package_show", {"id": "no-such"}, 404, "Not Found Error", "message"),
        ("package_show", {"id": fakes.WITHDRAWN}, 404, "Not Found Error", "message"),
        ("package_show", {"id": "x" * 3000}, 409, "Validation Error", "id"),
        ("organization_show", {"id": "nobody"}, 404, "Not Found Error", "message"),
        ("group_show", {"id": "../../etc"}, 404, "Not Found Error", "message"),
        ("help_show", {"name": "nothing"}, 404, "Not Found Error", "message"),
        ("package_search", {"rows": -1}, 409, "Validation Error", "rows"),
        ("package_search", {"start": "ten"}, 409, "Validation Error", "start"),
        ("package_search", {"rows": "٣"}, 409, "Validation Error", "rows"),
        ("package_search", {"start": 10**12}, 409, "Validation Error", "start"),
        ("package_search", {"fq": "res_format:CSV"}, 409, "Validation Error", "fq"),
        ("package_search", {"q": "graph*"}, 409, "Validation Error", "q"),
        ("package_search", {"q": "石墨烯", "start": 10_000}, 409, "Validation Error", "start"),
        ("package_search", {"q": "石墨烯", "sort": "id asc"}, 409, "Validation Error", "sort"),
        ("package_search", {"sort": "title_string asc"}, 409, "Validation Error", "sort"),
        ("package_search", {"sort": "price asc"}, 409, "Validation Error", "sort"),
        ("package_search", {"q": "石墨烯", "fq": f"id:{FULL}"}, 409, "Validation Error", "q"),
        ("package_search", {"facet.field": ["tags"]}, 409, "Validation Error", "facet.field"),
        ("package_search", {"facet.field": "[1"}, 409, "Validation Error", "facet.field"),
        ("package_search", {"fq": f"id:{FULL}", "facet.field": ["groups"]}, 409, "Validation Error", "facet.field"),
        ("package_search", {"defType": "edismax"}, 400, "Search Query Error", "message"),
        ("package_create", {"name": "mine"}, 403, "Authorization Error", "message"),
        ("dataset_purge", {"id": FULL}, 403, "Authorization Error", "message"),
    ],
)
def test_errors_have_ckans_shape(
    refused: Refused, action: str, arguments: dict[str, Any], status: int, kind: str, named: str
) -> None:
    found, error = refused(action, **arguments)
    assert (found, error["__type"]) == (status, kind)
    assert error[named]


def test_what_cannot_be_read_is_answered_with_a_text(client: TestClient, refused: Refused) -> None:
    assert refused("no_such_action")[1].startswith("Bad request - Action name not known: no_such_action")
    for body, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"x", "multipart/form-data")):
        answer = client.post("/api/3/action/site_read", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400
        assert answer.json().startswith("Bad request")
    nested = client.post("/api/3/action/site_read", content=b"[" * 60_000, headers={"Content-Type": "application/json"})
    assert nested.status_code == 400


def test_arguments_come_by_address_form_and_json(client: TestClient) -> None:
    address = client.get(
        "/api/3/action/package_search", params={"fq": "organization:cn-11", "facet.field": '["groups"]'}
    )
    form = client.post("/api/action/package_search", data={"fq": "organization:cn-11", "facet.field": '["groups"]'})
    old = client.post(
        "/api/3/action/package_search",
        content=b'{"fq":"organization:cn-11","facet.field":["groups"]}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert address.json() == form.json() == old.json()
    assert client.get("/api/3").json() == {"version": 3}
    unchanged = client.get("/api/3/action/site_read")
    again = client.get("/api/3/action/site_read", headers={"If-None-Match": unchanged.headers["etag"]})
    assert again.status_code == 304


def test_a_search_that_is_down_does_not_take_the_listings_along(
    services: Services, call: Call, refused: Refused
) -> None:
    services.index.down = True  # type: ignore[attr-defined]
    status, error = refused("package_search", q="石墨烯")
    assert (status, error["__type"]) == (503, "Search Index Error")
    assert "secret" not in str(error)
    assert call("package_search", fq="organization:cn-11")["count"] > 0


def test_chinese_is_never_told_as_english() -> None:
    """A code of a lower level of a national list has no English label: the extra for English is empty then."""
    rice = next(field for field in fields(KINDS["achievement"].record) if field.name == "industry")
    told = dict(_spelt(rice, ("gbt4754-2017/01", "gbt4754-2017/0111")))
    assert json.loads(told["industry_zh"]) == ["农业", "稻谷种植"]
    assert json.loads(told["industry_en"]) == ["Farming"]
    assert dict(_spelt(rice, ("gbt4754-2017/0111",)))["industry_en"] == ""
