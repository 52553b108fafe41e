"""The search index, which sees each change a little later than the records do (hubspot.md 3, "Lag")."""

from __future__ import annotations

from datetime import timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.columns import Column
from qbconsole.simulator.hubspot.objects import KINDS
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.database import Database
    from qbconsole.simulator.hubspot.records import Records

Record = dict[str, Any]


class Index:
    """The live records as searches see them, by number, and their columns.

    Changes that are not seen yet are kept in the database with the version that is; the rest is derived from them and
    the records, and derived anew when a failed transaction took something back.
    """

    def __init__(self, database: Database, store: Records) -> None:
        self._database = database
        self._store = store
        self._unseen = database.collection("hubspot.unseen")
        self._switches = Switches(database)
        self._generation = -1
        self._seen: dict[str, dict[int, Record]] = {}
        self._changed: dict[str, set[int]] = {}
        self._columns: dict[str, dict[tuple[str, str], Column]] = {}
        self._due: list[tuple[int, str]] = []

    def note(self, kind: str, record_id: str, before: Record | None, *, moment: datetime, now: datetime) -> None:
        """A record was changed at `moment` from what it was `before`; a change of long ago is seen at once."""
        seen_from = moment + timedelta(seconds=self._switches.number("search_lag_seconds"))
        key = f"{kind}/{record_id}"
        waiting = self._unseen.get(key)
        if seen_from <= now and waiting is None:
            self._changed.setdefault(kind, set()).add(int(record_id))
            return
        shown = waiting["shown"] if waiting else before
        versions = waiting["versions"] if waiting else []
        due = times.milliseconds(seen_from)
        version = {"due": due, "record": self._store.find(kind, record_id)}
        self._unseen.put(key, {"kind": kind, "id": record_id, "shown": shown, "versions": [*versions, version]})
        heappush(self._due, (due, key))

    def touch(self, kind: str, record_id: str) -> None:
        """A record was changed without a new modification time: it is seen so as soon as it is seen at all."""
        waiting = self._unseen.get(f"{kind}/{record_id}")
        if waiting is None:
            self._changed.setdefault(kind, set()).add(int(record_id))
            return
        *earlier, last = waiting["versions"]
        newest = last | {"record": self._store.find(kind, record_id)}
        self._unseen.put(f"{kind}/{record_id}", waiting | {"versions": [*earlier, newest]})

    def seen(self, kind: str, now: datetime) -> dict[int, Record]:
        """The live records of a kind as the index has them at `now`, by number. Call inside a transaction."""
        if self._generation != self._database.generation:
            self._start_anew()
        while self._due and self._due[0][0] <= times.milliseconds(now):
            self._arrive(*heappop(self._due))
        self._renew(kind)
        return self._seen[kind]

    def column(self, kind: str, definition: dict[str, Any]) -> Column:
        """A property's column, as of the last call of `seen`."""
        columns = self._columns.setdefault(kind, {})
        name = (definition["name"], definition["type"])
        if name not in columns:
            columns[name] = Column(definition)
            columns[name].forget(self._seen[kind])
        columns[name].renew(self._seen[kind])
        return columns[name]

    def _start_anew(self) -> None:
        self._generation = self._database.generation
        self._changed, self._columns, self._due = {}, {}, []
        self._seen = {kind: {int(one["id"]): one for one in self._store.listed(kind)} for kind in KINDS}
        for row in self._unseen:
            self._show(row["kind"], row["id"], row["shown"])
            for version in row["versions"]:
                heappush(self._due, (version["due"], f"{row['kind']}/{row['id']}"))

    def _arrive(self, due: int, key: str) -> None:
        row = self._unseen.get(key)
        if row is None:
            return
        arrived = [version["record"] for version in row["versions"] if version["due"] <= due]
        later = [version for version in row["versions"] if version["due"] > due]
        if later:
            self._unseen.put(key, row | {"shown": arrived[-1] if arrived else row["shown"], "versions": later})
        else:
            self._unseen.remove(key)
        if arrived:
            self._show(row["kind"], row["id"], arrived[-1])

    def _renew(self, kind: str) -> None:
        for number in self._changed.pop(kind, ()):
            self._show(kind, str(number), self._store.find(kind, str(number)))

    def _show(self, kind: str, record_id: str, record: Record | None) -> None:
        number = int(record_id)
        if record is None or record["archived"]:
            self._seen[kind].pop(number, None)
        else:
            self._seen[kind][number] = record
        for column in self._columns.get(kind, {}).values():
            column.forget((number,))
