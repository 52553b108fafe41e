"""One cycle of a book: deliver, pull both sides, propose, take the automatic decisions, deliver, write the run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.actions.propose import decide_automatically, propose
from qbconsole.domain.errors import Problem, SignIn
from qbconsole.outbox.deliver import Delivered, Deliverer
from qbconsole.pull import pull
from qbconsole.runner import firm
from qbconsole.runner.connectors import ACCOUNTING, CRM
from qbconsole.store import facts, runs, watching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector


@dataclass
class Result:
    """What a cycle did. `problem` is the first failure, if there was one."""

    run_id: int = 0
    changed: int = 0
    proposed: dict[str, int] = field(default_factory=dict)
    automatic: int = 0
    delivered: Delivered = field(default_factory=Delivered)
    problem: Problem | None = None

    def counts(self) -> dict[str, Any]:
        """The figures that the run keeps."""
        sent = {name: getattr(self.delivered, name) for name in ("settled", "retried", "unknown", "parked", "found")}
        return {"changed": self.changed, "automatic": self.automatic, "proposed": self.proposed, **sent}


class Cycle:
    """One book's runner at work under its lease."""

    def __init__(self, book: Book, connectors: Mapping[str, Connector], fence: int) -> None:
        """Take an opened book, its connectors by system, and the fence of the lease."""
        self.book = book
        self.connectors = connectors
        self.deliverer = Deliverer(book, connectors, fence)

    async def run(self, reason: str, *, full: bool = False) -> Result:
        """Run one cycle; a failure is in the result and in the run's log, what was done before it stands."""
        result = Result()
        with self.book.store.writing(durable=False) as connection:
            result.run_id = runs.begin(connection, reason, datetime.now(UTC))
        try:
            self.book.reload()
            result.delivered.add(await self.deliverer.deliver())
            await self._hear_clock()
            await self._pull(result, full=full)
        except Problem as problem:
            result.problem = problem
        if not isinstance(result.problem, SignIn):
            await self._decide_and_deliver(result)
        self._finish(result)
        return result

    async def deliver(self) -> Delivered:
        """Between cycles: send what fell due, and let what follows from it follow at once."""
        result = Result()
        result.delivered.add(await self.deliverer.deliver())
        if result.delivered.consequences:
            await self._decide_and_deliver(result)
        return result.delivered

    async def _hear_clock(self) -> None:
        if self.book.settings.clock == "remote":
            remote = await self.connectors[ACCOUNTING].now()
            with self.book.store.writing(durable=False) as connection:
                facts.keep_remote_offset(connection, remote)

    async def _pull(self, result: Result, *, full: bool) -> None:
        """Both sides at once; one side's failure leaves the other's pull standing."""
        with self.book.store.reading() as connection:
            deals = watching.undecided_deals(connection)
        watched = {f"{self.connectors[CRM].name}.deals": deals}
        sides = (self.connectors[CRM], self.connectors[ACCOUNTING])
        pulls = (
            pull(self.book.store, side, run_id=result.run_id, watched=watched if side is sides[0] else {}, full=full)
            for side in sides
        )
        outcomes = await asyncio.gather(*pulls, return_exceptions=True)
        result.changed = sum(outcome for outcome in outcomes if isinstance(outcome, int))
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for failure in sorted(failures, key=lambda one: not isinstance(one, SignIn)):
            raise failure

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
            result.problem = result.problem or problem

    def _finish(self, result: Result) -> None:
        problem, at = result.problem, datetime.now(UTC)
        with self.book.store.writing(durable=False) as connection:
            if problem is not None:
                words = problem.message
                runs.log(connection, result.run_id, "error", words, at=at, next_step=problem.next_step)
            for parked in result.delivered.problems:
                step = "Look at the sync log: R retries, x cancels."
                runs.log(connection, result.run_id, "warning", parked, at=at, next_step=step)
            state, error = ("failed", str(problem)) if problem else ("done", "")
            runs.finish(connection, result.run_id, state, at, error=error, counts=result.counts())
        firm.summarise(self.book, error)
