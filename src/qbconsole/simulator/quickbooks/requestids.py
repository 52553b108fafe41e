"""Idempotency by `requestid`: what was answered once is answered again, as the switches have it (quickbooks.md 6)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import wire
from qbconsole.simulator.quickbooks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.database import Database, Record
    from qbconsole.simulator.quickbooks.company import Company

LONGEST, LONGEST_WITH_BATCH, LONGEST_BATCH_ID = 50, 36, 10
"""Characters of a request id, of one of a batch, and of a batch item's own id beside it."""
_COLLECTION = "qbo.requestid"


def of_item(request_id: str, batch_id: str) -> str:
    """The request id of one item of a batch; nothing when the batch has none.

    Raises:
        Fault: 2130, one of the two is too long.
    """
    if not request_id:
        return ""
    if len(request_id) > LONGEST_WITH_BATCH or len(batch_id) > LONGEST_BATCH_ID:
        detail = f"With a batch a request id has at most {LONGEST_WITH_BATCH} characters, a bId {LONGEST_BATCH_ID}."
        raise Fault("2130", "Invalid Request Id", detail, "")
    return f"{request_id}/{batch_id}"


def once(company: Company, request_id: str, asked: Any, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work, or replay what was first answered under this request id.

    Args:
        company: whose books.
        request_id: the client's; nothing does the work every time.
        asked: what is asked for, as JSON: another request under the same id is told by it.
        work: does it.

    Raises:
        Fault: the vendor refuses it; or 2130, the id is too long; or 600, it was used for something else.
    """
    if len(request_id) > LONGEST:
        raise Fault("2130", "Invalid Request Id", f"A request id has at most {LONGEST} characters.", "")
    if not request_id:
        with company.database.transaction():
            return work()
    mark = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
    if (known := _known(company, request_id)) is not None:
        return _replayed(company, known, mark)
    memory = {"at": company.clock.now().isoformat(), "asked": mark}
    replies = company.database.collection(_COLLECTION)
    try:
        with company.database.transaction():
            result = work()
            replies.put(request_id, {**memory, "text": wire.dumps(result)})
    except Fault as fault:
        if company.switches["requestid_faults"] == "remembered":
            with company.database.transaction():
                replies.put(request_id, {**memory, "fault": _kept(fault)})
        raise
    return result


def forget(database: Database) -> None:
    """Forget every request id."""
    replies = database.collection(_COLLECTION)
    with database.transaction():
        for request_id in replies.ids():
            replies.remove(request_id)


def _known(company: Company, request_id: str) -> Record | None:
    known = company.database.collection(_COLLECTION).get(request_id)
    if known is None:
        return None
    age = company.clock.now() - datetime.fromisoformat(known["at"])
    return known if age.total_seconds() < company.switches.seconds("requestid_retention") else None


def _replayed(company: Company, known: Record, mark: str) -> dict[str, Any]:
    if known["asked"] != mark and company.switches["requestid_other_body"] == "refused":
        raise Fault("600", "Duplicate Request ID", "The request id was used for another request.", "")
    if "fault" in known:
        raise Fault(**known["fault"])
    replay: dict[str, Any] = wire.loads(known["text"])
    return replay


def _kept(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in ("code", "message", "detail", "element", "status", "kind")}
