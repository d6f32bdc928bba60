"""Offers on the command line: drafted from a record, reviewed by somebody else, told by the site, taken back."""

import json
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from chengguo.home import Home, create
from federation.ledger import Ledger
from tests.chengguo.city import SOURCE
from tests.chengguo.commands import refused, run
from tests.chengguo.test_workbench import LISTING, MAPPING

MODES = '[fields.transferModes]\ndefault = ["cl15/3"]\n[fields."title.en"]\nfrom = "阶段"\n'
WHO = ("--translator", "译者", "--officer", "审核人", "--org", "某厅", "--basis", "制度", "--screening", "SCR-1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    create(Home(folder / "home"))
    (folder / "list.csv").write_text(LISTING.replace("小试", "A film\u007f"), "utf-8")
    (folder / "home/sources/city.toml").write_text(SOURCE.replace("FOLDER", str(folder)), "utf-8")
    (folder / "home/mappings/city.toml").write_text(MAPPING + MODES, "utf-8")
    assert run("harvest", "city", "--home", folder / "home").returncode == 0
    return folder / "home"


def test_an_offer_from_its_draft_to_its_end(home: Path) -> None:
    with closing(Ledger.open(f"sqlite:///{home}/data/ledger.sqlite")) as ledger:
        iri = next(r.iri for r in ledger.page(0, 10) if r.record.source_record_id == ("A-0",))
    text = home.parent / "offer.toml"
    draft = run("offer", "draft", iri, "--home", home).stdout
    assert tomllib.loads(draft)["title"].startswith("A film")
    text.write_text(draft, "utf-8")
    assert "summary has no text" in refused("offer", "approve", iri, text, *WHO, "--home", home)
    content = tomllib.loads(draft)["content"]
    text.write_text(
        f'content = "{content}"\ntitle = "A film"\nsummary = "It spreads heat."\ndescription = "It is thin."\n', "utf-8"
    )
    said = run("offer", "approve", iri, text, *WHO, "--home", home)
    assert (said.returncode, "A film" in said.stdout) == (0, True)
    [listed] = json.loads(run("offer", "list", "--json", "--home", home).stdout)
    assert (listed["iri"], listed["title"], bool(listed["until"])) == (iri, "A film", True)
    assert run("offer", "end", iri, *WHO[2:8], "--home", home).returncode == 0
    [ended] = json.loads(run("offer", "list", "--json", "--home", home).stdout)
    assert (ended["title"], ended["until"]) == ("", "")


def test_what_cannot_be_offered_is_said(home: Path) -> None:
    assert "no public achievement" in refused("offer", "draft", "https://example.org/x", "--home", home)
    bad = home.parent / "bad.toml"
    bad.write_text('title = "x"\ncolour = "red"\n', "utf-8")
    assert "bad.toml: Object" in refused("offer", "approve", "https://example.org/x", bad, *WHO, "--home", home)
