"""The registry: the sources and mappings that a home directory declares, read once and checked together."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from federation.clock import now
from federation.errors import ConfigurationError
from federation.source import PolicyMode, Source
from vocab.mapping import FieldMapping, MappingError, load

POLICIES = {"public_funding": ("required", "declared"), "personal_data": ("mask", "refuse")}


class Registry(msgspec.Struct, frozen=True):
    """Sources by id, mappings by id. `faults` says of a source's id why it cannot be harvested: its own file or a mapping of
    it is wrong. A source whose mapping alone is wrong still stands among `sources`: what it published stays published.
    """

    sources: Mapping[str, Source]
    mappings: Mapping[str, FieldMapping]
    faults: Mapping[str, ConfigurationError] = {}

    def source(self, source: str) -> Source:
        """A source that can be harvested. Raises ConfigurationError: what is wrong with it, or the names of the known ones."""
        if source in self.faults:
            raise self.faults[source]
        try:
            return self.sources[source]
        except KeyError:
            known = ", ".join(sorted(self.sources)) or "none: put a file into sources/"
            raise ConfigurationError(f"no source is called {source!r}; there are {known}") from None

    def mappings_of(self, source: Source) -> tuple[FieldMapping, ...]:
        """Raises ConfigurationError when one of them is wrong."""
        if source.id in self.faults:
            raise self.faults[source.id]
        return tuple(self.mappings[name] for name in source.mappings)


def read_registry(home: Path) -> Registry:
    """The files `sources/*.toml` and `mappings/*.toml` of a home directory. Raises ConfigurationError for the first wrong one."""
    mappings, broken = _mappings(home / "mappings")
    for error in broken.values():
        raise error
    registry = _registry(home, mappings, broken)
    for error in registry.faults.values():
        raise error
    return registry


def survey(home: Path) -> Registry:
    """The same files, with what is wrong told by source: one bad file never stops the sources that do not need it."""
    return _registry(home, *_mappings(home / "mappings"))


def _mappings(folder: Path) -> tuple[dict[str, FieldMapping], dict[str, ConfigurationError]]:
    """What could be loaded, and what is wrong with the rest, by file name."""
    good: dict[str, FieldMapping] = {}
    broken: dict[str, ConfigurationError] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            good[path.stem] = _mapping(path)
        except ConfigurationError as error:
            broken[path.stem] = error
    return good, broken


def _registry(home: Path, mappings: dict[str, FieldMapping], broken: dict[str, ConfigurationError]) -> Registry:
    sources: dict[str, Source] = {}
    faults: dict[str, ConfigurationError] = {}
    for path in sorted((home / "sources").glob("*.toml")):
        try:
            source = sources[path.stem] = read_source(path)
            for name in source.mappings:
                if name not in mappings:
                    raise broken.get(name) or _no_mapping(path, name, mappings)
        except ConfigurationError as error:
            faults[path.stem] = error
    return Registry(sources, mappings, faults)


def _no_mapping(path: Path, name: str, mappings: Mapping[str, FieldMapping]) -> ConfigurationError:
    known = ", ".join(sorted(mappings)) or "none"
    folder = path.parent.parent / "mappings"
    return ConfigurationError(f"{path}: mappings: {name!r} is no file of {folder}; there are {known}")


def read_source(path: Path) -> Source:
    """One source file. Raises ConfigurationError naming file, key, value and what is allowed."""
    tree = _toml(path)
    try:
        source = msgspec.convert(tree, Source)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_plain(error, tree)}") from None
    _check(path, source)
    return source


def _check(path: Path, source: Source) -> None:
    if source.id != path.stem:
        raise ConfigurationError(f"{path}: id: {source.id!r} must be the file's name, {path.stem!r}")
    if not source.mappings:
        raise ConfigurationError(f"{path}: mappings: is empty; name at least one file of mappings/ without its .toml")
    if not (len(source.region) == 6 and source.region.isdigit()):
        raise ConfigurationError(f"{path}: region: {source.region!r} is not six digits of GB/T 2260, like '110000'")
    if not source.licence:
        raise ConfigurationError(f"{path}: licence: is empty; give the address of the licence its records are under")
    if not 0 <= source.guard.share <= 1 or source.guard.records < 0:
        raise ConfigurationError(f"{path}: guard: share {source.guard.share} must be 0 to 1, records 0 or more")
    _check_policy(path, source)
    if timing := source.timing():
        try:
            timing.after(now())
        except ValueError as error:
            raise ConfigurationError(f"{path}: {error}") from None


def _check_policy(path: Path, source: Source) -> None:
    policy = source.disclosure
    for key, allowed in POLICIES.items():
        value = getattr(policy, key)
        if value not in allowed:
            raise ConfigurationError(f"{path}: disclosure.{key}: {value!r} is not one of {', '.join(allowed)}")
    if policy.declaration is None:
        if policy.mode is PolicyMode.BLANKET:
            raise ConfigurationError(
                f"{path}: disclosure.declaration: is missing; mode 'blanket' needs by, date, basis"
            )
        if policy.public_funding == "declared":
            raise ConfigurationError(
                f"{path}: disclosure.declaration: is missing; public_funding 'declared' needs by, date, basis"
            )
        return
    declared = policy.declaration
    for name in ("by", "basis"):
        if not getattr(declared, name):
            raise ConfigurationError(f"{path}: disclosure.declaration.{name}: is empty; a declaration names it")
    try:
        date.fromisoformat(declared.date)
    except ValueError:
        words = f"{declared.date!r} is no day like '2026-03-01'"
        raise ConfigurationError(f"{path}: disclosure.declaration.date: {words}") from None


def _mapping(path: Path) -> FieldMapping:
    try:
        mapping = load(path)
    except MappingError as error:
        raise ConfigurationError(str(error)) from error
    if mapping.id != path.stem:
        raise ConfigurationError(f"{path}: id: {mapping.id!r} must be the file's name, {path.stem!r}")
    _check_level(path)
    return mapping


def _check_level(path: Path) -> None:
    """A secrecy level that was not understood must be heard of: ignored, it would look like one that was never given."""
    rules = _toml(path).get("fields", {})
    for name in ("secretLevel", "secret_level", "disclosureClass", "disclosure_class"):
        rule = rules.get(name, {})
        if isinstance(rule, dict) and rule.get("on_miss") == "ignore":
            raise ConfigurationError(
                f"{path}: fields.{name}.on_miss: 'ignore' is not allowed here; use report or reject"
            )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None


def _plain(error: msgspec.ValidationError, tree: dict[str, Any]) -> str:
    """msgspec's message with the key first, the value it met, and for an unknown key the known ones."""
    message, _, place = str(error).partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    if "unknown field" in message and not place:
        message += f"; allowed are {', '.join(f.encode_name for f in msgspec.structs.fields(Source))}"
    value = tree
    for part in place.split(".") if place else ():
        value = value.get(part, {}) if isinstance(value, dict) else {}
    met = f" (it is {value!r})" if value and not isinstance(value, dict) else ""
    return f"{place or 'source'}: {message}{met}"
