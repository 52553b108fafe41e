"""Delivery: claim, send, settle, as separate short transactions with none open during a call. It never decides."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from qbconsole import ledger
from qbconsole.books import restored
from qbconsole.books.settings import load_settings
from qbconsole.connectors.base import Send
from qbconsole.domain.errors import MOVED, Conflict, Fatal, Gone, Problem, Retriable, SignIn
from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.operations import Receipt
from qbconsole.outbox import policy, volume
from qbconsole.outbox.delivered import Delivered
from qbconsole.outbox.inverse import overtaken
from qbconsole.outbox.queue import ABSOLUTE, look_first, move, outcome_unknown
from qbconsole.outbox.receipts import note
from qbconsole.outbox.sending import payload_hash, sendable
from qbconsole.store import facts
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector
    from qbconsole.domain.operations import Operation

GROUPS = {"accounting": 30, "crm": 100}
"""Operations that go to a connector at once: so many the vendors take in a batch (quickbooks.md 5.1, hubspot.md 4)."""
ALL = 100_000
"""More operations than are ever due."""
STALENESS = timedelta(seconds=3)
"""A look-up that finds nothing is not believed while the sending is younger than this: lists may lag behind."""
CLOCK_MARGIN = timedelta(days=1)
"""How far back before the first sending a look-up reaches: our clock may be wrong by hours, and the remote's need not
have been heard before the sending. A tag names one event and generation, so that reaching far finds nothing else."""
WITHOUT_CONSEQUENCE = (*ABSOLUTE, "create_task", "create_note")
"""Kinds after which no desk proposes anything else."""


@dataclass(frozen=True)
class Deliverer:
    """One runner delivering one book's operations under its fence; `random` is the jitter of its waits."""

    book: Book
    connectors: Mapping[str, Connector]
    fence: int
    random: Random = field(default_factory=SystemRandom, repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def deliver(self) -> Delivered:
        """Send everything that is due, until nothing more is; an unarmed book sends nothing, nor does one set back.

        Raises:
            SignIn: a remote refused the credentials; what was claimed waits for the next sign-in.
        """
        total = Delivered()
        async with self._one_at_a_time:
            if load_settings(self.book.folder).armed and not self._set_back():
                await self._deliver(total)
        return total

    def _set_back(self) -> bool:
        with self.book.store.reading() as connection:
            return restored.is_open(connection)

    async def look(self) -> Delivered:
        """Look for everything whose outcome is unknown, and send nothing: so a book begins that was set back.

        What is not there stays unknown: it is looked for again when it is sent.

        Raises:
            SignIn: a remote refused the credentials.
            Retriable: something could not be looked for.
        """
        total, seen = Delivered(), set[int]()
        async with self._one_at_a_time:
            while mine := [row for row in self._due(limit=ALL) if row["id"] not in seen and _looked_for(row)]:
                for row in mine:
                    seen.add(row["id"])
                    total.due += 1
                    total.left += await self._look(self.connectors[row["system"]], row, total) is not None
        if total.unknown:
            words = f"{total.unknown} operations could not be looked for."
            raise Retriable(words, next_step="They are looked for in the next cycle; nothing is sent before.")
        return total

    async def wind_down(self, seconds: float) -> None:
        """Send nothing more, and wait that long at most for what is being sent."""
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._one_at_a_time:
                return

    async def _deliver(self, total: Delivered) -> None:
        seen: set[tuple[int, int]] = set()
        self._weigh(total)
        while due := [row for row in self._due() if (row["id"], row["attempts"]) not in seen]:
            seen |= {(row["id"], row["attempts"]) for row in due}
            sides = (self._system(name, due) for name in self.connectors)
            done = await asyncio.gather(*sides, return_exceptions=True)  # none is left at work when another failed
            for one in done:
                if isinstance(one, Delivered):
                    total.add(one)
            for one in done:
                if isinstance(one, BaseException):
                    raise one

    def _due(self, limit: int = 100) -> list[dict[str, Any]]:
        if self._stopping.is_set():
            return []
        with self.book.store.reading() as connection:
            parts = volume.filters(connection, volume.withheld(connection))
            return rows.due(connection, self.book.clock.now(), limit, parts)

    def _weigh(self, total: Delivered) -> None:
        """See whether a run would write more than is usual for the book: then nothing of that is sent."""
        with self.book.store.reading() as connection:
            found = volume.weigh(connection, self.book.settings.limits, self.book.clock.now())
            known = volume.withheld(connection)
        if found != known:
            with self.book.store.writing() as connection:
                volume.keep(connection, found)
            total.withheld += [one.words for one in found]

    async def _system(self, system: str, due: Sequence[dict[str, Any]]) -> Delivered:
        """One remote's due operations: first those whose outcome is unknown, then the new ones in groups."""
        total = Delivered()
        connector = self.connectors[system]
        mine = [row for row in due if row["system"] == system]
        total.due += len(mine)
        mine = self._wary(mine, total)
        fresh = [row for row in mine if row["state"] in ("waiting", "pending")]
        for row in mine:
            if row["state"] in ("waiting", "pending"):
                continue
            if self._stopping.is_set():
                total.left += 1
                continue
            again = await self._look(connector, row, total)
            fresh += [again] if again else []
        size = GROUPS[system]
        for start in range(0, len(fresh), size):
            group = fresh[start : start + size]
            if self._stopping.is_set():
                total.left += len(group)
            else:
                await self._send(connector, group, total)
        return total

    def _wary(self, due: list[dict[str, Any]], total: Delivered) -> list[dict[str, Any]]:
        """In a book that was set back lately also what was never sent, as far as it knows, is looked for."""
        now = self.book.clock.now()
        with self.book.store.reading() as connection:
            since = restored.looked_since(connection, now)
        unsent = [row for row in due if row["first_sent_at"] is None and row["kind"] not in ABSOLUTE]
        if since is None or not unsent:
            return due
        with self.book.store.writing() as connection:
            moved = {row["id"]: look_first(connection, row, since=since, at=now, fence=self.fence) for row in unsent}
        total.lost += sum(one is None for one in moved.values())
        return [one for row in due if (one := moved.get(row["id"], row)) is not None]

    # --- an unknown outcome -------------------------------------------------------------------------------------------

    async def _look(self, connector: Connector, row: dict[str, Any], total: Delivered) -> dict[str, Any] | None:
        """Look whether an operation already happened; returns it when it has to be sent again."""
        if row["kind"] in ABSOLUTE or row["first_sent_at"] is None:
            return row
        try:
            with self.book.store.reading() as connection:
                operation = sendable(connection, row)
                since = row["first_sent_at"] + facts.earliest_remote_offset(connection) - CLOCK_MARGIN
            found = await connector.find(operation, since=since)
        except SignIn:
            raise
        except Problem as problem:
            self._settle_problem(row, problem, total, looked=True)
            return None
        if found is not None:
            total.found += self._settle([(row, found)], total)
            return None
        now = self.book.clock.now()
        # A runner that died may have sent it just before; a time ahead is of a clock that has been set back since.
        left = min(row["sent_at"], now) if row["state"] == "unknown" else now
        if now - left < STALENESS:
            self._move(row, "unknown", total, sent_at=left, due_at=left + STALENESS)
            return None
        return row

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _send(self, connector: Connector, group: Sequence[dict[str, Any]], total: Delivered) -> None:
        claimed = self._claim(group, total)
        if not claimed:
            return
        failpoint("claim.commit")
        sends = [
            Send(operation, row["request_id"], again=row["before"]["first_sent_at"] is not None)
            for row, operation in claimed
        ]
        try:
            outcomes = await connector.apply_many(sends)
        except asyncio.CancelledError:
            stopped = Retriable("The runner was stopped while it was sent.", sent=True)
            for row, _ in claimed:
                self._move(row, "unknown", total, sent_at=self.book.clock.now(), **_words(stopped))
            raise
        except SignIn as problem:
            for row, _ in claimed:
                back = "unknown" if row["before"]["state"] in ("claimed", "unknown") else "pending"
                self._move(row, back, total, **_no_attempt(row, sent=False), **_words(problem))
            raise
        failpoint("sent")
        done = [row for row, _ in claimed]
        self._settle([(row, one) for row, one in zip(done, outcomes, strict=True) if isinstance(one, Receipt)], total)
        for row, outcome in zip(done, outcomes, strict=True):
            if not isinstance(outcome, Receipt):
                self._settle_problem(row, outcome, total)

    def _claim(self, group: Sequence[dict[str, Any]], total: Delivered) -> list[tuple[dict[str, Any], Operation]]:
        """Claim a group, committed before any socket is opened."""
        now, claimed = self.book.clock.now(), []
        unfit: list[tuple[dict[str, Any], Problem]] = []
        with self.book.store.writing() as connection:
            for row in group:
                try:
                    operation = sendable(connection, row)
                    hash_ = payload_hash(row, operation)
                    self._refuse_if_overtaken(connection, operation)
                except Conflict as too_late:
                    unfit.append((row, too_late))
                    continue
                except Fatal as changed:
                    unfit.append((row, policy.still_unknown(changed) if row["first_sent_at"] else changed))
                    continue
                values = {
                    "attempts": row["attempts"] + 1,
                    "sent_at": now,
                    "first_sent_at": row["first_sent_at"] or now,
                    "sent_hash": hash_,
                }
                moved = move(connection, row, "claimed", at=now, fence=self.fence, **values)
                if moved is None:
                    total.lost += 1
                else:
                    claimed.append(({**moved, "before": row}, operation))
        for row, why in unfit:
            self._park(row, why, total)
        return claimed

    def _refuse_if_overtaken(self, connection: Connection, operation: Operation) -> None:
        """An inverse was decided for the month that was open then."""
        if why := overtaken(connection, self.book, operation):
            raise Conflict(f"The undo came too late: {why}.", next_step="Look at it and undo it again.", code=MOVED)

    # --- settling -----------------------------------------------------------------------------------------------------

    def _settle(self, receipts: Sequence[tuple[dict[str, Any], Receipt]], total: Delivered) -> int:
        """What was done, in one transaction, each wholly or not at all; returns how many were settled.

        One that cannot be noted here is parked as one whose outcome is not known: it is looked for again, not lost.
        """
        if not receipts:
            return 0
        now, settled = self.book.clock.now(), 0
        unnoted: list[tuple[dict[str, Any], Receipt, Exception]] = []
        with self.book.store.writing() as connection:
            for row, receipt in receipts:
                try:
                    with connection.begin_nested():
                        noted = note(connection, row, receipt, at=now, fence=self.fence)
                except (IntegrityError, ValueError) as error:
                    unnoted.append((row, receipt, error))
                    continue
                settled += noted
                total.notices += [receipt.notice] if noted and receipt.notice else []
                total.lost += not noted
                total.consequences += noted and row["kind"] not in WITHOUT_CONSEQUENCE
            failpoint("settle.commit")
        total.settled += settled
        for row, receipt, why in unnoted:
            words = f"{row['kind']} was done as {receipt.remote_id}, but cannot be noted here ({type(why).__name__})."
            self._park(row, Retriable(words, sent=True, next_step="Retry it: it is looked for, not done again."), total)
        return settled

    def _settle_problem(self, row: dict[str, Any], problem: Problem, total: Delivered, *, looked: bool = False) -> None:
        """What becomes of an operation whose sending or look-up failed: `policy.after` says it."""
        now = self.book.clock.now()
        tried = policy.Tried(
            attempts=row["attempts"],
            age=now - row["created_at"],
            sent_ago=now - row["sent_at"],
            unsure=not looked and row["before"]["state"] in ("claimed", "unknown"),
            looked=looked,
        )
        verdict = policy.after(problem, tried, jitter=self.random.uniform(*policy.JITTER))
        if verdict.state == "parked":
            self._park(row, verdict.problem, total)
            return
        values: dict[str, Any] = _words(verdict.problem)
        if not looked and verdict.sent:
            values["sent_at"] = now  # it stood in line after it was claimed: it left by now at the latest
        if not verdict.counts:
            values |= _no_attempt(row, sent=verdict.sent)
        self._move(row, verdict.state, total, due_at=now + timedelta(seconds=verdict.wait), **values)

    def _park(self, row: dict[str, Any], problem: Problem, total: Delivered) -> None:
        made = {"remote_id": problem.remote_id, "number": problem.number} if isinstance(problem, Gone) else {}
        self._move(row, "parked", total, **_words(problem), **made)
        total.problems.append(problem.words)

    def _move(self, row: dict[str, Any], state: str, total: Delivered, **values: Any) -> None:
        now = self.book.clock.now()
        with self.book.store.writing() as connection:
            moved = move(connection, row, state, at=now, fence=self.fence, **values)
            if moved is not None and state == "parked" and not outcome_unknown(moved):
                ledger.refused(connection, moved)
        if moved is None:
            total.lost += 1
        elif state == "parked":
            total.parked += 1
        elif state == "unknown":
            total.unknown += 1
        else:
            total.retried += 1


def _looked_for(row: dict[str, Any]) -> bool:
    return row["state"] in ("claimed", "unknown") and row["kind"] not in ABSOLUTE


def _no_attempt(row: dict[str, Any], *, sent: bool) -> dict[str, Any]:
    """A claim that counts as no attempt; if its request never left, or was refused unread, nothing was sent either."""
    names = ("attempts",) if sent else ("attempts", "sent_at", "first_sent_at")
    return {name: row["before"][name] for name in names}


def _words(problem: Problem) -> dict[str, str]:
    return {
        "problem": problem.words,
        "problem_class": type(problem).__name__,
        "next_step": problem.next_step,
        "code": problem.code,
    }
