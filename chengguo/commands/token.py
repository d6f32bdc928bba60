"""`chengguo token create | list | revoke`: who may push records, or read what needs a person."""

from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.errors import ChengguoError
from chengguo.node import Node
from chengguo.terminal import print_json, remarks, results, table
from federation.push import PROTOCOL
from federation.tokens import ROLES, Token, Tokens


class Created(msgspec.Struct, frozen=True):
    """A new token, and its secret: the only time it is shown."""

    token: Token
    secret: str


def create(
    name: Annotated[str, typer.Option("--name", help="Whom or what it is for: shown in the list.")],
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="The source it may push for.", show_default=False)
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help=f"Instead of one source: {', '.join(ROLES)}.", show_default=False)
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token and print it once. Only its digest is kept."""
    with Node(*opened(home)) as node:
        if source is not None and node.source(source).protocol != PROTOCOL:
            raise ChengguoError(
                f"source {source!r} is fetched, it does not push: protocol is {node.source(source).protocol!r}, "
                f'needed is protocol = "{PROTOCOL}" (edit sources/{source}.toml)'
            )
        token, secret = Tokens(node.ledger.database).create(name, source=source, role=role)
    if json:
        print_json(Created(token, secret))
        return
    results().print(secret, soft_wrap=True)
    remarks().print(f"Token {token.id}: hand it over on a safe way; it cannot be shown again.")


def list_tokens(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the tokens, also those that were revoked."""
    with Node(*opened(home)) as node:
        found = Tokens(node.ledger.database).all()
    if json:
        print_json(found)
        return
    if not found:
        remarks().print("No tokens yet: chengguo token create --source ID --name NAME")
        return
    columns = ("id", "name", "for", "created", "last used", "revoked")
    results().print(table(columns, [_row(token) for token in found]))


def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as the list shows it.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Revoke a token: from the next request on it opens nothing."""
    with Node(*opened(home)) as node:
        revoked = Tokens(node.ledger.database).revoke(token)
    print_json(revoked) if json else results().print(f"Token {revoked.id} ({escape(revoked.name)}) is revoked.")


def _row(token: Token) -> tuple[str, ...]:
    scope = token.source or f"role {token.role}"
    times = ((token.created or "")[:16], (token.used or "never")[:16], (token.revoked or "")[:16])
    return (token.id, escape(token.name), scope, *(time.replace("T", " ") for time in times))
