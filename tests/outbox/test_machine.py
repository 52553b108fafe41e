"""The outbox and undo against a small model: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.builders import CUT_OVER
from tests.journal.events import every_event
from tests.remote import Remote, task

from qbconsole import journal
from qbconsole.books.book import Book
from qbconsole.books.settings import Accounting, Crm, Settings, write_settings
from qbconsole.books.witness import Witness
from qbconsole.domain.errors import NeedsPerson, Problem, Retriable
from qbconsole.outbox import queue
from qbconsole.outbox.deliver import STALENESS, Deliverer
from qbconsole.store import leases, migrations, outbox
from qbconsole.store.engine import Store

WINDOW = 5.0


@dataclass
class Hand:
    """A clock that is turned by hand."""

    moment: datetime = datetime(2026, 11, 16, 17, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Expected:
    """One operation as the model knows it; `done` is whether the remote did it."""

    state: str = "waiting"
    done: bool = False


@dataclass
class Home:
    """One book's folder for all examples, and an empty database that each begins with."""

    root: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)

    @property
    def folder(self) -> Path:
        """The book's."""
        return Path(self.root.name) / "books" / "machine"

    def book(self, clock: Hand) -> Book:
        """The book, empty."""
        template = self.folder / "empty.db"
        if not template.exists():
            self.folder.mkdir(parents=True)
            values = {"name": "machine", "company": "M", "cut_over": CUT_OVER, "armed": True, "posting_window": WINDOW}
            sides = {"crm": Crm(kind="hubspot"), "accounting": Accounting(realm_id="1")}
            write_settings(self.folder, Settings.model_validate({**values, **sides}))
            (self.folder / "rules.toml").write_text("")
            store = Store(template)
            migrations.prepare(store)
            store.close()
        shutil.copyfile(template, self.folder / "mirror.db")
        Witness(self.folder).path.unlink(missing_ok=True)  # of the last example: else the book was set back
        return Book(self.folder, clock=clock)


HOME = Home()


class Machine(RuleBasedStateMachine):
    """Tasks are enqueued, sent over a bad line, retried, cancelled and undone; the model is a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Hand()
        self.book = HOME.book(self.clock)
        self.remote = Remote("crm")
        self.model: dict[int, Expected] = {}
        self.decisions = 0
        with self.book.store.writing() as connection:
            self.fence = leases.take(connection, "me", "here", 1, self.clock.now())

    def teardown(self) -> None:
        self.book.close()

    # --- what may happen ----------------------------------------------------------------------------------------------

    @rule()
    def decide(self) -> None:
        self.decisions += 1
        with self.book.store.writing() as connection:
            id_ = queue.enqueue(
                connection,
                queue.Enqueued(task(f"Task {self.decisions}"), f"tasks:{self.decisions}"),
                book="b", decision_id=self.decisions, rules_hash="r",
                at=self.clock.now(), due_at=self.book.due_at(),
            )  # fmt: skip
        self.model[id_] = Expected()

    @rule()
    def wait(self) -> None:
        self.clock.moment += timedelta(seconds=WINDOW) + STALENESS

    @precondition(lambda self: self.model)
    @rule()
    def deliver(self) -> None:
        for one in self._due():
            one.state, one.done = "settled", True
        self._deliver(None, after=False)

    @precondition(lambda self: self.model)
    @rule()
    def lose_the_answers(self) -> None:
        """A look-up finds what was done before; a new request is done, and its answer lost."""
        for one in self._due():
            one.state, one.done = ("settled" if one.done else "unknown"), True
        self._deliver(Retriable("no answer", sent=True, next_step="Look."), after=True)

    @precondition(lambda self: self.model)
    @rule()
    def lose_the_requests(self) -> None:
        """Nothing arrives, and nobody here knows that."""
        for one in self._due():
            one.state = "settled" if one.done else "unknown"
        self._deliver(Retriable("no answer", sent=True, next_step="Look."), after=False)

    @precondition(lambda self: self.model)
    @rule()
    def be_refused(self) -> None:
        """The remote refuses for good; what was done before is found all the same."""
        for one in self._due():
            one.state = "settled" if one.done else "parked"
        self._deliver(NeedsPerson("no", next_step="Mend it."), after=False)

    @precondition(lambda self: self.model)
    @rule()
    def be_out_of_reach(self) -> None:
        """Nothing leaves: nothing changes, but that it is tried again."""
        for one in self._due():
            one.state = "settled" if one.done else "unknown" if one.state == "unknown" else "pending"
        self._deliver(Retriable("cannot be reached"), after=False)

    @precondition(lambda self: self.model)
    @rule()
    def deliver_behind_a_newer_fence(self) -> None:
        """A runner that lost its lease sends nothing: it cannot claim."""
        before = len(self.remote.sent)
        asyncio.run(Deliverer(self.book, {"crm": self.remote}, self.fence - 1).deliver())
        assert len(self.remote.sent) == before

    @precondition(lambda self: self.model)
    @rule()
    def retry(self) -> None:
        id_, one = list(self.model.items())[-1]
        with self.book.store.writing() as connection:
            row = outbox.get(connection, id_)
            assert row is not None
            done = queue.retry(connection, row, at=self.clock.now())
        assert done == (one.state == "parked")
        if done:
            one.state = "unknown" if row["first_sent_at"] else "pending"

    @precondition(lambda self: self.model)
    @rule()
    def cancel(self) -> None:
        id_, one = list(self.model.items())[-1]
        with self.book.store.writing() as connection:
            row = outbox.get(connection, id_)
            assert row is not None
            try:
                done = queue.cancel(connection, row, at=self.clock.now())
            except Problem:
                done = False
        assert done == (one.state in ("waiting", "parked", "pending"))
        if done:
            one.state = "cancelled"

    @precondition(lambda self: self.model)
    @rule()
    def undo(self) -> None:
        """Inside the window undo leaves no trace."""
        id_, one = list(self.model.items())[-1]
        with self.book.store.writing() as connection:
            done = queue.cancel_unsent(connection, outbox.of_decision(connection, id_), at=self.clock.now())
        assert done == (one.state in ("waiting", "pending", "cancelled"))
        if done:
            one.state = "cancelled"

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        with self.book.store.reading() as connection:
            rows = {row["id"]: row for row in outbox.listed(connection, tuple(queue.MOVES))}
            last = {one["operation_id"]: one["body"] for one in every_event(connection) if one["kind"] == "operation"}
            assert journal.verify(connection) == ""
        assert {id_: row["state"] for id_, row in rows.items()} == {id_: one.state for id_, one in self.model.items()}
        assert {id_: body.get("to") or body["state"] for id_, body in last.items()} == {
            id_: one.state for id_, one in self.model.items()
        }

    @invariant()
    def each_is_done_once_or_not_at_all(self) -> None:
        assert len(self.remote.sent) == len(set(map(repr, self.remote.sent)))
        assert len(self.remote.sent) == sum(one.done for one in self.model.values())

    # --- how it is done -----------------------------------------------------------------------------------------------

    def _due(self) -> list[Expected]:
        with self.book.store.reading() as connection:
            return [self.model[row["id"]] for row in outbox.due(connection, self.clock.now())]

    def _deliver(self, fault: Problem | None, *, after: bool) -> None:
        """One delivery, in which every write meets that fault."""
        self.remote.faults, self.remote.after = [fault] * 100 if fault else [], after
        asyncio.run(Deliverer(self.book, {"crm": self.remote}, self.fence).deliver())


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=30,
    stateful_step_count=22,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
