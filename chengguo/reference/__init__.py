"""Text made from declarations: the commented `chengguo.toml` and the reference pages of the manual.

`python -m chengguo.reference` rewrites them in the repository; with `--check` it names the stale ones and ends with 1.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from chengguo.reference.settings import settings_file

__all__ = ["GENERATED", "PAGES", "settings_file", "stale", "write"]

FOLDER = "docs/reference"

# page of the manual -> what it tells; each is made by the module of its name
PAGES: dict[str, str] = {
    "cli": "every command, its options, its exit codes, and the JSON it prints",
    "settings": "every setting of `chengguo.toml`, with type, default and environment variable",
    "sources": "the keys of a source file, and the options of every protocol",
    "mapping": "the mapping language: rules, paths, cleaners, lookups, parsers, conditions",
    "kinds": "every kind of record and every field: number, labels, type, obligation, visibility, code list, RDF property",
    "codes": "every code list: edition, size, origin",
    "problems": "the codes of problems and refusals: how severe they are and what they say",
    "http": "every address of the web application, the parameters of the API, its errors",
}


def _made(page: str) -> str:
    """The text of a page. Imported only now: `chengguo init` uses this package and needs nothing but the settings."""
    text: str = import_module(f"chengguo.reference.{page}").page()
    return text


# file below the repository's root -> what makes it
GENERATED: dict[str, Callable[[], str]] = {
    "config/chengguo.toml": settings_file,
    **{f"{FOLDER}/{page}.md": partial(_made, page) for page in PAGES},
    f"{FOLDER}/README.md": partial(_made, "contents"),
}


def stale(root: Path) -> dict[Path, str]:
    """The generated files below the repository's root that are not what they should be, and what they should be."""
    texts = {root / name: make() for name, make in GENERATED.items()}
    return {path: text for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text}


def write(root: Path) -> list[Path]:
    """Write every generated file below the repository's root; those that changed."""
    found = stale(root)
    for path, text in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(found)
