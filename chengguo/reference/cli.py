"""The page of commands, from their own help and the types of what they print."""

from collections.abc import Iterator
from typing import Any

import typer.main

from chengguo.alerting import Rounded
from chengguo.cli import app
from chengguo.commands.attention import Address
from chengguo.commands.dictionary import Built
from chengguo.commands.offer import Offered
from chengguo.commands.quality import Quality
from chengguo.commands.review import Decided
from chengguo.commands.run import Told
from chengguo.commands.source import Checked, Listed
from chengguo.commands.suggest import Proposed
from chengguo.commands.takedown import Lifted
from chengguo.commands.token import Created
from chengguo.harvesting import Outcome
from chengguo.reference import markdown
from chengguo.reference.shapes import shape
from chengguo.webhooks import Called
from federation.alerts.hooks import Hook
from federation.docket import Case, Hearing
from federation.matching.book import Candidate, Counts
from federation.matching.grouping import Decision
from federation.projector import OutputState
from federation.removal import Removal
from federation.takedowns import Takedown
from federation.tokens import Token
from federation.verify import Verdict
from federation.views import Run
from federation.watch.attention import Matter
from federation.watch.status import Status
from federation.workbench.coverage import Coverage
from federation.workbench.preview import Preview
from federation.workbench.rehearsal import Comparison
from publish.dumps.manifest import Dump
from publish.standard.told import CheckAnswer

EXIT_CODES = {
    0: "done",
    1: "finished with problems that a person must look at: a failed or held run, a source that does not answer, outputs "
    "that differed",
    2: "usage or configuration error, or another process holds what is needed",
    130: "interrupted by Ctrl-C or SIGTERM",
}

# what each command prints with --json
ANSWERS: dict[str, Any] = {
    "chengguo alerts": Rounded,
    "chengguo attention": list[Matter],
    "chengguo attention feed": Address,
    "chengguo demo": Status,
    "chengguo dictionary build": Built,
    "chengguo dump": Dump,
    "chengguo harvest": list[Outcome],
    "chengguo match": Counts,
    "chengguo match accept": Decision,
    "chengguo match reject": Decision,
    "chengguo match review": list[Candidate],
    "chengguo match undo": Decision,
    "chengguo offer approve": Offered,
    "chengguo offer list": list[Offered],
    "chengguo project": list[OutputState],
    "chengguo remap": list[Outcome],
    "chengguo review approve": list[Decided],
    "chengguo review list": list[Case],
    "chengguo review refer": list[Decided],
    "chengguo review refuse": list[Decided],
    "chengguo review show": Hearing,
    "chengguo run list": list[Run],
    "chengguo run show": Told,
    "chengguo source check": list[Checked],
    "chengguo source coverage": Coverage,
    "chengguo source list": list[Listed],
    "chengguo source preview": list[Preview] | Comparison,
    "chengguo source quality": list[Quality],
    "chengguo source retire": list[Outcome],
    "chengguo source suggest": Proposed,
    "chengguo status": Status,
    "chengguo takedown lift": list[Lifted],
    "chengguo takedown list": list[Takedown],
    "chengguo takedown now": list[Takedown],
    "chengguo token create": Created,
    "chengguo token list": list[Token],
    "chengguo token revoke": Token,
    "chengguo validate": CheckAnswer,
    "chengguo verify": Verdict,
    "chengguo version list": list[Removal],
    "chengguo version remove": list[Removal],
    "chengguo webhooks": Called | list[Hook],
}


def page() -> str:
    lines = markdown.heading("Command line", "the commands' own help")
    lines += [
        "Options follow the command they belong to: `chengguo harvest beijing --home home`.",
        "Results go to standard output, progress and remarks to standard error.",
        "",
        "## Exit codes",
        "",
        *markdown.table(("code", "meaning"), EXIT_CODES.items()),
    ]
    for name, command in commands():
        lines += _described(command, name)
    return markdown.finished(lines)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its full name, as the command line knows it (click's objects, whose types typer does not export)."""
    yield from _leaves(typer.main.get_command(app), "chengguo")


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if subcommands := getattr(command, "commands", None):
        if command.invoke_without_command and command.callback and name != "chengguo":
            yield name, command  # a group that also does something by itself
        for key in sorted(subcommands):
            yield from _leaves(subcommands[key], f"{name} {key}")
        return
    yield name, command


def _described(command: Any, name: str) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *(_usage(a) for a in arguments)])
    yield from (f"## {name}", "", f"    {usage}", "", " ".join((command.help or "").split()), "")
    yield from markdown.table(
        ("option", "meaning", "default"),
        [_row(parameter, parameter in options) for parameter in [*arguments, *options]],
    )
    if name in ANSWERS:
        yield from ("With `--json`:", "", *(f"    {line}" for line in shape(ANSWERS[name])), "")


def _row(parameter: Any, option: bool) -> tuple[str, ...]:
    spelled = "` `".join([*parameter.opts, *parameter.secondary_opts]) if option else _usage(parameter)
    default = "" if parameter.default in (None, False, ()) else f"`{parameter.default}`"
    return (f"`{spelled}`", parameter.help or "", default)


def _usage(argument: Any) -> str:
    word = str(argument.metavar or argument.name).upper().strip("[]")
    word = f"{word}..." if argument.nargs == -1 else word
    return word if argument.required else f"[{word}]"
