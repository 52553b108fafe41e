"""One operation, alone or in a batch of up to 30, each under its request id (quickbooks.md 5.1, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, wire
from qbconsole.simulator.quickbooks.fault import Fault, missing
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

MOST_ITEMS = 30


def perform(company: Company, kind: str, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create, update, void or delete as the operation (or, empty, the body) says; returns `{kind: record}`."""
    if operation == "delete":
        return {kind: company.delete(kind, str(body.get("Id") or ""), str(body.get("SyncToken") or ""))}
    if operation == "void":
        return {kind: company.void(kind, str(body.get("Id") or ""), str(body.get("SyncToken") or ""))}
    for name in body:
        if name not in kinds.PROPERTIES[kind]:
            known = f"({len(kinds.PROPERTIES[kind])} known properties: "
            detail = (
                f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), '
                f"not marked as ignorable {known}"
            )
            raise Fault("2010", "Request has invalid or unsupported property", detail, "")
    if operation == "update" or body.get("Id"):
        return {kind: company.update(kind, body)}
    if kind in kinds.SINGLES or kind in ("TaxCode", "TaxRate", "TaxAgency"):
        raise Fault("500", "Unsupported Operation", f"Operation create is not supported for {kind}.")
    return {kind: company.create(kind, body)}


def once(company: Company, request_id: str, work: Any) -> dict[str, Any]:
    """Do the work, or replay the first answer that was given under this request id."""
    replies = company.database.collection("qbo.requestid")
    if request_id and (known := replies.get(request_id)) is not None:
        replay: dict[str, Any] = wire.loads(known["text"])
        return replay
    with company.database.transaction():
        result: dict[str, Any] = work()
        if request_id:
            replies.put(request_id, {"text": wire.dumps(result)})
    return result


def run(company: Company, body: dict[str, Any], request_id: str) -> list[dict[str, Any]]:
    """The answers of a batch, in its order; one item's fault leaves the others done.

    Raises:
        Fault: 1040, there are too many items.
    """
    items = body.get("BatchItemRequest")
    if not isinstance(items, list):
        raise missing("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise Fault(
            "1040", "Batch size exceeds limit", f"The batch holds {len(items)} items; {MOST_ITEMS} are allowed."
        )
    return [_item(company, item, request_id) for item in items]


def _item(company: Company, item: dict[str, Any], request_id: str) -> dict[str, Any]:
    identity = str(item.get("bId") or "")
    try:
        if "Query" in item:
            answer: dict[str, Any] = {"QueryResponse": evaluate.answer(company, str(item["Query"]))}
        else:
            kind, operation = entity_of(item), operation_of(item)
            key = f"{request_id}/{identity}" if request_id else ""
            answer = once(company, key, lambda: perform(company, kind, operation, item[kind]))
    except Fault as fault:
        answer = {"Fault": fault.body()}
    return {**answer, "bId": identity}


def entity_of(item: dict[str, Any]) -> str:
    """The entity that a batch item names.

    Raises:
        Fault: 2050 family, it names none that is known.
    """
    for name in item:
        if name in kinds.KINDS:
            return name
    raise Fault("2000", "Invalid object name", "The batch item names no known entity.")


def operation_of(item: dict[str, Any]) -> str:
    """`create`, `update`, `delete` or `void`."""
    if item.get("optionsData") == "void":
        return "void"
    return str(item.get("operation") or "create").lower()
