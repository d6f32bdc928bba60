"""Errors of mapping files; a wrong value in a record is never one of them (it becomes a Problem).

MappingError          a mapping file cannot be used: names file, table, key, value and what is allowed
+-- PathError         a path in it cannot be read
"""

from collections.abc import Iterable


class MappingError(Exception):
    """A mapping file is wrong. `place` is the table and key ("fields.title.parser"); `file` is filled in by the loader."""

    def __init__(self, place: str, message: str, file: str = "") -> None:
        super().__init__(place, message, file)
        self.place, self.message, self.file = place, message, file

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.place, self.message) if part)

    def inside(self, file: str, place: str = "") -> "MappingError":
        """The same error seen from further out."""
        joined = ".".join(p for p in (place, self.place) if p)
        return type(self)(joined, self.message, file or self.file)


class PathError(MappingError):
    """A path cannot be read."""


def allowed(values: Iterable[str], limit: int = 60) -> str:
    """The allowed values for a message: "a, b, c" and how many more there are."""
    names = sorted(values)
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest
