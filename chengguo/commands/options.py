"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chengguo import logs
from chengguo.home import Home, resolve
from chengguo.settings import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Home folder of the node (else CHENGGUO_HOME, else ./home).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def opened(option: Path | None) -> tuple[Home, Settings]:
    """The home and its settings, with logging set up. Raises HomeError, SettingsError."""
    home = resolve(option, os.environ)
    settings = home.settings()
    home.prepare()
    logs.configure(settings.log)
    return home, settings
