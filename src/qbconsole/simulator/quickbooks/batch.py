"""One operation, alone or in a batch of up to 30, each under its request id (quickbooks.md 5.1, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, requestids
from qbconsole.simulator.quickbooks.fault import Fault, missing
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

MOST_ITEMS = 30
_LISTS = ("Line", "LinkedTxn", "CustomField")
_OBJECTS = ("Ref", "Addr", "LineDetail", "BillEmail", "BillEmailCc", "BillEmailBcc", "CustomerMemo", "Phone", "Prefs")
_TEXTS = ("Id", "SyncToken", "DisplayName", "DocNumber", "PrivateNote", "TxnDate", "DueDate", "DetailType", "value")


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
    _check_form(kind, body)
    if operation == "update" or body.get("Id"):
        return {kind: company.update(kind, body)}
    if kind in kinds.SINGLES or kind in ("TaxCode", "TaxRate", "TaxAgency"):
        raise Fault("500", "Unsupported Operation", f"Operation create is not supported for {kind}.")
    return {kind: company.create(kind, body)}


def _check_form(path: str, body: dict[str, Any]) -> None:
    """Refuse a plain value where an object belongs, and an object where a list belongs, at any depth."""
    for name, value in body.items():
        where = f"{path}.{name}"
        if name in _LISTS:
            if not isinstance(value, list | None):
                raise _unreadable(where)
            for member in value or []:
                if not isinstance(member, dict):
                    raise _unreadable(where)
                _check_form(where, member)
        elif name.endswith(_OBJECTS) and value is not None:
            if not isinstance(value, dict):
                raise _unreadable(where)
            _check_form(where, value)
        elif name in _TEXTS and isinstance(value, (dict, list)):
            raise _unreadable(where)


def _unreadable(where: str) -> Fault:
    detail = f"Property Name:Can not deserialize instance of {where}"
    return Fault("2010", "Request has invalid or unsupported property", detail, "")


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
            key, asked = requestids.of_item(request_id, identity), [kind, operation, item[kind]]
            answer = requestids.once(company, key, asked, lambda: perform(company, kind, operation, item[kind]))
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
