"""The simulator's one SQLite file: collections of JSON records, committed before a request is answered."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Record = dict[str, Any]


class Collection:
    """Records of one kind by id, held in memory; what a transaction changed is written when it ends."""

    def __init__(self, name: str, records: dict[str, Record], changed: dict[tuple[str, str], None]) -> None:
        self.name = name
        self._records = records
        self._changed = changed

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def __iter__(self) -> Iterator[Record]:
        """Every record, in the order in which they were first put."""
        return iter(list(self._records.values()))

    def ids(self) -> list[str]:
        """Every key, in the order in which they were first put."""
        return list(self._records)

    def get(self, key: str) -> Record | None:
        """The record, or None. Change a copy and `put` it: changes in place are not noticed."""
        return self._records.get(key)

    def put(self, key: str, record: Record) -> None:
        """Insert or replace a record."""
        self._records[key] = record
        self._changed[self.name, key] = None

    def remove(self, key: str) -> None:
        """Forget a record; an unknown key is no error."""
        self._records.pop(key, None)
        self._changed[self.name, key] = None


class Database:
    """One file (or memory, for tests). One thread, one transaction at a time."""

    def __init__(self, path: Path | None) -> None:
        name = str(path) if path else ":memory:"
        self._connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS record"
            " (collection TEXT, key TEXT, body TEXT, PRIMARY KEY (collection, key)) STRICT"
        )
        self._changed: dict[tuple[str, str], None] = {}
        self._collections: dict[str, Collection] = {}
        self._depth = 0
        self.generation = 0
        """Rises whenever the records were read anew: what was derived from them is out of date."""
        self._load()

    def _load(self) -> None:
        """(Re)read every record from the file; existing collections see the file's state again."""
        loaded: dict[str, dict[str, Record]] = {}
        for name, key, body in self._connection.execute("SELECT collection, key, body FROM record ORDER BY rowid"):
            loaded.setdefault(name, {})[key] = json.loads(body)
        self._changed.clear()
        self.generation += 1
        for name in loaded.keys() | self._collections.keys():
            collection = self.collection(name)
            collection._records.clear()  # noqa: SLF001
            collection._records.update(loaded.get(name, {}))  # noqa: SLF001

    def collection(self, name: str) -> Collection:
        """The collection of that name, made when first asked for."""
        if name not in self._collections:
            self._collections[name] = Collection(name, {}, self._changed)
        return self._collections[name]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that changes inside is on disk when the block ends, or none of it. Nested blocks join the outer one."""
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1 and self._changed:
                self._load()
            raise
        else:
            if self._depth == 1:
                self._flush()
        finally:
            self._depth -= 1

    def _flush(self) -> None:
        if not self._changed:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        for name, key in self._changed:
            record = self._collections[name].get(key)
            if record is None:
                self._connection.execute("DELETE FROM record WHERE collection = ? AND key = ?", (name, key))
            else:
                self._connection.execute(
                    "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                    (name, key, json.dumps(record, separators=(",", ":"))),
                )
        self._connection.execute("COMMIT")
        self._changed.clear()

    def next_number(self, sequence: str, first: int = 1) -> int:
        """The next number of a named sequence, beginning with `first`."""
        sequences = self.collection("sequences")
        number = (sequences.get(sequence) or {"next": first})["next"]
        sequences.put(sequence, {"next": number + 1})
        return int(number)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
