"""江苏 through the real pipeline: two kinds in one feed, prices by the year, HTML fragments, 10004, RSS."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from federation.views import RunStatus
from tests.harvesters.servers.web import Server, serving
from tests.profiles.jiangsu import TOKEN, platform, row
from tests.profiles.platform import Station
from vocab.kinds import Achievement, Demand

SECRETS = {"JIANGSU_TOKEN": TOKEN}
ROWS = [
    *(row(n) for n in range(60)),
    row(100, "需求", 名称="求购智能验布机", 价格="≥80万元"),
    row(101, "合作", 名称="既非供给也非需求"),
    row(102, 简介="<script>document.location='//x'</script>一种纺机，电话13911112222", 价格="壹佰贰拾万元整"),
    row(103, 价格="10万美元", 合作方式="普通许可/独占许可"),
    row(104, "需求", 名称="涉密需求", 密级="秘密"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(platform(ROWS, busy=2)) as running:
        yield running


@pytest.fixture(scope="module")
def station(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("jiangsu"), "jiangsu", server.url, SECRETS, declared=True)
    run = made.harvest()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    yield made
    made.ledger.close()


def test_supply_and_demand_of_one_feed_become_two_kinds(station: Station) -> None:
    kinds = {key: type(record) for key, record in station.published().items()}
    assert [key for key, kind in kinds.items() if kind is Demand] == ["JS0100"]
    assert sum(kind is Achievement for kind in kinds.values()) == 62
    assert station.states("JS0101", "JS0104") == [("rejected", "no-mapping"), ("refused", "secret-level-marked")]
    assert "涉密需求" not in station.everything()


def test_prices_in_jiangsus_words(station: Station) -> None:
    by_year, formal, dollars = (station.published()[key] for key in ("JS0001", "JS0102", "JS0103"))
    assert isinstance(by_year, Achievement)
    assert by_year.price is not None
    assert (by_year.price.min, by_year.price.max, by_year.price.unit) == (Decimal(100_000), Decimal(200_000), "万/年")
    assert isinstance(formal, Achievement)
    assert formal.price is not None
    assert formal.price.min == 1_200_000
    assert isinstance(dollars, Achievement)
    assert dollars.price is not None
    assert (dollars.price.raw, dollars.price.min) == ("10万美元", None)
    assert "price-currency price" in station.problems("JS0103")
    assert dollars.transfer_modes == ("cl15/3",)
    demand = station.published()["JS0100"]
    assert isinstance(demand, Demand)
    assert demand.budget is not None
    assert (demand.budget.min, demand.budget.max) == (Decimal(800_000), None)


def test_html_fragments_become_the_text_a_person_would_read(station: Station) -> None:
    record = station.published()["JS0001"]
    assert record.abstract is not None
    assert record.abstract.zh.split() == ["一种", "纺机。", "精度", "1μm"]
    text = station.everything()
    for hidden in ("<p", "o:p", "document.location", "13911112222", TOKEN):
        assert hidden not in text


def test_a_wrong_token_is_told_and_never_shown(server: Server, tmp_path: Path) -> None:
    station = Station(tmp_path, "jiangsu", server.url, {"JIANGSU_TOKEN": "wr0ng-t0k3n"}, declared=True)
    run = station.harvest()
    station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert "its own code '10001' 授权码无效: the key is missing or no longer valid" in run.message
    assert "wr0ng" not in run.message


def test_a_platform_that_is_always_busy_fails_for_now(tmp_path: Path) -> None:
    with serving(platform(ROWS, busy=1)) as server:
        station = Station(tmp_path, "jiangsu", server.url, SECRETS, declared=True)
        run = station.harvest()
        station.ledger.close()
    assert run.status is RunStatus.FAILED
    assert "'10004' 访问过于频繁 (tried 5 times; the next run tries again)" in run.message


def test_the_rss_beside_it_brings_demands_and_withdraws_none(server: Server, tmp_path: Path) -> None:
    station = Station(tmp_path, "jiangsu", server.url, source="jiangsu-rss", declared=True)
    run = station.harvest()
    published = station.published()
    station.ledger.close()
    assert (run.status, run.complete) == (RunStatus.DONE, False)  # absence from a channel means nothing
    demand = published["JS0100"]
    assert isinstance(demand, Demand)
    assert demand.title.zh == "求购智能验布机"
    assert demand.published_on is not None
    assert demand.published_on.value == "2026-01-10"
