"""The command line: what is wrong is said in one line with what to do about it, and the exit code tells."""

import signal
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from chengguo.home import Home, create
from federation.ledger import Ledger
from federation.views import RunStatus
from tests.chengguo.commands import refused, run, start
from tests.chengguo.processes import eventually
from tests.federation.world import World, good

SOURCE = """
id = "{id}"
title = {{ zh = "测试" }}
protocol = "{protocol}"
url = "{url}"
region = "310000"
publisher = {{ zh = "测试" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["plain"]
[limits]
allow_private = true
timeout = 60
[options]
{options}
"""
OPTIONS = 'record_path = "rows"\nid_path = "id"\npaging = "none"'
MAPPING = 'id = "plain"\nversion = "1"\nkind = "achievement"\n[fields.title]\nfrom = "name"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without sources."""
    folder = tmp_path / "home"
    create(Home(folder))
    for file in [*folder.glob("sources/*"), *folder.glob("mappings/*")]:
        file.unlink()
    return folder


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/list"


def add_source(home: Path, name: str, url: str, protocol: str = "json_api", options: str = OPTIONS) -> Path:
    (home / "mappings" / "plain.toml").write_text(MAPPING, "utf-8")
    file = home / "sources" / f"{name}.toml"
    file.write_text(SOURCE.format(id=name, protocol=protocol, url=url, options=options), "utf-8")
    return file


def test_version() -> None:
    assert run("--version").stdout == f"chengguo {version('chengguo')}\n"


@pytest.mark.parametrize("arguments", [["nothing"], ["project", "--rebuild", "x"]])
def test_wrong_usage(arguments: list[str]) -> None:
    assert "Usage: chengguo" in refused(*arguments)


def test_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    said = refused("status", cwd=tmp_path)
    assert f"{tmp_path / 'home'} does not exist" in said
    assert "chengguo init home" in said
    assert str(tmp_path / "other") in refused("status", CHENGGUO_HOME=str(tmp_path / "other"))
    assert "has no chengguo.toml" in refused("serve", "--home", tmp_path)


