"""山东 through the real pipeline: signatures, a clock that is wrong, months, the old edition of the industries, XML."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from federation.views import RunStatus
from tests.harvesters.servers.web import Server, serving
from tests.profiles.platform import Station
from tests.profiles.shandong import CLIENT, KEY, Gateway, row
from vocab.kinds import Achievement
from vocab.record import Record

SECRETS = {"SHANDONG_CLIENT_ID": CLIENT, "SHANDONG_CLIENT_SECRET": KEY}
EVALUATED = {"PJFS": "机构评价", "PJJG": "某某评价中心", "PJRQ": "20250501"}
ROWS = [
    *(row(n) for n in range(120)),
    row(200, YYHY="6510"),  # 软件开发, split in 2017
    row(201, YYHY="0512"),  # another class of 2017 has this number
    row(202, YYHY="G"),  # a section of 2002
    row(203, YYHY="9999"),
    row(204, CGSP="国际领先", **EVALUATED),
    row(205, CGSP="2", **EVALUATED),  # 国际领先 for the second time in the platform's own list
    row(206, CGSP="国际领先"),
    row(207, DJRQ="2019-02-29", NDJG="0"),
    row(208, GSQSR="20260101", GSJZR="20260110"),  # a notice of ten days where fifteen are asked for
    row(209, DJH="3702019Y0001", DJDW="青岛市科学技术局"),
    row(210, MJ="秘密★"),
    row(211, MJ="见附件"),
    row(212, GSQSR="", GSJZR="暂无描述"),
    row(213, GSQSR="", GSJZR="", DJFS="拍卖"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(Gateway(ROWS)) as running:
        yield running


@pytest.fixture(scope="module")
def station(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("shandong"), "shandong", server.url, SECRETS)
    run = made.harvest()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    yield made
    made.ledger.close()


def achievement(station: Station, number: int) -> Achievement:
    return achieved(station.published()[f"SD{number:05}"])


def achieved(record: Record) -> Achievement:
    assert isinstance(record, Achievement)
    return record


def test_what_is_published_and_what_is_not(station: Station) -> None:
    assert len(station.published()) == 132
    assert station.states("SD00210", "SD00211") == [
        ("refused", "secret-level-marked"),
        ("refused", "secret-level-unknown"),
    ]


def test_a_record_in_shandongs_words(station: Station) -> None:
    record = achievement(station, 1)
    assert (record.title.zh, record.registration_no) == ("海洋防腐涂层1", "3702019Y0001")
    assert record.registered_on is not None
    assert record.registered_on.value == "2019-03"
    assert record.price is not None
    assert record.price.min == 800_000
    assert record.pricing_method == "cl17/1"
    assert record.industry == ("gbt4754-2017/2641",)


def test_industries_of_older_editions_are_carried_over(station: Station) -> None:
    assert achievement(station, 200).industry == ("gbt4754-2017/651",)
    assert achievement(station, 201).industry == ("gbt4754-2017/0513",)
    assert achievement(station, 202).industry == ("gbt4754-2017/I",)
    assert achievement(station, 203).industry == ()
    assert "unknown-code industry" in station.problems("SD00203")


def test_a_label_that_the_platform_lists_twice(station: Station) -> None:
    assert achievement(station, 204).level == "cl06/1"
    assert achievement(station, 205).level is None
    assert "unknown-code level" in station.problems("SD00205")
    assert achievement(station, 206).level == "cl06/8"  # nobody has evaluated it
    assert "level-downgraded level" in station.problems("SD00206")


def test_a_day_that_never_was_and_a_price_of_nought(station: Station) -> None:
    record = achievement(station, 207)
    assert (record.registered_on, record.price) == (None, None)
    assert "date-invalid registeredOn" in station.problems("SD00207")


def test_a_notice_that_was_too_short_is_published_with_a_flag(station: Station) -> None:
    """山东省促进科技成果转化条例 art. 14: fifteen days at least."""
    short, enough = achievement(station, 208), achievement(station, 1)
    assert short.price_notice is not None
    assert enough.price_notice is not None
    assert (short.price_notice.days, enough.price_notice.days) == (10, 20)
    assert "notice-short priceNotice" in station.problems("SD00208")
    assert "notice-short priceNotice" not in station.problems("SD00001")


def test_an_agreed_price_without_a_notice_is_flagged(station: Station) -> None:
    assert "notice-missing priceNotice" in station.problems("SD00212")
    assert "notice-missing priceNotice" not in station.problems("SD00213")  # sold by auction


def test_a_number_used_by_two_registrars_is_two_records(station: Station) -> None:
    first, second = achievement(station, 1), achievement(station, 209)
    assert first.registration_no == second.registration_no
    assert first.identifier != second.identifier
    assert [each.registrar.name for each in (first, second) if each.registrar] == [
        "山东省科学技术厅",
        "青岛市科学技术局",
    ]


def test_a_clock_that_is_wrong_is_corrected_by_the_platforms_own(tmp_path: Path) -> None:
    gateway = Gateway(ROWS[:120], ahead=timedelta(minutes=42))
    with serving(gateway) as server:
        station = Station(tmp_path, "shandong", server.url, SECRETS)
        run = station.harvest()
        station.ledger.close()
    assert (run.complete, run.counts.published, gateway.refusals) == (True, 120, 1)


def test_a_clock_that_cannot_be_corrected_is_told_with_advice(tmp_path: Path) -> None:
    with serving(Gateway(ROWS, ahead=timedelta(days=-40))) as server:
        station = Station(tmp_path, "shandong", server.url, SECRETS)
        run = station.harvest()
        station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert "'40102' 时间戳过期: it finds our timestamp wrong, its own is 3456" in run.message
    assert "set the clock of this machine (NTP)" in run.message


def test_a_wrong_key_is_told_and_never_shown(server: Server, tmp_path: Path) -> None:
    station = Station(tmp_path, "shandong", server.url, SECRETS | {"SHANDONG_CLIENT_SECRET": "wr0ng-s3cr3t"})
    run = station.harvest()
    station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert "'40101' 签名错误: the key is missing or no longer valid" in run.message
    assert "wr0ng" not in run.message
    assert CLIENT not in run.message


def test_the_same_records_in_xml(station: Station, server: Server, tmp_path: Path) -> None:
    other = Station(tmp_path, "shandong", server.url, SECRETS, source="shandong-xml")
    run = other.harvest()
    published = other.published()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    assert other.states("SD00210") == [("refused", "secret-level-marked")]
    other.ledger.close()
    for key, record in station.published().items():
        there = achieved(published[key])
        here = achieved(record)
        assert (there.title, there.industry, there.price) == (here.title, here.industry, here.price)
        assert (there.level, there.registered_on, there.first_org) == (here.level, here.registered_on, here.first_org)
