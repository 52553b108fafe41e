"""The write side: each operation done once under its request id, and looked at again before it counts as done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.bodies import customer_body, document_body, notes_text
from qbconsole.connectors.quickbooks.faults import NOT_FOUND, STALE
from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE, TYPES, read_customer, read_document
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Problem, Retriable
from qbconsole.domain.operations import (
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    Operation,
    Receipt,
    TagCustomer,
    VoidDocument,
)
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.client import Client, Reply
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.domain.records import Customer, Document

TRIES = 3
"""How often a write is made under a newer token when somebody else keeps changing the record in between."""
HARMLESS_LINKS = frozenset({"estimate", "time_activity", "reimburse_charge"})
"""Links of an invoice to what it was made from: they forbid no void (design.md section 8)."""
JUST_MADE = timedelta(seconds=5)
"""An answer about a record this young is no replay; stamps have whole seconds."""
OF_A_CUSTOMER = (*TYPES, "Payment")


class Writer:
    """Applies operations."""

    def __init__(self, client: Client, reader: Reader) -> None:
        """Take the client, and the reader for the company's settings."""
        self._client = client
        self._reader = reader

    async def apply(self, operation: Operation, request_id: str) -> Receipt:
        """Do the write; see `connectors.base.Connector.apply`. Problems name the record."""
        try:
            return await self._apply(operation, request_id)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise

    async def _apply(self, operation: Operation, request_id: str) -> Receipt:
        match operation:
            case CreateCustomer():
                return await self._create_customer(operation, request_id)
            case TagCustomer():
                return await self._tag(operation, request_id)
            case DeactivateCustomer():
                return await self._deactivate(operation, request_id)
            case CreateDocument():
                return await self._create_document(operation, request_id)
            case VoidDocument():
                return await self._void(operation, request_id)
            case _:
                msg = f"QuickBooks does no {operation.kind}."
                raise Fatal(msg)

    # --- customers ----------------------------------------------------------------------------------------------------

    async def _create_customer(self, operation: CreateCustomer, request_id: str) -> Receipt:
        body = customer_body(operation, await self._reader.ledger())
        made = await self._client.write("Customer", body, request_id=request_id)
        row = made.entity("Customer")
        if not has_line(str(row.get("Notes", "")), operation.notes):
            raise _foreign_answer()
        row, now = await self._customer_again(str(row["Id"]))
        if not now.active:
            msg = f"the customer was made ({now.name}) and has been made inactive in QuickBooks since."
            raise Conflict(msg, next_step="Decide anew on the Unmatched screen.")
        return self._customer_receipt(made, row, now)

    async def _tag(self, operation: TagCustomer, request_id: str) -> Receipt:
        for attempt in range(TRIES):
            reply, row, current = await self.read_customer(operation.customer_id)
            if has_line(current.notes, operation.tag) is not operation.remove:
                return self._customer_receipt(reply, row, current, found=True)
            notes = without_line(current.notes, operation.tag) if operation.remove else current.notes
            if not operation.remove:
                notes = notes_text(f"{current.notes.rstrip()}\n{operation.tag}".lstrip())
            if done := await self._change_customer(current, {"Notes": notes}, request_id, attempt):
                return done
        raise _keeps_changing()

    async def _deactivate(self, operation: DeactivateCustomer, request_id: str) -> Receipt:
        for attempt in range(TRIES):
            reply, row, current = await self.read_customer(operation.customer_id)
            if not current.active:
                return self._customer_receipt(reply, row, current, found=True)
            await self._refuse_if_used(row, current)
            if done := await self._change_customer(current, {"Active": False}, request_id, attempt):
                return done
        raise _keeps_changing()

    async def _refuse_if_used(self, row: dict[str, Any], current: Customer) -> None:
        kinds = [
            kind.lower() for kind in OF_A_CUSTOMER if await self._client.count(kind, f"CustomerRef = '{current.id}'")
        ]
        if current.balance or row.get("BalanceWithJobs") or kinds:
            msg = f"the customer {current.name} is in use ({', '.join(kinds) or 'its balance is not zero'})."
            raise NeedsPerson(msg, next_step="Keep the customer, or clear it up in QuickBooks.")

    async def _change_customer(
        self, current: Customer, change: dict[str, Any], request_id: str, attempt: int
    ) -> Receipt | None:
        """One sparse update of exactly that field (trap 1); None if somebody was quicker."""
        body = {"Id": current.id, "SyncToken": current.revision, "sparse": True, **change}
        try:
            reply = await self._client.write("Customer", body, request_id=_retry_id(request_id, attempt))
        except Conflict as stale:
            if stale.code != STALE:
                raise
            return None
        row = reply.entity("Customer")
        return self._customer_receipt(reply, row, read_customer(row, await self._reader.home()))

    def _customer_receipt(self, reply: Reply, row: dict[str, Any], now: Customer, *, found: bool = False) -> Receipt:
        return Receipt(
            remote_id=now.id,
            revision=now.revision,
            record=now,
            payload=dump(row),
            found=found,
            server_reference=reply.reference,
        )

    # --- documents ----------------------------------------------------------------------------------------------------

    async def _create_document(self, operation: CreateDocument, request_id: str) -> Receipt:
        kind = KIND_OF_TYPE[operation.type]
        body = document_body(operation, await self._reader.ledger())
        if operation.reverses:
            await self._refuse_if_moved(operation)
        made = await self._client.write(kind, body, request_id=request_id)
        row = made.entity(kind)
        if str((row.get("CustomerRef") or {}).get("value", "")) != operation.customer_id:
            raise _foreign_answer()
        if not just_made(row, made):
            row, now = await self._document_again(kind, str(row["Id"]))
        else:
            now = read_document(kind, row, await self._reader.home())
        refuse_if_other(operation, now)
        return document_receipt(row, now, made.reference)

    async def _refuse_if_moved(self, operation: CreateDocument) -> None:
        """A credit takes back an invoice as it was seen: a payment since then cancels the undo (invariant 3)."""
        _, _, invoice = await self.read_document("invoice", operation.reverses)
        if invoice.voided or invoice.balance != operation.reverses_balance:
            state = "voided" if invoice.voided else f"open with {invoice.balance}, not {operation.reverses_balance}"
            msg = f"invoice {invoice.number or invoice.id}, which it takes back, is {state} now."
            raise Conflict(msg, next_step="Look at the invoice and decide again.")

    async def _void(self, operation: VoidDocument, request_id: str) -> Receipt:
        kind = KIND_OF_TYPE[operation.type]
        for attempt in range(TRIES):
            _, _, current = await self.read_document(operation.type, operation.document_id)
            refuse_if_touched(operation, current)
            body, query = _void_call(operation.type, current)
            try:
                reply = await self._client.write(kind, body, request_id=_retry_id(request_id, attempt), query=query)
            except Conflict as stale:
                if stale.code != STALE:
                    raise
                continue
            row = reply.entity(kind)
            now = read_document(kind, row, await self._reader.home())
            if now.id != operation.document_id or not now.voided:
                raise _foreign_answer()
            return document_receipt(row, now, reply.reference)
        raise _keeps_changing()

    # --- reading before and after -------------------------------------------------------------------------------------

    async def read_customer(self, id_: str) -> tuple[Reply, dict[str, Any], Customer]:
        """A customer by its id, as it is now.

        Raises:
            Conflict: it is gone.
        """
        reply, row = await self._get("Customer", id_)
        return reply, row, read_customer(row, await self._reader.home())

    async def read_document(self, type_: str, id_: str) -> tuple[Reply, dict[str, Any], Document]:
        """A document by its id, as it is now.

        Raises:
            Conflict: it was deleted.
        """
        kind = KIND_OF_TYPE[type_]
        reply, row = await self._get(kind, id_)
        return reply, row, read_document(kind, row, await self._reader.home())

    async def _get(self, kind: str, id_: str) -> tuple[Reply, dict[str, Any]]:
        try:
            reply = await self._client.get(kind, id_)
        except Problem as problem:
            if problem.code != NOT_FOUND:
                raise
            msg = f"the {kind.lower()} {id_} was deleted in QuickBooks."
            raise Conflict(msg, next_step="Decide again.", code=NOT_FOUND) from problem
        row = reply.entity(kind)
        if str(row["Id"]) != id_:
            raise _foreign_answer()
        return reply, row

    async def _document_again(self, kind: str, id_: str) -> tuple[dict[str, Any], Document]:
        """The document just made: a replayed success may speak of one that is gone (reliability.md section 2)."""
        try:
            _, row, now = await self.read_document(TYPES[kind], id_)
        except Retriable as unread:
            unread.sent = True
            raise
        if now.voided:
            msg = f"{TYPES[kind]} {now.number or id_} was made and has been voided in QuickBooks since."
            raise Conflict(msg, next_step="Adopt nothing: bill it again only if that was a mistake.")
        return row, now

    async def _customer_again(self, id_: str) -> tuple[dict[str, Any], Customer]:
        try:
            _, row, now = await self.read_customer(id_)
        except Retriable as unread:
            unread.sent = True
            raise
        return row, now


