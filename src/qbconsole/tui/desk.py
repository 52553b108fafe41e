"""The opened book as the console uses it: everything here runs in a worker thread and returns plain values.

Heavy imports live inside `open_desk` and the methods, so that the first screen is painted before they happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.actions.registry import for_scope
from qbconsole.actions.views import Choice
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.domain.money import spoken
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.tui.health import Health, RunBrief

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qbconsole.actions.bulk import Foreseen, TakenBack
    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Detail, Row
    from qbconsole.books.book import Book
    from qbconsole.domain.records import Customer
    from qbconsole.journal import Actor

OPEN_STATES = ("waiting", "pending", "claimed", "unknown")
READ_ONLY = "The console was opened with --read-only: it decides nothing."


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands beside a row: its detail, and for each action of the screen why it does not apply (or nothing)."""

    detail: Detail
    why_not: dict[str, str]


@dataclass(frozen=True, slots=True)
class RunStory:
    """One run with what it did to each stream and its log lines, all as plain text."""

    brief: RunBrief
    streams: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that was decided about a row, and what became of it."""

    at: datetime
    actor: SafeText
    words: SafeText
    became: SafeText


@dataclass
class Desk:
    """A book, who sits at it, and which rows were decided here (they stay in sight for the session)."""

    book: Book
    actor: Actor
    read_only: bool = False
    touched: set[str] = field(default_factory=set)

    # --- reading ------------------------------------------------------------------------------------------------------

    def version(self) -> int:
        """A number that changes when anything was committed; cheap."""
        return self.book.store.data_version()

    def health(self) -> Health:
        """The state of the book."""
        from qbconsole.actions.summary import status

        return health_of(status(self.book), read_only=self.read_only)

    def rows(self, queue: str, search: str = "") -> list[Row]:
        """A queue's open rows, then those that were decided here, are held, or failed to arrive."""
        from qbconsole.actions import queues

        found = queues.rows(self.book, queue, search=search, decided=True)
        return [row for row in found if not row.decided or row.id in self.touched or row.verdict in ("held", "parked")]

    def outbox(self) -> list[Row]:
        """Operations that are not settled."""
        from qbconsole.actions import outbox

        return outbox.listed(self.book)

    def evidence(self, row_id: str) -> Evidence:
        """What stands beside a row of a queue.

        Raises:
            Configuration: the row is gone.
        """
        from qbconsole.actions import queues

        detail = queues.detail(self.book, row_id)
        actions = for_scope(detail.row.queue)
        return Evidence(detail, {one.id: self._why_not(one.id, row_id) for one in actions if one.command})

    def _why_not(self, action_id: str, row_id: str) -> str:
        from qbconsole.actions import queues

        return READ_ONLY if self.read_only else queues.why_not(self.book, action_id, row_id)

    def customers(self, text: str, limit: int = 50) -> list[Choice]:
        """Customers whose name, e-mail or phone holds every word, by name; a job says whose it is."""
        from qbconsole.domain import records
        from qbconsole.store import mirror

        words = text.casefold().split()
        with self.book.store.reading() as connection:
            every = mirror.every(connection, records.Customer)
        found = [
            one for one in every if all(word in f"{one.name} {one.email} {one.phone}".casefold() for word in words)
        ]
        found.sort(key=lambda one: (bool(one.parent_id), one.name.casefold()))
        names = {one.id: one.name for one in every}
        return [_choice(one, names) for one in found[:limit]]

    def runs(self, limit: int = 100) -> list[RunBrief]:
        """Sync cycles, newest first."""
        from qbconsole.store import runs

        with self.book.store.reading() as connection:
            return [run_of(row, runs.streams(connection, row["id"])) for row in runs.listed(connection, limit)]

    def run(self, run_id: int) -> RunStory:
        """One sync cycle in full.

        Raises:
            Configuration: it was forgotten meanwhile.
        """
        from qbconsole.store import runs

        with self.book.store.reading() as connection:
            row = next((one for one in runs.listed(connection, runs.KEPT) if one["id"] == run_id), None)
            if row is None:
                raise Configuration(f"Run {run_id} was forgotten: only the newest {runs.KEPT} are kept.")
            streams = runs.streams(connection, run_id)
            return RunStory(run_of(row, streams), tuple(streams), tuple(runs.events(connection, run_id)))

    def history(self, row_id: str) -> list[Past]:
        """What was decided about a row, newest first."""
        from qbconsole.store import journal, outbox

        with self.book.store.reading() as connection:
            return [
                Past(
                    one["at"],
                    safe_text(f"{one['actor']} ({one['origin']})"),
                    safe_text(one["words"]),
                    safe_text(_became(outbox.of_decision(connection, one["id"]), undone=one["undone_by"] is not None)),
                )
                for one in journal.decisions(connection, row_id=row_id)
            ]

    def link(self, row_id: str) -> str:
        """The address of a row's record in QuickBooks.

        Raises:
            NeedsPerson: the row has no record there yet.
        """
        from qbconsole.ledger import documents
        from qbconsole.store.queues import DRAFTS, FOLLOW_UPS

        number = int(row_id[1:])
        document_id = ""
        with self.book.store.reading() as connection:
            if row_id.startswith("O"):
                document_id = (FOLLOW_UPS.get(connection, number) or {}).get("document_id", "")
            elif row_id.startswith("I"):
                decision_id = (DRAFTS.get(connection, number) or {}).get("decision_id")
                made = documents.every(connection, decision_id=decision_id) if decision_id else []
                document_id = made[0].document_id if made else ""
        if not document_id:
            raise NeedsPerson(f"{row_id} has no document in QuickBooks yet.", next_step="y copies its id.")
        return f"{self.book.settings.accounting.app_url.rstrip('/')}/app/invoice?txnId={document_id}"

    # --- deciding -----------------------------------------------------------------------------------------------------

    def decide(
        self, action_id: str, row_id: str, seen: str, arguments: dict[str, str], *, first: Decided | None = None
    ) -> Decided:
        """Decide a row; `first` is what the same key decided first, where it decides several.

        Raises:
            Problem: refused, with the reason.
        """
        from qbconsole.actions import decide

        self._may_write()
        done = decide.decide_one_of(self.book, action_id, row_id, self.actor, arguments, seen=seen, first=first)
        self.touched.add(done.row_id)
        return done

    def approve_all(self, shown: Sequence[Row]) -> tuple[list[Decided], list[str]]:
        """Approve rows as they were shown; one that reads otherwise now is left, with the reason."""
        from qbconsole.actions import queues
        from qbconsole.domain.errors import Problem

        done: list[Decided] = []
        left: list[str] = []
        for row in shown:
            try:
                detail = queues.detail(self.book, row.id)
                if (detail.row.amount, detail.row.title, detail.row.verdict) != (row.amount, row.title, row.verdict):
                    left.append(f"{row.title} has changed since it was shown.")
                    continue
                first = done[0] if done else None
                done.append(self.decide("invoices.approve", row.id, detail.seen, {}, first=first))
            except Problem as refused:
                left.append(refused.message)
        return done, left

    def undo(self, decision_id: int | None) -> TakenBack:
        """Take a decision back, or when none is named all that the last key decided.

        Raises:
            Problem: it cannot be taken back, with the reason.
        """
        from qbconsole.actions import bulk

        self._may_write()
        taken = bulk.undo(self.book, self.actor, decision_id)
        self.touched |= {one.row_id for one in taken.done}
        return taken

    def foresee_undo(self) -> tuple[Foreseen, ...]:
        """What taking back all that the last key decided would do.

        Raises:
            Problem: there is nothing to take back.
        """
        from qbconsole.actions import bulk

        return bulk.foresee(self.book)

    def undo_words(self, decision_id: int) -> str:
        """What undo would do now."""
        from qbconsole.actions import decide

        return decide.undo_words(self.book, decision_id)

    def retry(self, operation: str) -> Decided:
        """Send a parked operation again.

        Raises:
            Problem: it is not parked.
        """
        from qbconsole.actions import outbox

        self._may_write()
        return outbox.retry(self.book, operation, self.actor)

    def cancel(self, operation: str) -> Decided:
        """Give an operation up.

        Raises:
            Problem: it is being sent, or done.
        """
        from qbconsole.actions import outbox

        self._may_write()
        return outbox.cancel(self.book, operation, self.actor)

    def ask_for_sync(self) -> None:
        """Leave a wish for a cycle now; the runner sees it within a second."""
        from qbconsole.store import runs

        self._may_write()
        with self.book.store.writing(durable=False) as connection:
            runs.ask_for_sync(connection, datetime.now(UTC))

    def close(self) -> None:
        """Close the book."""
        self.book.close()

    def _may_write(self) -> None:
        if self.read_only:
            raise NeedsPerson(READ_ONLY)


