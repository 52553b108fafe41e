"""A season: rounds played on one simulated business and one book, with the truth looked at after each."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.faults.campaign import office, pace
from tests.faults.campaign.agreement import DOCUMENTS, Found, Sent, Truth, findings
from tests.faults.campaign.children import Child, Ended, Terminal, start
from tests.faults.campaign.coverage import Coverage
from tests.faults.campaign.people import Bookkeeper, Sales
from tests.faults.campaign.plan import AT_SETUP, Act, Round
from tests.faults.campaign.world import BOOK, World, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.campaign.guards import Guard

STALE_WRITES = """
CREATE TABLE IF NOT EXISTS campaign_stale (operation_id, from_state, to_state, fence, lease);
CREATE TRIGGER IF NOT EXISTS campaign_stale_writes AFTER UPDATE OF state ON operation
WHEN NEW.fence < (SELECT MAX(fence) FROM lease) AND (OLD.state = 'claimed' OR NEW.state IN ('claimed', 'settled'))
BEGIN INSERT INTO campaign_stale SELECT NEW.id, OLD.state, NEW.state, NEW.fence, MAX(fence) FROM lease; END;
"""
"""Notes what a runner wrote under a fence that no longer held the lease; nothing of the program reads it."""
QUIET_CYCLES = 6


@dataclass
class Played:
    """What came of some rounds."""

    rounds: int = 0
    found: list[tuple[int, Found]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)


class Season:
    """One business, one book, and what was played on it so far."""

    def __init__(self, folder: Path, seed: str, guard: Guard | None = None) -> None:
        """Make the business, add the book, and sync it for the first time."""
        self.world = World(folder, random.Random(seed).randrange(1_000_000))  # noqa: S311 - to be repeated
        self.guard = guard
        self.played = Played()
        self.coverage = self.played.coverage
        self._sent, self._seen_requests = Sent(), 0
        self._children: list[Child] = []
        office.add_book(self.world.home, self.world.line["control_url"])
        self._migrate(random.Random(seed))  # noqa: S311 - to be repeated
        pairs = self.world.control("truth/pairs")
        self.customers_of = {
            one["company_id"]: {one["customer_id"], *one["also"]} for one in pairs["pairs"]
        } | {company: set() for company in pairs["new"]}
        self.customers = {one["company_id"]: one["customer_id"] for one in pairs["pairs"]}
        self._wait(self._once(), "the first sync")
        self._wait(self._child(partial(_watch_stale_writes, self.world.book)), "the trigger")
        self.sales = Sales(self.world, self._sellable())
        self.bookkeeper = Bookkeeper(self.world)

    def close(self) -> None:
        """End everything."""
        for child in self._children:
            child.send(signal.SIGKILL)
            child.wait()
        self.world.stop()

    def _migrate(self, rng: random.Random) -> None:
        """Open the book for the first time, killed at a step of the migration; then again."""
        point = AT_SETUP[0]
        ended = self._child(
            partial(office.open_database, self.world.book),
            environment={"QBCONSOLE_FAILPOINT": f"{point}:{rng.choice([1, 2])}"},
        ).wait()
        self.coverage.add("commit points", point, int(ended.killed))
        self._wait(self._child(partial(office.open_database, self.world.book)), "the migration")

    def _sellable(self) -> list[str]:
        """Companies to which deals are sold: some that the rules linked, some new, some that a person has to link."""
        known = sorted(self.customers)
        new = sorted(company for company, customers in self.customers_of.items() if not customers)
        return known[:14] + new[:4]

    # --- a round ------------------------------------------------------------------------------------------------------

    def play(self, one: Round) -> list[Found]:
        """Play a round, let all be quiet, and look at the truth; what is wrong is returned and kept."""
        began = time.monotonic()
        rng = random.Random(one.seed)  # noqa: S311 - to be repeated
        broke: list[Found] = []
        spec = ",".join(part for part in (one.spec, self.guard.faults if self.guard else "") if part)
        self.world.control("faults", {"spec": spec})
        for act in one.acts:
            broke += getattr(self, f"_{act.kind}")(act, rng) or []
        broke += self._calm()
        found = broke + self._look()
        self.played.rounds += 1
        self.played.found += [(one.number, finding) for finding in found]
        self.played.trace.append(f"{one} ({time.monotonic() - began:.1f} s)")
        return found

    def end(self) -> None:
        """Count what the season reached."""
        shot = self._wait(self._child(partial(office.photograph, self.world.book)), "the photograph").result
        self.coverage.photographed(shot, self.world.control("faults")["by_fault"])
        self.coverage.add("recognised", "replayed by request id", self._sent.replays)
        for act, count in self.bookkeeper.done.items():
            self.coverage.add("people", act, count)

    # --- children -----------------------------------------------------------------------------------------------------

    def _child(self, work: Callable[[], Any], **how: Any) -> Child:
        child = start(work, log=self.world.log, **how)
        self._children = [one for one in self._children if one.lives()]
        self._children.append(child)
        return child

    def _once(self, *, hours: float = 0, full: bool = False, guarded: bool = True, **how: Any) -> Child:
        adapt = self.guard.adapt if self.guard and guarded else None
        return self._child(partial(office.run_once, self.world.book, hours=hours, full=full, adapt=adapt), **how)

    def _operator(self, rng: random.Random, count: int, **how: Any) -> Child:
        work = partial(office.operate, self.world.book, self.customers, str(rng.random()), count)
        return self._child(work, **how)

    def _wait(self, child: Child, what: str) -> Ended:
        ended = child.wait()
        if ended.error or ended.signal:
            raise RuntimeError(f"{what}: {ended.error or signal.Signals(ended.signal).name}")
        return ended

    def _noted(self, ended: Ended) -> list[Found]:
        """What a runner or operator that was not killed told; a bare traceback is a finding."""
        if ended.error:
            return [("unequal", f"a traceback: {ended.error.strip()}")]
        if isinstance(ended.result, office.Ran):
            self.coverage.add("cycles", ended.result.problem or "done")
            self.coverage.add("recognised", "fenced writes", ended.result.fenced)
            self.coverage.add("recognised", "busy runners", int(ended.result.problem == "Busy"))
        if isinstance(ended.result, tuple):
            done, broke = ended.result
            for name, count in done.items():
                self.coverage.add("operator", name, count)
            return [("unequal", one) for one in broke]
        return []

    # --- acts ---------------------------------------------------------------------------------------------------------

    def _sales(self, _: Act, rng: random.Random) -> None:
        self.sales.work(rng)

    def _person(self, _: Act, rng: random.Random) -> None:
        made = self._child(partial(_made_documents, self.world.book)).wait().result or []
        self.bookkeeper.work(rng, made, sorted(self.customers.values()))

    def _decide(self, act: Act, rng: random.Random) -> list[Found]:
        return self._noted(self._operator(rng, act.values["count"]).wait())

    def _failpoint(self, act: Act, rng: random.Random) -> list[Found]:
        """An operator, then a runner, with the failpoint set: one of them dies there."""
        point = act.values["point"]
        environment = {"QBCONSOLE_FAILPOINT": f"{point}:{act.values['passage']}"}
        if point.startswith("token."):
            self.world.control("switches", {"access_token_seconds": "1"})
            time.sleep(1.05)  # the token that the book holds is dead from then on
        found: list[Found] = []
        for child in (self._operator(rng, 3, environment=environment), self._once(environment=environment)):
            ended = child.wait()
            self.coverage.add("commit points", point, int(ended.killed))
            found += self._noted(ended)
        if point.startswith("token."):
            self.world.control("switches", {"access_token_seconds": "3600"})
            self.world.renew_credentials()
        return found

    def _killed(self, act: Act, _: random.Random) -> list[Found]:
        child = self._once()
        time.sleep(act.values["after"])
        child.send(signal.SIGKILL)
        ended = child.wait()
        self.coverage.add("killed", "one-shot runner", int(ended.killed))
        return self._noted(ended)

    def _operator_killed(self, act: Act, rng: random.Random) -> list[Found]:
        child = self._operator(rng, 8)
        time.sleep(act.values["after"] / 3)
        child.send(signal.SIGKILL)
        ended = child.wait()
        self.coverage.add("killed", "operator", int(ended.killed))
        return self._noted(ended)

    def _runner(self, act: Act, rng: random.Random) -> list[Found]:
        """The runner's own process, ended by SIGTERM or SIGKILL."""
        adapt = self.guard.adapt if self.guard else None
        child = self._child(partial(office.run_until_stopped, self.world.home, adapt))
        found = self._noted(self._operator(rng, 2).wait())
        time.sleep(act.values["after"])
        number = rng.choice([signal.SIGTERM, signal.SIGKILL])
        child.send(number)
        ended = child.wait()
        self.coverage.add("killed", f"runner by {number.name}", 1)
        return found + self._noted(ended)

    def _two(self, _: Act, rng: random.Random) -> list[Found]:
        """Two runners at once, and an operator meanwhile."""
        both = (self._once(), self._once(), self._operator(rng, 2))
        return [found for child in both for found in self._noted(child.wait())]

    def _stopped(self, _: Act, rng: random.Random) -> list[Found]:
        """A runner that sleeps for longer than its lease while it is sending; another one takes over; it wakes up."""
        found = self._noted(self._operator(rng, 4).wait())
        sleeper = self._once()
        watch = self._child(partial(_claimed, self.world.book, 1.0))
        caught = watch.wait().result
        sleeper.send(signal.SIGSTOP)
        self.coverage.add("stopped", "while sending" if caught else "while reading")
        time.sleep(pace.SILENCE + 0.1)  # so that the lease has surely run out
        found += self._noted(self._once().wait())
        sleeper.send(signal.SIGCONT)
        return found + self._noted(sleeper.wait())

    def _clock(self, act: Act, _: random.Random) -> list[Found]:
        self.coverage.add("clock", f"{act.values['hours']:+} h")
        return self._noted(self._once(hours=act.values["hours"]).wait())

    def _disk(self, act: Act, rng: random.Random) -> list[Found]:
        """A disk that is full a little further on, for an operator and a runner."""
        sizes = [path.stat().st_size for path in self.world.book.glob("mirror.db*")]
        room = max(sizes) + act.values["room"]
        found: list[Found] = []
        for child in (self._operator(rng, 3, largest_file=room), self._once(largest_file=room)):
            ended = child.wait()
            full = "full" in ended.error or "disk" in ended.error
            full |= isinstance(ended.result, office.Ran) and ended.result.problem == "Fatal"
            self.coverage.add("disk", "full" if full else "roomy")
            if not full:
                found += self._noted(ended)
        return found

    def _vendor(self, _: Act, rng: random.Random) -> list[Found]:
        """Both vendors go away in the middle of a cycle, and come back on what they had."""
        child = self._once()
        time.sleep(rng.uniform(0.0, 0.3))
        self.world.stop(signal.SIGKILL)
        self.coverage.add("killed", "simulator")
        ended = child.wait()
        self.world.start()
        return self._noted(ended)

    def _console(self, act: Act, rng: random.Random) -> None:
        """The real console in a terminal: keys are pressed, then it is killed, wherever it is."""
        terminal = Terminal(partial(_open_console, self.world.home))
        if terminal.until("Overdue") or terminal.until("invoices", 1.0):
            terminal.press("3")
            terminal.until("Job ", 2.0)
            for key in rng.sample(["a", "a", "h", "u", "j", "l"], 4):
                terminal.press(key)
                terminal.read(0.03)
            terminal.read(act.values["after"])
            self.coverage.add("killed", "console")
        terminal.kill()

    # --- the truth ----------------------------------------------------------------------------------------------------

    def _calm(self) -> list[Found]:
        """Faults off, then cycles and an operator who answers what is parked, until nothing is under way."""
        self.world.control("faults", {"spec": ""})
        if self.guard:
            self.world.renew_credentials()
        found: list[Found] = []
        ran = office.Ran()
        for cycle in range(QUIET_CYCLES):
            ended = self._once().wait()
            found += self._noted(ended)
            ran = ended.result or ran
            still = self._wait(self._child(partial(_open_states, self.world.book)), "the states").result
            if not still and not ran.settled and not ran.problem:
                self.coverage.add("quiet cycles", str(cycle + 1))
                return found
            if still.get("parked"):
                give_up = cycle >= QUIET_CYCLES // 2
                answer = partial(office.clear_parked, self.world.book, give_up=give_up)
                found += [("unequal", one) for one in self._wait(self._child(answer), "the answers").result]
        return [*found, ("unequal", f"it does not become quiet: {ran.words} {ran.problem}")]

    def _look(self) -> list[Found]:
        shot = self._wait(self._child(partial(office.photograph, self.world.book)), "the photograph").result
        self._hear_requests()
        truth = self._truth()
        return [*findings(shot, truth), *self._sent.findings(shot)]

    def _hear_requests(self) -> None:
        """Take in what the simulator was asked since the last time."""
        total = self.world.control("requests?count=0")["total"]
        newest = self.world.control(f"requests?count={min(5000, total - self._seen_requests)}")["requests"]
        self._sent.add(one for one in newest if one["number"] > self._seen_requests)
        self._seen_requests = total

    def _truth(self) -> Truth:
        world = self.world
        world.renew_credentials()
        documents = {row["Id"]: {**row, "kind": kind} for kind in DOCUMENTS for row in world.records(kind)}
        return Truth(
            documents,
            {row["Id"]: row for row in world.records("Payment")},
            {row["Id"]: row for row in world.records("Customer", inactive=True)},
            world.deals(),
            self.bookkeeper.removed,
            self.sales.worth,
            self.customers_of,
        )


def _watch_stale_writes(folder: Path) -> None:
    with office.opened(folder) as database:
        database.executescript(STALE_WRITES)


def _made_documents(folder: Path) -> list[str]:
    query = "SELECT remote_id FROM operation WHERE kind = 'create_document' AND state = 'settled' ORDER BY id"
    with office.opened(folder) as database:
        return [id_ for (id_,) in database.execute(query)]


def _open_states(folder: Path) -> Counter[str]:
    query = "SELECT state, COUNT(*) FROM operation WHERE state NOT IN ('settled', 'cancelled') GROUP BY state"
    with office.opened(folder) as database:
        return Counter(dict(database.execute(query)))


def _claimed(folder: Path, seconds: float) -> bool:
    """Whether something is being sent, within that time."""
    with office.opened(folder) as database:
        query = "SELECT COUNT(*) FROM operation WHERE state = 'claimed'"
        return wait_until(lambda: database.execute(query).fetchone()[0], seconds)


def _open_console(home: Path) -> None:
    from qbconsole.tui import runner_process
    from qbconsole.tui.app import run_console

    runner_process.start = lambda _: 0
    run_console(home, BOOK)

