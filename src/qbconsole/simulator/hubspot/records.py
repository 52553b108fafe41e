"""Where a portal keeps its records, their past values, their unique values and the ids that merges swallowed."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import KINDS
from qbconsole.simulator.hubspot.refusals import Refusal, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qbconsole.simulator.database import Collection, Database

Record = dict[str, Any]

_FIRST_ID = 29_384_750_101


class Records:
    """Plain keeping; what a change means is the portal's affair."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds: dict[str, Collection] = {kind: database.collection(f"hubspot.{kind}") for kind in KINDS}
        self._history = database.collection("hubspot.history")
        self._unique = database.collection("hubspot.unique")
        self._merged = database.collection("hubspot.merged")
        self._generation = -1
        self._numbers: dict[str, list[int]] = {}

    def new_id(self, kind: str) -> str:
        """A fresh id. Every kind counts from the same number: ids are unique within a kind only (hubspot.md 2)."""
        return str(self._database.next_number(f"hubspot.{kind}", _FIRST_ID))

    def put(self, kind: str, record: Record) -> None:
        """Insert or replace a record."""
        if record["id"] not in self._kinds[kind]:
            insort(self._ordered(kind), int(record["id"]))
        self._kinds[kind].put(record["id"], record)

    def drop(self, kind: str, record_id: str) -> None:
        """Forget a record for good."""
        numbers = self._ordered(kind)
        numbers.remove(int(record_id))
        self._kinds[kind].remove(record_id)
        self._history.remove(f"{kind}/{record_id}")

    def find(self, kind: str, record_id: str) -> Record | None:
        """The record of exactly that id, archived or not."""
        return self._kinds[kind].get(record_id)

    def listed(self, kind: str, *, archived: bool = False) -> list[Record]:
        """The live records, or the archived ones, in id order."""
        return list(self.since(kind, 0, archived=archived))

    def since(self, kind: str, number: int, *, archived: bool = False) -> Iterator[Record]:
        """The live records, or the archived ones, in id order from an id on."""
        numbers = self._ordered(kind)
        for position in range(bisect_left(numbers, number), len(numbers)):
            record = self._kinds[kind].get(str(numbers[position]))
            if record is not None and record["archived"] is archived:
                yield record

    def _ordered(self, kind: str) -> list[int]:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._numbers = {name: sorted(map(int, kept.ids())) for name, kept in self._kinds.items()}
        return self._numbers[kind]

    def existing(self, kind: str, record_id: str, *, archived: bool = False) -> Record:
        """The record of exactly that id; an archived one only if `archived`."""
        record = self.find(kind, record_id)
        if record is None or record["archived"] is not archived:
            raise not_found()
        return record

    def surviving(self, kind: str, record_id: str) -> str:
        """The id under which a record lives on after merges."""
        while (merged := self._merged.get(f"{kind}/{record_id}")) is not None:
            record_id = merged["into"]
        return record_id

    def forward(self, kind: str, record_id: str, into: str) -> None:
        """Let a record live on in another."""
        self.drop(kind, record_id)
        self._merged.put(f"{kind}/{record_id}", {"into": into})

    def history(self, kind: str, record: Record, name: str) -> list[dict[str, Any]]:
        """The values that a property has had, newest first. A value that never changed dates from the creation."""
        changes = (self._history.get(f"{kind}/{record['id']}") or {}).get(name)
        if changes is not None:
            return list(changes)
        value = record["properties"].get(name)
        return [] if value is None else [_past(value, record["createdAt"], record["properties"]["hs_object_source"])]

    def remember(self, kind: str, record: Record, changed: dict[str, Any], stamp: str, source: str) -> None:
        """Note that values of a record are about to change."""
        key = f"{kind}/{record['id']}"
        kept = dict(self._history.get(key) or {})
        for name, value in changed.items():
            kept[name] = [_past(value or "", stamp, source), *self.history(kind, record, name)]
        self._history.put(key, kept)

    def inherit_history(self, kind: str, record_id: str, from_id: str) -> None:
        """Give a record the past of another."""
        if (past := self._history.get(f"{kind}/{from_id}")) is not None:
            self._history.put(f"{kind}/{record_id}", past)

    def by_unique(self, kind: str, name: str, value: str) -> str | None:
        """The id of the live record with that value of a unique property."""
        found = self._unique.get(_unique_key(kind, name, value))
        return found["id"] if found else None

    def claim(self, kind: str, record_id: str, values: dict[str, Any], current: dict[str, Any], portal_id: str) -> None:
        """Take unique values for a record, giving its old ones up; refused while another live record has one."""
        for name, value in values.items():
            holder = self.by_unique(kind, name, value) if value else None
            if holder not in (None, record_id):
                raise _taken(portal_id, kind, name, value, record_id, str(holder))
        for name, value in values.items():
            if current.get(name):
                self._unique.remove(_unique_key(kind, name, current[name]))
            if value:
                self._unique.put(_unique_key(kind, name, value), {"id": record_id})

    def release(self, kind: str, record: Record, names: Iterable[str]) -> None:
        """Give up a record's unique values."""
        for name in names:
            value = record["properties"].get(name)
            if value and self.by_unique(kind, name, value) == record["id"]:
                self._unique.remove(_unique_key(kind, name, value))


def _past(value: str, stamp: str, source: str) -> dict[str, Any]:
    return {"value": value, "timestamp": stamp, "sourceType": source}


def _unique_key(kind: str, name: str, value: str) -> str:
    return f"{kind}/{name}/{value.lower()}"


def _taken(portal_id: str, kind: str, name: str, value: str, record_id: str, holder: str) -> Refusal:
    """Another record has that unique value: 409 for a contact's e-mail, else 400 (hubspot.md 6, "exists")."""
    context = {"existingId": [holder]}
    if kind == "contacts" and name == "email":
        return Refusal(409, f"Contact already exists. Existing ID: {holder}", "CONFLICT", context=context)
    where = f"portalId={portal_id}, objectTypeId={KINDS[kind].type_id}, propertyName={name}, value={value}"
    text = f"Cannot set PropertyValueCoordinates{{{where}}} on {record_id}. {holder} already has that value."
    return Refusal(400, text, "VALIDATION_ERROR", context=context)
