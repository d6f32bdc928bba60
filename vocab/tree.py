"""The tree: what a raw record looks like once decoded, whatever its wire format was."""

from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Tree: TypeAlias = "Scalar | list[Tree] | dict[str, Tree]"
