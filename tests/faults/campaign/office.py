"""What the children do but decide: the book's making, a runner's cycles, and photographs of it for the checker."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.campaign.clock import Jumped
from tests.faults.campaign.world import BOOK

from qbconsole import journal
from qbconsole.books.book import Book
from qbconsole.books.secrets import secrets_of
from qbconsole.care import backups, restoring
from qbconsole.cli import adding
from qbconsole.domain.errors import Problem
from qbconsole.runner.once import sync_once
from qbconsole.runner.process import run_home
from qbconsole.store import leases
from qbconsole.store import outbox as rows
from qbconsole.store.engine import driver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


WINDOW = 0.02
"""Seconds of the posting window."""


def add_book(home: Path, control_url: str) -> None:
    """Make the book, and its database at the newest schema."""
    settings, secrets = adding.of_simulator(BOOK, control_url, WINDOW)
    adding.write(home, settings, secrets)


def open_database(folder: Path) -> None:
    """Open the book, which migrates it."""
    Book(folder).close()


@dataclass(frozen=True)
class Ran:
    """What came of one cycle: how its problem is called, and what its delivery counted."""

    problem: str = ""
    words: str = ""
    settled: int = 0
    found: int = 0
    lost: int = 0
    fenced: int = 0
    """Writes that were refused because the lease was taken over."""


def run_once(folder: Path, *, hours: float = 0, full: bool = False, adapt: Callable[[], None] | None = None) -> Ran:
    """One cycle of a one-shot runner, with its clock so many hours off."""
    fenced = _count_fenced()
    if adapt is not None:
        adapt()
    try:
        with closing(Book(folder, clock=Jumped(hours))) as book:
            result = asyncio.run(sync_once(book, full=full))
    except Problem as problem:
        return Ran(type(problem).__name__, str(problem), fenced=len(fenced))
    found, problem_name = result.delivered, type(result.problem).__name__ if result.problem else ""
    return Ran(problem_name, str(result.problem or ""), found.settled, found.found, found.lost, len(fenced))


def _count_fenced() -> list[int]:
    """From now on, the ids of operations whose change was refused to this process for its fence."""
    refused: list[int] = []
    change = rows.change

    def counted(connection: Any, operation_id: int, from_state: str, values: Any, fence: int | None) -> bool:
        changed = change(connection, operation_id, from_state, values, fence)
        holder = leases.current(connection) if fence is not None and not changed else None
        if holder is not None and holder.fence != fence:
            refused.append(operation_id)
        return changed

    rows.change = counted
    return refused


def run_until_stopped(home: Path, adapt: Callable[[], None] | None = None) -> None:
    """The runner's own process, until SIGTERM."""
    if adapt is not None:
        adapt()
    run_home(home)


def wear_token_out(folder: Path) -> None:
    """Let the access token that the book holds be one that is not alive any more."""
    with closing(Book(folder)) as book:
        secrets_of(folder, book.settings, "quickbooks").write({"access_token": "worn-out", "access_expires_at": ""})


def back_up(folder: Path, to: Path) -> None:
    """Make a backup, as the command and the nightly cycle do."""
    with closing(Book(folder)) as book:
        backups.make(book, to)


def put_back(folder: Path, to: Path) -> bool:
    """Put the newest backup there in the book's place, as the command does; False if there is none."""
    listed = backups.listed(to, folder.name)
    if listed:
        restoring.restore(folder, listed[0].folder)
    return bool(listed)


# --- photographs ------------------------------------------------------------------------------------------------------

TABLES = (
    "operation",
    "decision",
    "billing_event",
    "billed_document",
    "allocation",
    "link",
    "draft",
    "run_stream",
    "lease",
)


def photograph(folder: Path) -> dict[str, Any]:
    """The book's tables as they are, the payloads of the mirror, the journal, and what `journal.verify` says."""
    with closing(Book(folder)) as book, book.store.reading() as connection:
        broken = journal.verify(connection)
    with opened(folder) as database:
        shot: dict[str, Any] = {table: _table(database, f"SELECT * FROM {table}") for table in TABLES}
        shot["stale"] = _table(database, "SELECT * FROM campaign_stale")
        shot["verify"] = broken
        shot["integrity"] = database.execute("PRAGMA quick_check").fetchone()[0]
        shot["journal"] = _journal(database)
        shot["mirror"] = _mirror(database)
    return shot


def opened(folder: Path) -> closing[Any]:
    """The book's database by the program's own SQLite: two of them in one process take each other's locks away."""
    return closing(driver().connect(folder / "mirror.db", timeout=5, isolation_level=None))


def made_documents(folder: Path) -> list[str]:
    """The ids of the documents that were made, oldest first."""
    query = "SELECT remote_id FROM operation WHERE kind = 'create_document' AND state = 'settled' ORDER BY id"
    with opened(folder) as database:
        return [id_ for (id_,) in database.execute(query)]


def open_states(folder: Path) -> Counter[str]:
    """How many operations are in each state but the two that are an end."""
    query = "SELECT state, COUNT(*) FROM operation WHERE state NOT IN ('settled', 'cancelled') GROUP BY state"
    with opened(folder) as database:
        return Counter(dict(database.execute(query)))


def _table(database: Any, query: str) -> list[dict[str, Any]]:
    rows = database.execute(query)
    names = [column[0] for column in rows.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _journal(database: Any) -> list[dict[str, Any]]:
    query = (
        "SELECT e.id, e.kind, e.decision_id, e.operation_id, c.body FROM journal_event e "
        "LEFT JOIN journal_content c ON c.event_id = e.id ORDER BY e.id"
    )
    return [{**row, "body": json.loads(row["body"] or "null")} for row in _table(database, query)]


def _mirror(database: Any) -> dict[str, dict[str, Any]]:
    """By kind and id, the payloads of what is there."""
    found: dict[str, dict[str, Any]] = {}
    for kind in ("documents", "payments", "customers", "deals", "line_items", "companies"):
        query = (
            f"SELECT p.record_id AS id, p.body FROM payload p JOIN mirror_{kind} m ON m.id = p.record_id "
            f"WHERE p.kind = '{kind}' AND p.replaced_at IS NULL AND NOT m.gone"
        )
        found[kind] = {row["id"]: json.loads(zlib.decompress(row["body"])) for row in _table(database, query)}
    return found