def subject(operation: Operation) -> str:
    """What an operation is about, for the head of a message."""
    match operation:
        case CreateCustomer():
            return f"Customer {operation.name}"
        case TagCustomer() | DeactivateCustomer():
            return f"Customer {operation.customer_id}"
        case CreateDocument():
            note = operation.private_note.splitlines()[:1]
            return f"{operation.type.replace('_', ' ').capitalize()} for {note[0] if note else operation.customer_id}"
        case VoidDocument():
            return f"{operation.type.replace('_', ' ').capitalize()} {operation.document_id}"
        case _:
            return operation.kind


def just_made(row: dict[str, Any], reply: Reply) -> bool:
    """Whether an answer is the first one to its request id, by the server's own clock.

    An older one is a replay (quickbooks.md 6): what it tells of may have been voided or deleted since.
    """
    try:
        made = datetime.fromisoformat(str((row.get("MetaData") or {}).get("CreateTime")))
    except ValueError:
        return False
    return reply.date is not None and made.tzinfo is not None and abs(reply.date - made) <= JUST_MADE


def without_line(text: str, line: str) -> str:
    """The text without exactly that line; other people's lines stay as they are."""
    return "\n".join(part for part in text.splitlines() if part.strip() != line)


def refuse_if_other(operation: CreateDocument, found: Document) -> None:
    """Compare a document with what was wanted; QuickBooks sets the tax, so the sum before it counts.

    Raises:
        Conflict: customer or sum differ.
    """
    before_tax = found.total - found.tax
    if found.customer_id == operation.customer_id and before_tax == operation.before_tax:
        return
    msg = (
        f"QuickBooks holds {found.type.replace('_', ' ')} {found.number or found.id} over {before_tax} before tax for "
        f"customer {found.customer_id}, but {operation.before_tax} for customer {operation.customer_id} was approved."
    )
    raise Conflict(msg, next_step="Compare both; adopt it, or take it back.")


