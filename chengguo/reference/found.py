"""Problems as the code makes them: read from the source of the packages, so that none can be forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Maker(msgspec.Struct, frozen=True):
    """A function that makes a problem: its severity unless a call says otherwise, the place of the message among its
    arguments, and its code when it has but one."""

    severity: str
    message: int
    code: str = ""


MAKERS = {
    "Problem": Maker("E", 2),
    "problem": Maker("W", 1),
    "failed": Maker("W", 1),
    "_problem": Maker("I", 1),
    "_reason": Maker("E", 2),
    "missing": Maker("E/W", -1, "missing"),
}


class Found(msgspec.Struct, frozen=True, order=True):
    """One place where a problem is made. `message` holds "…" where a value is put in."""

    code: str
    severity: str
    message: str
    module: str


def problems(folder: Path) -> Iterator[Found]:
    """Every problem made by the modules of a package."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        module = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            known = _assigned(function)
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                yield from _made(call, known, module)


def _made(call: ast.Call, known: dict[str, ast.expr], module: str) -> Iterator[Found]:
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    if name not in MAKERS or not call.args:
        return
    maker = MAKERS[name]
    rest = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    message = _text(call.args[maker.message], known) if 0 < maker.message < len(call.args) else ""
    for code in [maker.code] if maker.code else _constants(call.args[0]):
        yield Found(code, _severity(rest, known) or maker.severity, message, module)


def _assigned(function: ast.FunctionDef) -> dict[str, ast.expr]:
    return {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts an expression can be: a constant, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _text(node: ast.expr, known: dict[str, ast.expr]) -> str:
    """A message, with "…" for what is only known when it is made."""
    if isinstance(node, ast.Name) and node.id in known:
        return _text(known[node.id], {})
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return " / ".join(_constants(node)) or "…"


def _severity(nodes: list[ast.expr], known: dict[str, ast.expr]) -> str:
    """Its letter, or both when it depends."""
    letters: set[str] = set()
    for node in nodes:
        value = known.get(node.id, node) if isinstance(node, ast.Name) else node
        letters |= {
            part.attr[0]
            for part in ast.walk(value)
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "Severity"
        }
    return "/".join(sorted(letters))
