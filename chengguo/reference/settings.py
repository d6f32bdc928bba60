"""The commented `chengguo.toml`, and the page of settings."""

import json

from chengguo.reference import markdown
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


def page() -> str:
    lines = markdown.heading("Settings", "`chengguo/settings.py`")
    lines += [
        "Settings stand in the home folder's `chengguo.toml`. An environment variable wins over the file.",
        "Unknown names are refused in both.",
        "",
    ]
    for section, (_, meaning) in sections().items():
        rows = [_row(setting) for setting in declared() if setting.section == section]
        lines += [f"## [{section}]", "", meaning, ""]
        lines += markdown.table(("key", "type", "default", "meaning", "variable"), rows)
    return markdown.finished(lines)


def _row(setting: Setting) -> tuple[str, ...]:
    return (f"`{setting.key}`", setting.type, f"`{_toml(setting.default)}`", setting.help, f"`{setting.variable}`")


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
