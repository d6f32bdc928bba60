"""Options that several commands share."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from chengguo import logs
from chengguo.errors import ChengguoError
from chengguo.home import Home, resolve
from chengguo.node import Node
from chengguo.settings import Settings
from federation.errors import UnknownRecord
from publish.links import record_iri
from vocab.kinds import KINDS

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Home folder of the node (else CHENGGUO_HOME, else ./home).", show_default=False),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def iris_of(node: Node, addresses: Sequence[str]) -> list[str]:
    """The records that these addresses of ours are about, each once. Raises ChengguoError for another address."""
    base = node.settings.site.base_url
    found = {address: record_iri(address, base) for address in addresses}
    if wrong := [address for address, iri in found.items() if iri is None]:
        raise ChengguoError(
            f"{', '.join(wrong)}: not the address of a record of {base}; copy it from the record's page "
            f"(kinds are {', '.join(KINDS)})"
        )
    return list(dict.fromkeys(iri for iri in found.values() if iri is not None))


@contextmanager
def asked() -> Iterator[None]:
    """What the desk refuses because of what was asked, raised as ChengguoError."""
    try:
        yield
    except (UnknownRecord, ValueError) as error:
        raise ChengguoError(str(error)) from error


def opened(option: Path | None) -> tuple[Home, Settings]:
    """The home and its settings, with logging set up. Raises HomeError, SettingsError."""
    home = resolve(option, os.environ)
    settings = home.settings()
    home.prepare()
    logs.configure(settings.log)
    return home, settings