def open_desk(root: Path, name: str, *, read_only: bool) -> Desk:
    """Open a book.

    Raises:
        Problem: there is no such book, or it cannot be opened.
    """
    from qbconsole.actions.decide import operator
    from qbconsole.books.book import open_book

    return Desk(open_book(root, name), operator(), read_only)


def _choice(customer: Customer, names: dict[str, str]) -> Choice:
    parent = f"job of {names.get(customer.parent_id, customer.parent_id)}" if customer.parent_id else ""
    evidence = ", ".join(part for part in (parent, customer.email, customer.phone, customer.address.city) if part)
    state = "" if customer.active else "inactive"
    return Choice(customer.id, safe_text(customer.name), safe_text(evidence), state)


def health_of(status: dict[str, Any], *, read_only: bool) -> Health:
    """The state of a book from `actions.summary.status`."""
    runs = tuple(run_of(row, []) for row in status["runs"])
    pulled = [one["pulled_at"] for one in status["streams"]]
    return Health(
        book=status["book"],
        company=safe_text(status["company"]),
        environment=status["environment"],
        armed=status["armed"],
        read_only=read_only,
        today=status["today"],
        currency=status["currency"],
        synced_at=min(pulled, default=None),
        syncing=bool(runs) and runs[0].state == "running" and status["runner"]["alive"],
        runner_alive=status["runner"]["alive"],
        outbox=sum(status["outbox"].get(state, 0) for state in OPEN_STATES),
        failed=status["failed"],
        counts={name: (one["rows"], one["money"]) for name, one in status["queues"].items()},
        ageing=tuple((name, one["money"]) for name, one in status["ageing"].items()),
        runs=runs,
        out_of_balance=_off(status["out_of_balance"], status["currency"]),
        drift=tuple(one["words"] for one in status["drift"]),
        sign_in=status["sign_in"]["warning"],
    )


def _off(found: dict[str, Any] | None, home: str) -> str:
    if found is None:
        return ""
    currency = "" if found["currency"] == home else f"{found['currency']} "
    return f"A/R off by {currency}{spoken(found['amount'], found['currency'])}"


def run_of(row: dict[str, Any], streams: Sequence[dict[str, Any]]) -> RunBrief:
    """A run from its row and what it did to each stream."""
    totals = {name: sum(one[name] for one in streams) for name in ("seen", "applied", "held", "failed")}
    return RunBrief(
        id=row["id"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        state=row["state"],
        reason=safe_text(row["reason"]),
        error=safe_text(row["error"]),
        **totals,
    )


def _became(operations: Sequence[dict[str, Any]], *, undone: bool) -> str:
    if not operations:
        return "taken back" if undone else ""
    words = {"settled": "delivered", "parked": "parked", "cancelled": "cancelled", "waiting": "in the posting window"}
    states = [words.get(one["state"], "being sent") for one in operations]
    numbers = [one["number"] for one in operations if one["number"]]
    told = ", ".join(dict.fromkeys(states)) + (f" as {numbers[0]}" if numbers else "")
    return f"{told}; taken back" if undone else told
