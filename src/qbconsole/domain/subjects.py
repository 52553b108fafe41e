"""Which records an operation is about, as the journal names them: `kind:id`, such as `deals:1042`."""

from __future__ import annotations

from typing import Any

_NAMED = {
    "company_id": "companies",
    "swallowed_id": "companies",
    "deal_id": "deals",
    "customer_id": "customers",
    "parent_id": "customers",
    "document_id": "documents",
    "invoice_id": "documents",
    "credit_id": "documents",
    "reverses": "documents",
    "estimate_id": "documents",
}
"""The kind of record that each of these fields of an operation names."""
_CHANGED = {
    "update_customer": "customer_id",
    "tag_customer": "customer_id",
    "deactivate_customer": "customer_id",
    "update_document": "document_id",
    "send_document": "document_id",
    "void_document": "document_id",
    "delete_document": "document_id",
    "stamp_deal": "deal_id",
    "stamp_company": "company_id",
}
"""The field that names the record which an operation of that kind changes; the other kinds make a new one."""
_MADE = {
    "create_customer": "customers",
    "create_document": "documents",
    "apply_credit": "payments",
    "create_task": "tasks",
    "create_note": "notes",
    "merge_companies": "companies",
}


def named(body: dict[str, Any]) -> tuple[str, ...]:
    """The records that an operation names, from its stored body."""
    return tuple(f"{kind}:{body[field]}" for field, kind in _NAMED.items() if body.get(field))


def changed(kind: str, body: dict[str, Any]) -> tuple[str, str] | None:
    """(kind, id) of the record that an operation changes; None for one that makes a new record."""
    field = _CHANGED.get(kind)
    return (_NAMED[field], str(body[field])) if field and body[field] else None


def written(kind: str, body: dict[str, Any], remote_id: str) -> str:
    """The record that an operation wrote, once the remote said its id; the remote may have merged it into another."""
    before = changed(kind, body)
    return f"{before[0] if before else _MADE[kind]}:{remote_id or (before or ('', ''))[1]}"
