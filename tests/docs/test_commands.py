"""What the documentation tells people to type can be typed."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from chengguo.cli import app
from tests.docs.pages import ROOT, commands, pages, shown

QUOTED = sorted({(shown(page), line) for page in pages() for line in commands(page.read_text("utf-8"))})


@pytest.mark.parametrize(("page", "line"), QUOTED)
def test_a_quoted_command_line_parses(page: str, line: str) -> None:
    assert not list(mistakes(line)), f"{page}: {line}"


def mistakes(line: str) -> Iterator[str]:
    """What is wrong with a command line, by the command's own parser; nothing is run."""
    command: Any = typer.main.get_command(app)
    words = [word for word in shlex.split(line)[1:] if word not in ("...", "[OPTIONS]", "|")]
    context = command.make_context("chengguo", [], resilient_parsing=True)
    while words and words[0].startswith("--"):  # options of the program itself
        option = words.pop(0)
        known = [p for p in command.params if option in p.opts]
        if not known:
            yield f"unknown option {option}"
        elif not known[0].is_flag:
            words.pop(0)
    while (
        words and hasattr(command, "commands") and not words[0].startswith("-")
    ):  # some groups do something themselves
        named = words[0] in command.commands
        name = words.pop(0) if named else getattr(command, "default", words[0])
        if name not in command.commands:
            yield f"unknown command {name}"
            return
        command = command.commands[name]
        context = command.make_context(name, [], parent=context, resilient_parsing=True)
    options = {option for p in command.params for option in p.opts}
    yield from (f"unknown option {w}" for w in words if re.match("--[a-z]", w) and w not in options)
    takes = any(p.param_type_name == "argument" for p in command.params)
    values = {after for option, after in zip(words, words[1:], strict=False) if option.startswith("--")}
    plain = [w for w in words if not w.startswith(("-", "[")) and w not in values]
    if plain and not takes:
        yield f"takes no argument {plain[0]}"


def test_mistakes_are_found() -> None:
    assert list(mistakes("chengguo harvest --everything")) == ["unknown option --everything"]
    assert list(mistakes("chengguo sources list")) == ["unknown command sources"]
    assert list(mistakes("chengguo verify beijing")) == ["takes no argument beijing"]
    assert not list(mistakes("chengguo source preview beijing --limit 20"))


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readmes_scripts_can_be_run(page: str) -> None:
    scripts = set(re.findall(r"scripts/\w+", (ROOT / page).read_text("utf-8")))
    assert scripts == {"scripts/demo", "scripts/test"}
    for script in scripts:
        path: Path = ROOT / script
        assert path.is_file()
        assert os.access(path, os.X_OK)
        assert path.read_bytes().startswith(b"#!")


def test_modules_named_by_the_documentation_exist() -> None:
    files = re.compile(r"`((?:vocab|harvesters|search|federation|publish|chengguo|tests|config|scripts)/[\w./\-]*)`")
    named = {(shown(p), name) for p in pages() for name in files.findall(p.read_text("utf-8"))}
    made_up = {"vocab/kinds/equipment.py", "chengguo/_config"}  # the how-to's example; only in the wheel
    missing = [f"{page}: {name}" for page, name in sorted(named) if name not in made_up and not (ROOT / name).exists()]
    assert not missing
