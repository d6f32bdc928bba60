"""The page of source files: their keys, and the options of every protocol."""

import inspect

import msgspec

from chengguo.reference import markdown
from chengguo.reference.declarations import keys
from federation.source import Declaration, DisclosurePolicy, Guard, Name, Source
from harvesters import HARVESTERS
from harvesters.base import Limits
from harvesters.columns import Column, Labelled, Positions, Shift
from harvesters.detail import Detail
from harvesters.secrets import SecretRef
from harvesters.signing import Signing

COLUMNS = ("key", "type", "default", "meaning")
TABLES: dict[str, type[msgspec.Struct]] = {
    "title, publisher": Name,
    "[disclosure]": DisclosurePolicy,
    "[disclosure] declaration": Declaration,
    "[guard]": Guard,
    "[limits]": Limits,
}
PARTS: dict[str, dict[str, type[msgspec.Struct]]] = {  # tables within the options of a protocol
    "html": {"columns": Column, "positions": Positions, "positions.shift": Shift, "labelled": Labelled},
    "json_api": {"sign": Signing, "detail": Detail},
}


def page() -> str:
    lines = markdown.heading("Source files", "`federation/source.py` and `harvesters/`")
    lines += [
        "A source is one file `sources/<id>.toml` of the home. Unknown keys are refused. A change takes effect with the next",
        "harvest.",
        "",
        *_table(Source),
    ]
    for title, struct in TABLES.items():
        said = markdown.documentation(struct)
        lines += [f"## {title}", "", *([said, ""] if said else []), *_table(struct)]
    lines += [
        "## Secrets",
        "",
        "Where the type says secret, the file names the place of the secret: an environment variable (`env`) or a file (`file`).",
        "A secret is never written in plain in a source file, and never shown in a message.",
        "",
        '    params = { userKey = { env = "BEIJING_USER_KEY" } }',
        "",
        *_table(SecretRef),
    ]
    for protocol, factory in HARVESTERS.items():
        lines += _protocol(protocol, factory)
    return markdown.finished(lines)


def _protocol(protocol: str, factory: object) -> list[str]:
    struct: type[msgspec.Struct] = getattr(factory, "Options")  # noqa: B009 - declared by every harvester of ours
    module = inspect.getmodule(factory)
    told = [f"{markdown.documentation(module)}", "", f"{markdown.documentation(struct)}", ""]
    parts = [line for name, part in PARTS.get(protocol, {}).items() for line in _part(f"[options.{name}]", part)]
    return [f'## protocol = "{protocol}"', "", *told, "Keys of `[options]`:", "", *_table(struct), *parts]


def _part(title: str, struct: type[msgspec.Struct]) -> list[str]:
    return [f"### {title}", "", markdown.documentation(struct), "", *_table(struct)]


def _table(struct: type[msgspec.Struct]) -> list[str]:
    rows = [
        (f"`{key.name}`", key.type, "needed" if key.required else markdown.code(key.default), key.meaning)
        for key in keys(struct)
    ]
    return markdown.table(COLUMNS, rows)
