"""The page of the mapping language."""

import inspect
from collections.abc import Iterator

import msgspec

from chengguo.reference import markdown
from chengguo.reference.declarations import keys
from vocab.mapping import path
from vocab.mapping.clean import CLEANERS
from vocab.mapping.model import Condition, FieldRule, MappingFile
from vocab.mapping.parsers import PARSERS
from vocab.mapping.target import OURS, RESULTS
from vocab.parse.parsed import Options

PARTS: dict[str, type[msgspec.Struct]] = {
    "The file": MappingFile,
    "A rule": FieldRule,
    "A condition": Condition,
    "Options of parsers": Options,
}


def page() -> str:
    lines = markdown.heading("The mapping language", "`vocab/mapping/` and `vocab/parse/`")
    lines += [
        "A mapping is one file `mappings/<id>.toml` of the home: from the raw records of a source to one kind of record. The",
        'fields are those of [kinds](kinds.md), by their key; a part of a value by a dot, in quotes: `[fields."title.en"]`.',
        f"{_listed(sorted(OURS))} are filled in by the platform and cannot be mapped. Region, publisher and licence come from",
        "the source file unless a rule gives them.",
        "",
    ]
    for title, struct in PARTS.items():
        lines += [f"## {title}", "", markdown.documentation(struct), "", *_table(struct)]
    lines += ["## Paths", "", *_paths(), "## Lookups", "", *LOOKUPS, "", "## Cleaners", ""]
    lines += ["They work in the order given, on every text of a list.", ""]
    lines += markdown.table(("cleaner", "gives"), [(f"`{name}`", said) for name, (_, said) in CLEANERS.items()])
    lines += [
        "## Parsers",
        "",
        "Used when `parser` names one, or else when it is the only one whose value fits the field.",
        "",
    ]
    rows = [(f"`{name}`", _result(name), markdown.documentation(parse)) for name, parse in sorted(PARSERS.items())]
    lines += markdown.table(("parser", "gives", "and says"), rows)
    lines += ["A blank, 无, 暂无, 未标注, 暂未填写, / or -- gives nothing, and is no problem.", ""]
    return markdown.finished(lines)


LOOKUPS = (
    "`lookup` names code lists ([codes](codes.md)) and tables of the same file. Tables are asked first, whatever the order:",
    "the mapping knows better. A field that has a code list and neither `lookup` nor `parser` is looked up in its own list.",
    'A word of a table may give one code, a list of codes, or `""` (known, and worth nothing). A word that nobody knows is',
    "reported as `unknown-code` and left out, unless `on_miss` says otherwise.",
    "",
    "    [tables.my_stage]",
    '    "通过中试" = "cl04/2"',
)


def _paths() -> Iterator[str]:
    yield from inspect.cleandoc(path.__doc__ or "").splitlines()
    yield ""


def _result(name: str) -> str:
    return {"str": "text", "int": "integer", "bool": "true or false", "Decimal": "number (yuan)"}.get(
        RESULTS[name].__name__, f"[{RESULTS[name].__name__}](kinds.md#{RESULTS[name].__name__.lower()})"
    )


def _table(struct: type[msgspec.Struct]) -> list[str]:
    rows = [
        (f"`{key.name}`", key.type, "needed" if key.required else markdown.code(key.default), key.meaning)
        for key in keys(struct)
    ]
    return markdown.table(("key", "type", "default", "meaning"), rows)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
