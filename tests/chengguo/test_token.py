"""Tokens on the command line: shown once, listed without their secret, revoked by their id."""

from pathlib import Path

import msgspec
import pytest

from tests.chengguo.commands import refused, run

SOURCE = """
id = "{name}"
title = {{ zh = "某省" }}
publisher = {{ zh = "某省科技厅" }}
region = "330000"
licence = "https://creativecommons.org/licenses/by/4.0/"
protocol = "{protocol}"
url = ""
mappings = ["my-province"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert run("init", folder).returncode == 0
    for name, protocol in (("pushing", "push"), ("fetched", "file")):
        (folder / "sources" / f"{name}.toml").write_text(SOURCE.format(name=name, protocol=protocol), "utf-8")
    return folder


def test_a_token_from_its_making_to_its_end(home: Path) -> None:
    made = run("token", "create", "--source", "pushing", "--name", "某省平台", "--home", home)
    secret = made.stdout.strip()
    assert made.returncode == 0
    assert secret.startswith("cgt_")
    assert secret not in made.stderr
    listed = run("token", "list", "--json", "--home", home).stdout
    assert secret.rpartition("_")[2] not in listed
    (token,) = msgspec.json.decode(listed)
    assert (token["name"], token["source"], token["used"], token["revoked"]) == ("某省平台", "pushing", None, None)
    assert token["id"] == secret.split("_")[1]
    assert "is revoked" in run("token", "revoke", token["id"], "--home", home).stdout
    assert msgspec.json.decode(run("token", "list", "--json", "--home", home).stdout)[0]["revoked"]


def test_what_cannot_be_is_refused(home: Path) -> None:
    assert "protocol is 'file'" in refused("token", "create", "--source", "fetched", "--name", "x", "--home", home)
    assert "one source or for one role" in refused("token", "create", "--name", "x", "--home", home)
