"""`chengguo init DIR`: a commented starting configuration."""

from pathlib import Path
from typing import Annotated

import typer

from chengguo import home as homes
from chengguo.terminal import results


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; must not be a home yet.")],
) -> None:
    """Make a home folder: commented settings, and an example of a source and its mapping."""
    home = homes.Home(folder)
    homes.create(home)
    out = results()
    out.print(f"Made {home.root}")
    out.print(f"  {home.settings_file.name}: settings; decide base_url in it before the first harvest")
    out.print(
        "  sources/my-province.toml.example, mappings/my-province.toml: a source and its mapping, explained line by line"
    )
    out.print(
        f"Next: copy the example to sources/<id>.toml, then chengguo source check --home {folder}", soft_wrap=True
    )
