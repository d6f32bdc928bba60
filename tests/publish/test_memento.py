"""The past of records, asked as a Memento client asks (RFC 7089), over a real ledger."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import httplink
import pytest
import requests
import zstandard
from memento_client import MementoClient
from requests.adapters import HTTPAdapter
from sqlalchemy import select
from starlette.testclient import TestClient

from federation.database import Database
from federation.errors import StillPublic, UnknownRecord
from federation.ledger import Ledger
from federation.removal import removals, remove_version
from federation.schema import version
from federation.views import Memento
from publish import history, timemap
from publish.app import create_app
from tests.federation.world import BASE, World, good
from tests.matching.test_book import twins
from tests.publish import fakes
from tests.publish_sparql.loopback import serving

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Visitor:
    """A record of three contents, a day apart each, and somebody who asks for them."""

    def __init__(self, world: World, client: TestClient) -> None:
        self.world, self.client = world, client
        for title in ("第一名", "第二名", "第三名"):
            world.harvest({"1": good(title)})
        self.iri = world.iri("1")
        self.path = self.iri.removeprefix(BASE)
        self.date(self.iri)

    def date(self, iri: str) -> None:
        """Makes the versions of a record a day apart, the first of them at `START` and half a second."""
        with self.world.ledger.database.write() as connection:
            for memento in self.world.ledger.versions(iri):
                at = (START + timedelta(days=memento.version - 1)).strftime("%Y-%m-%dT%H:%M:%S.500Z")
                here = (version.c.iri == iri, version.c.version == memento.version)
                connection.execute(version.update().where(*here).values(at=at))

    def at(self, moment: datetime, accept: str = "application/json") -> str:
        """What a TimeGate leads to at a time, followed: the title."""
        headers = {"Accept-Datetime": format_datetime(moment, usegmt=True), "Accept": accept}
        gate = self.client.get(self.path, headers=headers)
        assert gate.status_code == 302
        assert {"accept", "accept-datetime"} <= {name.strip().lower() for name in gate.headers["vary"].split(",")}
        links = httplink.parse_link_header(gate.headers["link"])
        assert links["original"].target == self.iri
        assert "memento-datetime" not in gate.headers
        memento = self.client.get(gate.headers["location"], headers={"Accept": accept})
        assert memento.status_code == 200
        title = memento.json()["title"]["zh"]
        assert isinstance(title, str)
        return title

    def mementos(self, path: str | None = None) -> list[httplink.Link]:
        answer = self.client.get(path or f"{self.path}/timemap")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/link-format"
        found = httplink.parse_link_header(answer.text.replace("\n", " ")).links
        return [link for link in found if "memento" in link.rel]


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Who only asks."""
    with visiting(tmp_path_factory.mktemp("asked")) as one:
        yield one


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Visitor]:
    """Who sees the ledger change."""
    with visiting(tmp_path) as one:
        yield one


@contextmanager
def visiting(folder: Path) -> Iterator[Visitor]:
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db")
    world = World(ledger)
    app = create_app(fakes.over(ledger, world.source, BASE))
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield Visitor(world, client)
    ledger.close()


@pytest.mark.parametrize(
    ("after", "title"),
    [
        (timedelta(days=-400), "第一名"),
        (timedelta(0), "第一名"),
        (timedelta(hours=23), "第一名"),
        (timedelta(days=1) - timedelta(seconds=1), "第一名"),
        (timedelta(days=1), "第二名"),
        (timedelta(days=2), "第三名"),
        (timedelta(days=9000), "第三名"),
    ],
)
def test_a_time_leads_to_what_was_public_then(visitor: Visitor, after: timedelta, title: str) -> None:
    assert visitor.at(START + after) == title


def test_the_timemap_lists_every_version_and_each_is_as_it_says(visitor: Visitor) -> None:
    found = visitor.mementos()
    assert [link.rel - {"memento"} for link in found] == [{"first"}, set(), {"last"}]
    titles = []
    for link in found:
        answer = visitor.client.get(link.target, headers={"Accept": "application/json"})
        assert answer.headers["memento-datetime"] == link["datetime"]
        neighbours = httplink.parse_link_header(answer.headers["link"])
        assert (neighbours["original"].target, neighbours["timegate"].target) == (visitor.iri, visitor.iri)
        assert neighbours["timemap"].target == f"{visitor.iri}/timemap"
        assert visitor.client.get(f"{link.target}.ttl").headers["memento-datetime"] == link["datetime"]
        titles.append(answer.json()["title"]["zh"])
    assert titles == ["第一名", "第二名", "第三名"]


