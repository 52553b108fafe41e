"""A season: rounds played on one simulated business and one book, with the truth looked at after each."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tests.faults.campaign import office, operators, pace
from tests.faults.campaign.acts import ACTS
from tests.faults.campaign.agreement import DOCUMENTS, Found, Sent, Truth, findings
from tests.faults.campaign.coverage import Coverage
from tests.faults.campaign.plan import AT_SETUP, Round
from tests.faults.campaign.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.campaign.guards import Guard

STALE_WRITES = """
CREATE TABLE campaign_stale (operation_id, from_state, to_state, fence, lease);
CREATE TRIGGER campaign_stale_writes AFTER UPDATE OF state ON operation
WHEN NEW.fence < (SELECT MAX(fence) FROM lease) AND (OLD.state = 'claimed' OR NEW.state IN ('claimed', 'settled'))
BEGIN INSERT INTO campaign_stale SELECT NEW.id, OLD.state, NEW.state, NEW.fence, MAX(fence) FROM lease; END;
"""
"""Notes what a runner wrote under a fence that no longer held the lease; nothing of the program reads it."""
QUIET_CYCLES = 6
"""So many cycles without faults at most until nothing is under way, half of them before an operator gives things up."""


@dataclass
class Played:
    """What came of some rounds."""

    rounds: int = 0
    found: list[tuple[int, Found]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)


class Season:
    """Plays rounds."""

    def __init__(self, folder: Path, seed: str, guard: Guard | None = None, *, guarded: bool = True) -> None:
        """Make the business and the book, and sync it for the first time.

        Args:
            folder: where all of it is kept.
            seed: of the business.
            guard: the one whose faults and acts are added to each round.
            guarded: whether that guard is on.
        """
        rng = random.Random(seed)  # noqa: S311 - to be repeated
        self._guard = guard
        self._stage = Stage(folder, rng.randrange(1_000_000), guard.off if guard and not guarded else None)
        self.played = Played(coverage=self._stage.coverage)
        self._sent, self._heard = Sent(), 0
        self._migrate(rng)
        self._warm_up()
        with office.opened(self._stage.world.book) as database:
            database.executescript(";".join((STALE_WRITES, *(guard.dropped if guard and not guarded else ()))))

    def close(self) -> None:
        """End everything."""
        self._stage.close()

    def _migrate(self, rng: random.Random) -> None:
        """Open the book for the first time, killed at a step of the migration; then again."""
        (point,), opening = AT_SETUP, partial(office.open_database, self._stage.world.book)
        killed = self._stage.child(opening, environment={"QBCONSOLE_FAILPOINT": f"{point}:1"}).wait()
        self._stage.coverage.add("commit points", point, int(killed.killed))
        self._stage.done("the migration", opening)

    def _warm_up(self) -> None:
        """Read the business for the first time in this very process: what that imports no child has to.

        Nothing of it stays open, or children would begin with half a database and somebody else's sockets.
        """
        pace.set_pace()
        ran = office.run_once(self._stage.world.book)
        if ran.problem:
            raise RuntimeError(f"the first sync: {ran.words}")
        if threading.active_count() > 1:
            raise RuntimeError(f"threads are left, none may be when it forks: {threading.enumerate()}")

    # --- a round ------------------------------------------------------------------------------------------------------

    def play(self, one: Round) -> list[Found]:
        """Play a round, let all be quiet, and look at the truth; what is wrong is returned and kept."""
        began, stage = time.monotonic(), self._stage
        rng = random.Random(one.seed)  # noqa: S311 - to be repeated
        if self._guard is not None:
            one = one.beside(self._guard.faults, self._guard.acts, self._guard.without)
        stage.world.control("faults", {"spec": one.spec})
        found: list[Found] = []
        for act in one.acts:
            found += ACTS[act.kind](stage, act, rng)
            stage.coverage.add("acts", act.kind)
        stage.world.control("faults", {"spec": ""})
        found += self._calm()
        found += self._look()
        self.played.rounds += 1
        self.played.found += [(one.number, finding) for finding in found]
        self.played.trace.append(f"{one} ({time.monotonic() - began:.1f} s)")
        return found

    def _calm(self) -> list[Found]:
        """Cycles, and an operator who answers what is parked, until nothing is under way."""
        stage, found = self._stage, list[Found]()
        ran = office.Ran()
        for cycle in range(QUIET_CYCLES):
            ended = stage.runner().wait()
            found += stage.noted(ended)
            ran = ended.result or ran
            still = stage.done("the states", partial(office.open_states, stage.world.book))
            if not still and not ran.settled and not ran.problem:
                stage.coverage.add("quiet cycles", str(cycle + 1))
                return found
            if still.get("parked"):
                answer = partial(operators.clear_parked, stage.world.book, give_up=cycle >= QUIET_CYCLES // 2)
                found += [("unequal", one) for one in stage.done("the answers", answer)]
        return [*found, ("unequal", f"it does not become quiet: {ran.problem} {ran.words} {dict(still)}")]

    def _look(self) -> list[Found]:
        shot = self._stage.done("the photograph", partial(office.photograph, self._stage.world.book))
        self._hear_requests()
        if self._stage.restored:  # of what was claimed the book that was put back may know nothing
            self._sent, self._stage.restored = Sent(replays=self._sent.replays), False
        return [*findings(shot, self._truth()), *self._sent.findings(shot)]

    def _hear_requests(self) -> None:
        """Take in what the simulator was asked since the last time."""
        total = self._stage.world.control("requests?count=0")["total"]
        newest = self._stage.world.control(f"requests?count={min(5000, total - self._heard)}")["requests"]
        self._sent.add(one for one in newest if one["number"] > self._heard)
        self._heard = total

    def _truth(self) -> Truth:
        stage, world = self._stage, self._stage.world
        world.renew_credentials()
        return Truth(
            documents={row["Id"]: {**row, "kind": kind} for kind in DOCUMENTS for row in world.records(kind)},
            payments={row["Id"]: row for row in world.records("Payment")},
            customers={row["Id"]: row for row in world.records("Customer", inactive=True)},
            deals=world.deals(),
            removed=stage.bookkeeper.removed,
            paid=stage.bookkeeper.paid,
            worth=stage.sales.worth,
            customers_of=stage.customers_of,
            set_back=bool(stage.coverage.counts.get("restored")),
        )

    def end(self) -> None:
        """Count what the season reached."""
        stage = self._stage
        shot = stage.done("the photograph", partial(office.photograph, stage.world.book))
        stage.coverage.photographed(shot, stage.world.control("faults")["by_fault"])
        stage.coverage.add("recognised", "replayed by request id", self._sent.replays)
        for name, count in stage.bookkeeper.done.items():
            stage.coverage.add("people", name, count)
