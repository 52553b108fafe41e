"""Records of one entity with exact decimals, kept as JSON text in the simulator's database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qbconsole.simulator.database import Collection, Record


class Shelf:
    """The live records of one kind, by id, in the order of their making."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._read: dict[str, tuple[Record, dict[str, Any]]] = {}

    def _decoded(self, key: str, stored: Record) -> dict[str, Any]:
        known = self._read.get(key)
        if known is None or known[0] is not stored:
            known = (stored, wire.loads(stored["text"]))
            self._read[key] = known
        return known[1]

    def get(self, key: str) -> dict[str, Any] | None:
        """The record, or None; change a copy and `put` it."""
        stored = self._collection.get(key)
        return None if stored is None else self._decoded(key, stored)

    def put(self, record: dict[str, Any]) -> None:
        """Insert or replace a record under its Id."""
        stored = {"text": wire.kept(record)}
        self._collection.put(record["Id"], stored)
        self._read[record["Id"]] = (stored, record)

    def remove(self, key: str) -> None:
        """Forget a record."""
        self._collection.remove(key)
        self._read.pop(key, None)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for key in self._collection.ids():
            if (record := self.get(key)) is not None:
                yield record

    def __len__(self) -> int:
        return len(self._collection)
