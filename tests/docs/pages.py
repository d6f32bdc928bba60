"""The documentation as the tests read it: its pages, their links, headings and blocks of code."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, its text, and the paragraph that leads to it."""

    language: str
    text: str
    before: str


def pages() -> list[Path]:
    """Every Markdown page of the repository, whether or not it has been committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in sorted(set(listed.stdout.splitlines())) if (path := ROOT / name).exists()]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(text: str) -> Iterator[Block]:
    for found in FENCE.finditer(text):
        before = text[: found.start()].rstrip().rpartition("\n\n")[2]
        body = re.sub(rf"^{found[1]}", "", found[3], flags=re.MULTILINE)
        yield Block(found[2], body, before)


def prose(text: str) -> str:
    """The page without its blocks of code, in which nothing is a link or a heading."""
    return INDENTED.sub("\n", FENCE.sub("", text))


def links(text: str) -> list[str]:
    return LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get where Markdown is shown (the rule of the common forges)."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(text)):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        copy = 0
        while (name := f"{plain}-{copy}" if copy else plain) in found:
            copy += 1
        found.add(name)
    return found


def commands(text: str) -> Iterator[str]:
    """Every command line of ours that a page quotes: in blocks, and in `code`."""
    code = [block.text for block in blocks(text) if block.language in ("sh", "")]
    code += INDENTED.findall(FENCE.sub("", text))
    lines = [line.strip() for part in code for line in part.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", prose(text))
    for line in lines:
        words = line.partition(" #")[0].split("   ")[0].strip()
        words = words.removeprefix("ExecStart=").removeprefix("/opt/chengguo/bin/")
        if words == "chengguo" or words.startswith("chengguo "):
            yield words
