"""Problems as a source's people read them: every code has its words, every field its label."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import federation
import vocab
from federation.views import ProblemCount
from publish.languages import Lang
from publish.messages import Catalogue
from publish.portal.problems import entries, shown
from publish.portal.reader import Reader
from tests.publish import fakes
from vocab.problem import Severity

# Where problems of records are made, and the functions that make one from a code.
MODULES = (
    *Path(vocab.__file__).parent.rglob("*.py"),
    *(Path(federation.__file__).parent / name for name in ("gate.py", "judge.py", "checking/checker.py")),
)
MAKERS = {"Problem", "problem", "failed", "_problem", "_reason"}


def codes_in(expression: ast.expr) -> Iterator[str]:
    """The code or codes an argument can be. A maker that hands on its own parameter `code` adds none."""
    if isinstance(expression, ast.Constant):
        yield str(expression.value)
    elif isinstance(expression, ast.IfExp):
        yield from codes_in(expression.body)
        yield from codes_in(expression.orelse)
    else:
        assert ast.unparse(expression) == "code", ast.unparse(expression)


def emitted() -> set[str]:
    found: set[str] = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MAKERS:
                given = node.args[:1] or [word.value for word in node.keywords if word.arg == "code"]
                found |= {code for argument in given for code in codes_in(argument)}
    return found


def test_every_code_that_can_be_emitted_has_an_entry_and_no_other_has() -> None:
    found = emitted()
    assert len(found) > 60
    assert sorted(found - entries().keys()) == []
    assert sorted(entries().keys() - found) == []


@pytest.mark.parametrize("code", sorted(entries()))
def test_entries_speak_both_languages(code: str) -> None:
    entry = entries()[code]
    for message in (entry.title, entry.advice):
        assert any("\u4e00" <= c <= "\u9fff" for c in message.text(Lang.ZH))
        assert message.text(Lang.EN).isprintable()
        assert message.text(Lang.EN).strip()


def reader(lang: Lang) -> Reader:
    return Reader(lang, Catalogue(), fakes.services())


def problem(code: str, path: str, count: int, value: str | None = None, message: str = "") -> ProblemCount:
    return ProblemCount(code, path, Severity.WARNING, message, count, value)


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("completedOn", "完成日期", "Completed"),
        ("completed_on", "完成日期", "Completed"),
        ("ipr[3].no", "知识产权 · 编号", "Intellectual property · Number"),
        ("research_period.start", "研究起止", "Research period"),
        ("listing[0].validFrom", "挂牌 · 起始", "Listing · From"),
        ("$", "整条记录", "The whole record"),
        ("*", "整条记录", "The whole record"),
        ("unheardOf", "unheardOf", "unheardOf"),
    ],
)
def test_fields_go_by_their_labels(path: str, zh: str, en: str) -> None:
    counts = [problem("missing", path, 1)]
    assert [shown(counts, ["achievement"], reader(lang))[0].field for lang in Lang] == [zh, en]


def test_a_field_is_named_as_the_kinds_of_the_source_name_it() -> None:
    counts = [problem("missing", "firstOrg", 1)]
    assert shown(counts, ["demand"], reader(Lang.ZH))[0].field == "需求单位"
    assert shown(counts, ["achievement", "demand"], reader(Lang.ZH))[0].field == "第一完成单位"


def test_one_problem_of_one_field_is_one_line() -> None:
    counts = [
        problem("text-long", "title", 4),
        problem("unknown-code", "stage", 3, "孵化期"),
        problem("unknown-code", "stage", 2, "加速期"),
        problem("identifier-check", "orgs[0].uscc", 3),
        problem("identifier-check", "orgs[1].uscc", 3),
    ]
    found = shown(counts, [], reader(Lang.ZH))
    assert [(p.code, p.key, p.count, p.values) for p in found] == [
        ("identifier-check", "orgs.uscc", 6, ()),
        ("unknown-code", "stage", 5, ("孵化期", "加速期")),
        ("text-long", "title", 4, ()),
    ]


def test_a_code_of_a_later_release_is_shown_by_its_message() -> None:
    found = shown([problem("brand-new", "title", 1, message="said by the ledger")], [], reader(Lang.ZH))[0]
    assert (found.title, found.advice) == ("said by the ledger", "")
