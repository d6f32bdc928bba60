"""Every link inside the repository leads somewhere, and the two READMEs lead to the same places."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import HEADING, ROOT, anchors, blocks, links, pages, prose, shown


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_resolve(page: Path) -> None:
    broken = [link for link in links(page.read_text("utf-8")) if not resolves(page, link)]
    assert not broken, f"{shown(page)} leads nowhere at {', '.join(broken)}"


def resolves(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not parts.fragment or unquote(parts.fragment) in anchors(target.read_text("utf-8"))


def test_the_readmes_say_the_same() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    assert len(HEADING.findall(prose(english))) == len(HEADING.findall(prose(chinese)))
    other = {"README.md", "README.zh.md"}
    assert [link for link in links(english) if link not in other] == [
        link for link in links(chinese) if link not in other
    ]
    assert re.findall(r"scripts/\w+", english) == re.findall(r"scripts/\w+", chinese)
    assert english.count("\n| ") == chinese.count("\n| ")


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        found = [link for link in links(page.read_text("utf-8")) if not urlsplit(link).scheme]
        todo += [p for link in found if (p := (page.parent / urlsplit(link).path).resolve()).suffix == ".md"]
    unreached = [shown(page) for page in pages() if page.is_relative_to(ROOT / "docs") and page not in seen]
    assert not unreached


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_examples_are_valid_toml(page: Path) -> None:
    for block in blocks(page.read_text("utf-8")):
        if block.language == "toml":
            assert tomllib.loads(block.text)