def refuse_if_touched(operation: VoidDocument, current: Document) -> None:
    """Compare a document with what the decision to void it saw; its token alone may have moved (invariant 3).

    Raises:
        Conflict: it is void already, or money, links or mail moved.
    """
    name = f"{operation.type.replace('_', ' ')} {current.number or current.id}"
    if current.voided:
        raise Conflict(f"{name} was voided in QuickBooks already.", next_step="Nothing is left to take back.")
    seen = {link for link in operation.payments if link[0] not in HARMLESS_LINKS}
    linked = {link for link in current.links if link[0] not in HARMLESS_LINKS}
    moved = [
        text
        for differs, text in (
            (current.balance != operation.balance, f"its balance is {current.balance}, not {operation.balance}"),
            (linked != seen, "its payments or credits changed"),
            (current.emailed != operation.emailed, "it has been e-mailed"),
        )
        if differs
    ]
    if moved:
        raise Conflict(
            f"{name} is not as it was when it was taken back: {', '.join(moved)}.",
            next_step="Look at it and decide again; a credit memo may be the way.",
        )


def document_receipt(row: dict[str, Any], now: Document, reference: str = "", *, found: bool = False) -> Receipt:
    """The receipt of a document as QuickBooks holds it."""
    return Receipt(
        remote_id=now.id,
        revision=now.revision,
        number=now.number,
        record=now,
        payload=dump(row),
        found=found,
        server_reference=reference,
    )


def _void_call(type_: str, current: Document) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and query of a void. The body holds id and token alone, so that a mistake fails instead of rewriting the
    document (quickbooks.md 9). An estimate cannot be voided: it is rejected."""
    body: dict[str, Any] = {"Id": current.id, "SyncToken": current.revision}
    if type_ == "invoice":
        return body, {"operation": "void"}
    if type_ == "estimate":
        return {**body, "sparse": True, "TxnStatus": "Rejected"}, {}
    return {**body, "sparse": True}, {"operation": "update", "include": "void"}


def _retry_id(request_id: str, attempt: int) -> str:
    """A request id of its own for each newer token: the answer to the stale one may be remembered (quickbooks.md 6)."""
    return request_id if attempt == 0 else f"{request_id}-{attempt}"


def _foreign_answer() -> Retriable:
    return Retriable("QuickBooks answered for another record than the one asked for.", sent=True)


def _keeps_changing() -> Conflict:
    return Conflict("somebody keeps changing it in QuickBooks.", next_step="Press R when they are done.", code=STALE)
