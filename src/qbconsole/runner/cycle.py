"""One cycle of a book: deliver, pull both sides, propose, take the automatic decisions, deliver, write the run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from qbconsole.actions import drift
from qbconsole.actions.propose import decide_automatically, propose
from qbconsole.connectors.base import Accounting
from qbconsole.domain import balance
from qbconsole.domain.errors import Configuration, Fatal, Problem, Retriable, SignIn
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.delivered import Delivered
from qbconsole.pull import Outcome, pull
from qbconsole.runner import expiry, firm, nightly, recovery
from qbconsole.runner.connectors import ACCOUNTING, CRM
from qbconsole.runner.metering import Meter
from qbconsole.runner.proving import prove
from qbconsole.store import facts, outages, runs, watching

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector


@dataclass
class Result:
    """What a cycle did. `problem` is the first failure, if there was one; a refused sign-in comes before any other."""

    run_id: int = 0
    changed: int = 0
    proposed: dict[str, int] = field(default_factory=dict)
    automatic: int = 0
    delivered: Delivered = field(default_factory=Delivered)
    problem: Problem | None = None
    out_of_balance: list[str] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        """Whether a failure forbids going on: without credentials, rules or a database nothing right can follow."""
        return isinstance(self.problem, SignIn | Configuration | Fatal)

    def counts(self) -> dict[str, Any]:
        """The figures that the run keeps."""
        sent = {name: getattr(self.delivered, name) for name in ("due", *balance.CAME_TO, "found")}
        return {"changed": self.changed, "automatic": self.automatic, "proposed": self.proposed, **sent}


class Cycle:
    """One book's runner at work under its lease."""

    def __init__(
        self, book: Book, connectors: Mapping[str, Connector], fence: int, *, random: Random | None = None
    ) -> None:
        """Take an opened book, its connectors by system, the fence of the lease, and the jitter of its waits."""
        self.book = book
        self.connectors = connectors
        self.deliverer = Deliverer(book, connectors, fence, random or SystemRandom())
        self._newest_run = 0
        self._meter = Meter(book.store, connectors[ACCOUNTING], book.clock)

    async def run(self, reason: str, *, full: bool = False) -> Result:
        """Run one cycle; a failure is in the result and in the run's log, what was done before it stands."""
        result = Result()
        with self.book.store.writing(durable=False) as connection:
            result.run_id = self._newest_run = runs.begin(connection, reason, self.book.clock.now())
        try:
            await self._work(result, full=full)
            expiry.note(self.book, self.connectors[ACCOUNTING], result.run_id, self.book.clock.now())
        except asyncio.CancelledError:
            self._close(result, "stopped", "")
            raise
        except Exception as error:
            self._close(result, "failed", f"The cycle broke off: {type(error).__name__}. See runner.log in the home.")
            raise
        problem = result.problem
        self._close(result, *(("failed", str(problem)) if problem else ("done", "")))
        return result

    async def deliver(self) -> Delivered:
        """Between cycles: send what fell due, and let what follows from it follow at once.

        Raises:
            SignIn: a remote refused the credentials.
            Fatal: the database cannot be used.
        """
        result = Result(run_id=self._newest_run)
        result.delivered.add(await self.deliverer.deliver())
        if result.delivered.consequences:
            await self._decide_and_deliver(result)
        self._log_parked(result)
        self._meter.note()
        if result.problem is not None:
            raise result.problem
        return result.delivered

    async def _work(self, result: Result, *, full: bool) -> None:
        set_back = False
        try:
            self.book.reload()
            self.book.notice_set_back()
            set_back = recovery.begin(self.book, result.run_id)
            result.delivered.add(await self.deliverer.deliver())
        except Problem as problem:
            self._note(result, problem)
        if not result.stops:
            await self._pull(result, full=full or set_back)
        if set_back:
            await self._recover(result)
        if not result.stops and not (set_back and result.problem):
            drift.notice(self.book, result.run_id)
            await self._decide_and_deliver(result)
        if not result.stops:
            await self._care(result)

    async def _recover(self, result: Result) -> None:
        """Take on what was done in the lost time; a side that could not be read leaves that to the next cycle."""
        if result.problem is not None:
            return
        try:
            result.delivered.add(await recovery.recover(self.book, self.deliverer, result.run_id))
        except Problem as problem:
            self._note(result, problem)

    async def _care(self, result: Result) -> None:
        try:
            await nightly.care(self.book)
        except Problem as problem:
            self._note(result, problem)

    async def _pull(self, result: Result, *, full: bool) -> None:
        """Both sides at once; one side's failure leaves the other's pull standing."""
        sides = (CRM, ACCOUNTING)
        pulls = (self._side(side, result.run_id, full=full) for side in sides)
        outcomes = await asyncio.gather(*pulls, return_exceptions=True)
        for side, outcome in zip(sides, outcomes, strict=True):
            if isinstance(outcome, Outcome):
                result.changed += outcome.changed
                self._weigh(result, outcome.problem)  # the log has it already
                self._answers(result, self.connectors[side].name)
            elif isinstance(outcome, Problem):
                self._note(result, outcome, self.connectors[side].name)
            else:
                raise outcome

    async def _side(self, side: str, run_id: int, *, full: bool) -> Outcome:
        connector, store = self.connectors[side], self.book.store
        remote = await connector.now() if side == ACCOUNTING else None
        with store.writing(durable=False) as connection:
            if remote is not None:
                facts.keep_remote_offset(connection, remote, self.book.clock.now())
                watched = {
                    f"{connector.name}.payments": watching.undeposited_payments(connection, self.book.clock.now())
                }
            else:
                watched = {f"{connector.name}.deals": watching.undecided_deals(connection)}
        outcome = await pull(store, connector, run_id=run_id, watched=watched, full=full, clock=self.book.clock)
        if isinstance(connector, Accounting) and outcome.problem is None:
            outcome.changed += await prove(self.book, connector, run_id=run_id, full=full)
        return outcome

    async def _decide_and_deliver(self, result: Result) -> None:
        """Propose, take the automatic decisions, deliver; again while what was delivered has consequences."""
        try:
            while True:
                result.proposed = propose(self.book)
                result.automatic += decide_automatically(self.book)
                delivered = await self.deliverer.deliver()
                result.delivered.add(delivered)
                if not delivered.consequences:
                    return
        except Problem as problem:
            self._note(result, problem)

    def _note(self, result: Result, problem: Problem, subject: str = "") -> None:
        """A failure goes into the run's log, and the weightiest of them into the result.

        A remote that does not answer is an alert once, in the run that finds it out: an hour of it is one, not sixty.
        """
        self._weigh(result, problem)
        words = f"{subject}: {problem.words}" if subject else problem.words
        with self.book.store.writing(durable=False) as connection:
            at = self.book.clock.now()
            passing = bool(subject) and isinstance(problem, Retriable)
            level = "error" if not passing or outages.begin(connection, subject, at) else "info"
            runs.log(connection, result.run_id, level, words, at=at, subject=subject, next_step=problem.next_step)

    def _answers(self, result: Result, subject: str) -> None:
        """A remote that did not answer does so again."""
        with self.book.store.writing(durable=False) as connection:
            at = self.book.clock.now()
            if since := outages.end(connection, subject):
                words = f"{subject} answers again, after {(at - since) // timedelta(minutes=1)} minutes."
                runs.log(connection, result.run_id, "info", words, at=at, subject=subject)

    @staticmethod
    def _weigh(result: Result, problem: Problem | None) -> None:
        """The first failure is the result's, unless credentials were refused."""
        if result.problem is None or (isinstance(problem, SignIn) and not isinstance(result.problem, SignIn)):
            result.problem = problem

    def _log_parked(self, result: Result) -> None:
        done = result.delivered
        steps = (
            (done.problems, "Look at the sync log: R retries, x cancels."),
            (done.notices, "Compare both before it is e-mailed."),
            (done.withheld, "Look at it in the sync log: L lets it go, x cancels all of it."),
        )
        if not any(lines for lines, _ in steps):
            return
        with self.book.store.writing(durable=False) as connection:
            for lines, step in steps:
                for line in lines:
                    runs.log(connection, result.run_id, "warning", line, at=self.book.clock.now(), next_step=step)

    def _close(self, result: Result, state: str, error: str) -> None:
        """Close the run, and let the firm's page know."""
        self._log_parked(result)
        self._meter.note()
        at = self.book.clock.now()
        with self.book.store.writing(durable=False) as connection:
            counts = result.counts()
            result.out_of_balance = balance.differences(runs.streams(connection, result.run_id), counts)
            for words in result.out_of_balance:
                runs.log(connection, result.run_id, "error", words, at=at, next_step="Say: qbconsole sync --full")
            counts["out_of_balance"] = result.out_of_balance
            runs.finish(connection, result.run_id, state, at, error=error, counts=counts)
        firm.summarise(self.book, error)


def never_began(book: Book, problem: Problem) -> None:
    """Write a run that failed before its first call, so that the sync log says why nothing is pulled."""
    at = book.clock.now()
    with book.store.writing(durable=False) as connection:
        run_id = runs.begin(connection, "start", at)
        runs.log(connection, run_id, "error", problem.message, at=at, next_step=problem.next_step)
        runs.finish(connection, run_id, "failed", at, error=str(problem), counts={})
    firm.summarise(book, str(problem))
