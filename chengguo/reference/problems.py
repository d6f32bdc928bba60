"""The page of problems: what the mapping, validation and the gate say of a record, by code."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from chengguo.reference import found, markdown
from chengguo.reference.found import Found
from vocab.codes import scheme

ROOT = Path(__file__).resolve().parents[2]
GATE, WITHDRAWAL = "federation.gate", "cl22"
SEVERITIES = {
    "E": "E error: the record is not published",
    "W": "W warning: published with a note",
    "I": "I information",
}


def page() -> str:
    made = [*found.problems(ROOT / "vocab"), *found.problems(ROOT / "federation")]
    lines = markdown.heading("Problems", "the places in `vocab/` and `federation/` that make them")
    lines += [
        "A problem is a value that travels with a record: `code`, `path` (the field), `message`, `severity`, and the raw `value`",
        "where it may be shown. `…` stands for what differs from record to record.",
        "",
        *(f"- {said}" for said in SEVERITIES.values()),
        "",
        "## Of mapping, parsing and validation",
        "",
        *_table(one for one in made if one.module != GATE),
        "## Reasons of the disclosure gate",
        "",
        "A record with one of these is refused or waits; its reason is told to operators only (`chengguo status`,",
        "`chengguo source preview`). What each means for the record is in [disclosure](../explanation/disclosure.md).",
        "",
        *_table(one for one in made if one.module == GATE),
        "## Reasons of a withdrawal",
        "",
        f"All that a tombstone says, a code of [{WITHDRAWAL}](codes.md#{WITHDRAWAL}): "
        + ", ".join(f"{c.zh} ({c.en})" for c in scheme(WITHDRAWAL).concepts.values())
        + ".",
    ]
    return markdown.finished(lines)


def _table(made: Iterable[Found]) -> list[str]:
    by_code: dict[str, list[Found]] = defaultdict(list)
    for one in made:
        by_code[one.code].append(one)
    rows = [
        (f"`{code}`", _severity(by_code[code]), _said(by_code[code]), _modules(by_code[code]))
        for code in sorted(by_code)
    ]
    return markdown.table(("code", "severity", "says", "made in"), rows)


def _severity(made: list[Found]) -> str:
    return "/".join(sorted({letter for one in made for letter in one.severity.split("/")}, key="EWI".index))


def _said(made: list[Found]) -> str:
    return "; ".join(dict.fromkeys(one.message for one in made if one.message.strip("…")))


def _modules(made: list[Found]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(one.module for one in made))
