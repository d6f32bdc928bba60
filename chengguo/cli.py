"""The command `chengguo`: its commands by name, and the one place where errors become exit codes."""

import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from chengguo.commands import (
    alerts,
    attention,
    coverage,
    demo,
    dictionary,
    dump,
    harvest,
    init,
    match,
    offer,
    preview,
    project,
    quality,
    remap,
    retire,
    review,
    run,
    serve,
    source,
    status,
    suggest,
    takedown,
    token,
    validate,
    verify,
    webhooks,
)
from chengguo.commands import version as versions
from chengguo.errors import ChengguoError
from chengguo.home import VARIABLE
from chengguo.terminal import remarks
from federation.errors import ConfigurationError, FederationError
from federation.graph.base import GraphError
from harvesters.base import HarvestError
from search.base import SearchError

INTERRUPTED = 130

app = typer.Typer(
    name="chengguo",
    help="Publication and federation of publicly funded scientific achievements (成果).",
    epilog="Exit codes: 0 done, 1 finished with problems that a person must look at, 2 usage or configuration error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
sources = typer.Typer(help="The provinces' listings as they are configured.", no_args_is_help=True)
tokens = typer.Typer(help="Who may push records, or read what needs a person.", no_args_is_help=True)
runs = typer.Typer(help="What harvests did, and what one that waits would do.", no_args_is_help=True)

app.command()(demo.demo)
app.command()(init.init)
app.add_typer(sources, name="source")
sources.command("list")(source.list_sources)
sources.command()(source.check)
sources.command()(preview.preview)
sources.command()(coverage.coverage)
sources.command()(suggest.suggest)
sources.command()(quality.quality)
sources.command()(retire.retire)
app.command()(harvest.harvest)
app.command()(remap.remap)
app.command()(project.project)
app.command()(verify.verify)
app.command()(validate.validate)
app.add_typer(dictionary.app, name="dictionary")
app.command()(dump.dump)
app.command()(serve.serve)
app.command()(status.status)
app.add_typer(attention.app, name="attention")
app.add_typer(runs, name="run")
runs.command("list")(run.list_runs)
runs.command("show")(run.show_run)
app.command()(alerts.alerts)
app.command()(webhooks.webhooks)
app.add_typer(match.app, name="match")
app.add_typer(offer.app, name="offer")
app.add_typer(versions.app, name="version")
app.add_typer(review.app, name="review")
app.add_typer(takedown.app, name="takedown")
app.add_typer(tokens, name="token")
tokens.command()(token.create)
tokens.command("list")(token.list_tokens)
tokens.command()(token.revoke)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"chengguo {version('chengguo')}")
        raise typer.Exit


@app.callback()
def options(
    home: Annotated[
        Path | None, typer.Option("--home", help="As each command's own --home.", show_default=False)
    ] = None,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Harvest, publish and federate."""
    if home is not None:
        os.environ[VARIABLE] = str(home)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ending politely is the same for both
    try:
        app(prog_name="chengguo")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except ChengguoError as error:
        _say(error)
        sys.exit(error.code)
    except ConfigurationError as error:
        _say(error)
        sys.exit(2)
    except (FederationError, SearchError, GraphError, HarvestError) as error:
        _say(error)
        sys.exit(1)
    except OSError as error:  # the disk's own answer; anything without a file name is our fault and is shown as it is
        if error.filename is None:
            raise
        _say(f"{error.filename}: {error.strerror}")
        sys.exit(1)


def _say(error: object) -> None:
    remarks().print(f"[bold red]Error:[/] {escape(str(error))}")
