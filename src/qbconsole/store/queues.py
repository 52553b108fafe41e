"""The desks' queues: one table each, and the way in which a desk's proposals become its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from qbconsole.domain.failpoints import failpoint
from qbconsole.store.queries import dicts, first, where_equal
from qbconsole.store.tables import ConflictRow, Draft, FollowUp, Unmatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

Row = dict[str, Any]


class Queue:
    """One desk's rows. `key` are the columns that say which proposal a row stands for."""

    def __init__(self, model: Any, *key: str) -> None:
        """Take the table and its key."""
        self._table = model.__table__
        self.key = key
        self._listed = select(self._table).order_by(self._table.c.id)
        self._get = select(self._table).where(self._table.c.id == bindparam("wanted"))

    def get(self, connection: Connection, row_id: int) -> Row | None:
        """One row, or None."""
        return first(connection.execute(self._get, {"wanted": row_id}))

    def listed(self, connection: Connection, states: Iterable[str] = (), **equal: object) -> list[Row]:
        """Rows in those states (in any, without), whose columns equal the given values, by id."""
        wanted = {"state": tuple(states), **equal} if states else equal
        return dicts(where_equal(connection, self._listed, self._table, wanted))

    def change(self, connection: Connection, row: Row, **values: object) -> bool:
        """Update a row that still is in the state in which it was read; False if another was first."""
        mine = (self._table.c.id == row["id"]) & (self._table.c.state == row["state"])
        return connection.execute(update(self._table).where(mine).values(**values)).rowcount == 1

    def reconcile(
        self,
        connection: Connection,
        proposals: Iterable[Mapping[str, Any]],
        *,
        state: Callable[[Row | None, Mapping[str, Any]], str],
        withdrawn: Iterable[str],
        at: datetime,
    ) -> int:
        """Make the rows say what is proposed now; the same proposals again change nothing.

        Args:
            connection: a writing connection.
            proposals: column values, the key and `inputs_hash` among them.
            state: the state that a proposal's row gets, given the row as it is (None for a new one); an empty one
                leaves the row alone.
            withdrawn: the states that a row leaves for `withdrawn` when nothing proposes it any more.
            at: now.

        Returns:
            How many rows are new, changed or withdrawn.
        """
        known = {tuple(row[name] for name in self.key): row for row in self.listed(connection)}
        seen, changed = set(), 0
        for proposal in proposals:
            key = tuple(proposal[name] for name in self.key)
            seen.add(key)
            row = known.get(key)
            wanted = {**proposal, "state": state(row, proposal)}
            if not wanted["state"]:
                continue
            if row is None:
                connection.execute(insert(self._table).values(**wanted, at=at))
            elif (row["inputs_hash"], row["state"]) != (wanted["inputs_hash"], wanted["state"]):
                self.change(connection, row, **wanted)
            else:
                continue
            changed += 1
        leaves = set(withdrawn)
        for key, row in known.items():
            if key not in seen and row["state"] in leaves:
                changed += self.change(connection, row, state="withdrawn")
        failpoint("propose.commit")
        return changed


UNMATCHED = Queue(Unmatched, "company_id", "currency")
DRAFTS = Queue(Draft, "event_id")
FOLLOW_UPS = Queue(FollowUp, "document_id")
CONFLICTS = Queue(ConflictRow, "company_id", "customer_id", "field")
