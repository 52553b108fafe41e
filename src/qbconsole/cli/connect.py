"""`qbconsole connect`: new keys for a book whose old ones are refused."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.books.settings import Settings


class Side(StrEnum):
    """The two systems of a book."""

    QUICKBOOKS = "quickbooks"
    CRM = "crm"


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("connect")(connect)


def connect(
    side: Annotated[Side, typer.Argument(help="Whose keys.")],
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give a book new keys; they are asked for without showing them, or read from a pipe, a line each."""
    from qbconsole.cli import adding

    with opened(home, book) as one:
        system = _system(one.settings, side)
        secrets = adding.ask_secrets((system,))
        _require_all(secrets[system])
        adding.keep_secrets(one.folder, one.settings, secrets)
        words = f"The book {one.name} has new keys for {system}. qbconsole book check shows what they reach."
        answer({"book": one.name, "system": system}, [words], as_json=as_json)


def _require_all(keys: Mapping[str, str]) -> None:
    """See that no key is missing.

    Raises:
        Configuration: one is; the old ones stay.
    """
    from qbconsole.domain.errors import Configuration

    if missing := [name for name, value in keys.items() if not value]:
        raise Configuration(f"No {missing[0]} was given; the old keys stay.", next_step="Give every key.")


def _system(settings: Settings, side: Side) -> str:
    """The system on that side, if it is one that has keys of a person.

    Raises:
        Configuration: it has none.
    """
    from qbconsole.domain.errors import Configuration

    if settings.secrets == "simulator":
        step = "Start its demo again, or add a book: qbconsole book add NAME --simulator URL"
        raise Configuration("This book's keys come from its simulator.", next_step=step)
    system = settings.crm.kind if side is Side.CRM else side.value
    if system == "spreadsheet":
        raise Configuration("A folder of spreadsheets needs no keys.", next_step="Nothing is to be done.")
    return system
