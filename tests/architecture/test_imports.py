"""The arrows between packages go one way: this table is the architecture, and any other import fails."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# package -> packages of ours it may import
ALLOWED: dict[str, frozenset[str]] = {
    "vocab": frozenset(),
    "harvesters": frozenset(),
    "search": frozenset({"vocab"}),
    "federation": frozenset({"vocab", "harvesters"}),
    "publish": frozenset({"vocab", "search", "federation"}),
    "chengguo": frozenset({"vocab", "harvesters", "search", "federation", "publish"}),
}


def imported(path: Path) -> Iterator[str]:
    """Top-level names that a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name so that the arrow can be seen"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_follow_the_arrows(package: str) -> None:
    forbidden = set(ALLOWED) - ALLOWED[package] - {package}
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imported(path)
        if name in forbidden
    ]
    assert not found


def test_every_package_is_in_the_table() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert folders == set(ALLOWED)
