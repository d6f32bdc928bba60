"""贵州 through the real pipeline: JSONP, a wrong header, telephones, 未标注, an endpoint that comes and goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.views import RunStatus
from tests.harvesters.servers.web import Asked, Behaviour, Reply, Server, serving
from tests.profiles.guizhou import by_uuid, jsonp, row
from tests.profiles.platform import Station, cut, flapping
from vocab.kinds import Achievement

ROWS = [
    *(row(n) for n in range(20)),
    row(20, cgjs="栽培技术，联系王老师138-0000-0000，或１３９００００２２２２。"),
    row(21, ssly="未标注", sscjd="未标注", hzfs="未标注", hzjg="未标注", wcsj="未标注", gjc="未标注"),
    row(22, cgmc="", cgjs="未标注"),
    row(23, mj="内部"),
    row(24, cgjs="密级：秘密。栽培技术。"),
    row(25, hzjg="0", wcsj="2019-02-29"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Every page is first refused with 502, then the connection is cut, then it comes.
    with serving(flapping(jsonp(ROWS), Reply(status=502), cut())) as running:
        yield running


@pytest.fixture(scope="module")
def station(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("guizhou"), "guizhou", server.url, declared=True)
    run = made.harvest()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    yield made
    made.ledger.close()


def achievement(station: Station, number: int) -> Achievement:
    found = station.published()[str(5200000 + number)]
    assert isinstance(found, Achievement)
    return found


def test_as_shipped_nothing_is_published_before_somebody_has_declared_it_public(server: Server, tmp_path: Path) -> None:
    station = Station(tmp_path, "guizhou", server.url)
    run = station.harvest()
    assert (run.status, run.counts.published) == (RunStatus.DONE, 0)
    assert station.states("5200000") == [("refused", "secret-level-missing")]
    assert station.published() == {}
    station.ledger.close()


def test_what_is_published_and_what_is_not(station: Station) -> None:
    assert sorted(map(int, station.published())) == [5200000 + n for n in (*range(22), 25)]
    assert station.states("5200022", "5200023", "5200024") == [
        ("rejected", "missing"),
        ("refused", "secret-level-marked"),
        ("refused", "secret-marking-in-text"),
    ]


def test_a_record_in_guizhous_words_read_as_utf_8_whatever_the_header_says(station: Station) -> None:
    record = achievement(station, 1)
    assert record.title.zh == "山地辣椒栽培技术1"
    assert [each.name for each in record.orgs] == ["贵州某某大学", "贵州某某农业公司"]
    assert record.stage == "cl04/2"
    assert record.transfer_modes == ("cl15/3", "cl15/4")
    assert record.price is not None
    assert record.price.negotiable
    assert record.completed_on is not None
    assert record.completed_on.value == "2019-03"


def test_telephones_are_masked_and_contacts_stay_inside(station: Station) -> None:
    abstract = achievement(station, 20).abstract
    assert abstract is not None
    assert "王老师" in abstract.zh
    assert "personal-data-masked abstract" in station.problems("5200020")
    text = station.everything()
    for hidden in ("0000-0000", "00002222", "００００２２２２", "13800001111", "王某某", "lxdh"):
        assert hidden not in text


def test_not_filled_in_is_nothing_and_no_problem(station: Station) -> None:
    record = achievement(station, 21)
    assert (record.hi_tech_field, record.stage, record.transfer_modes, record.price) == ((), None, (), None)
    assert (record.completed_on, record.keywords.zh if record.keywords else ()) == (None, ())
    assert not any(each.startswith(("unknown-code", "date-invalid", "price")) for each in station.problems("5200021"))


def test_a_price_of_nought_and_a_day_that_never_was(station: Station) -> None:
    record = achievement(station, 25)
    assert (record.price, record.completed_on) == (None, None)
    assert "date-invalid completedOn" in station.problems("5200025")


def dying(steady: Behaviour, after: int) -> Behaviour:
    """Answers so many times, then as often as one pass tries not at all, then again."""
    asked_for: list[Asked] = []

    def behave(asked: Asked) -> Reply:
        asked_for.append(asked)
        return steady(asked) if len(asked_for) <= after or len(asked_for) > after + 7 else Reply(status=502)

    return behave


def test_a_pass_that_breaks_off_keeps_what_it_read_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with serving(dying(jsonp(ROWS), after=2)) as server:
        station = Station(tmp_path, "guizhou", server.url, declared=True)
        first = station.harvest()
        assert (first.status, first.complete, len(station.published())) == (RunStatus.FAILED, False, 20)
        assert "status 502" in first.message
        second = station.harvest()
        station.ledger.close()
    assert (second.status, second.complete, second.counts.unchanged, second.counts.published) == (
        RunStatus.DONE,
        True,
        20,
        3,
    )


def test_another_function_around_the_answer_is_refused(tmp_path: Path) -> None:
    with serving(lambda _: Reply(b'evil({"code": "0", "data": {"list": [], "total": 0}})')) as server:
        station = Station(tmp_path, "guizhou", server.url, declared=True)
        run = station.harvest()
        station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert "neither jQuery1102(…) nor JSON" in run.message


def test_the_newer_interface_gives_records_by_uuid(tmp_path: Path) -> None:
    rows = [*ROWS[:12], row(12, cgmc="已下架")]
    with serving(by_uuid(rows)) as server:
        station = Station(tmp_path, "guizhou", server.url, source="guizhou-uuid", declared=True)
        run = station.harvest()
        published = station.published()
        station.ledger.close()
    assert (run.status, run.complete, run.counts.unreadable) == (RunStatus.DONE, True, 1)
    assert "5200012" in run.message
    assert len(published) == 12
    record = published["5200001"]
    assert isinstance(record, Achievement)
    assert record.stage == "cl04/2"  # not in the heading
