"""Past versions on the command line: one is removed with a reason, which is kept and listed."""

from pathlib import Path

import msgspec

from chengguo.home import Home
from federation.ledger import Ledger
from tests.chengguo.commands import refused, run
from tests.federation.world import World, good


def test_a_version_is_removed_with_a_reason_that_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run("init", home).returncode == 0
    ledger = Ledger.open(Home(home).ledger_url(Home(home).settings()))
    world = World(ledger)
    for title in ("误载的标题", "更正后的标题"):
        world.harvest({"1": good(title)})
    named = (world.iri("1"), "1", "--reason", "数据错误", "--officer", "李四", "--yes", "--home", home)

    assert "says now" in run("version", "remove", world.iri("1"), "2", *named[2:]).stderr
    assert "is not one of CL-22" in refused("version", "remove", *named[:3], "随便", *named[4:])
    removed = run("version", "remove", *named, "--note", "来函 7 号", "--json")
    assert removed.returncode == 0, removed.stderr
    listed = msgspec.json.decode(run("version", "list", "--json", "--home", home).stdout)
    assert listed == msgspec.json.decode(removed.stdout)
    assert [(one["version"], one["reason"], one["officer"], one["note"]) for one in listed] == [
        (1, "cl22/5", "李四", "来函 7 号")
    ]
    assert "no version 1" in run("version", "remove", *named).stderr
    assert [one.version for one in ledger.versions(world.iri("1"))] == [2]
    ledger.close()
