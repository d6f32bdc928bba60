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
CHANGED = re.compile(r"[Ii]n\s+`(home/[\w/.\-]+\.toml)`")
ENDLESS = "chengguo serve"
SOURCE = "our-province"


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
            change = CHANGED.search(block.before)
            assert change is not None, block.before
            amend(folder / change[1], block.text)
    (folder / "said.json").write_text(json.dumps(said), "utf-8")
    return folder


def amend(file: Path, block: str) -> None:
    """A change as a person makes it: a line takes the place of the one that gives its key, or is new in its table."""
    lines = file.read_text("utf-8").splitlines()
    table = ""
    for line in filter(None, block.splitlines()):
        if line.startswith("["):
            table = line
            if table not in lines:
                lines += ["", table]
            continue
        start = lines.index(table) + 1 if table else 0
        end = next((n for n in range(start, len(lines)) if lines[n].startswith("[")), len(lines))
        key = line.partition("=")[0].strip()
        given = [n for n in range(start, end) if lines[n].partition("=")[0].strip() in (key, f"# {key}")]
        assert table or given, f"{file} has no line for {key}"
        if given:
            lines[given[0]] = line
        else:
            lines.insert(start, line)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def answer(folder: Path, *arguments: str) -> Any:
    return json.loads(run(*arguments, "--json", cwd=folder).stdout)


def test_three_of_six_are_public(walked: Path) -> None:
    status = answer(walked, "status")
    assert status["published"] == {"achievement": 3}
    assert status["held"] == 1
    assert status["sources"][SOURCE]["refused"] == {"public-funding-unproven": 1, "secret-level-missing": 1}
    assert {name: output["records"] for name, output in status["outputs"].items()} == {"search": 3, "graph": 3}


def test_the_preview_says_what_the_tutorial_says(walked: Path) -> None:
    said = dict(json.loads((walked / "said.json").read_text("utf-8")))
    preview = said["chengguo source preview our-province --limit 20"]
    for words in re.findall(r"`((?:refused|held|no code)[^`]*)`", TUTORIAL):
        assert words in preview, words
    assert "ZJ-004" not in preview
    assert '"min":"300000"' in preview
    assert '"2019-03"' in preview


def test_the_mended_word_changes_one_record(walked: Path) -> None:
    assert answer(walked, "status")["seq"] == 4  # three published, one changed
    said = dict(json.loads((walked / "said.json").read_text("utf-8")))
    assert "Every output equals the ledger." in said["chengguo verify"]


def test_what_was_left_behind_is_what_the_tutorial_says(walked: Path) -> None:
    said = dict(json.loads((walked / "said.json").read_text("utf-8")))
    coverage = said["chengguo source coverage our-province"]
    for words in ("推广范围", "样机", "completedOn", "联系电话"):
        assert words in coverage
    assert "1390000" not in coverage
    kept = said["chengguo source preview our-province --kept"]
    assert re.search(r"achievement\s+│ stage\s+│\s+1 │\s+0 │\s+0", kept), kept
    assert re.search(r"unknown-code\s+│ stage\s+│\s+0 │\s+1", kept), kept


def test_deletions_need_two_whole_passes(walked: Path) -> None:
    listing = walked / "listing" / "achievements.csv"
    lines = listing.read_text("utf-8").splitlines(keepends=True)
    listing.write_text("".join(line for line in lines if not line.startswith("ZJ-003")), "utf-8")
    first = answer(walked, "harvest", SOURCE, "--full")[0]["run"]["counts"]
    second = answer(walked, "harvest", SOURCE, "--full")[0]["run"]["counts"]
    assert (first["withdrawn"], second["withdrawn"]) == (0, 1)