def test_a_version_is_a_page_for_people_that_says_so(visitor: Visitor) -> None:
    page = visitor.client.get(f"{visitor.path}/version/2", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 200
    assert "This is version 2" in page.text
    assert "第二名" in page.text
    assert "第三名" not in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert parsedate_to_datetime(page.headers["memento-datetime"]) == START + timedelta(days=1)
    assert f'<link rel="canonical" href="{visitor.iri}">' in page.text


def test_a_version_is_kept_by_its_tag(visitor: Visitor) -> None:
    first = visitor.client.get(f"{visitor.path}/version/1.ttl")
    again = visitor.client.get(f"{visitor.path}/version/1.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["etag"] != visitor.client.get(f"{visitor.path}/version/2.ttl").headers["etag"]


def test_the_record_says_where_its_past_is(visitor: Visitor) -> None:
    for path in (visitor.path, f"{visitor.path}.ttl", visitor.path.removeprefix("/id")):
        links = httplink.parse_link_header(visitor.client.get(path).headers["link"])
        assert links["timegate"].target == visitor.iri
        assert links["timemap"].target == f"{visitor.iri}/timemap"


def test_a_version_of_another_cluster_is_no_other_content(witness: Visitor) -> None:
    world = witness.world
    world.harvest({**twins(), "1": good("第三名")}, accept=True)
    world.ledger.matches.follow()
    iri = world.iri("a")
    assert [memento.version for memento in world.ledger.versions(iri)] == [1, 2]
    path = iri.removeprefix(BASE)
    assert [link.target for link in witness.mementos(f"{path}/timemap")] == [f"{iri}/version/1"]
    for suffix in ("", ".ttl"):
        answer = witness.client.get(f"{path}/version/2{suffix}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{iri}/version/1{suffix}")


@pytest.mark.parametrize("purge", [False, True])
def test_nothing_of_the_past_is_told_of_what_was_taken_down(witness: Visitor, purge: bool) -> None:
    witness.world.ledger.desk.take_down(witness.iri, "1", officer="李四", purge=purge)
    past = {"Accept-Datetime": format_datetime(START, usegmt=True)}
    paths = ("", "/timemap", "/linkset", "/version/1", "/version/1.json", "/version/3.ttl", ".bib", ".json")
    for path, accept in itertools.product(paths, ("application/json", "text/html", "*/*")):
        answer = witness.client.get(witness.path + path, headers={**past, "Accept": accept})
        assert answer.status_code == 410
        assert "名" not in answer.text.replace("名称", "")
        assert "memento-datetime" not in answer.headers
        assert "link" not in answer.headers


class Home(HTTPAdapter):
    """Finds the node under its public name, as a name server and a proxy would."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        public = request.url or ""
        request.url = public.replace(BASE, self.address)
        answer = super().send(request, *args, **options)
        request.url = answer.url = public
        return answer


@pytest.mark.parametrize(("days", "number", "around"), [(-5, 1, {"next"}), (1, 2, {"prev", "next"}), (99, 3, {"prev"})])
def test_a_foreign_client_travels(visitor: Visitor, days: int, number: int, around: set[str]) -> None:
    """The client of the RFC's authors, over HTTP: it finds the TimeGate by itself from a page, or is told it."""
    ledger = visitor.world.ledger
    with serving(create_app(fakes.over(ledger, visitor.world.source, BASE))) as address, requests.Session() as session:
        session.mount(BASE, Home(address))
        moment = (START + timedelta(days=days)).replace(tzinfo=None)
        told: Any = MementoClient(timegate_uri="", check_native_timegate=False, session=session)
        alone: Any = MementoClient(session=session)
        for client, start in ((told, visitor.iri), (alone, visitor.iri.replace("/id/", "/"))):
            found = client.get_memento_info(start, moment)
            assert found["timegate_uri"] == visitor.iri
            assert found["mementos"]["closest"]["uri"] == [f"{visitor.iri}/version/{number}"]
            assert found["mementos"].keys() == {"closest", "first", "last"} | around


@pytest.mark.parametrize("given", ["", "yesterday", "2026-03-01T08:00:00Z", "Sun, 01 Mar 2026 08:00:00", "x" * 5000])
def test_a_time_that_is_none_is_told(visitor: Visitor, given: str) -> None:
    answer = visitor.client.get(visitor.path, headers={"Accept-Datetime": given, "Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "Accept-Datetime"
    assert "GMT" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["0", "4", "01", "-1", "x", "²", "9" * 30, "9" * 5000])
def test_versions_that_there_are_not(visitor: Visitor, number: str) -> None:
    assert visitor.client.get(f"{visitor.path}/version/{number}").status_code == 404


def test_forms_that_there_are_not(visitor: Visitor) -> None:
    assert visitor.client.get(f"{visitor.path}/version/1.docx").status_code == 404
    assert visitor.client.get(f"{visitor.path}/version/1", headers={"Accept": "image/png"}).status_code == 406
    assert visitor.client.get(f"{visitor.path}/timemap", params={"page": "2"}).status_code == 400
    assert visitor.client.get(f"{visitor.path}/timemap", params={"page": "9" * 5000}).status_code == 400


def test_a_long_past_is_listed_in_pages_that_hold_everything_once() -> None:
    iri, span = f"{BASE}/id/achievement/x", timedelta(hours=1)
    past = [Memento(n, (START + n * span).isoformat().replace("+00:00", "Z"), str(n)) for n in range(1, 2502)]
    first = timemap.timemap(iri, past)
    assert [link.target for link in first if link.rel == "timemap"] == [f"{iri}/timemap?page={n}" for n in (2, 3)]
    listed = [
        link.target
        for page in range(1, timemap.pages(past) + 1)
        for link in timemap.timemap(iri, past, page)
        if "memento" in link.rel.split()
    ]
    assert listed == [f"{iri}/version/{n}" for n in range(1, 2502)]
    assert history.at(past, START + 7 * span + timedelta(minutes=59)).version == 7


def test_a_removed_version_is_gone_and_nothing_else_is(witness: Visitor) -> None:
    database, client = witness.world.ledger.database, witness.client
    removed = remove_version(database, witness.iri, 2, "数据错误", officer="李四", note="误载的单价")
    assert [(one.version, one.reason, one.officer) for one in removed] == [(2, removed[0].reason, "李四")]
    assert removals(database) == removed
    for suffix in ("", ".json", ".ttl"):
        answer = client.get(f"{witness.path}/version/2{suffix}", headers={"Accept": "application/json"})
        assert answer.status_code == 410
        assert answer.json()["tombstone"]["reason"] == removed[0].reason
        assert not any(hidden in answer.text for hidden in ("第二名", "李四", "误载"))
    page = client.get(f"{witness.path}/version/2", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (page.status_code, "This version was removed" in page.text, witness.iri in page.text) == (410, True, True)
    assert [link.target.rpartition("/")[2] for link in witness.mementos()] == ["1", "3"]
    assert [witness.at(START + timedelta(days=day)) for day in (0, 1, 2)] == ["第一名", "第一名", "第三名"]
    assert client.get(f"{witness.path}.json").json()["title"]["zh"] == "第三名"
    assert b"\xe7\xac\xac\xe4\xba\x8c\xe5\x90\x8d" not in b"".join(bodies(database))


def test_what_a_record_says_now_is_not_removed(witness: Visitor) -> None:
    database = witness.world.ledger.database
    with pytest.raises(StillPublic, match="correct it at its source"):
        remove_version(database, witness.iri, 3, "数据错误", officer="李四")
    for number, reason, officer in (
        (4, "数据错误", "李四"),
        (0, "数据错误", "李四"),
        (2, "没有理由", "李四"),
        (2, "数据错误", " "),
    ):
        with pytest.raises((UnknownRecord, ValueError)):
            remove_version(database, witness.iri, number, reason, officer=officer)
    assert len(witness.mementos()) == 3


def test_versions_that_say_the_same_go_together(witness: Visitor) -> None:
    witness.world.harvest({"1": good("第一名")})
    witness.world.harvest({"1": good("第四名")})
    removed = remove_version(witness.world.ledger.database, witness.iri, 4, "数据错误", officer="李四")
    assert [one.version for one in removed] == [1, 4]
    assert [link.target.rpartition("/")[2] for link in witness.mementos()] == ["2", "3", "5"]


def bodies(database: Database) -> Iterator[bytes]:
    with database.read() as connection:
        yield from (zstandard.decompress(body) for body in connection.execute(select(version.c.record)).scalars())
