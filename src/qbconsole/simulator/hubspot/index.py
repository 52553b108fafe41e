"""The search index, which sees each change a little later than the records do (hubspot.md 3, "Lag")."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Record = dict[str, Any]


class Index:
    """What searches see. Kept in memory: after a restart the index has caught up."""

    def __init__(self) -> None:
        self.lag = timedelta(seconds=3)
        """How long a change stays unseen, on the simulated clock, which ticks with real time."""
        self._old: dict[tuple[str, str], Record | None] = {}
        self._new: dict[tuple[str, str], list[tuple[datetime, Record]]] = {}

    def note(self, kind: str, before: Record | None, after: Record, *, moment: datetime, now: datetime) -> None:
        """A record changed at `moment`; a change that is old enough already is seen at once."""
        seen_from = moment + self.lag
        if seen_from <= now:
            return
        key = (kind, after["id"])
        self._old.setdefault(key, before)
        self._new.setdefault(key, []).append((seen_from, after))

    def seen(self, kind: str, records: Iterable[Record], now: datetime) -> Iterator[Record]:
        """The live records as the index has them at `now`."""
        for record in records:
            shown = self._shown(kind, record, now) if self._new else record
            if shown is not None and not shown["archived"]:
                yield shown

    def _shown(self, kind: str, record: Record, now: datetime) -> Record | None:
        key = (kind, record["id"])
        if key not in self._new:
            return record
        arrived = [version for seen_from, version in self._new[key] if seen_from <= now]
        if len(arrived) == len(self._new[key]):
            del self._new[key], self._old[key]
            return record
        return arrived[-1] if arrived else self._old[key]
