"""Sales forms: making estimates, invoices and credit memos, and changing what money does not hang on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE
from qbconsole.connectors.quickbooks.writing.changes import Change, sparse
from qbconsole.connectors.quickbooks.writing.fields import change, differing, refuse_if_moved
from qbconsole.connectors.quickbooks.writing.held import foreign_answer
from qbconsole.domain.errors import Conflict, Gone, NeedsPerson, Retriable
from qbconsole.domain.money import minor_digits, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from qbconsole.connectors.quickbooks.client import Client, Reply
    from qbconsole.connectors.quickbooks.writing.held import Held, Shelf
    from qbconsole.domain.operations import CreateDocument, Receipt, UpdateDocument
    from qbconsole.domain.records import Ledger

JUST_MADE = timedelta(seconds=5)
"""An answer about a record this young is no replay; stamps have whole seconds."""
SENT = {
    "DueDate": "due date",
    "SalesTermRef": "payment term",
    "CustomerMemo": "message to the customer",
    "BillEmail": "e-mail address",
    "BillEmailCc": "addresses for copies",
    "ClassRef": "class",
    "DepartmentRef": "location",
    "CustomField": "custom fields",
}
"""What is compared of an answer besides money, customer, number and links, and what a message calls it."""
CONVERTIBLE = frozenset({"pending", "accepted"})
"""Estimates of which an invoice may be made (quickbooks.md 8.9)."""


async def create_document(
    client: Client,
    shelf: Shelf,
    operation: CreateDocument,
    body: Mapping[str, Any],
    request_id: str,
    *,
    again: bool,
) -> Receipt:
    """Make a document, and compare what QuickBooks holds with what was approved.

    An answer that may be the replay of an earlier one is not believed: the document itself is read.

    Raises:
        Gone: it was made, and is void or deleted by now.
        Conflict: what it rests on has moved, or what was made differs.
        Retriable: whether it was made is not known.
    """
    kind = KIND_OF_TYPE[operation.type]
    if operation.reverses:
        await _refuse_if_moved(shelf, operation)
    if operation.estimate_id:
        await _refuse_if_closed(shelf, operation)
    reply = await client.write(kind, body, request_id=request_id)
    row = reply.entity(kind)
    if str((row.get("CustomerRef") or {}).get("value", "")) != operation.customer_id:
        raise foreign_answer()
    held = await shelf.of(kind, row, reply.reference)
    if again or not just_made(row, reply):
        held = await _read_back(shelf, held)
    notices = (compared(operation, held, number_sent=str(body.get("DocNumber", ""))), left_out(body, held))
    return held.receipt(notice=" ".join(filter(None, notices)))


async def _read_back(shelf: Shelf, told: Held) -> Held:
    """The document as it is now: a replayed success may speak of one that is gone (quickbooks.md 6)."""
    try:
        held = await shelf.get(told.kind, told.id)
    except Retriable as unread:
        unread.sent = True
        raise
    if held.gone or held.document.voided:
        raise gone(told, "deleted" if held.gone else "voided")
    return held


def gone(made: Held, how: str) -> Gone:
    """The problem of a document that was made and that somebody took away since."""
    return Gone(
        f"{made.name} was made and has been {how} in QuickBooks since.",
        remote_id=made.id,
        number=made.document.number,
        next_step="Give it up (x): then its draft can be billed again, if that was a mistake.",
    )


async def _refuse_if_moved(shelf: Shelf, operation: CreateDocument) -> None:
    """A credit takes back an invoice as it was seen: a payment since then cancels the undo (invariant 3)."""
    invoice = (await shelf.there("Invoice", operation.reverses)).document
    if invoice.voided or invoice.balance != operation.reverses_balance:
        state = "voided" if invoice.voided else f"open with {invoice.balance}, not {operation.reverses_balance}"
        words = f"invoice {invoice.number or invoice.id}, which it takes back, is {state} now."
        raise Conflict(words, next_step="Look at the invoice and decide again.")


async def _refuse_if_closed(shelf: Shelf, operation: CreateDocument) -> None:
    """An estimate becomes one invoice, and only while it is pending or accepted (quickbooks.md 8.9, trap 36)."""
    held = await shelf.there("Estimate", operation.estimate_id)
    status = str(held.row.get("TxnStatus") or "Pending").lower()
    invoices = [id_ for type_, id_ in held.document.links if type_ == "invoice"]
    if status in CONVERTIBLE and not invoices and held.document.customer_id == operation.customer_id:
        return
    if invoices:
        why = f"became invoice {invoices[0]} already"
    elif status not in CONVERTIBLE:
        why = f"is {status}"
    else:
        why = f"is for customer {held.document.customer_id}"
    raise Conflict(
        f"{held.name}, of which it is to be made, {why}.", next_step="Look at the estimate and decide again."
    )


def just_made(row: Mapping[str, Any], reply: Reply) -> bool:
    """Whether an answer is the first one to its request id, by the server's own clock.

    An older one is a replay (quickbooks.md 6): what it tells of may have been voided or deleted since.
    """
    try:
        made = datetime.fromisoformat(str((row.get("MetaData") or {}).get("CreateTime")))
    except ValueError:
        return False
    return reply.date is not None and made.tzinfo is not None and abs(reply.date - made) <= JUST_MADE


def compared(operation: CreateDocument, held: Held, *, number_sent: str = "") -> str:
    """Compare a document with what was wanted; QuickBooks sets the tax, so the sum before it counts (trap 17).

    Returns:
        What somebody should know although it was done: by how many cents the sum differs; else an empty text.

    Raises:
        Conflict: customer, sum, number or the link to the estimate differ.
    """
    found, step = held.document, "Compare both; adopt it, or take it back."
    before_tax = found.total - found.tax
    cents = abs(before_tax - operation.before_tax)
    if found.customer_id != operation.customer_id or cents > tolerance(operation):
        words = (
            f"QuickBooks holds {held.name} over {before_tax} before tax for customer {found.customer_id}, "
            f"but {operation.before_tax} for customer {operation.customer_id} was approved."
        )
        raise Conflict(words, next_step=step)
    if number_sent and found.number != number_sent:
        words = f"QuickBooks holds it as number {found.number or 'none'}, but {number_sent} was approved."
        raise Conflict(words, next_step=step)
    if operation.estimate_id and ("estimate", operation.estimate_id) not in found.links:
        words = f"{held.name} was made, but without its link to estimate {operation.estimate_id}."  # trap 49
        raise Conflict(words, next_step="Close the estimate in QuickBooks, then adopt the document.")
    if not cents:
        return ""
    approved = spoken(operation.before_tax, operation.currency)
    return f"{held.name}: QuickBooks' sum before tax is {spoken(before_tax, operation.currency)}, not {approved}."


def left_out(body: Mapping[str, Any], held: Held) -> str:
    """What was sent and is not there, though QuickBooks answered that all is well (trap 49); else an empty text.

    The document is right in money, so that it stands; but somebody has to know.
    """
    missing = [words for name, words in SENT.items() if name in body and not _kept(body[name], held.row.get(name))]
    return f"{held.name}: QuickBooks left out its {', '.join(missing)}." if missing else ""


def _kept(sent: Any, now: Any) -> bool:
    """Whether a value came back; of references and the like what was sent of them, of lists every entry."""
    if isinstance(sent, dict):
        return isinstance(now, dict) and all(_kept(part, now.get(name)) for name, part in sent.items())
    if isinstance(sent, list):
        return isinstance(now, list) and all(any(_kept(one, other) for other in now) for one in sent)
    return str(sent).strip().casefold() == str(now or "").strip().casefold()


def tolerance(operation: CreateDocument) -> Decimal:
    """How far QuickBooks' sum may be off by rounding: a minor unit a line."""
    return Decimal(len(operation.lines)).scaleb(-minor_digits(operation.currency))


def update(operation: UpdateDocument, ledger: Ledger) -> Change:
    """The decision rests on the fields that it saw, and on the document not being void. Lines are never sent.

    Raises:
        NeedsPerson: the document or the company has no such field.
    """
    kind, wanted = operation.kind, dict(operation.values)
    if "status" in wanted and operation.type != "estimate":
        raise NeedsPerson("only an estimate has a status of its own.", next_step="Leave the status out.")
    if "number" in wanted and not ledger.custom_numbers:
        words = "QuickBooks numbers the documents of this company."
        raise NeedsPerson(words, next_step="Switch custom transaction numbers on in QuickBooks, or leave it out.")

    async def refuse(held: Held) -> None:
        if held.document.voided and "status" not in wanted:
            raise Conflict(f"{held.name} is void.", next_step="Nothing is left to change.")
        refuse_if_moved(kind, held.row, dict(operation.seen), wanted)

    return Change(
        KIND_OF_TYPE[operation.type],
        operation.document_id,
        done=lambda held: not differing(kind, held.row, wanted),
        refuse=refuse,
        call=lambda held: sparse(held, change(kind, differing(kind, held.row, wanted))),
        absolute=True,
    )
