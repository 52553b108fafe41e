"""The simulator's one SQLite file: collections of JSON records, committed before a request is answered."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Record = dict[str, Any]
Changes = dict[tuple[str, str], "Record | None"]
"""What was changed, by collection and key, and what stood there before."""

REMEMBERED = 60.0
"""Seconds of real time for which the database knows how its records stood."""


class Collection:
    """Records of one kind by id, held in memory; what a transaction changed is written when it ends."""

    def __init__(self, name: str, records: dict[str, Record], changed: Changes) -> None:
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
        self._changed.setdefault((self.name, key), self._records.get(key))
        self._records[key] = record

    def remove(self, key: str) -> None:
        """Forget a record; an unknown key is no error."""
        self._changed.setdefault((self.name, key), self._records.pop(key, None))
        self._records.pop(key, None)


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
        self._changed: Changes = {}
        self._past: deque[tuple[float, Changes]] = deque()
        self._elsewhen: frozenset[str] = frozenset()
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
        for of in [of for of in self._changed if of[0] in self._elsewhen]:
            del self._changed[of]
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
        self._remember()

    def _remember(self) -> None:
        now = time.monotonic()
        self._past.append((now, dict(self._changed)))
        self._changed.clear()
        while now - self._past[0][0] > REMEMBERED:
            self._past.popleft()

    def forget_past(self) -> None:
        """Let the records be as they are since ever."""
        self._past.clear()

    @contextmanager
    def as_of(self, seconds: float, beginnings: tuple[str, ...]) -> Iterator[None]:
        """Show some collections as they stood a while ago; what is changed in them meanwhile is dropped.

        Args:
            seconds: of real time, `REMEMBERED` at most.
            beginnings: how the names of those collections begin.
        """
        since = time.monotonic() - seconds
        chosen = {name: one for name, one in self._collections.items() if name.startswith(beginnings)}
        kept = {name: dict(one._records) for name, one in chosen.items()}  # noqa: SLF001
        for at, changes in reversed(self._past):
            if at <= since:
                break
            for (name, key), before in changes.items():
                if name in chosen:
                    _put_back(chosen[name]._records, key, before)  # noqa: SLF001
        self.generation += 1
        self._elsewhen = frozenset(chosen)
        try:
            yield
        finally:
            for name, records in kept.items():
                chosen[name]._records.clear()  # noqa: SLF001
                chosen[name]._records.update(records)  # noqa: SLF001
            for of in [of for of in self._changed if of[0] in chosen]:
                del self._changed[of]
            self._elsewhen = frozenset()
            self.generation += 1

    def next_number(self, sequence: str, first: int = 1) -> int:
        """The next number of a named sequence, beginning with `first`."""
        sequences = self.collection("sequences")
        number = (sequences.get(sequence) or {"next": first})["next"]
        sequences.put(sequence, {"next": number + 1})
        return int(number)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _put_back(records: dict[str, Record], key: str, before: Record | None) -> None:
    if before is None:
        records.pop(key, None)
    else:
        records[key] = before
