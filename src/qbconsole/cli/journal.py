"""`qbconsole journal`: why a record is as it is, who did what to it, and whether the chain holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from qbconsole.actions.story import Told

NEWEST = 200
"""Events that are shown when no record is named."""


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("journal")(journal)


def journal(
    record: Annotated[
        str, typer.Argument(help="deal:1042, invoice:1042, a name, I7, D12; or verify, export. Everything without.")
    ] = "",
    file: Annotated[Path | None, typer.Argument(help="The file to verify, or to export to.")] = None,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Tell a record's story; `verify` checks the whole chain or an exported FILE; `export FILE` writes all of it."""
    from qbconsole.domain.errors import Configuration

    if record == "export" and file is None:
        raise Configuration("A file is needed.", next_step="Say: qbconsole journal export journal.jsonl")
    if record == "verify" and file is not None:
        _verify_file(file, as_json=as_json)
    with opened(home, book) as one, one.store.reading() as connection:
        if record == "verify":
            _verify(connection, as_json=as_json)
        elif record == "export" and file is not None:
            _export(connection, one.name, file, as_json=as_json)
        else:
            _show(connection, record, as_json=as_json)


def _show(connection: Connection, record: str, *, as_json: bool) -> None:
    from qbconsole.actions.records import find
    from qbconsole.actions.story import story
    from qbconsole.store import journal as rows

    found = find(connection, record) if record else []
    if record:
        subjects = {subject for one in found for subject in one.subjects}
        events = rows.story(connection, subjects, {id_ for one in found for id_ in one.decisions})
    else:
        events = rows.events(connection, limit=NEWEST)
    about = rows.subjects_of(connection, [event["id"] for event in events])
    document = {
        "record": record,
        "found": [{"words": one.words, "subjects": list(one.subjects)} for one in found],
        "events": [{**event, "subjects": about.get(event["id"], [])} for event in events],
    }
    nothing = "Nothing was decided about it here: it came from the remote as it is." if record else "Nothing yet."
    lines = _lines(story(events), in_full=bool(record)) if events else [nothing]
    answer(document, [*(one.words for one in found), *lines], as_json=as_json)


def _lines(told: Iterable[Told], *, in_full: bool) -> Iterator[str]:
    for one in told:
        yield f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}  {one.words}"
        if in_full:
            yield from (f"{'':21}{line}" for line in one.details)


def _verify(connection: Connection, *, as_json: bool) -> None:
    from qbconsole.journal import audit, head, verify

    broken = verify(connection)
    differing = [] if broken else audit.differences(connection)
    end = head(connection)
    document = {"intact": not (broken or differing), "words": " ".join([broken, *differing]).strip()}
    _verdict({**document, "events": end.event_id, "head": end.digest}, as_json=as_json)


def _verify_file(file: Path, *, as_json: bool) -> None:
    from qbconsole.journal.export import verify_export

    checked = verify_export(file)
    document = {"intact": not checked.words, "words": checked.words}
    _verdict({**document, "events": checked.head.event_id, "head": checked.head.digest}, as_json=as_json)


def _verdict(document: dict[str, Any], *, as_json: bool) -> None:
    holds = f"The journal's chain holds: {document['events']} events, head {document['head'][:16] or 'none'}."
    answer(document, [document["words"] or holds], as_json=as_json)
    raise typer.Exit(Exit.DONE if document["intact"] else Exit.FAILED)


def _export(connection: Connection, name: str, file: Path, *, as_json: bool) -> None:
    from qbconsole.journal.export import export

    end = export(connection, name, file)
    answer({"file": str(file), "events": end.event_id, "head": end.digest}, [str(file)], as_json=as_json)
    if not as_json:
        tell(f"{end.event_id} events. Check it with: qbconsole journal verify {file}")
