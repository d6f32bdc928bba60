"""陕西 from the drop to what the public sees, and what nobody sees."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.ledger import Ledger
from federation.views import RunStatus
from tests.federation.test_secrecy import everything
from tests.profiles.province import Province
from tests.profiles.shaanxi import Row, drop, row
from vocab.kinds.achievement import Achievement

WORD = "绝不外泄"


def hidden(number: str, **changes: str) -> Row:
    """A row of which nothing may remain."""
    told = {"成果简介": f"{WORD}的内容", "完成人": f"{WORD}甲", "关键词": WORD, "项目编号": f"{WORD}-1"}
    return row(number, f"{WORD}的题目{number}", **(told | changes))


OPEN = [
    row("9612019Y0123", "焊接工艺"),
    row("陕科成登字20010123", "世纪初的成果", 登记日期="2001.06"),
    row("", "尚未登记的成果", 系统编号="SX-2019-0007"),
    row("9612019Y0200", '=HYPERLINK("http://evil.example","点击")'),
    row("9612019Y0201", "有控制字符的成果", 成果简介="前\x0b后\x01末"),
    row("9612019J0202", "镕䶮𬭎的研究", 成果类别="基础理论"),
]
SECRET = [
    hidden("9612019Y0301", 密级=""),
    hidden("9612019Y0302", 密级="内部"),
    hidden("9612019Y0303", 密级="秘密"),
    hidden("9612019Y0304", 密级="秘密★"),
    hidden("9612019Y0305", 密级="说不清"),
    hidden("9612019Y0306", 国防专利号="ZL201410012345.6"),
    hidden("9612019Y0307", 国防专利号="201418001234"),
    hidden("9612019Y0308", 成果简介=f"{WORD}：已获国防专利授权"),
    hidden("9612019Y0309", 成果简介=f"机密★20年 {WORD}"),
]
REFUSED = [
    row("9612019Y0401", "不公开的成果", 公开属性="不予公开"),
    row("9612019Y0402", "审查不同意", 保密审查结论="不同意公开"),
]
HELD = [
    row("9612019Y0501", "提请审定的成果", 保密审查结论="提请审定"),
    row("9612019Y0502", "没有审查的成果", 保密审查结论=""),
]
BROKEN = f"9612019Y0601,{WORD},秘密\r\n"  # a row of the wrong width


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    (tmp_path / "drop" / "shaanxi").mkdir(parents=True)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    yield Province("shaanxi", tmp_path / "home", ledger, "file:shaanxi/", folder=str(tmp_path / "drop"))
    ledger.close()


@pytest.fixture
def place(province: Province, tmp_path: Path) -> Path:
    return tmp_path / "drop" / "shaanxi"


def titles(province: Province) -> set[str]:
    return {each.title.zh for each in province.published().values()}


def dates(record: Achievement) -> tuple[str | None, str | None]:
    """Completed, registered."""
    done, registered = record.completed_on, record.registered_on
    return done.value if done else None, registered.value if registered else None


def test_what_is_published_refused_and_held(province: Province, place: Path) -> None:
    drop(place, [*OPEN, *SECRET, *REFUSED, *HELD])
    run = province.harvest()
    assert (run.status, run.complete, run.message) == (RunStatus.DONE, True, "")
    counts = run.counts
    assert (counts.published, counts.refused, counts.held) == (len(OPEN), len(SECRET) + len(REFUSED), len(HELD))
    assert (counts.rejected, counts.unreadable, counts.failed) == (0, 0, 0)
    assert titles(province) == {each["成果名称"] for each in OPEN}


def test_nothing_of_a_secret_record_remains(province: Province, place: Path, caplog: pytest.LogCaptureFixture) -> None:
    drop(place, [*OPEN, *SECRET], more=BROKEN)
    run = province.harvest()
    assert (run.counts.unreadable, run.complete) == (1, False)
    stored = everything(province.ledger)
    assert WORD not in stored
    for each in SECRET:
        assert each["登记号"] not in stored
    assert WORD not in run.message + caplog.text + repr(province.problems())


def test_values_mean_what_the_register_says(province: Province, place: Path) -> None:
    drop(place, OPEN)
    province.harvest()
    public = {each.title.zh: each for each in province.published().values()}
    first = public["焊接工艺"]
    assert first.registration_no == "9612019Y0123"
    assert first.abstract.zh.split() == ["一种虚构的", "工艺，", "分两段。"]
    assert dates(first) == ("2019-03", "2019-06-01")
    assert [org.name for org in first.orgs] == ["秦岭示例大学", "渭水示例研究院"]
    assert first.region == "610100"
    assert first.category == "cl01/2"
    assert [right.no for right in first.ipr] == ["201310699744.2"]
    assert public["世纪初的成果"].registration_no == "陕科成登字[2001]第0123号"
    assert dates(public["世纪初的成果"])[1] == "2001-06"
    assert public["尚未登记的成果"].source_record_id[0] == "|SX-2019-0007"
    assert public["尚未登记的成果"].registration_no is None
    assert public["镕䶮𬭎的研究"].category == "cl01/1"
    assert '=HYPERLINK("http://evil.example","点击")' in public
    text = public["有控制字符的成果"].abstract.zh
    assert "\x0b" not in text
    assert "\x01" not in text


def test_a_record_that_becomes_secret_goes_with_all_that_was_kept(province: Province, place: Path) -> None:
    mark = "后来定密的词"
    drop(place, [*OPEN, row("9612019Y0700", mark)], days=9)
    province.harvest()
    assert mark in everything(province.ledger)
    drop(place, [*OPEN, row("9612019Y0700", mark, 密级="机密")], name="cgsb610-2.zip", days=2)
    run = province.harvest()
    assert (run.counts.refused, run.counts.withdrawn) == (1, 1)
    assert mark not in everything(province.ledger)
    assert province.ledger.tombstone(province.iri("9612019Y0700|")) is not None


def test_the_newest_export_is_the_listing(province: Province, place: Path) -> None:
    drop(place, OPEN, days=9)
    province.harvest()
    drop(place, OPEN[:-1], name="cgsb610(1).zip", days=2)
    assert province.harvest().counts.withdrawn == 0
    assert province.harvest().counts.withdrawn == 1
    assert titles(province) == {each["成果名称"] for each in OPEN[:-1]}


def test_an_export_that_still_arrives_withdraws_nothing(province: Province, place: Path) -> None:
    drop(place, OPEN, days=9)
    province.harvest()
    drop(place, OPEN[:1], name="cgsb610-new.zip", days=0)
    for _ in range(3):
        run = province.harvest()
        assert (run.complete, run.counts.withdrawn, run.counts.unreadable) == (False, 0, 1)
    half = place / "cgsb610-new.zip"
    half.write_bytes(half.read_bytes()[:-40])
    os.utime(half, (time.time() - 3600,) * 2)
    run = province.harvest()
    assert run.status is RunStatus.FAILED
    assert "cgsb610-new.zip" in run.message
    assert "not a readable ZIP" in run.message
    assert titles(province) == {each["成果名称"] for each in OPEN}
