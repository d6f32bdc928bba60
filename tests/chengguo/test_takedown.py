"""Take-downs and reviews on the command line, over one home: asked before, refused with a reason, told afterwards."""

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chengguo.home import Home, create
from federation.ledger import Ledger
from tests.chengguo.commands import COMMAND, environment, refused, run
from tests.federation.world import ACHIEVEMENT, BASE, MAPPING, good
from vocab.namespaces import Namespaces

SOURCE = """
id = "cn-xx"
title = {{ zh = "某省科技成果" }}
publisher = {{ zh = "某厅" }}
region = "330100"
licence = "https://creativecommons.org/licenses/by/4.0/"
protocol = "file"
url = "file:list.jsonl"
mappings = ["cn-xx"]
[options]
key = "编号"
folder = "{folder}"
"""
SECRET, PHONE = "绝不外泄的武器", "13812345678"
PUBLIC = {"1": good("导热膜"), "2": good("绿茶"), "3": good("红茶")}
WAITING = {
    "w1": good("等候审查的装置", 审查结论=None, 联系人="王某某", 简介=f"一种装置，电话{PHONE}。"),
    "w2": good("出口审查中的装置", 审查结论=None, 出口="pending"),
    "s": good(SECRET, 密级="秘密", 审查结论=None),
}
SCREEN = '\n[fields.exportScreen]\nfrom = "出口"\n'
WHO = ("--by", "张三", "--org", "某厅保密办", "--reason", "制度第三条")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    create(Home(folder / "home"), {"site": {"base_url": BASE}})
    rows = [{"编号": key, **record} for key, record in {**PUBLIC, **WAITING}.items()]
    (folder / "list.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    (folder / "home/sources/cn-xx.toml").write_text(SOURCE.format(folder=folder), "utf-8")
    text = MAPPING.format(id="cn-xx", version="1.0.0", kind="achievement", when="", more=ACHIEVEMENT) + SCREEN
    (folder / "home/mappings/cn-xx.toml").write_text(text, "utf-8")
    assert run("harvest", "cn-xx", "--home", folder / "home").returncode == 0
    return folder / "home"


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{home}/data/ledger.sqlite")) as opened:
        yield opened


def iri(number: str) -> str:
    return Namespaces(BASE).record("achievement", "cn-xx", number)


def json(*arguments: str | Path, code: int = 0) -> Any:
    done = run(*arguments, "--json")
    assert done.returncode == code, done.stderr
    return msgspec.json.decode(done.stdout)


def answered(answer: str, *arguments: str | Path) -> tuple[int, str]:
    """Exit code and remarks of a command that is asked at a terminal."""
    controlling, terminal = pty.openpty()
    os.write(controlling, f"{answer}\n".encode())
    command = [*COMMAND, *map(str, arguments)]
    done = subprocess.run(
        command, stdin=terminal, capture_output=True, text=True, env=environment(), timeout=240, check=False
    )
    os.close(terminal)
    os.close(controlling)
    return done.returncode, done.stderr


def test_a_record_is_taken_down_by_the_address_of_its_page_and_comes_back(home: Path, ledger: Ledger) -> None:
    page = f"{BASE}/achievement/{iri('1').rpartition('/')[2]}?lang=en#top"
    order = ("takedown", page, "--reason", "权利人申请", "--by", "李四", "--note", "来函 7 号", "--home", home)
    assert "say --yes" in refused(*order)
    assert ledger.record(iri("1")) is not None
    code, said = answered("y", *order)
    assert (code, ledger.record(iri("1"))) == (0, None)
    assert [word for word in ("导热膜", "“权利人申请”", "stay in the ledger") if word not in said] == []
    (told,) = json("takedown", "list", "--home", home)
    assert (told["iri"], told["reason"], told["destroyed"], told["lifted"]) == (iri("1"), "cl22/2", None, None)
    assert (told["ordered"]["officer"], told["ordered"]["note"]) == ("李四", "来函 7 号")
    lifted = json("takedown", "lift", iri("1"), "--officer", "王五", "--yes", "--home", home)
    assert lifted == [{"iri": iri("1"), "source": "cn-xx", "judged": True, "state": "published", "reason": ""}]
    assert ledger.record(iri("1")) is not None


def test_what_cannot_be_taken_down_is_said_and_nothing_is_done(home: Path, ledger: Ledger) -> None:
    order = ("--reason", "6", "--officer", "李四", "--yes", "--home", home)
    assert f"no record {BASE}/id/achievement/none is known" in refused(
        "takedown", "/achievement/none", iri("2"), *order
    )
    ledger.desk.take_down(iri("3"), "6", officer="李四", purge=True)
    said = refused("takedown", iri("2"), iri("3"), iri("w1"), *order, "--purge")
    assert f"{iri('3')} is down since" in said
    assert "decided by 李四. `chengguo takedown lift`" in said
    assert f"{iri('w1')} is not public (held, review-missing). To keep it from" in said
    assert "Nothing was done." in said
    assert ledger.record(iri("2")) is not None
    told = run("takedown", "lift", iri("3"), *order[2:])
    assert "chengguo harvest cn-xx --full" in told.stdout  # it was destroyed: only its source has it


def test_a_review_from_the_list_to_the_decision(home: Path, ledger: Ledger) -> None:
    held, pending = json("review", "list", "--home", home)
    assert (held["iri"], held["reason"], held["title"]) == (iri("w1"), "review-missing", "等候审查的装置")
    assert (held["then"], pending["then"], pending["still"]) == ("published", "held", "export-pending")
    shown = run("review", "show", iri("w1"), "--home", home).stdout
    assert "一种装置，电话138****5678。" in shown
    assert not [word for word in (PHONE, "王某某", SECRET) if word in shown + str([held, pending])]

    assert "needs the mark of what was looked at" in refused(
        "review", "approve", iri("w1"), "--yes", *WHO, "--home", home
    )
    marks = [f"{one['iri']}#{one['mark']}" for one in (held, pending)]
    decided = json("review", "approve", *marks, "--yes", *WHO, "--home", home, code=1)
    assert [(one["state"], one["reason"]) for one in decided] == [("published", ""), ("held", "export-pending")]
    record = ledger.record(iri("w1"))
    assert record is not None
    assert [(review.org, review.officer) for review in record.record.review] == [("某厅保密办", None)]

    other = f"{iri('w2')}#{'0' * 12}"
    assert "has changed since" in refused("review", "refuse", other, "--yes", *WHO, "--home", home)
    assert answered("y", "review", "refuse", iri("w2"), *WHO, "--home", home)[0] == 0
    assert ledger.desk.standing(iri("w2")).reason == "review-refused"
