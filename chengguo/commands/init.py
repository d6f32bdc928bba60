"""`chengguo init DIR`: a commented starting configuration."""

from pathlib import Path
from typing import Annotated

import typer

from chengguo import home as homes
from chengguo.terminal import results


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; must not be a home yet.")],
) -> None:
    """Make a home folder: commented settings, and the sources and mappings that come with the program."""
    home = homes.Home(folder)
    homes.create(home)
    out = results()
    out.print(f"Made {home.root}")
    out.print(f"  {home.settings_file.name}: settings; decide base_url in it before the first harvest")
    out.print(f"  sources/: {len(list(home.sources.glob('*.toml')))} sources, mappings/: their mappings")
    out.print(
        f"Next: chengguo source check --home {folder}, then chengguo harvest --all --home {folder}", soft_wrap=True
    )
