"""One cycle of a book: deliver, pull both sides, propose, take the automatic decisions, deliver, write the run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from qbconsole.actions import drift
from qbconsole.actions.propose import decide_automatically, propose
from qbconsole.connectors.base import Accounting
from qbconsole.domain.errors import Configuration, Fatal, Problem, SignIn
from qbconsole.outbox.deliver import Delivered, Deliverer
from qbconsole.pull import Outcome, pull
from qbconsole.runner import expiry, firm
from qbconsole.runner.connectors import ACCOUNTING, CRM
from qbconsole.runner.metering import Meter
from qbconsole.runner.proving import prove
from qbconsole.store import facts, runs, watching

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

    @property
    def stops(self) -> bool:
        """Whether a failure forbids going on: without credentials, rules or a database nothing right can follow."""
        return isinstance(self.problem, SignIn | Configuration | Fatal)

    def counts(self) -> dict[str, Any]:
        """The figures that the run keeps."""
        sent = {name: getattr(self.delivered, name) for name in ("settled", "retried", "unknown", "parked", "found")}
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
        try:
            self.book.reload()
            result.delivered.add(await self.deliverer.deliver())
        except Problem as problem:
            self._note(result, problem)
        if not result.stops:
            await self._pull(result, full=full)
        if not result.stops:
            drift.notice(self.book, result.run_id)
            await self._decide_and_deliver(result)

    async def _pull(self, result: Result, *, full: bool) -> None:
        """Both sides at once; one side's failure leaves the other's pull standing."""
        sides = (CRM, ACCOUNTING)
        pulls = (self._side(side, result.run_id, full=full) for side in sides)
        outcomes = await asyncio.gather(*pulls, return_exceptions=True)
        for side, outcome in zip(sides, outcomes, strict=True):
            if isinstance(outcome, Outcome):
                result.changed += outcome.changed
                self._weigh(result, outcome.problem)  # the log has it already
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
        """A failure goes into the run's log, and the weightiest of them into the result."""
        self._weigh(result, problem)
        words = f"{subject}: {problem.words}" if subject else problem.words
        with self.book.store.writing(durable=False) as connection:
            at = self.book.clock.now()
            runs.log(connection, result.run_id, "error", words, at=at, subject=subject, next_step=problem.next_step)

    @staticmethod
    def _weigh(result: Result, problem: Problem | None) -> None:
        """The first failure is the result's, unless credentials were refused."""
        if result.problem is None or (isinstance(problem, SignIn) and not isinstance(result.problem, SignIn)):
            result.problem = problem

    def _log_parked(self, result: Result) -> None:
        parked, noted = result.delivered.problems, result.delivered.notices
        steps = (
            (parked, "Look at the sync log: R retries, x cancels."),
            (noted, "Compare both before it is e-mailed."),
        )
        if not (parked or noted):
            return
        with self.book.store.writing(durable=False) as connection:
            for lines, step in steps:
                for line in lines:
                    runs.log(connection, result.run_id, "warning", line, at=self.book.clock.now(), next_step=step)

    def _close(self, result: Result, state: str, error: str) -> None:
        """Close the run, and let the firm's page know."""
        self._log_parked(result)
        self._meter.note()
        with self.book.store.writing(durable=False) as connection:
            runs.finish(connection, result.run_id, state, self.book.clock.now(), error=error, counts=result.counts())
        firm.summarise(self.book, error)


def never_began(book: Book, problem: Problem) -> None:
    """Write a run that failed before its first call, so that the sync log says why nothing is pulled."""
    at = book.clock.now()
    with book.store.writing(durable=False) as connection:
        run_id = runs.begin(connection, "start", at)
        runs.log(connection, run_id, "error", problem.message, at=at, next_step=problem.next_step)
        runs.finish(connection, run_id, "failed", at, error=str(problem), counts={})
    firm.summarise(book, str(problem))
