"""Change data capture: whole current objects, tombstones, 30 days back, 1,000 rows in all (quickbooks.md 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.query.evaluate import moment

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

LOOK_BACK = timedelta(days=30)
MOST = 1000


def answer(company: Company, entities: str, changed_since: str) -> list[dict[str, Any]]:
    """The CDCResponse: one slot an entity, not in the order asked for; what is beyond the cap is cut in silence."""
    since = moment(changed_since).replace(microsecond=0)  # stamps hold whole seconds (quickbooks.md 12, trap 22)
    if company.clock.now() - since > LOOK_BACK:
        detail = (
            f"Operation cdc with changedSince date {changed_since} which is older than fixed days is not supported."
        )
        raise Fault("500", "Unsupported Operation", detail)
    slots, room = [], MOST
    for kind in sorted(dict.fromkeys(map(_entity, entities.split(","))), reverse=True):
        rows = _changed(company, kind, since)[: MOST if company.switches["cdc_cap"] == "each" else room]
        room -= len(rows)
        counted = {"startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
        slots.append({kinds.key(kind): rows, **counted} if rows else {})
    return [{"QueryResponse": slots}]


def _entity(name: str) -> str:
    kind = kinds.BY_PATH.get(name.strip().lower())
    if kind is None or kind in kinds.NOT_IN_CDC:
        raise Fault("4001", "Invalid query", f"QueryValidationError: invalid context declaration: {name.strip()}")
    return kind


def _changed(company: Company, kind: str, since: datetime) -> list[dict[str, Any]]:
    rows = [(datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"]), record) for record in company.shelf(kind)]
    changed = sorted(((at, record) for at, record in rows if at >= since), key=lambda row: row[0])
    gone = [_stub(company, entry) for entry in company.deleted(kind) if datetime.fromisoformat(entry["at"]) >= since]
    return [record for _, record in changed] + gone


def _stub(company: Company, entry: dict[str, Any]) -> dict[str, Any]:
    """A deleted row; some come without a time (quickbooks.md 4)."""
    reading, stub = company.switches["cdc_stub"], {"domain": "QBO", "status": "Deleted", "Id": entry["Id"]}
    bare = reading == "bare" or (reading == "mixed" and int(entry["Id"]) % 2)
    return stub if bare else {**stub, "MetaData": {"LastUpdatedTime": entry["at"]}}
