"""Pull: pages of records into the mirror, each with the cursor that covers it. It never decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Accounting
from qbconsole.domain.clock import SYSTEM
from qbconsole.pull.proof import compare_ids
from qbconsole.pull.storing import store_page
from qbconsole.store import census, streams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.base import Connector
    from qbconsole.domain.clock import Clock
    from qbconsole.domain.errors import Problem
    from qbconsole.store.engine import Store


@dataclass(slots=True)
class Outcome:
    """How many records changed, and the first stream's failure; what failed is in the run's log already."""

    changed: int = 0
    problem: Problem | None = None


async def pull(
    store: Store,
    connector: Connector,
    *,
    run_id: int,
    watched: Mapping[str, Sequence[str]],
    full: bool = False,
    clock: Clock = SYSTEM,
) -> Outcome:
    """Pull every stream of a connector, and compare the ids of those from which records may have gone unsaid.

    Args:
        store: the book's database.
        connector: one remote.
        run_id: the run that counts what is seen.
        watched: by stream, ids to read again although nothing says that they changed.
        full: list everything again.
        clock: real time.

    Raises:
        SignIn: the credentials were refused.
        Problem: the pull broke off; what came before it is stored with its cursor, what comes after it is for the next.
    """
    with store.reading() as connection:
        cursors = streams.cursors(connection)
    outcome = Outcome()
    provable = isinstance(connector, Accounting)
    async for page in connector.pull(cursors, watched=watched, full=full):
        outcome.changed += len(store_page(store, page, run_id, provable=provable, at=clock.now()))
        outcome.problem = outcome.problem or page.problem
    if isinstance(connector, Accounting):
        with store.reading() as connection:
            unswept = [name for name in census.unswept(connection) if name in connector.streams]
        if unswept:
            compared = await compare_ids(store, connector, unswept, run_id=run_id, clock=clock)
            outcome.changed += compared.changed
            outcome.problem = outcome.problem or compared.problem
    return outcome
