"""What the children do: a runner's cycles, an operator's decisions, and photographs of the book for the checker."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole import journal
from qbconsole.actions import decide, outbox, queues
from qbconsole.books.book import Book
from qbconsole.cli import adding
from qbconsole.domain.errors import Problem
from qbconsole.runner.once import sync_once
from qbconsole.runner.process import run_home
from qbconsole.store import leases
from qbconsole.store import outbox as rows
from qbconsole.store.engine import driver
from tests.faults.campaign import clock, pace
from tests.faults.campaign.world import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from qbconsole.actions.views import Row

OPERATOR = journal.Actor("ann", "the campaign")
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
    pace.set_pace()
    clock.jump(hours)
    fenced = _count_fenced()
    if adapt is not None:
        adapt()
    try:
        with closing(Book(folder)) as book:
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
    pace.set_pace()
    if adapt is not None:
        adapt()
    run_home(home)


# --- the operator -----------------------------------------------------------------------------------------------------


@dataclass
class Operator:
    """Decides what a person might, on what is shown; `customers` is what somebody who knows the companies would say."""

    book: Book
    customers: Mapping[str, str]
    rng: random.Random
    done: Counter[str] = field(default_factory=Counter)
    broke: list[str] = field(default_factory=list)

    def work(self, count: int) -> None:
        """Take so many decisions, as far as there are any; a refusal counts as one."""
        acts = [self._approve] * 5 + [self._match] * 3 + [self._undo] * 3 + [self._aside, self._again, self._adopt]
        acts += [self._overdue, self._conflict, self._outbox]
        for _ in range(count):
            act = self.rng.choice(acts)
            try:
                done = act()
            except Problem as refused:
                done = f"{act.__name__.strip('_')} refused: {type(refused).__name__}"
            except Exception as error:  # noqa: BLE001 - a decision that breaks is what is looked for
                self.broke.append(f"{act.__name__.strip('_')} broke: {type(error).__name__}: {error}")
                return
            if done:
                self.done[done] += 1

    def _some(self, queue: str, fits: Callable[[Row], bool], *, decided: bool = False) -> Row | None:
        listed = [row for row in queues.rows(self.book, queue, decided=decided) if fits(row)]
        return self.rng.choice(listed) if listed else None

    def _take(self, action: str, row: Row | None, **arguments: str) -> str:
        if row is None:
            return ""
        shown = queues.detail(self.book, row.id)
        decide.decide(self.book, action, row.id, OPERATOR, seen=shown.seen, **arguments)
        return action

    def _approve(self) -> str:
        return self._take("invoices.approve", self._some("invoices", lambda row: row.verdict != "blocked"))

    def _aside(self) -> str:
        action = self.rng.choice(["invoices.hold", "invoices.reject"])
        return self._take(action, self._some("invoices", lambda row: not row.decided), reason="ask the customer")

    def _again(self) -> str:
        row = self._some("invoices", lambda row: "taken back" in row.cause, decided=True)
        return self._take("invoices.bill_again", row)

    def _adopt(self) -> str:
        row = self._some("invoices", lambda row: "billed already" in row.cause)
        if row is None or not (choices := queues.detail(self.book, row.id).choices):
            return ""
        return self._take("invoices.adopt", row, document=choices[0].id)

    def _match(self) -> str:
        row = self._some("unmatched", lambda row: bool(row.amount)) or self._some("unmatched", lambda _: True)
        if row is None:
            return ""
        facts = queues.detail(self.book, row.id).sections[0].facts
        company = next(str(fact.value) for fact in facts if fact.label == "id")
        if customer := self.customers.get(company):
            return self._take("unmatched.link", row, customer=customer)
        if row.amount:
            return self._take("unmatched.create", row, confirm="yes")
        return self._take("unmatched.ignore", row, reason="no business of ours")

    def _undo(self) -> str:
        with opened(self.book.folder) as database:
            query = (
                "SELECT id FROM decision WHERE NOT automatic AND undone_by IS NULL AND undoes IS NULL "
                "AND action NOT LIKE 'log.%' ORDER BY id DESC LIMIT 12"
            )
            ids = [id_ for (id_,) in database.execute(query)]
        if not ids:
            return ""
        decide.undo(self.book, OPERATOR, self.rng.choice(ids))
        return "undo"

    def _overdue(self) -> str:
        row = self._some("overdue", lambda _: True)
        if self.rng.random() < 0.5:
            return self._take("overdue.task", row)
        return self._take("overdue.snooze", row, date="2027-01-15")

    def _conflict(self) -> str:
        action = self.rng.choice(["conflicts.crm", "conflicts.accounting"])
        return self._take(action, self._some("conflicts", lambda _: True))

    def _outbox(self) -> str:
        parked = [row for row in outbox.listed(self.book) if row.state == "parked"]
        if not parked:
            return ""
        row, act = self.rng.choice(parked), self.rng.choice([outbox.retry, outbox.cancel])
        act(self.book, row.id, OPERATOR)
        return f"log.{act.__name__}"


def operate(folder: Path, customers: Mapping[str, str], seed: str, count: int) -> tuple[Counter[str], list[str]]:
    """An operator at work; what was decided or refused, and what broke."""
    with closing(Book(folder)) as book:
        operator = Operator(book, customers, random.Random(seed))  # noqa: S311 - to be repeated
        operator.work(count)
    return operator.done, operator.broke


def clear_parked(folder: Path, *, give_up: bool) -> list[str]:
    """Answer every parked operation: retry it, or give it up; what was wrong with a row that tells too little."""
    wrong: list[str] = []
    with closing(Book(folder)) as book:
        with book.store.reading() as connection:
            parked = rows.listed(connection, ("parked",))
        for row in parked:
            if not (row["problem"] and row["next_step"]):
                wrong.append(f"operation {row['id']} ({row['kind']}) is parked without a cause and a next step")
            try:
                (outbox.cancel if give_up else outbox.retry)(book, f"L{row['id']}", OPERATOR)
            except Problem as refused:
                if not give_up or "retry" not in refused.next_step.lower():
                    wrong.append(f"operation {row['id']} ({row['kind']}, {row['problem']}): {refused}")
    return wrong


# --- photographs ------------------------------------------------------------------------------------------------------

TABLES = ("operation", "decision", "billing_event", "billed_document", "allocation", "link", "draft", "run_stream", "lease")


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
