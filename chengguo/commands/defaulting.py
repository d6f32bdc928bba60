"""A group of commands of which one is meant where none is named: `chengguo takedown IRI`."""

from typing import Any, ClassVar

from typer.core import TyperGroup


class Defaulting(TyperGroup):
    """Words that begin with no command's name are the default command's own."""

    default: ClassVar[str]

    @staticmethod
    def to(command: str) -> type["Defaulting"]:
        return type("Defaulting", (Defaulting,), {"default": command})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # a type that typer does not export
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [self.default, *args])
