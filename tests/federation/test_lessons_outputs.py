"""What hurts people in the systems they use today, about outputs, upkeep and growth: each test is named by its symptom.

Symptoms that have their tests elsewhere:

- deletions lost by a reindex (magda-io/magda#1098): test_projector
- records lost by a migration (GSA/data.gov#5795): test_bookmarks
- dead sources that nobody hears of (GSA/data.gov#5601): test_attention, test_health
- one dataset by two harvesters (datagouv/data.gouv.fr#780, #1865): tests/matching
- paged catalogues read to their first page (ckan/ckanext-dcat#62): tests/harvesters/test_dcat
- addresses that lead into the portal's own network (udata#3683): tests/harvesters/test_address, test_redirects
- a POST that makes doubles (data.europa.eu): tests/publish/test_push
"""

from typing import Any

import pytest
from sqlalchemy import Table, func, select

from federation.judge import Judge
from federation.projector import Projector
from federation.schema import entry, item, problem, published, staged
from federation.schema import raw as kept
from federation.schema import run as runs
from federation.verify import Difference, verify
from federation.views import Event
from harvesters import harvester, rdf_page
from harvesters.base import Unreadable
from tests.federation.test_lessons import many
from tests.federation.world import Memory, Output, World, good, raw
from tests.harvesters.endpoints import endpoint, read
from tests.harvesters.servers.web import Reply, serving


def rows(world: World, table: Table) -> int:
    with world.ledger.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_index_holds_what_the_database_has_lost(world: World) -> None:
    """GSA/data.gov#840: 353,284 datasets in the index, 0 in the database; ckan/ckan#8347. Nobody was told for months."""
    world.harvest(many(9))
    output = Output()
    Projector(world.ledger, [output]).catch_up()
    ghost = next(iter(output.records.values()))
    output.records |= {f"https://example.org/ghost/{n}": ghost for n in range(50)}
    assert verify(world.ledger, [output]).outputs == {"memory": Difference(extra=50)}
    verify(world.ledger, [output], repair=True)
    assert verify(world.ledger, [output]).equal


def test_what_was_withdrawn_is_still_found(world: World) -> None:
    """udata#3493: archived and still indexed; udata docs: "rebuild the index" after every harvest."""
    output = Output()
    projector = Projector(world.ledger, [output])
    world.harvest(many(3))
    projector.catch_up()
    world.harvest({"1": None}, complete=False)
    projector.catch_up()
    assert world.iri("1") not in output.records
    assert len(output.records) == 2


def test_deleted_rows_are_never_purged(world: World) -> None:
    """GSA/data.gov#3999: 138,275 soft-deleted of 1.48 million, and every query steps over them."""
    for _ in range(4):
        world.harvest(many(30), complete=False)
        world.harvest(dict.fromkeys(many(30)), complete=False)
    assert [rows(world, table) for table in (entry, kept, published, problem, staged)] == [0] * 5
    assert rows(world, item) == 30  # one for each address there ever was: its versions go on being numbered
    assert world.ledger.tombstone(world.iri("7")) is not None


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_a_late_delete_hides_the_record_that_was_made_again(world: World, batch: int) -> None:
    """magda-io/magda#3654, #3657: the reader sees the delete after the record is there again."""
    output = Output()
    projector = Projector(world.ledger, [output], batch=batch)
    world.harvest({"1": good("一")})
    projector.catch_up()
    for _ in range(3):
        world.harvest({"1": None}, complete=False)
        world.harvest({"1": good("又来")}, complete=False)
    projector.catch_up()
    assert [record.record.title.zh for record in output.records.values()] == ["又来"]
    world.harvest({"1": None}, complete=False)
    projector.catch_up()
    assert output.records == {}
    assert [change.event for change in world.ledger.changes(0, 99)].count(Event.WITHDRAWN) == 4


def test_everything_is_validated_again_at_every_harvest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """GSA/data.gov#5299; IQSS/dataverse#11828: a second harvest slower than the first."""
    judged: list[str] = []
    judge = Judge.judge

    def counted(self: Judge, one: Any, *more: Any) -> Any:
        judged.append(one.identifier)
        return judge(self, one, *more)

    monkeypatch.setattr(Judge, "judge", counted)
    world.harvest(many(30))
    judged.clear()
    world.harvest(many(30) | {"7": good("改")})
    assert set(judged) == {"7"}


def test_the_story_of_a_run_grows_with_its_problems(world: World) -> None:
    """udata: a job's document met the database's limit of 16 MB, and its purge took minutes (udata#2907)."""
    bad = [Unreadable("cn-xx", f"row {n}", "torn " * 20) for n in range(3000)]
    world.pull(Memory([*bad, *(raw(str(n), good(简介=None)) for n in range(300))]))
    with world.ledger.database.read() as connection:
        row = connection.execute(select(runs)).one()
    assert "3,000 could not be read" in row.message
    assert sum(len(str(value)) for value in row) < 5000


def test_a_large_catalogue_is_parsed_again_for_every_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    """udata#2781: two to three times the time, and all of the memory."""
    parsed: list[int] = []

    def counted(body: bytes, *more: Any) -> Any:
        parsed.append(len(body))
        return rdf_page.read(body, *more)

    monkeypatch.setattr("harvesters.dcat.read", counted)
    datasets = "".join(f'<http://x.example/{n}> a dcat:Dataset ; dcat:keyword "k{n}" . ' for n in range(500))
    catalogue = f"@prefix dcat: <http://www.w3.org/ns/dcat#> . <http://x.example/> a dcat:Catalog . {datasets}".encode()
    with serving(lambda _: Reply(catalogue, media_type="text/turtle")) as server:
        records, _ = read(harvester("dcat", endpoint(server.url)))
    assert (len(records), parsed) == (500, [len(catalogue)])
