"""What takes a delivered write back, from what the remote holds now: the rules of undo, pure.

One function for each kind of record. Each takes records and the book's days, and gives the operations that take the
write back with words for them, or why nothing can (design.md, invariants 3 and 9). The deliverer reads the record again
before it sends such an operation, and refuses if it is no longer as it was seen here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.domain.dates import same_month
from qbconsole.domain.money import ZERO, spoken
from qbconsole.domain.operations import (
    CreateDocument,
    DeactivateCustomer,
    Operation,
    StampCompany,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
    address_text,
)
from qbconsole.domain.records import Address, Company, Customer, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN_LINKS = frozenset({"estimate", "time_activity", "reimburse_charge"})
"""Links of an invoice to what it was made from: they forbid no void (design.md section 8)."""

NO_INVERSE = {
    "create_task": "salespeople have seen the task: close it in the CRM",
    "create_note": "salespeople have seen the note: delete it in the CRM",
    "send_document": "a mail cannot be called back",
    "apply_credit": "delete the payment of zero in QuickBooks: that frees the credit again",
    "void_document": "what was voided stays void: b bills it again",
    "delete_document": "what was deleted is gone: b bills it again",
    "deactivate_customer": "make the customer active in QuickBooks",
    "merge_companies": "companies that were merged stay one",
    "stamp_deal": "its values are set again whenever they change",
}
"""By kind of operation, why a delivered one is not taken back from here."""


@dataclass(frozen=True, slots=True)
class Days:
    """The business date, and the last day that is closed or was reported to somebody."""

    today: date
    closed_through: date = date.min

    def is_open(self, day: date) -> bool:
        """Whether something may still be posted on a day."""
        return day > self.closed_through


@dataclass(frozen=True, slots=True)
class Reversal:
    """What takes one write back: words for it and its operations; or why nothing can (`refusal`)."""

    words: str = ""
    operations: tuple[Operation, ...] = ()
    refusal: str = ""


def name_of(document: Document) -> str:
    """A document as people call it: `credit memo 1043`."""
    return f"{document.type.replace('_', ' ')} {document.number or document.id}"


# --- documents --------------------------------------------------------------------------------------------------------


def of_document(document: Document, days: Days, note: str = "") -> Reversal:
    """What takes a document back that is there and not void.

    Args:
        document: as accounting holds it now.
        days: the book's days.
        note: our tag on it, which its credit memo carries as well.
    """
    if document.type == "estimate":
        return _of_estimate(document)
    reasons = why_not_void(document, days)
    if not reasons:
        return Reversal(f"void {name_of(document)}", (_void(document),))
    if document.type != "invoice":
        step = "; correct it in QuickBooks"
        return Reversal(refusal=f"{name_of(document)} cannot be voided ({reasons[0]}){step}")
    return _credit(document, days, note, reasons[0])


def why_not_void(document: Document, days: Days) -> list[str]:
    """The reasons for which a document is not voided; none when it may be (invariant 9)."""
    linked = any(type_ not in OWN_LINKS for type_, _ in document.links)
    used = "it is paid or partly paid" if document.type == "invoice" else "it is used, wholly or in part"
    reasons = (
        (not days.is_open(document.posted_on), f"{days.closed_through} is closed or reported"),
        (not same_month(document.posted_on, days.today), f"it is dated in {_month(document.posted_on, days)}"),
        (document.emailed, "it was e-mailed"),
        (document.balance != document.total, used),
        (linked, "something is linked to it"),
    )
    return [words for holds, words in reasons if holds]


def _month(day: date, days: Days) -> str:
    return f"{day:%B}" if day.year == days.today.year else f"{day:%B %Y}"


def _void(document: Document) -> VoidDocument:
    return VoidDocument(
        document.type, document.id, document.revision, document.balance, document.emailed, payments=document.links
    )


def _credit(document: Document, days: Days, note: str, reason: str) -> Reversal:
    """A credit memo dated today over the whole: same items, classes and tax codes; its note names the invoice."""
    if not days.is_open(days.today):
        return Reversal(
            refusal=f"{name_of(document)} cannot be voided ({reason}), nor credited: today is closed as well"
        )
    lines = tuple(line for line in document.lines if line.item_id or line.amount)
    if sum((line.amount for line in lines), ZERO) != document.total - document.tax:
        why = "its lines are not its whole sum: write the credit memo in QuickBooks"
        return Reversal(refusal=f"{name_of(document)} cannot be voided ({reason}), and {why}")
    operation = CreateDocument(
        type="credit_memo",
        customer_id=document.customer_id,
        posted_on=days.today,
        currency=document.currency,
        lines=lines,
        private_note="\n".join(filter(None, (f"Credit for invoice {document.number or document.id}", note))),
        reverses=document.id,
        reverses_balance=document.balance,
        class_id=document.class_id,
        location_id=document.location_id,
        tax_code_id=document.tax_code_id,
    )
    words = f"credit memo dated today for {name_of(document)} ({reason})"
    return Reversal(f"{words}{_credit_left(document)}", (operation,))


def _credit_left(document: Document) -> str:
    """What the customer is left with: of the credit only what is still owed can be used for the invoice."""
    paid = document.total - document.balance
    if not paid:
        return ""
    return f"; the customer then has {spoken(paid, document.currency)} {document.currency} to use or to get back"


def _of_estimate(document: Document) -> Reversal:
    """An estimate posts nothing, so that its month does not matter; it is rejected, unless it became something."""
    made = [id_ for type_, id_ in document.links if type_ == "invoice"]
    if made:
        return Reversal(refusal=f"{name_of(document)} became invoice {made[0]}: take that back first")
    if document.status in ("closed", "converted"):
        return Reversal(refusal=f"{name_of(document)} is {document.status}; correct it in QuickBooks")
    return Reversal(f"reject {name_of(document)}", (_void(document),))


def foreseen(type_: str, posted_on: date, days: Days) -> str:
    """What the undo of a document that is not made yet will be, for whoever is about to approve it."""
    window = "cancel inside the posting window; later"
    if type_ == "estimate":
        return f"{window} reject it, until it becomes an invoice"
    if not days.is_open(posted_on):
        return f"{window} credit memo: {days.closed_through} is closed or reported"
    if not same_month(posted_on, days.today):
        return f"{window} credit memo: it is dated in {_month(posted_on, days)}"
    return f"{window} void in {posted_on:%B}, unpaid and not e-mailed, else credit memo"


def overtaken(operation: Operation, document: Document | None, days: Days) -> str:
    """Why an inverse that was decided on may not be sent any more: its month ended or was reported meanwhile.

    Args:
        operation: the inverse.
        document: the document that it voids or deletes.
        days: the book's days now.
    """
    if operation.kind in ("void_document", "delete_document") and document and document.type != "estimate":
        posted = document.posted_on
        if not same_month(posted, days.today) or not days.is_open(posted):
            return f"{name_of(document)} is dated {posted}, which is in a month that ended or was reported meanwhile"
    dated = operation.posted_on if isinstance(operation, CreateDocument) and operation.reverses else None
    if dated and not days.is_open(dated):
        return f"its credit memo is dated {dated}, which was closed or reported meanwhile"
    return ""


# --- customers and companies ------------------------------------------------------------------------------------------


def of_customer(customer: Customer, *, in_use: bool) -> Reversal:
    """What takes a created customer back: it is made inactive, but not with a balance or transactions."""
    if not customer.active:
        return Reversal(f"{customer.name} is inactive already")
    if in_use or customer.balance:
        return Reversal(refusal="the customer has transactions now: it stays, and so does the link")
    return Reversal("make the customer inactive", (DeactivateCustomer(customer.id),))


def of_tag(operation: TagCustomer) -> Reversal:
    """What takes a tag back: exactly that line is taken away, or comes back."""
    words = "put our tag on the customer again" if operation.remove else "take our tag off the customer"
    return Reversal(words, (replace(operation, remove=not operation.remove),))


def of_stamp(operation: StampCompany, company: Company | None) -> Reversal:
    """What takes the id on a company back, unless somebody wrote another one there since."""
    now = company.customer_tag if company else ""
    if company and now and now != operation.customer_id:
        return Reversal("leave the id on the company: it is another one by now")
    return Reversal("clear the id on the company", (replace(operation, customer_id=""),))


# --- fields -----------------------------------------------------------------------------------------------------------


def of_update(operation: UpdateCustomer | UpdateDocument, now: Customer | Document) -> Reversal:
    """What sets fields back to what they were, if none of them was changed since: the decision kept what it saw."""
    before, wanted = dict(operation.seen), dict(operation.values)
    unknown = [field for field in wanted if field not in before]
    if unknown:
        return Reversal(refusal=f"what its {_words(unknown)} was before is not known")
    moved = [field for field, text in wanted.items() if (held := text_of(now, field)) is not None and held != text]
    if moved:
        return Reversal(refusal=f"somebody changed its {_words(moved)} since")
    inverse = replace(
        operation,
        revision=now.revision,
        seen=operation.values,
        values=tuple((field, before[field]) for field in wanted),
    )
    set_back = ", ".join(f"{_words([field])} to {before[field] or 'nothing'}" for field in wanted)
    return Reversal(f"set {set_back}", (inverse,))


def text_of(record: Customer | Document, field: str) -> str | None:
    """A field of a record as an update writes it (`operations.UPDATABLE`); None where the record does not hold it."""
    value = getattr(record, field, None)
    if isinstance(value, Address):
        return address_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _words(fields: Sequence[str]) -> str:
    return ", ".join(field.removesuffix("_id").removesuffix("_on").replace("_", " ") for field in fields)


def usable(credit: Document, invoice: Document) -> Decimal:
    """How much of a credit memo can be used for an invoice now."""
    return ZERO if credit.voided or invoice.voided else min(credit.balance, invoice.balance)
