"""What of a record is answered only if a request asks for it (quickbooks.md 8.4, 8.7, 8.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import attachments, kinds

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
INVOICE_LINK, ALL_CUSTOM_FIELDS = "invoicelink", "enhancedallcustomfields"


def record(company: Company, kind: str, stored: Record, include: frozenset[str], base: str) -> Record:
    """A record as it is answered.

    Args:
        company: whose it is.
        kind: its entity.
        stored: as it is kept.
        include: what the request's `include` names, in lower case.
        base: the root of the server's URLs, for links to files.
    """
    if kind == "Attachable":
        return attachments.shown(company, stored, base)
    if kind == "Invoice" and INVOICE_LINK in include:
        return {**stored, **_invoice_link(company, stored)}
    if "CustomField" in stored:
        return _custom_fields(company, stored, include)
    return stored


def page(company: Company, answer: Record, include: frozenset[str], base: str) -> Record:
    """A QueryResponse with each of its records as it is answered."""
    return {
        key: [record(company, kinds.BY_KEY[key], row, include, base) for row in rows]
        if isinstance(rows, list)
        else rows
        for key, rows in answer.items()
    }


def _invoice_link(company: Company, invoice: Record) -> Record:
    """The customer's link: with online payment on and a bill e-mail alone."""
    online = invoice.get("AllowOnlineCreditCardPayment") or invoice.get("AllowOnlineACHPayment")
    if not (online and invoice.get("BillEmail")):
        return {}
    return {"InvoiceLink": f"https://connect.intuit.com/t/scs-v1-{company.realm_id}-{invoice['Id']}"}


def _custom_fields(company: Company, stored: Record, include: frozenset[str]) -> Record:
    """Enhanced fields, which have long ids, show only where they exist and are asked for."""
    if ALL_CUSTOM_FIELDS in include and company.switches["custom_fields"] == "enhanced":
        return stored
    classic = [field for field in stored["CustomField"] if len(str(field.get("DefinitionId"))) == 1]
    rest = {name: value for name, value in stored.items() if name != "CustomField"}
    return {**rest, "CustomField": classic} if classic else rest
