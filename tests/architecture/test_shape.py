"""Code stays readable from its tree: no long files, no rooms without a name, nothing that happens at import."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vocab", "harvesters", "search", "federation", "publish", "chengguo")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
LONGEST = 500
VAGUE = {"utils", "util", "helpers", "common", "misc", "manager"}


def test_no_file_is_longer_than_it_can_be_read() -> None:
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > LONGEST}
    assert not long


def test_file_names_say_what_is_in_them() -> None:
    assert not [str(p.relative_to(ROOT)) for p in MODULES if p.stem in VAGUE]


def test_functions_are_short() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in MODULES
        if "versions" not in path.parts  # a migration is one list of statements, read from top to bottom
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[len(lengths) * 9 // 10] <= 30  # p90 of the codebases worth imitating
    assert lengths[-1] <= 100


def test_every_module_says_its_purpose() -> None:
    silent = [
        p for p in MODULES if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not [str(p.relative_to(ROOT)) for p in silent]