def test_init_makes_a_home_once(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    assert run("init", folder).returncode == 0
    assert {p.name for p in folder.iterdir()} == {"chengguo.toml", "sources", "mappings", "data"}
    before = (folder / "chengguo.toml").read_text("utf-8")
    assert "exists already" in refused("init", folder)
    assert (folder / "chengguo.toml").read_text("utf-8") == before
    assert "is a file" in refused("init", folder / "chengguo.toml")


def test_an_unknown_setting_is_refused_with_the_nearest(home: Path) -> None:
    (home / "chengguo.toml").write_text("[http]\nprot = 1\n", "utf-8")
    said = refused("status", "--home", home)
    assert "chengguo.toml" in said
    assert "Did you mean port?" in said
    (home / "chengguo.toml").write_text("", "utf-8")
    assert "Did you mean CHENGGUO_HTTP_PORT" in refused("status", "--home", home, CHENGGUO_HTTP_PROT="1")


def test_status_of_an_empty_node(home: Path) -> None:
    done = run("status", "--json", "--home", home)
    found = msgspec.json.decode(done.stdout)
    assert {k: found[k] for k in ("published", "refused", "held", "seq", "outputs", "sources")} == {
        "published": {},
        "refused": 0,
        "held": 0,
        "seq": 0,
        "outputs": {},
        "sources": {},
    }


def test_a_ledger_that_cannot_be_used_is_said_plainly(home: Path) -> None:
    (home / "data" / "ledger.sqlite").write_text("this is no database", "utf-8")
    done = run("status", "--home", home)
    assert done.returncode in (1, 2)
    assert "ledger" in done.stderr


def test_an_unknown_source_is_answered_with_the_nearest(home: Path) -> None:
    add_source(home, "shanghai", "http://127.0.0.1:1/")
    for arguments in (
        ["harvest", "shangai"],
        ["source", "check", "shangai"],
    ):
        assert "Did you mean shanghai?" in refused(*arguments, "--home", home)


def test_harvest_must_be_told_what(home: Path) -> None:
    assert "--all" in refused("harvest", "--home", home)
    assert "goes alone" in refused("harvest", "--accept", "1", "--all", "--home", home)


def test_source_check_names_every_wrong_file(home: Path) -> None:
    add_source(home, "good", "http://127.0.0.1:1/")
    add_source(home, "worse", "http://127.0.0.1:1/", protocol="telex")
    assert run("source", "check", "good", "--home", home).returncode == 0
    done = run("source", "check", "--json", "--home", home)
    assert done.returncode == 2
    problems = {c["id"]: c["problem"] for c in msgspec.json.decode(done.stdout)}
    assert problems["good"] == ""
    assert "telex" in problems["worse"]
    (home / "sources" / "broken.toml").write_text("id = 3", "utf-8")
    done = run("source", "check", "--home", home)
    assert (done.returncode, "broken.toml" in done.stdout) == (2, True)


def test_a_source_that_fails_stops_no_other_and_the_exit_code_tells(home: Path, tmp_path: Path) -> None:
    add_source(home, "down", "http://127.0.0.1:1/", options=OPTIONS).write_text(
        SOURCE.format(id="down", protocol="json_api", url="http://127.0.0.1:1/", options=OPTIONS).replace(
            "timeout = 60", "retries = 0"
        ),
        "utf-8",
    )
    add_source(home, "wrong", "http://127.0.0.1:1/", protocol="telex")
    (home / "sources" / "broken.toml").write_text("id = 3", "utf-8")
    done = run("harvest", "--all", "--json", "--home", home)
    assert done.returncode == 1
    outcomes = {o["source"]: o for o in msgspec.json.decode(done.stdout)}
    assert outcomes["down"]["run"]["status"] == "failed"
    assert "telex" in outcomes["wrong"]["error"]
    assert "broken.toml" in outcomes["broken"]["error"]


def test_ctrl_c_ends_a_harvest_quietly_and_leaves_no_run_behind(home: Path, silent: str) -> None:
    add_source(home, "slow", silent)
    ledger = Ledger.open(f"sqlite:///{home / 'data' / 'ledger.sqlite'}")
    process = start("harvest", "slow", "--home", home)

    def running() -> bool:
        last = ledger.source("slow").last_run
        return last is not None and last.status is RunStatus.RUNNING

    eventually(running, "a running harvest")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in output
    assert run("status", "--home", home).returncode == 0
    assert not running()
    again = start("harvest", "slow", "--home", home)  # its lease is free at once: the owner is gone
    try:
        eventually(running, "a second harvest")
    finally:
        again.kill()
        again.communicate()
        ledger.close()


def test_init_gives_an_example_that_becomes_a_source(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    run("init", folder)
    assert "copy sources/my-province.toml.example" in run("source", "list", "--home", folder).stderr
    (folder / "sources" / "my-province.toml").write_bytes(
        (folder / "sources" / "my-province.toml.example").read_bytes()
    )
    assert "my-province: good" in run("source", "check", "--home", folder).stdout


def test_home_may_stand_before_the_command(home: Path) -> None:
    assert "published" in run("--home", home, "status", "--json").stdout


def test_a_source_is_retired_once_its_file_is_gone(home: Path) -> None:
    file = add_source(home, "cn-xx", "http://127.0.0.1:9/")
    assert "Take it away first" in refused("source", "retire", "cn-xx", "--home", home)
    file.unlink()
    assert 'nothing is known of a source "cn-xx"' in refused("source", "retire", "cn-xx", "--home", home)
    ledger = Ledger.open(f"sqlite:///{home / 'data' / 'ledger.sqlite'}")
    World(ledger).harvest({"1": good("一"), "2": good("二")})
    assert "say --yes" in refused("source", "retire", "cn-xx", "--home", home)
    assert len(ledger.page(0, 10)) == 2
    (outcome,) = msgspec.json.decode(run("source", "retire", "cn-xx", "--yes", "--json", "--home", home).stdout)
    assert outcome["run"]["counts"]["withdrawn"] == 2
    assert ledger.page(0, 10) == []
    ledger.close()
