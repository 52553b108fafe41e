"""Proof of completeness: the remote's ids against the mirror's; what differs is read again, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Page
from qbconsole.domain.clock import SYSTEM
from qbconsole.domain.errors import Problem, SignIn
from qbconsole.pull.storing import kind_of, store_page
from qbconsole.store import census, runs, streams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from qbconsole.connectors.base import Accounting
    from qbconsole.domain.clock import Clock
    from qbconsole.store.engine import Store

NAMED = 20
"""Ids that a line of the log names at most."""


@dataclass(slots=True)
class Compared:
    """By stream, the ids of records that were missing here or gone there, and are put right; and the first failure."""

    healed: dict[str, list[str]] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def changed(self) -> int:
        """How many records were put right."""
        return sum(map(len, self.healed.values()))


async def compare_ids(
    store: Store,
    connector: Accounting,
    names: Sequence[str],
    *,
    run_id: int,
    proof: bool = False,
    clock: Clock = SYSTEM,
) -> Compared:
    """Compare the ids of streams and read again what differs: missing ones are buried only when they say so themselves.

    Args:
        store: the book's database.
        connector: the remote.
        names: the streams.
        run_id: the run in whose log the difference goes.
        proof: nothing gave cause to expect a difference: if there is one, it is a warning.
        clock: real time.

    Raises:
        Problem: the remote's ids cannot be had.
    """
    with store.reading() as connection:
        known = {name: census.known_ids(connection, kind_of(name).kind) for name in names}
    theirs = await connector.ids(names)
    compared = Compared()
    for name in names:
        differing = sorted(known[name] ^ theirs.get(name, known[name]))
        try:
            changed = await _read_again(store, connector, name, differing, run_id, clock) if differing else []
        except SignIn:
            raise
        except Problem as problem:
            compared.problem = compared.problem or problem
            _fail(store, name, problem, run_id, clock.now())
            continue
        with store.writing(durable=False) as connection:
            census.mark_swept(connection, name)
        if changed:
            compared.healed[name] = changed
            _tell(store, name, changed, run_id, clock.now(), level="warning" if proof else "info")
    return compared


async def _read_again(
    store: Store, connector: Accounting, name: str, ids: Sequence[str], run_id: int, clock: Clock
) -> list[str]:
    rows = await connector.again(name, ids)
    with store.reading() as connection:
        cursor = streams.cursors(connection).get(name, "")
    return sorted(store_page(store, Page(name, tuple(rows), cursor), run_id, provable=True, at=clock.now()))


def _tell(store: Store, name: str, ids: Sequence[str], run_id: int, at: datetime, *, level: str) -> None:
    named = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
    words = f"{name}: {len(ids)} records were missing here or gone there ({named}); they were read again."
    with store.writing(durable=False) as connection:
        runs.log(connection, run_id, level, words, at=at, subject=name)


def _fail(store: Store, name: str, problem: Problem, run_id: int, at: datetime) -> None:
    words = f"{name}: the ids could not be compared: {problem.message}"
    with store.writing(durable=False) as connection:
        step = problem.next_step
        runs.log(connection, run_id, "error", words, at=at, subject=name, next_step=step)
        runs.count_stream(connection, run_id, name, {"seen": 0}, error=problem.message)
