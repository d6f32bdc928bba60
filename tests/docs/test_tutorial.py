"""The tutorial, walked as it is written: its files saved, its commands run, its promises kept."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.chengguo.commands import run
from tests.docs.pages import ROOT, blocks

TUTORIAL = (ROOT / "docs" / "tutorial" / "join-as-a-province.md").read_text("utf-8")
FILE = re.compile(r"[Ss]ave[ds]?[^`]*`([\w/.\-]+)`")
ENDLESS = "chengguo serve"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every step but `serve` was done; what each command said is in `said.json`."""
    folder = tmp_path_factory.mktemp("province")
    said: list[tuple[str, str]] = []
    for block in blocks(TUTORIAL):
        if block.language == "sh":
            for line in (line.strip() for line in block.text.splitlines() if line.strip() != ENDLESS):
                done = run(*shlex.split(line)[1:], cwd=folder)
                assert done.returncode == 0, (line, done.stderr)
                said.append((line, done.stdout))
        elif found := FILE.search(block.before):
            path = folder / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        else:
            amend(folder / "home" / "mappings" / "my-province.toml", block.text)
    (folder / "said.json").write_text(json.dumps(said), "utf-8")
    return folder


def amend(mapping: Path, line: str) -> None:
    """The tutorial's one change: a line in [tables.stage], and a new version."""
    text = mapping.read_text("utf-8")
    assert "[tables.stage]" in text
    assert 'version = "1.0.0"' in text
    head, table, rest = text.partition("[tables.stage]")
    first, _, rest = rest.partition("\n")
    mapping.write_text(f"{head}{table}{first}\n{line}{rest}".replace('"1.0.0"', '"1.0.1"'), "utf-8")


def answer(folder: Path, *arguments: str) -> Any:
    return json.loads(run(*arguments, "--json", cwd=folder).stdout)


def test_three_of_six_are_public(walked: Path) -> None:
    status = answer(walked, "status")
    assert status["published"] == {"achievement": 3}
    assert status["held"] == 1
    assert status["sources"]["my-province"]["refused"] == {"public-funding-unproven": 1, "secret-level-missing": 1}
    assert {name: output["records"] for name, output in status["outputs"].items()} == {"search": 3, "graph": 3}


def test_the_preview_says_what_the_tutorial_says(walked: Path) -> None:
    said = dict(json.loads((walked / "said.json").read_text("utf-8")))
    preview = said["chengguo source preview my-province --limit 20"]
    for words in re.findall(r"`((?:refused|held|no code)[^`]*)`", TUTORIAL):
        assert words in preview, words
    assert "ZJ-004" not in preview
    assert '"min":"300000"' in preview
    assert '"2019-03"' in preview


def test_the_mended_word_changes_one_record(walked: Path) -> None:
    assert answer(walked, "status")["seq"] == 4  # three published, one changed
    said = dict(json.loads((walked / "said.json").read_text("utf-8")))
    assert "Every output equals the ledger." in said["chengguo verify"]


def test_deletions_need_two_whole_passes(walked: Path) -> None:
    listing = walked / "listing" / "achievements.csv"
    lines = listing.read_text("utf-8").splitlines(keepends=True)
    listing.write_text("".join(line for line in lines if not line.startswith("ZJ-003")), "utf-8")
    first = answer(walked, "harvest", "my-province", "--full")[0]["run"]["counts"]
    second = answer(walked, "harvest", "my-province", "--full")[0]["run"]["counts"]
    assert (first["withdrawn"], second["withdrawn"]) == (0, 1)
