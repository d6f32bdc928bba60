"""Text made from declarations: the commented `chengguo.toml`, and the reference pages of settings and commands.

`python -m chengguo.reference` rewrites them in the repository; a test fails when they are stale.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main

from chengguo.settings import Setting, declared, sections

WIDTH = 110


def settings_file(values: dict[str, dict[str, object]] | None = None) -> str:
    """A `chengguo.toml` with every setting explained; those in `values` (section -> key -> value) are set, the others shown."""
    chosen = values or {}
    lines = [
        "# Settings of this chengguo node. Every setting is shown with its default;",
        "# remove the # to change one.",
    ]
    for section, (_, meaning) in sections().items():
        lines += ["", f"# {meaning}", f"[{section}]"]
        for setting in (s for s in declared() if s.section == section):
            lines += [
                "",
                *(f"# {line}" for line in _wrapped(setting.help)),
                _assignment(setting, chosen.get(section, {})),
            ]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The manual's page of settings."""
    lines = [
        "# Settings",
        "",
        "Generated from `chengguo/settings.py` by `python -m chengguo.reference`.",
        "",
        "Settings stand in the home folder's `chengguo.toml`. An environment variable wins over the file.",
        "Unknown names are refused in both.",
    ]
    for section, (_, meaning) in sections().items():
        lines += [
            "",
            f"## [{section}]",
            "",
            meaning,
            "",
            "| key | type | default | meaning | variable |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(setting) for setting in declared() if setting.section == section]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The manual's page of commands, from their own help."""
    from chengguo.cli import app  # here, because the commands use this module

    lines = [
        "# Command line",
        "",
        "Generated from the commands' own help by `python -m chengguo.reference`.",
        "",
        "Exit codes: 0 done, 1 finished with problems that a person must look at, 2 usage or configuration error,",
        "130 interrupted.",
    ]
    return "\n".join(lines + list(_described_command(typer.main.get_command(app), "chengguo"))) + "\n"


# file below the repository's root -> what makes it
GENERATED: dict[str, Callable[[], str]] = {
    "config/chengguo.toml": settings_file,
    "docs/reference/settings.md": settings_page,
    "docs/reference/cli.md": commands_page,
}


def write(root: Path) -> list[Path]:
    """Write every generated file below the repository's root; those that changed."""
    changed = []
    for name, text in ((name, make()) for name, make in GENERATED.items()):
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > WIDTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _assignment(setting: Setting, chosen: dict[str, object]) -> str:
    if setting.key in chosen:
        return f"{setting.key} = {_toml(chosen[setting.key])}"
    return f"# {setting.key} = {_toml(setting.default)}"


def _toml(value: object) -> str:
    """A TOML value; for text, numbers and booleans JSON's spelling is TOML's too."""
    return json.dumps(value, ensure_ascii=False)


def _row(setting: Setting) -> str:
    kind = setting.type.replace("|", "\\|")
    return f"| `{setting.key}` | {kind} | `{_toml(setting.default)}` | {setting.help} | `{setting.variable}` |"


def _described_command(command: Any, name: str) -> Iterator[str]:
    """`command` is a click command as typer makes it: typer brings its own copy of click and does not export the types."""
    if subcommands := getattr(command, "commands", None):
        for key in sorted(subcommands):
            yield from _described_command(subcommands[key], f"{name} {key}")
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *(_usage(a) for a in arguments)])
    yield from ("", f"## {name}", "", f"    {usage}", "", " ".join((command.help or "").split()), "")
    yield from ("| option | meaning | default |", "|---|---|---|")
    for parameter in [*arguments, *options]:
        spelled = " ".join([*parameter.opts, *parameter.secondary_opts]) if parameter in options else _usage(parameter)
        default = "" if parameter.default in (None, False, ()) else f"`{parameter.default}`"
        yield f"| `{spelled}` | {parameter.help or ''} | {default} |".replace("|  |", "| |")


def _usage(argument: Any) -> str:
    word = str(argument.metavar or argument.name).upper().strip("[]")
    word = f"{word}..." if argument.nargs == -1 else word
    return word if argument.required else f"[{word}]"


if __name__ == "__main__":
    for path in write(Path(__file__).resolve().parent.parent):
        print(path)
