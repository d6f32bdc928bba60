"""上海 through the real pipeline: JSON in a string, a total of 0, a record on two pages, codes and credit codes."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from federation.views import RunStatus
from tests.harvesters.servers.web import Reply, Server, script, serving
from tests.profiles.platform import Station, flapping
from tests.profiles.shanghai import TOKEN, platform, row
from vocab.identifiers import uscc_check
from vocab.kinds import Achievement

FARMERS = "N2310000MF0000000"
SECRETS = {"SHANGHAI_TOKEN": TOKEN}
# 250 records, and SH00003 once more on a later page: older there, so it must not win; SH00004 newer there, so it must.
ROWS = [
    *(row(n) for n in range(250)),
    row(3, achvName="旧名称", updateTime="2025-01-01 00:00:00"),
    row(4, achvName="新名称", updateTime="2026-02-01 00:00:00"),
    row(300, ownerUscc=(FARMERS + uscc_check(FARMERS)).lower(), priceWan="0", transModes=["02"]),
    row(301, ownerUscc="123100004250067900", applyDate="2019-02-29 00:00:00", secret="内部"),
    row(302, ownerUscc="123100004250067900", applyDate="2019-02-29 00:00:00", priceWan="100～150万元"),
    row(303, techFieldCode="99", openType="03"),
    row(304, techFieldCode="99"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(platform(ROWS)) as running:
        yield running


@pytest.fixture(scope="module")
def station(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("shanghai"), "shanghai", server.url, SECRETS)
    run = made.harvest()
    assert (run.status, run.complete) == (RunStatus.DONE, True)
    yield made
    made.ledger.close()


def achievement(station: Station, number: int) -> Achievement:
    found = station.published()[f"SH{number:05}"]
    assert isinstance(found, Achievement)
    return found


def test_json_in_a_string_is_read_to_its_empty_page_although_the_total_says_nought(station: Station) -> None:
    assert len(station.published()) == 253
    assert station.states("SH00301", "SH00303") == [
        ("refused", "secret-level-marked"),
        ("refused", "disclosure-class-closed"),
    ]


def test_of_a_record_on_two_pages_the_newer_wins(station: Station) -> None:
    assert achievement(station, 3).title.zh == "新型催化剂3"
    assert achievement(station, 4).title.zh == "新名称"
    history = station.ledger.versions(achievement(station, 4).identifier)
    assert [each.version for each in history] == [1, 2]  # the one before is kept as well


def test_a_second_pass_changes_nothing(station: Station) -> None:
    before = station.ledger.page(0, 10_000)
    run = station.harvest()
    assert (run.counts.changed, run.counts.withdrawn) == (0, 0)
    assert station.ledger.page(0, 10_000) == before


def test_a_record_in_shanghais_words(station: Station) -> None:
    record = achievement(station, 1)
    assert (record.title.zh, record.title.en) == ("新型催化剂1", "New catalyst 1")
    assert record.first_org is not None
    assert record.first_org.uscc == "12310000425006790C"
    assert record.hi_tech_field == ("cl10/4",)
    assert record.transfer_modes == ("cl15/1", "cl15/3")
    assert record.trl is not None
    assert record.price is not None
    assert record.price.min == Decimal(1_200_000)
    assert record.registered_on is not None
    assert record.registered_on.value == "2019-03-01"


def test_credit_codes_prices_and_dates_that_need_care(station: Station) -> None:
    farmers = achievement(station, 300)
    assert farmers.first_org is not None
    assert farmers.first_org.uscc == FARMERS + uscc_check(FARMERS)
    assert not any(each.startswith("identifier-check") for each in station.problems("SH00300"))
    assert farmers.price is None  # 0 means that it is not known
    wrong = achievement(station, 302)
    assert {"date-invalid registeredOn"} <= station.problems("SH00302")
    assert any(each.startswith("identifier-check") for each in station.problems("SH00302"))
    assert wrong.registered_on is None
    assert wrong.price is not None
    assert (wrong.price.min, wrong.price.max) == (Decimal(1_000_000), Decimal(1_500_000))
    assert "unknown-code hiTechField" in station.problems("SH00304")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(status=412), "the source refuses programs: ask the province to allow this node"),
        (Reply(b'{"code": "100401", "message": "token", "data": null}'), "check the secret named in [options]"),
        (Reply(b'{"code": "000000", "data": "{broken"}'), "the JSON string at 'data.data' is broken"),
    ],
)
def test_errors_of_the_platform_are_told(reply: Reply, message: str, tmp_path: Path) -> None:
    with serving(script(reply)) as server:
        station = Station(tmp_path, "shanghai", server.url, SECRETS)
        run = station.harvest()
        station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert message in run.message
    assert TOKEN not in run.message


def test_a_code_that_asks_to_wait_is_waited_for(tmp_path: Path) -> None:
    busy = Reply(b'{"code": "100429", "message": "slow down", "data": null}')
    with serving(flapping(platform(ROWS[:120]), busy)) as server:
        station = Station(tmp_path, "shanghai", server.url, SECRETS)
        run = station.harvest()
        station.ledger.close()
    assert (run.complete, run.counts.published) == (True, 120)
