"""Links: which company is which customer, by currency, and what both sides said when that was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.store import links as rows

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.records import Company, Contact, Customer

SHARED_FIELDS = {"email": "billing e-mail", "phone": "phone", "address": "billing address", "name": "display name"}
"""The fields that both sides hold, with their words."""


@dataclass(frozen=True, slots=True)
class Link:
    """One live or ended pair. `customer_id` is empty while the customer is still being made by `operation_id`.

    `agreed` holds by shared field the values of both sides as they were agreed: `{"crm": ..., "accounting": ...}`.
    """

    id: int
    company_id: str
    currency: str
    customer_id: str
    operation_id: int | None
    decision_id: int
    agreed: dict[str, Any]


def _link(row: dict[str, Any]) -> Link:
    return Link(**{name: row[name] for name in Link.__dataclass_fields__})


def live(connection: Connection) -> list[Link]:
    """Every live link."""
    return [_link(row) for row in rows.listed(connection)]


def of_company(connection: Connection, company_id: str, currency: str) -> Link | None:
    """A company's live link in one currency."""
    found = rows.listed(connection, company_id=company_id, currency=currency)
    return _link(found[0]) if found else None


def of_customer(connection: Connection, customer_id: str) -> list[Link]:
    """The live links of a customer."""
    return [_link(row) for row in rows.listed(connection, customer_id=customer_id)]


def of_decision(connection: Connection, decision_id: int) -> Link | None:
    """The live link that a decision made."""
    found = rows.listed(connection, decision_id=decision_id)
    return _link(found[0]) if found else None


def parted(connection: Connection) -> set[tuple[str, str]]:
    """The pairs (company, customer) that were linked once and are not any more: no rule links them again."""
    return {(row["company_id"], row["customer_id"]) for row in rows.listed(connection, live=False)}


def shared_values(company: Company, contacts: list[Contact]) -> dict[str, str]:
    """The shared fields as the CRM says them."""
    return {
        "email": next(iter(billing_emails(contacts)), ""),
        "phone": company.phone,
        "address": _one_line(company.address),
        "name": company.name,
    }


def customer_values(customer: Customer) -> dict[str, str]:
    """The shared fields as accounting says them."""
    return {
        "email": customer.email,
        "phone": customer.phone,
        "address": _one_line(customer.address),
        "name": customer.name,
    }


def billing_emails(contacts: list[Contact]) -> list[str]:
    """Where a company gets its invoices: its billing contacts' addresses, else any contact's, in order of id."""
    ordered = sorted(contacts, key=lambda contact: (len(contact.id), contact.id))
    billing = [contact.email for contact in ordered if contact.billing and contact.email]
    return list(dict.fromkeys(billing or [contact.email for contact in ordered if contact.email]))


def _one_line(address: Any) -> str:
    parts = (address.street, address.city, address.state, address.postcode)
    return ", ".join(" ".join(part.split()) for part in parts if part)


def agreement(crm: dict[str, str], accounting: dict[str, str]) -> dict[str, Any]:
    """The base that is agreed by linking: both sides as they are, so that only a later change is a difference."""
    return {field: {"crm": crm[field], "accounting": accounting.get(field, "")} for field in SHARED_FIELDS}


def add(
    connection: Connection,
    *,
    company_id: str,
    currency: str,
    customer_id: str,
    decision_id: int,
    agreed: dict[str, Any],
    at: datetime,
) -> int:
    """Link a company to a customer (an empty id: to the one that is being made); returns the link's id.

    Raises:
        sqlalchemy.exc.IntegrityError: the company has a live link in that currency.
    """
    values = {"company_id": company_id, "currency": currency, "customer_id": customer_id, "operation_id": None}
    return rows.add(connection, {**values, "decision_id": decision_id, "agreed": agreed, "at": at, "ended_at": None})


def waits_for(connection: Connection, link_id: int, operation_id: int) -> None:
    """Note the operation that makes the link's customer."""
    rows.change(connection, link_id, operation_id=operation_id)


def customer_made(connection: Connection, operation_id: int, customer_id: str, customer: Customer | None) -> None:
    """Fill in the customer that was made, and what accounting holds of it now."""
    for row in rows.listed(connection, operation_id=operation_id):
        agreed = row["agreed"]
        if customer is not None:
            values = customer_values(customer)
            agreed = {field: {**base, "accounting": values[field]} for field, base in agreed.items()}
        rows.change(connection, row["id"], customer_id=customer_id, agreed=agreed)


def end(connection: Connection, link_id: int, at: datetime) -> None:
    """End a link."""
    rows.change(connection, link_id, ended_at=at)


def agree(connection: Connection, link: Link, field: str, base: dict[str, Any]) -> None:
    """Set what is agreed about one field, remembering what was agreed before."""
    before = {name: value for name, value in link.agreed.get(field, {}).items() if name != "before"}
    rows.change(connection, link.id, agreed={**link.agreed, field: {**base, "before": before}})


def disagree(connection: Connection, link: Link, field: str) -> None:
    """Go back to what was agreed about one field before."""
    before = link.agreed.get(field, {}).get("before", {})
    rows.change(connection, link.id, agreed={**link.agreed, field: before})
