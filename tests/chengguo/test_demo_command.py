"""The demonstration, whole: fictional provinces harvested over HTTP, twice."""

from pathlib import Path
from typing import Any

import msgspec

from tests.chengguo.commands import run


def once(home: Path) -> dict[str, Any]:
    done = run("demo", "--once", "--json", "--home", home)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


def test_the_second_day_corrects_and_withdraws_and_then_nothing_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = once(home)
    records = sum(first["published"].values())
    assert records > 1000
    assert first["refused"] > 0
    assert set(first["outputs"]) == {"search", "graph"}
    assert all(o == {"seq": first["seq"], "records": records} for o in first["outputs"].values())
    second = once(home)
    assert second["seq"] > first["seq"]
    assert sum(second["published"].values()) < records
    assert second["refused"] > first["refused"]
    assert once(home)["seq"] == second["seq"]
    assert run("verify", "--home", home).returncode == 0
