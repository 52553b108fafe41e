"""What operators do: decide by the program's own actions, on what is shown, as keys and commands do."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.faults.campaign.office import opened

from qbconsole import journal
from qbconsole.actions import decide, outbox, queues
from qbconsole.books.book import Book
from qbconsole.domain.errors import Problem
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from qbconsole.actions.views import Row

OPERATOR = journal.Actor("ann", "the campaign")


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
            except IntegrityError:
                done = f"{act.__name__.strip('_')} refused by a unique key"
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


@dataclass(frozen=True)
class Worked:
    """What an operator did: decisions and refusals by name, and what broke."""

    done: Counter[str]
    broke: list[str]


def operate(folder: Path, customers: Mapping[str, str], seed: str, count: int) -> Worked:
    """An operator at work."""
    with closing(Book(folder)) as book:
        operator = Operator(book, customers, random.Random(seed))  # noqa: S311 - to be repeated
        operator.work(count)
    return Worked(operator.done, operator.broke)


def undo_delivered(folder: Path, seed: str) -> str:
    """Take a delivered approval back; returns the id of the invoice that is to be voided, or nothing."""
    query = (
        "SELECT d.id, b.document_id FROM billed_document b JOIN decision d ON d.id = b.decision_id "
        "WHERE b.state = 'live' AND b.origin = 'made' AND d.undone_by IS NULL ORDER BY d.id DESC LIMIT 5"
    )
    with opened(folder) as database:
        found = database.execute(query).fetchall()
    if not found:
        return ""
    decision, document = random.Random(seed).choice(found)  # noqa: S311 - to be repeated
    with closing(Book(folder)) as book:
        try:
            decide.undo(book, OPERATOR, decision)
        except Problem:
            return ""
    return str(document)


def approve_twice(folder: Path, seed: str) -> str:
    """Approve a clean draft, open it again behind the desk's back, approve it again; what came of the second time."""
    with closing(Book(folder)) as book:
        clean = [row for row in queues.rows(book, "invoices") if row.verdict == "clean"]
        if not clean:
            return "nothing to approve"
        row = random.Random(seed).choice(clean)  # noqa: S311 - to be repeated
        decide.decide(book, "invoices.approve", row.id, OPERATOR, seen=queues.detail(book, row.id).seen)
        number = int(row.id[1:])
        _reopen(book, number)
        try:
            decide.decide(book, "invoices.approve", row.id, OPERATOR)
        except (IntegrityError, Problem) as refused:
            _reopen(book, number, back=True)
            return type(refused).__name__
    return "approved"


def _reopen(book: Book, draft: int, *, back: bool = False) -> None:
    """Let a draft and its event be open again, or as they were."""
    with book.store.writing() as connection:
        for table, column, states in (
            ("draft", "id", ("approved", "open")),
            ("billing_event", "(SELECT event_id FROM draft WHERE draft.id = :id)", ("billed", "open")),
        ):
            mine = "id = :id" if column == "id" else f"id = {column}"
            values = {"id": draft, "state": states[0] if back else states[1]}
            connection.execute(text(f"UPDATE {table} SET state = :state WHERE {mine}"), values)


def clear_parked(folder: Path, *, give_up: bool) -> list[str]:
    """Answer every parked operation by a key: retry it, or give it up, whichever the row lets.

    Returns:
        What was wrong with a row that tells too little, or that no key helps.
    """
    wrong: list[str] = []
    with closing(Book(folder)) as book:
        with book.store.reading() as connection:
            parked = rows.listed(connection, ("parked",))
        for row in parked:
            if not (row["problem"] and row["next_step"]):
                wrong.append(f"operation {row['id']} ({row['kind']}) is parked without a cause and a next step")
            refused = _answer(book, row, (_give_up, _retry) if give_up else (_retry, _give_up))
            if refused:
                wrong.append(f"operation {row['id']} ({row['kind']}, {row['problem']}): {'; '.join(refused)}")
    return wrong


def _answer(book: Book, row: Mapping[str, Any], keys: Iterable[Callable[[Book, Mapping[str, Any]], None]]) -> list[str]:
    """Press the first key that is not refused; if all are, why."""
    refused: list[str] = []
    for key in keys:
        try:
            key(book, row)
        except Problem as problem:
            refused.append(str(problem))
        else:
            return []
    return refused


def _retry(book: Book, row: Mapping[str, Any]) -> None:
    outbox.retry(book, f"L{row['id']}", OPERATOR)


def _give_up(book: Book, row: Mapping[str, Any]) -> None:
    """Give an operation up, before it what waits for it: so the refusal would ask for it."""
    with book.store.reading() as connection:
        waiting = [one for one in rows.dependents(connection, row["id"]) if one["state"] in rows.OPEN]
    for one in waiting:
        _give_up(book, one)
    with book.store.reading() as connection:
        now = rows.get(connection, row["id"])
    if now is not None and now["state"] in rows.OPEN:  # giving up what waited may have taken the whole decision back
        outbox.cancel(book, f"L{row['id']}", OPERATOR)
