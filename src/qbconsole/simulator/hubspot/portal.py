"""A HubSpot portal: the records of an account, and what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import checks, defaults, hints, merges, times
from qbconsole.simulator.hubspot.account import Account
from qbconsole.simulator.hubspot.associations import Associations
from qbconsole.simulator.hubspot.calculated import calculated
from qbconsole.simulator.hubspot.index import Index
from qbconsole.simulator.hubspot.objects import KINDS
from qbconsole.simulator.hubspot.records import Records
from qbconsole.simulator.hubspot.refusals import Refusal, not_found
from qbconsole.simulator.hubspot.restamps import Restamps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database

__all__ = ["Portal", "Refusal"]

Record = dict[str, Any]


class Portal(Account):
    """An account and its records. Records are the vendor's JSON; of their properties only those with a value are kept.

    Writes raise `Refusal`. Call them inside a transaction of the database.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self.associations = Associations(database)
        self.store = Records(database)
        self.index = Index(database, self.store)
        self.restamps = Restamps(database)

    # Reading

    def read(self, kind: str, id: str) -> Record:  # noqa: A002 - the seam's own word
        """A live record by id, or by the id of one that was merged into it."""
        return self.store.existing(kind, self.store.surviving(kind, id))

    def records(self, kind: str) -> list[Record]:
        """The live records of a kind in id order."""
        return self.store.listed(kind)

    def associated(self, kind: str, id: str, to_kind: str) -> list[str]:  # noqa: A002
        """The ids of the live records of a kind that a record is linked to."""
        return list(self.links(kind, id, to_kind))

    def links(self, kind: str, id: str, to_kind: str) -> dict[str, list[int]]:  # noqa: A002
        """The live records of a kind that a record is linked to, with the types of each link."""
        linked = self.associations.linked(kind, id, to_kind)
        return {to_id: numbers for to_id, numbers in linked.items() if self._is_live(to_kind, to_id)}

    def _is_live(self, kind: str, id: str) -> bool:  # noqa: A002
        record = self.store.find(kind, id)
        return record is not None and not record["archived"]

    def history(self, kind: str, id: str, name: str) -> list[dict[str, Any]]:  # noqa: A002
        """The values that a property has had, newest first: `{"value", "timestamp", "sourceType"}`."""
        record = self.store.find(kind, self.store.surviving(kind, id))
        if record is None:
            raise not_found()
        return self.store.history(kind, record, name)

    # Writing

    def create(
        self,
        kind: str,
        properties: Mapping[str, Any],
        *,
        associations: Iterable[tuple[str, str, str]] = (),
        at: datetime | None = None,
        source: str = "CRM_UI",
        strict: bool = False,
    ) -> Record:
        """Make a record, linked as `(kind, id, label)` says, label "" or "primary".

        Args:
            kind: its plural name.
            properties: values; numbers and booleans are taken as well as text.
            associations: the records that it is linked to.
            at: when it was made; the clock's now by default.
            source: who made it; from "INTEGRATION" read-only properties are refused.
            strict: whether the account's own requirements hold.
        """
        now = self.clock.now()
        moment = at or now
        values = checks.checked(self, kind, properties, {}, by_app=source == "INTEGRATION")
        checks.require(self, kind, values)
        values = defaults.filled(self, kind, values)
        if strict:
            checks.require_own(self, kind, values, None)
        record_id = self.store.new_id(kind)
        made = times.stamp(moment)
        shape = KINDS[kind]
        standing = {
            shape.created: values.get(shape.created) or made,
            "hs_object_id": record_id,
            "hs_object_source": source,
        }
        standing |= defaults.standing(self, kind, moment)
        self.claim_unique(kind, record_id, values, {})
        record = {"id": record_id, "properties": {}, "createdAt": made, "updatedAt": made, "archived": False}
        kept = self.keep(kind, record, values | standing | defaults.dated(kind, values, made), moment)
        self.index.note(kind, kept["id"], None, moment=moment, now=now)
        for to_kind, to_id, label in associations:
            self.associate(kind, record_id, to_kind, to_id, label)
        return self.store.find(kind, record_id) or kept

    def update(
        self,
        kind: str,
        id: str,  # noqa: A002
        properties: Mapping[str, Any],
        *,
        at: datetime | None = None,
        source: str = "CRM_UI",
        strict: bool = False,
    ) -> Record:
        """Set values of a record; "" clears. The id of a merged record works (hubspot.md 3, "Merge")."""
        record = self.read(kind, id)
        now = self.clock.now()
        moment = at or now
        current = record["properties"]
        values = checks.checked(self, kind, properties, current, by_app=source == "INTEGRATION")
        checks.require(self, kind, current | values)
        if strict:
            checks.require_own(self, kind, current | values, values)
        changed = {name: value for name, value in values.items() if value != current.get(name)}
        if not changed:
            return record
        self.claim_unique(kind, record["id"], changed, current)
        self.store.remember(kind, record, changed, times.stamp(moment), source)
        if changed.get("dealstage") and at is None:
            self.restamps.plan(record["id"], moment)
        kept = self.keep(kind, record, changed | defaults.dated(kind, changed, times.stamp(moment)), moment)
        self.index.note(kind, kept["id"], record, moment=moment, now=now)
        if kind == "line_items":
            for quote in self.associated(kind, kept["id"], "quotes"):
                hints.renew(self, "quotes", quote, "line_items")
        return kept

    def archive(self, kind: str, id: str, *, at: datetime | None = None) -> None:  # noqa: A002
        """Move a record to the recycle bin; a quote takes its line items along (hubspot.md 9, 15)."""
        record = self.store.existing(kind, id)
        now = self.clock.now()
        moment = at or now
        self.store.release(kind, record, self.properties.unique_names(kind))
        if kind == "quotes":
            for item in self.associated("quotes", id, "line_items"):
                self.archive("line_items", item, at=at)
        archived = record | {"archived": True, "archivedAt": times.stamp(moment)}
        self.store.put(kind, archived)
        self.index.note(kind, archived["id"], record, moment=moment, now=now)
        self._renew_neighbours(kind, id)

    def restore(self, kind: str, id: str) -> Record:  # noqa: A002
        """Bring a record back from the recycle bin, under the same id."""
        record = self.store.existing(kind, id, archived=True)
        now = self.clock.now()
        self.claim_unique(kind, id, record["properties"], {})
        back = {name: value for name, value in record.items() if name != "archivedAt"} | {"archived": False}
        kept = self.keep(kind, back, {}, now)
        self.index.note(kind, id, None, moment=now, now=now)
        self._renew_neighbours(kind, id)
        return kept

    def purge(self, kind: str, id: str) -> None:  # noqa: A002
        """Delete a record for good: nothing of it is left (hubspot.md 3)."""
        record = self.store.find(kind, id)
        if record is None:
            raise not_found()
        self.store.release(kind, record, self.properties.unique_names(kind))
        for to_kind in self.associations.linked_kinds(kind):
            for to_id in dict(self.associations.linked(kind, id, to_kind)):
                self.unlink(kind, id, to_kind, to_id)
        self.store.drop(kind, id)
        now = self.clock.now()
        self.index.note(kind, id, record, moment=now, now=now)

    def recalculate(self, kind: str, id: str, moment: datetime) -> None:  # noqa: A002
        """Work out anew what is calculated of a record, which moves its modification time."""
        record = self.store.existing(kind, id)
        self.keep(kind, record, {}, moment)
        self.index.note(kind, id, record, moment=moment, now=self.clock.now())

    def _renew_neighbours(self, kind: str, id: str) -> None:  # noqa: A002
        for to_kind in self.associations.linked_kinds(kind):
            for to_id in self.associations.linked(kind, id, to_kind):
                hints.renew(self, to_kind, to_id, kind)

    def associate(self, kind: str, id: str, to_kind: str, to_id: str, label: str = "") -> None:  # noqa: A002
        """Link two live records, with a label of the vendor's ("primary") or none."""
        number = self.associations.labelled_type(kind, to_kind, label)
        self.link(kind, id, to_kind, to_id, [number])

    def link(
        self, kind: str, one_id: str, to_kind: str, to_id: str, numbers: list[int], *, replace: bool = False
    ) -> None:
        """Link two live records under types. No modification time moves (hubspot.md 3, "Associations")."""
        record_id, other_id = self.read(kind, one_id)["id"], self.read(to_kind, to_id)["id"]
        act = self.associations.relabel if replace else self.associations.link
        before = (
            self.associations.primary(kind, record_id, to_kind)
            if self.associations.has_primary(kind, to_kind)
            else None
        )
        act(kind, record_id, to_kind, other_id, numbers)
        self.renew_hints(kind, record_id, to_kind, other_id)
        if before is not None and before != other_id:
            hints.renew(self, to_kind, before, kind)

    def unlink(self, kind: str, id: str, to_kind: str, to_id: str) -> None:  # noqa: A002
        """Remove every link between two records."""
        self.associations.unlink(kind, id, to_kind, to_id)
        self.renew_hints(kind, id, to_kind, to_id)

    def renew_hints(self, kind: str, id: str, to_kind: str, to_id: str) -> None:  # noqa: A002
        """Renew what two records say about their links to each other's kind."""
        hints.renew(self, kind, id, to_kind)
        hints.renew(self, to_kind, to_id, kind)

    def merge(self, kind: str, primary_id: str, other_id: str) -> Record:
        """Merge a record into another; both old ids stay good for single calls (hubspot.md 3)."""
        return merges.merge(self, kind, primary_id, other_id)

    def catch_up(self) -> None:
        """Do what the vendor does a moment after a write: the second modification stamp of a stage change."""
        now = self.clock.now()
        for record_id, due in self.restamps.due(now):
            record = self.store.find("deals", record_id)
            if record is not None and times.parse(record["updatedAt"]) < due:
                stamped = self.keep("deals", record, {}, due)
                self.index.note("deals", stamped["id"], record, moment=due, now=now)

    # Inner workings

    def keep(self, kind: str, record: Record, values: dict[str, Any], moment: datetime) -> Record:
        """Store a record with some of its values changed, as of a moment, and what is calculated from them."""
        shape = KINDS[kind]
        merged = record["properties"] | values
        merged |= calculated(shape.name, merged, self.pipelines, moment)
        merged[shape.modified] = times.stamp(moment)
        properties = {name: value for name, value in merged.items() if value is not None}
        kept = record | {"properties": properties, "updatedAt": properties[shape.modified]}
        self.store.put(shape.name, kept)
        return kept

    def claim_unique(self, kind: str, record_id: str, values: dict[str, Any], current: dict[str, Any]) -> None:
        """Take the unique ones among some values for a record; a refusal when another one has them."""
        claimed = {name: values[name] for name in self.properties.unique_names(kind) if name in values}
        self.store.claim(kind, record_id, claimed, current, self.portal_id)
