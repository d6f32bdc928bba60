"""广东 from its catalogue to what the public sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.ledger import Ledger
from federation.views import Run, RunStatus
from search.normalise import normalise
from tests.federation.test_secrecy import everything
from tests.harvesters.servers.web import serving
from tests.profiles.guangdong import Guangdong, Row, row
from tests.profiles.province import Province
from vocab.kinds.achievement import Achievement

WORD = "绝不外泄"
ORG = "岭南示例大学、珠江示例科技有限公司"
MIRROR = "奈米半導體積體電路製程"
ROWS: list[Row] = [
    row("半导体器件㎡级制备"),
    row("深圳的成果", 行政区划="440300", 拟转让价格="面议", 承担单位="深圳示例大学；鹏城示例公司等3家（排名不分先后）"),
    row("心理学旧代码", 学科代码="180.74"),
    row("心理学新代码", 学科代码="190"),
    row("有电话的成果", 成果简介="联系王老师138-0000-0000洽谈。"),
    row('=HYPERLINK("http://evil.example","点击")', 成果简介="+1+1"),
    row("纳米半导体集成电路制程"),
    row(MIRROR, 承担单位="香港示例大學"),
    row("领先而未评价", 成果水平="国际领先", 评价方式=None),
    row("不知道的水平", 成果水平="宇宙领先"),
    row("没有这一天", 登记日期="2019-02-29", 拟转让价格="0"),
    row(f"{WORD}一", 知识产权=f"国防专利ZL201310699744.2，{WORD}"),
    row(f"{WORD}二", 成果简介=f"秘密★10年 {WORD}"),
    row("没有简介的成果", 成果简介=None),
]


class Harvested:
    def __init__(self, province: Province, run: Run) -> None:
        self.province, self.run = province, run
        self.public = province.published()

    def __getitem__(self, title: str) -> Achievement:
        (found,) = [each for each in self.public.values() if each.title.zh == title]
        return found


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('guangdong')}/ledger.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    with serving(Guangdong({"2019": ROWS, "2020": [row("次年的成果", 年份="２０２０年度")]})) as server:
        home = tmp_path_factory.mktemp("home")
        province = Province("guangdong", home, ledger, f"{server.url}/data/dataSet/findPage")
        yield Harvested(province, province.harvest())


def year(record: Achievement) -> str | None:
    return record.completed_on.value if record.completed_on else None


def price(record: Achievement) -> tuple[object, object]:
    """In yuan."""
    return (record.price.min, record.price.max) if record.price else (None, None)


def test_rows_become_records_and_nothing_else_does(first: Harvested) -> None:
    run = first.run
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    assert run.counts.seen == len(ROWS) + 1
    assert (run.counts.unreadable, run.counts.failed, run.counts.held) == (0, 0, 0)
    assert (run.counts.published, run.counts.refused, run.counts.rejected) == (12, 2, 1)
    assert "隐藏的一行" not in everything(first.province.ledger)
    assert f"半导体器件㎡级制备|{ORG}" in first.public


def test_values_mean_what_the_sheet_says(first: Harvested) -> None:
    record = first["半导体器件㎡级制备"]
    assert year(record) == "2019"
    assert record.registered_on is not None
    assert record.registered_on.value == "2019-03-01"
    assert price(record) == (1_200_000, 1_200_000)
    assert [org.name for org in record.orgs] == ["岭南示例大学", "珠江示例科技有限公司"]
    assert len(record.ipr) == 3
    assert record.hi_tech_field == ("cl10/1",)
    assert record.region == "440100"
    assert year(first["次年的成果"]) == "2020"


def test_shenzhen_keeps_its_own_code(first: Harvested) -> None:
    record = first["深圳的成果"]
    assert record.region == "440300"
    assert record.price is not None
    assert record.price.negotiable
    assert price(record) == (None, None)
    assert ("list-incomplete", "orgs") in first.province.problems()


def test_old_and_new_discipline_codes_meet(first: Harvested) -> None:
    assert first["心理学旧代码"].discipline == first["心理学新代码"].discipline == ("gbt13745-2009/190",)


def test_a_telephone_number_is_masked(first: Harvested) -> None:
    assert "138-0000-0000" not in first["有电话的成果"].abstract.zh
    assert ("personal-data-masked", "abstract") in {
        (code, path.partition(".")[0]) for code, path in first.province.problems()
    }


def test_a_text_that_looks_like_a_formula_stays_a_text(first: Harvested) -> None:
    record = first['=HYPERLINK("http://evil.example","点击")']
    assert record.abstract.zh == "+1+1"


def test_a_traditional_mirror_is_kept_as_written_and_found_as_the_same(first: Harvested) -> None:
    assert first[MIRROR].title.zh == MIRROR
    assert normalise(MIRROR) == normalise("纳米半导体集成电路制程")


def test_what_could_not_be_understood_is_reported(first: Harvested) -> None:
    problems = first.province.problems()
    assert ("level-downgraded", "level") in problems
    assert ("unknown-code", "level") in problems
    assert ("date-invalid", "registeredOn") in problems
    assert first["没有这一天"].registered_on is None
    assert price(first["没有这一天"]) == (None, None)
    assert first["领先而未评价"].level == "cl06/8"


def test_nothing_of_a_secret_row_remains(first: Harvested) -> None:
    assert WORD not in everything(first.province.ledger)


def test_a_second_pass_changes_nothing(first: Harvested) -> None:
    before = first.province.ledger.last_seq()
    run = first.province.harvest()
    assert (run.counts.published, run.counts.changed, run.counts.withdrawn) == (0, 0, 0)
    assert first.province.ledger.last_seq() == before


def test_a_workbook_that_is_gone_withdraws_after_two_passes_only(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    platform = Guangdong({"2019": [row("留下的")], "2020": [row("离开的")]})
    with serving(platform) as server:
        province = Province("guangdong", tmp_path / "home", ledger, f"{server.url}/data/dataSet/findPage")
        province.harvest()
        del platform.files["2020"]
        assert province.harvest().counts.withdrawn == 0
        assert province.harvest().counts.withdrawn == 1
    assert [each.title.zh for each in province.published().values()] == ["留下的"]
    ledger.close()
