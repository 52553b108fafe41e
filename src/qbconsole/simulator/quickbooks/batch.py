"""One operation, alone or in a batch of up to 30, each under its request id (quickbooks.md 5.1, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import form, kinds, rates, recurring, requestids, sending
from qbconsole.simulator.quickbooks.fault import Fault, missing, unsupported
from qbconsole.simulator.quickbooks.properties import PROPERTIES
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

MOST_ITEMS = 30
MOST_ROWS = 1000
"""Of all queries in one batch together."""
_NOISE = ("LineEx", "PurchaseEx")
"""Read-only blocks: a delete that echoes them is refused (quickbooks.md 7.2, 12)."""
ALLOW_DUPLICATES = "allowduplicatedocnum"


def perform(
    company: Company, kind: str, operation: str, body: dict[str, Any], *, duplicates: bool = False
) -> dict[str, Any]:
    """Create, update, void or delete as the operation (or, empty, the body) says; returns `{key: record}`."""
    sending.check_subscribed(company)
    if kind == recurring.KIND:
        return {kind: _recur(company, operation, body)}
    if operation == "delete":
        _refuse_noise(body)
        return {kinds.key(kind): company.delete(kind, _text(body, "Id"), _text(body, "SyncToken"))}
    if operation == "void":
        return {kinds.key(kind): company.void(kind, _text(body, "Id"), _text(body, "SyncToken"))}
    return {kinds.key(kind): _write(company, kind, operation, body, duplicates=duplicates)}


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


def _write(company: Company, kind: str, operation: str, body: dict[str, Any], *, duplicates: bool) -> dict[str, Any]:
    form.check(kind, body)
    for name in body:
        if name not in PROPERTIES[kind]:
            known = f"({len(PROPERTIES[kind])} known properties: "
            detail = (
                f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), '
                f"not marked as ignorable {known}"
            )
            raise Fault("2010", "Request has invalid or unsupported property", detail, "")
    if kind == "ExchangeRate":
        return rates.store(company, body)
    if operation == "update" or body.get("Id"):
        if kind in ("TaxCode", "TaxRate", "TaxAgency", "CustomerType"):
            raise unsupported("update", kind)
        return company.update(kind, body, duplicates=duplicates)
    if kind in kinds.READ_ONLY or kind in kinds.SINGLES:
        raise unsupported("create", kind)
    return company.create(kind, body, duplicates=duplicates)


def _recur(company: Company, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same for a recurring transaction, whose body is a wrapper."""
    inner, record = recurring.unwrapped(body)
    if operation == "delete":
        return {inner: company.delete(recurring.KIND, _text(record, "Id"), _text(record, "SyncToken"))}
    form.check(inner, record)
    write = company.update if record.get("Id") else company.create
    return recurring.wrapped(write(recurring.KIND, {**record, "Type": inner}))


def _refuse_noise(value: Any) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            if name in _NOISE:
                raise form.unreadable(name)
            _refuse_noise(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_noise(part)


def run(company: Company, body: dict[str, Any], request_id: str) -> list[dict[str, Any]]:
    """The answers of a batch, in its order; one item's fault leaves the others done.

    Raises:
        Fault: 1040, there are too many items.
    """
    items = body.get("BatchItemRequest")
    if not isinstance(items, list):
        raise missing("BatchItemRequest")
    for item in items:
        form.check("BatchItemRequest", item)
    if len(items) > MOST_ITEMS:
        raise Fault(
            "1040", "Batch size exceeds limit", f"The batch holds {len(items)} items; {MOST_ITEMS} are allowed."
        )
    room, answers = MOST_ROWS, []
    for item in items:
        answer = _item(company, item, request_id, room)
        room -= int(answer.get("QueryResponse", {}).get("maxResults", 0))
        answers.append(answer)
    return answers


def _item(company: Company, item: dict[str, Any], request_id: str, room: int) -> dict[str, Any]:
    identity = str(item.get("bId") or "")
    try:
        if "Query" in item:
            answer: dict[str, Any] = {"QueryResponse": evaluate.answer(company, str(item["Query"]), most=room)}
        else:
            kind, operation = entity_of(item), operation_of(item)
            form.check(kind, item[kinds.key(kind)])
            body, duplicates = item[kinds.key(kind)], item.get("optionsData") == ALLOW_DUPLICATES
            key, asked = requestids.of_item(request_id, identity), [kind, operation, body]
            answer = requestids.once(
                company, key, asked, lambda: perform(company, kind, operation, body, duplicates=duplicates)
            )
    except Fault as fault:
        answer = {"Fault": fault.body()}
    return {**answer, "bId": identity}


def entity_of(item: dict[str, Any]) -> str:
    """The entity that a batch item names.

    Raises:
        Fault: 2000, it names none that is known.
    """
    for name in item:
        if name in kinds.BY_KEY:
            return kinds.BY_KEY[name]
    raise Fault("2000", "Invalid object name", "The batch item names no known entity.")


def operation_of(item: dict[str, Any]) -> str:
    """`create`, `update`, `delete` or `void`."""
    if item.get("optionsData") == "void":
        return "void"
    return str(item.get("operation") or "create").lower()
