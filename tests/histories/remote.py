"""What both remotes in memory have: records, and a log of their changes that readers see some time later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Page, Pulled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from qbconsole.domain.records import Record


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it was from that second on; None when it was deleted."""

    at: float
    kind: str
    id: str
    record: Record | None


@dataclass
class Records:
    """The truth of one remote. Lists lag behind it by `lag` seconds, a record read by its id does not."""

    elapsed: Callable[[], float]
    skew: Callable[[], datetime]
    lag: float = 0.0
    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    last_id: int = 5000

    def now(self) -> datetime:
        """The remote's own clock."""
        return self.skew()

    def new_id(self) -> str:
        """The next id."""
        self.last_id += 1
        return str(self.last_id)

    def put(self, record: Record) -> Any:
        """Make or replace a record; gives it back."""
        self.kinds.setdefault(record.kind, {})[record.id] = record
        self.log.append(Change(self.elapsed(), record.kind, record.id, record))
        return record

    def remove(self, kind: str, id_: str) -> None:
        """Delete a record."""
        del self.kinds[kind][id_]
        self.log.append(Change(self.elapsed(), kind, id_, None))

    def get(self, kind: str, id_: str) -> Any:
        """A record as it is now, or None."""
        return self.kinds.get(kind, {}).get(id_)

    def every(self, kind: str) -> list[Any]:
        """All records of a kind as they are now."""
        return list(self.kinds.get(kind, {}).values())

    def seen(self) -> int:
        """How many changes lists show by now."""
        until = self.elapsed() - self.lag
        count = len(self.log)
        while count and self.log[count - 1].at > until:
            count -= 1
        return count

    def listed(self, kind: str) -> dict[str, Any]:
        """The records of a kind as lists show them."""
        found: dict[str, Any] = {}
        for change in self.log[: self.seen()]:
            if change.kind == kind:
                found[change.id] = change.record
        return {id_: record for id_, record in found.items() if record is not None}

    def pages(self, name: str, streams: tuple[str, ...], cursors: Mapping[str, str], *, full: bool) -> Iterator[Page]:
        """What changed since the cursors, as lists show it: a page for each stream in which something did."""
        seen = self.seen()
        for stream in streams:
            kind = stream.removeprefix(f"{name}.")
            if full or stream not in cursors:
                rows = tuple(pulled(kind, id_, record) for id_, record in self.listed(kind).items())
                yield Page(stream, rows, str(seen), first=True, complete=True)
                continue
            since = int(cursors[stream])
            newest = {one.id: one.record for one in self.log[since:seen] if one.kind == kind}
            if newest:
                yield Page(stream, tuple(pulled(kind, id_, record) for id_, record in newest.items()), str(seen))


def pulled(kind: str, id_: str, record: Record | None) -> Pulled:
    """A record, or its tombstone, as a stream gives it."""
    return Pulled(kind, id_, repr(record) if record is not None else "", record)
