"""How a record is shown: which of its properties, with what past and which associations (hubspot.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import KINDS, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.simulator.hubspot.portal import Portal

Record = dict[str, Any]

FIRST_PAGE = 100
"""Associations that a read or list shows of one record; the rest is behind its own paging (hubspot.md 3, "List")."""
_SPACED = {"line_items": "line items"}
"""Associations of a record are keyed by the vendor's plural label, which for line items has a space."""


class View:
    """Which of a record's properties are shown, with what past and which associations.

    Known properties without a value are null, unknown names are silently left out (hubspot.md 2).
    """

    def __init__(
        self,
        portal: Portal,
        kind: str,
        names: Iterable[str] | None,
        *,
        past: Iterable[str] = (),
        associations: Iterable[str] = (),
    ) -> None:
        shape = KINDS[kind]
        wanted = {*(shape.default_properties if names is None else names), *shape.standing}
        self._portal = portal
        self._kind = kind
        self._names = [name for name in sorted(wanted) if portal.properties.get(kind, name)]
        self._past = [name for name in past if portal.properties.get(kind, name)]
        self._to_kinds = [to.name for to in map(kind_named, associations)]

    def of(self, record: Record) -> Record:
        """The record as it is shown."""
        values = record["properties"]
        result = _frame(self._portal, self._kind, record, {name: values.get(name) for name in self._names})
        if self._past:
            history = self._portal.store.history
            result["propertiesWithHistory"] = {name: history(self._kind, record, name) for name in self._past}
        linked = {
            _SPACED.get(to_kind, to_kind): _linked(self._portal, self._kind, record["id"], to_kind)
            for to_kind in self._to_kinds
        }
        if linked := {key: page for key, page in linked.items() if page["results"]}:
            result["associations"] = linked
        return result


def answered(portal: Portal, kind: str, record: Record, touched: Iterable[str]) -> Record:
    """A record as a write answers it: what was touched ("" when cleared) and what is calculated (hubspot.md 2)."""
    values = record["properties"]
    written = {name: values.get(name, "") for name in touched if portal.properties.get(kind, name)}
    worked_out = {name: value for name, value in values.items() if _is_worked_out(portal, kind, name)}
    standing = {name: values[name] for name in KINDS[kind].standing}
    return _frame(portal, kind, record, dict(sorted((written | worked_out | standing).items())))


def _is_worked_out(portal: Portal, kind: str, name: str) -> bool:
    definition = portal.properties.get(kind, name)
    return definition is not None and bool(definition["modificationMetadata"]["readOnlyValue"])


def _frame(portal: Portal, kind: str, record: Record, properties: dict[str, Any]) -> Record:
    archived = {"archivedAt": record["archivedAt"]} if record["archived"] else {}
    return {
        "id": record["id"],
        "properties": properties,
        "createdAt": record["createdAt"],
        "updatedAt": record["updatedAt"],
        "archived": record["archived"],
        **archived,
        "url": f"https://app.hubspot.com/contacts/{portal.portal_id}/record/{KINDS[kind].type_id}/{record['id']}",
    }


def _linked(portal: Portal, kind: str, record_id: str, to_kind: str) -> Record:
    """One entry for each type: `deal_to_company` is the primary link, `deal_to_company_unlabeled` the plain one."""
    stem = f"{KINDS[kind].singular}_to_{KINDS[to_kind].singular}"
    plain = portal.associations.plain_type(kind, to_kind)
    with_primary = len([one for one in portal.associations.types(kind, to_kind) if one["label"] == "Primary"]) > 0
    links = list(portal.links(kind, record_id, to_kind).items())
    results = [
        {"id": to_id, "type": f"{stem}_unlabeled" if number == plain and with_primary else stem}
        for to_id, numbers in links[:FIRST_PAGE]
        for number in numbers
    ]
    if len(links) > FIRST_PAGE:
        return {"results": results, "paging": {"next": {"after": links[FIRST_PAGE][0]}}}
    return {"results": results}
