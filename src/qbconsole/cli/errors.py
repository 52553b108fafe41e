"""`qbconsole errors`: the cookbook of QuickBooks' errors, in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from qbconsole.cli.door import Json, answer


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("errors")(errors)


def errors(
    code: Annotated[str, typer.Argument(help="QuickBooks' code, such as 6240; all of them without.")] = "",
    as_json: Json = False,
) -> None:
    """Say what QuickBooks' error codes mean, who can mend them and how."""
    from qbconsole.cli.tables import table
    from qbconsole.connectors.quickbooks.cookbook import COOKBOOK
    from qbconsole.connectors.quickbooks.cookbook_page import described
    from qbconsole.domain.errors import Configuration

    wanted = code.lstrip("0")
    found = [one for one in COOKBOOK if not wanted or one.code == wanted]
    if not found:
        raise Configuration(f"The error cookbook has no code {code}.", next_step="See them all: qbconsole errors")
    entries = [described(one) for one in sorted(found, key=lambda one: int(one.code))]
    if wanted:
        lines = [line for one in entries for line in (*(f"{name}: {words}" for name, words in one.items()), "")]
    else:
        lines = table(("code", "cause", "who can mend it"), [list(one.values())[:3] for one in entries])
    document = [{name.replace(" ", "_"): words for name, words in one.items()} for one in entries]
    answer({"errors": document}, lines, as_json=as_json)
