"""What can be done in a round, by the name that the plan has for it. Each returns what it found wrong, if anything."""

from __future__ import annotations

import random
import signal
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.faults.campaign import office, operators, pace
from tests.faults.campaign.children import Terminal
from tests.faults.campaign.world import BOOK, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.campaign.agreement import Found
    from tests.faults.campaign.children import Child
    from tests.faults.campaign.plan import Act
    from tests.faults.campaign.stage import Stage

ACTS: dict[str, Callable[[Stage, Act, random.Random], list[Found]]] = {}


def act(do: Callable[[Stage, Act, random.Random], list[Found]]) -> Callable[[Stage, Act, random.Random], list[Found]]:
    """Register an act under its function's name."""
    ACTS[do.__name__] = do
    return do


# --- people -----------------------------------------------------------------------------------------------------------


@act
def sales(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """Deals are won, edited, reopened in the CRM."""
    stage.sales.work(rng)
    return []


@act
def person(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """Somebody works in QuickBooks itself, mostly on what we made."""
    made = stage.done("the documents", partial(office.made_documents, stage.world.book))
    stage.bookkeeper.work(rng, made, sorted(stage.customers.values()))
    return []


@act
def decide(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """An operator decides."""
    return stage.all_noted([stage.operator(rng, act.values["count"])])


@act
def taken_back(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """Somebody in QuickBooks touches an invoice between the decision to take it back and the runner."""
    undone = partial(operators.undo_delivered, stage.world.book, str(rng.random()))
    if document := stage.done("the undo", undone):
        stage.bookkeeper.try_to(act.values["by"], document, rng)
        stage.coverage.add("taken back meanwhile", act.values["by"])
    return stage.all_noted([stage.runner()])


@act
def twice(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """A desk that forgets what was decided: the row of an approved deal is there again, and is approved again."""
    came = stage.done("the second approval", partial(operators.approve_twice, stage.world.book, str(rng.random())))
    stage.coverage.add("approved twice", came)
    return []


@act
def restore(stage: Stage, _: Act, __: random.Random) -> list[Found]:
    """The newest backup is put in the book's place, whatever was done since; then another one is made."""
    book, backups = stage.world.book, stage.backups
    shot = stage.done("the photograph", partial(office.photograph, book))
    found: list[Found] = []
    if stage.done("the restoring", partial(office.put_back, book, backups)):
        stage.bookkeeper.removed |= {
            row["document_id"] for row in shot["billed_document"] if row["state"] == "taken_back"
        }
        stage.restored = True
        stage.coverage.add("restored", "a backup")
        found = stage.all_noted([stage.runner()])
    stage.done("the backup", partial(office.back_up, book, backups))
    return found


# --- runners ----------------------------------------------------------------------------------------------------------


@act
def sync(stage: Stage, _: Act, __: random.Random) -> list[Found]:
    """A runner that nothing happens to but the faults."""
    return stage.all_noted([stage.runner()])


@act
def late(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """Creates that take effect after two looks for them: their request ids alone make them known."""
    spec = stage.world.control("faults")["spec"]
    stage.world.control("faults", {"spec": ",".join([*([spec] if spec else []), "delay=2x:2@create_invoice"])})
    return stage.all_noted([stage.operator(rng, 5)]) + stage.all_noted([stage.runner()])


@act
def failpoint(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """An operator, then a runner, with the failpoint set: one of them dies there."""
    point = act.values["point"]
    environment = {"QBCONSOLE_FAILPOINT": f"{point}:{act.values['passage']}"}
    if point.startswith("token."):
        stage.done("the token", partial(office.wear_token_out, stage.world.book))
    found: list[Found] = []
    starts: list[Callable[..., Child]] = [partial(stage.operator, rng, 3), stage.runner]
    if point.startswith("backup."):
        starts = [partial(stage.child, partial(office.back_up, stage.world.book, stage.backups))]
    for start in starts:
        ended = start(environment=environment).wait()
        stage.coverage.add("commit points", point, int(ended.killed))
        found += stage.noted(ended)
    return found


@act
def killed(stage: Stage, act: Act, _: random.Random) -> list[Found]:
    """A runner is killed at any moment."""
    child = stage.runner()
    time.sleep(act.values["after"])
    child.send(signal.SIGKILL)
    ended = child.wait()
    stage.coverage.add("killed", "one-shot runner", int(ended.killed))
    return stage.noted(ended)


@act
def operator_killed(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """An operator's command is killed at any moment."""
    child = stage.operator(rng, 8)
    time.sleep(act.values["after"] / 3)
    child.send(signal.SIGKILL)
    ended = child.wait()
    stage.coverage.add("killed", "operator", int(ended.killed))
    return stage.noted(ended)


@act
def runner(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """The runner's own process, while an operator decides, ended by SIGTERM or SIGKILL."""
    child = stage.lasting_runner()
    found = stage.all_noted([stage.operator(rng, 2)])
    time.sleep(act.values["after"])
    number = rng.choice([signal.SIGTERM, signal.SIGKILL])
    child.send(number)
    stage.coverage.add("killed", f"runner by {number.name}")
    return found + stage.all_noted([child])


@act
def two(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """Two runners at once, and an operator meanwhile."""
    return stage.all_noted([stage.runner(), stage.runner(), stage.operator(rng, 2)])


@act
def stopped(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """A runner that sleeps for longer than its lease while it is sending; another one takes over; it wakes up."""
    found = stage.all_noted([stage.operator(rng, 4)])
    sleeper = stage.runner()
    sending = stage.done("the watch", partial(_claimed, stage.world.book, 1.0))
    sleeper.send(signal.SIGSTOP)
    stage.coverage.add("stopped", "while sending" if sending else "otherwise")
    time.sleep(pace.SILENCE + 0.1)  # so that the lease has surely run out
    successor = stage.runner()
    time.sleep(act.values["overlap"])
    sleeper.send(signal.SIGCONT)
    return found + stage.all_noted([successor, sleeper])


@act
def clock(stage: Stage, act: Act, _: random.Random) -> list[Found]:
    """A runner whose clock is off; the next one's is right again."""
    stage.coverage.add("clock", f"{act.values['hours']:+} h")
    return stage.all_noted([stage.runner(hours=act.values["hours"])])


@act
def disk(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """A disk on which nothing can be written beyond so many bytes of a file, for an operator and a runner."""
    room = act.values["room"]
    found: list[Found] = []
    for child in (stage.operator(rng, 3, largest_file=room), stage.runner(largest_file=room)):
        ended = child.wait()
        broke = ended.result.broke if isinstance(ended.result, operators.Worked) else []
        said = " ".join([ended.error, *broke])
        full = "disk" in said or (isinstance(ended.result, office.Ran) and ended.result.problem == "Fatal")
        stage.coverage.add("disk", "full" if full else "roomy")
        found += [] if full else stage.noted(ended)
    return found


@act
def vendor(stage: Stage, _: Act, rng: random.Random) -> list[Found]:
    """Both vendors go away in the middle of a cycle, and come back on what they had."""
    child = stage.runner()
    time.sleep(rng.uniform(0.0, 0.3))
    stage.world.stop(signal.SIGKILL)
    stage.coverage.add("killed", "simulator")
    ended = child.wait()
    stage.world.start()
    return stage.noted(ended)


@act
def console(stage: Stage, act: Act, rng: random.Random) -> list[Found]:
    """The real console in a terminal: keys are pressed, then it is killed, wherever it is."""
    terminal = Terminal(partial(_open_console, stage.world.home))
    if terminal.until("Invoices", 10.0):
        terminal.press("3")
        terminal.until("Job ", 3.0)
        for key in rng.sample(["a", "a", "h", "u", "j", "l"], 4):
            terminal.press(key)
            terminal.read(0.03)
        terminal.read(act.values["after"])
        stage.coverage.add("killed", "console")
    terminal.kill()
    return []


def _claimed(folder: Path, seconds: float) -> bool:
    """Whether something is being sent, within that time."""
    with office.opened(folder) as database:
        query = "SELECT COUNT(*) FROM operation WHERE state = 'claimed'"
        return wait_until(lambda: database.execute(query).fetchone()[0], seconds)


def _open_console(home: Path) -> None:
    from qbconsole.tui import runner_process
    from qbconsole.tui.app import run_console

    runner_process.start = lambda root: 0
    run_console(home, BOOK)
