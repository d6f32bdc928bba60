"""北京 through the real pipeline: records, refusals, problems, and what its errors become."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from federation.harvest import harvest
from federation.pipeline import Settings
from federation.views import RunStatus
from harvesters.base import JSON, RawRecord
from tests.federation.world import BASE, TODAY, Memory, source
from tests.harvesters.servers.web import Asked, Reply, Server, serving
from tests.profiles.beijing import KEY, PATH, platform, row
from tests.profiles.platform import PROFILES, Station
from vocab.identifiers import uscc_check
from vocab.kinds import Achievement
from vocab.mapping import load

FARMERS = "N2110108MF0000000"  # an agricultural collective: its code begins with N
SECRETS = {"BEIJING_USER_KEY": KEY}
ROWS = [
    row(1, 统一社会信用代码=(FARMERS + uscc_check(FARMERS)).lower()),
    row(2, 意向价格="面议", 转化方式="普通许可/独占许可"),
    row(3, 意向价格="0", 完成时间="2019-02-29"),
    row(4, 完成单位="A大学；B公司等3家（排名不分先后）"),
    row(5, 成果名称="《稀土永磁电机》", 登记编号="1102025Y0777"),
    row(6, 成果名称="《稀土永磁电机（二期）》", 登记编号="3102025Y0777"),
    row(7, 密级="秘密★5年"),
    row(8, 公开属性="不予公开"),
    row(9, 审查结论=""),
    row(10, 项目来源="自选课题"),
    row(11, 成果简介="<script>alert(1)</script>联系王老师138-0000-0000<img src=x onerror=alert(1)>"),
    row(12, 成果简介=""),
]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(platform(ROWS)) as running:
        yield running


@pytest.fixture
def station(server: Server, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, "beijing", server.url, SECRETS)
    yield made
    made.ledger.close()


def achievement(station: Station, number: int) -> Achievement:
    found = station.published()[f"BJ{number:05}"]
    assert isinstance(found, Achievement)
    return found


def test_what_is_published_and_what_is_not(station: Station) -> None:
    run = station.harvest()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    assert sorted(station.published()) == [f"BJ{n:05}" for n in (1, 2, 3, 4, 5, 6, 11)]
    assert station.states(*(f"BJ{n:05}" for n in (7, 8, 9, 10, 12))) == [
        ("refused", "secret-level-marked"),
        ("refused", "disclosure-class-closed"),
        ("held", "review-missing"),
        ("refused", "public-funding-unproven"),
        ("rejected", "missing"),
    ]


def test_a_record_in_beijings_words(station: Station) -> None:
    station.harvest()
    record = achievement(station, 1)
    assert record.title.zh == "高温合金叶片修复技术1号"
    assert record.abstract is not None
    assert record.abstract.zh == "面向航空发动机叶片的激光修复。"
    assert record.first_org is not None
    assert (record.first_org.name, record.first_org.uscc) == ("清华大学", FARMERS + uscc_check(FARMERS))
    assert not station.problems("BJ00001") & {"identifier-check firstOrg.uscc"}
    assert record.price is not None
    assert (record.price.min, record.price.max) == (Decimal(1_200_000), Decimal(1_200_000))
    assert record.completed_on is not None
    assert record.completed_on.value == "2019-03"  # no day is invented


def test_two_radio_buttons_read_as_one_and_a_price_to_be_negotiated(station: Station) -> None:
    station.harvest()
    record = achievement(station, 2)
    assert record.transfer_modes == ("cl15/3",)
    assert record.licence_kind == ("cl16/3", "cl16/1")
    assert record.price is not None
    assert record.price.negotiable
    assert record.price.min is None
    assert achievement(station, 1).licence_kind == ()


def test_a_price_of_nought_and_a_day_that_never_was(station: Station) -> None:
    station.harvest()
    record = achievement(station, 3)
    assert record.price is None
    assert record.completed_on is None
    assert "date-invalid completedOn" in station.problems("BJ00003")


def test_organisations_without_order(station: Station) -> None:
    station.harvest()
    record = achievement(station, 4)
    assert [(each.name, each.order) for each in record.orgs] == [("A大学", None), ("B公司", None)]
    assert "list-incomplete orgs" in station.problems("BJ00004")


def test_a_second_phase_and_a_number_given_by_two_registrars_are_records_of_their_own(station: Station) -> None:
    station.harvest()
    first, second = achievement(station, 5), achievement(station, 6)
    assert first.identifier != second.identifier
    assert (first.title.zh, second.title.zh) == ("稀土永磁电机", "稀土永磁电机（二期）")
    assert first.registration_no is not None
    assert second.registration_no is not None
    assert first.registration_no[3:] == second.registration_no[3:]


def test_scripts_and_telephones_do_not_get_out(station: Station) -> None:
    station.harvest()
    text = station.everything()
    abstract = achievement(station, 11).abstract
    assert abstract is not None
    assert "王老师" in abstract.zh
    assert "personal-data-masked abstract" in station.problems("BJ00011")
    for hidden in ("alert(1)", "onerror", "0000-0000", "秘密", KEY):
        assert hidden not in text


def test_the_same_result_from_beijing_and_guangdong_keeps_both_offers(station: Station) -> None:
    station.harvest()
    guangdong = load(PROFILES.parent / "mappings" / "guangdong.toml")
    sheet = {
        "项目名称": "稀土永磁电机",
        "承担单位": "清华大学",
        "成果简介": "同一成果。",
        "登记号": "1102025Y0777",
        "拟转让价格(万元)": "300",
        "项目来源": "国家重点研发计划",
        "密级": "非涉密",
        "公开属性": "公开",
        "保密审查/结论": "同意公开",
        "保密审查/单位": "某大学保密办",
        "保密审查/日期": "2025-06-01",
    }
    raw = RawRecord("guangdong", "GD1", JSON, json.dumps(sheet).encode(), datetime.now(UTC))
    harvest(
        source("guangdong"), Memory([raw]), station.ledger, (guangdong,), Settings(base=BASE, today=TODAY), full=True
    )
    prices = {
        each.source: each.record.price
        for each in station.ledger.page(0, 100)
        if isinstance(each.record, Achievement) and each.record.registration_no == "1102025Y0777"
    }
    assert {name: price.min for name, price in prices.items() if price} == {
        "beijing": 1_200_000,
        "guangdong": 3_000_000,
    }


def test_only_changes_are_asked_for(station: Station, server: Server) -> None:
    station.harvest()
    ROWS.append(row(13, 更新时间="2026-02-02 08:00:00"))
    try:
        run = station.harvest(full=False)
    finally:
        ROWS.pop()
    assert server.asked[-1].query["updatedSince"] == "2026-01-10 07:55:00"
    assert (run.mode, run.complete, run.counts.published) == ("incremental", False, 1)
    assert "BJ00013" in station.published()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply('{"code": "401", "message": "userKey bj-us3r-k3y 无效"}'.encode()),
            "the key is missing or no longer valid",
        ),
        (Reply(b'{"code": "500", "message": "db"}'), "ok_values are 200"),
        (Reply(status=412), "the source refuses programs"),
        (Reply(status=502), "the source is busy or down (status 502)"),
        (Reply(status=302, headers={"Location": "/login"}), "titled '统一身份认证'"),
        (Reply(raw=()), "the connection failed or was cut"),
    ],
)
def test_errors_of_the_platform_are_told_and_withdraw_nothing(reply: Reply, message: str, tmp_path: Path) -> None:
    good = platform(ROWS)
    broken: list[bool] = []

    def behave(asked: Asked) -> Reply:
        if asked.path == "/login":
            return Reply("<html><title>统一身份认证</title></html>".encode(), media_type="text/html")
        assert asked.path == PATH
        return reply if broken else good(asked)

    with serving(behave) as server:
        station = Station(tmp_path, "beijing", server.url, SECRETS)
        station.harvest()
        before = station.published()
        broken.append(True)
        run = station.harvest()
        assert run.status is RunStatus.FAILED
        assert message in run.message
        assert KEY not in run.message
        assert station.published() == before
        station.ledger.close()


def test_no_tls_where_it_is_promised(server: Server, tmp_path: Path) -> None:
    station = Station(tmp_path, "beijing", server.url.replace("http:", "https:"), SECRETS)
    run = station.harvest()
    assert run.status is RunStatus.FAILED
    assert "no secure connection" in run.message
    station.ledger.close()
