"""The generated pages are current and leave nothing out."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from chengguo import reference
from chengguo.reference import cli, http
from chengguo.reference.__main__ import main
from chengguo.settings import declared
from harvesters import HARVESTERS
from publish.api.operations import OPERATIONS
from publish.problem import all_outcomes
from tests.docs.pages import ROOT
from vocab.codes import SCHEME_IDS
from vocab.field import fields
from vocab.kinds import KINDS
from vocab.mapping.clean import CLEANERS
from vocab.mapping.parsers import PARSERS

REFERENCE = ROOT / reference.FOLDER

BY_HAND = ("conformance", "real-catalogues", "real-files")  # tables that tests read and check


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text("utf-8")


def lacking(name: str, words: Iterable[str]) -> list[str]:
    text = page(name)
    return [word for word in words if word not in text]


def test_generated_pages_are_current() -> None:
    assert [str(path.relative_to(ROOT)) for path in reference.stale(ROOT)] == []


def test_no_other_page_is_in_the_folder() -> None:
    assert {path.stem for path in REFERENCE.glob("*.md")} == {*reference.PAGES, "README", *BY_HAND}


def test_every_command_and_option_is_described() -> None:
    for name, command in cli.commands():
        section = page("cli").partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        options = [o for p in command.params if not getattr(p, "hidden", False) for o in p.opts if o.startswith("--")]
        assert not [option for option in options if f"`{option}" not in section], name


def test_every_answer_in_json_has_its_shape() -> None:
    answering = {name for name, command in cli.commands() if any("--json" in p.opts for p in command.params)}
    assert answering == set(cli.ANSWERS)


def test_every_declaration_appears() -> None:
    assert not lacking("settings", (f"`{s.variable}`" for s in declared()))
    assert not lacking("sources", (f'## protocol = "{name}"' for name in HARVESTERS))
    assert not lacking("mapping", (f"| `{name}` |" for name in (*PARSERS, *CLEANERS)))
    assert not lacking("kinds", (f"| `{b.key}` |" for kind in KINDS.values() for b in fields(kind.record)))
    assert not lacking("codes", (f"\n## {scheme}\n" for scheme in SCHEME_IDS))
    assert not lacking("problems", (f"`{code}`" for code in ("unknown-code", "missing", "date-invalid", "embargo")))


def test_every_address_appears() -> None:
    assert not lacking("http", (f"`{route.path.replace(':path', '')}`" for route in http.routes()))
    assert not lacking("http", (f"GET /api/v1{operation.path}\n" for operation in OPERATIONS))
    assert not lacking("http", (f"`{outcome.slug}`" for outcome in all_outcomes()))


def test_every_key_of_a_source_and_a_mapping_says_what_it_is() -> None:
    silent = [
        line
        for name in ("sources", "mapping")
        for line in page(name).splitlines()
        if line.startswith("| `") and line.endswith(("| |", "| | |"))
    ]
    assert not silent


def test_check_names_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference.write(tmp_path)
    assert main(["--check"], tmp_path) == 0
    stale = tmp_path / reference.FOLDER / "kinds.md"
    stale.write_text("old", "utf-8")
    assert main(["--check"], tmp_path) == 1
    assert "docs/reference/kinds.md is stale" in capsys.readouterr().out
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
