"""The write side: each operation done once under its request id, and looked at again before it counts as done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.bodies import customer_body, document_body
from qbconsole.connectors.quickbooks.faults import NOT_FOUND
from qbconsole.connectors.quickbooks.find import Finder
from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE, custom_fields
from qbconsole.connectors.quickbooks.writing import customers, documents, mailing, takeback
from qbconsole.connectors.quickbooks.writing.changes import Changer
from qbconsole.connectors.quickbooks.writing.credits import apply_credit, refuse_unless_allowed
from qbconsole.connectors.quickbooks.writing.held import Shelf, deleted
from qbconsole.domain.errors import Fatal, Problem
from qbconsole.domain.operations import (
    ApplyCredit,
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    DeleteDocument,
    Operation,
    Receipt,
    SendDocument,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
)

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
    from qbconsole.connectors.quickbooks.writing.changes import Change


class Writer:
    """Applies operations, and finds those that were applied."""

    def __init__(self, settings: QuickBooksSettings, client: Client, reader: Reader) -> None:
        """Take the client, and the reader for the company's settings."""
        self._settings = settings
        self._client = client
        self._reader = reader
        self._shelf = Shelf(client, reader)
        self._changer = Changer(client, self._shelf)
        self._finder = Finder(client, self._shelf)

    async def apply(self, operation: Operation, request_id: str, *, again: bool = False) -> Receipt:
        """Do the write; see `connectors.base.Connector.apply` and `Send`. Problems name the record."""
        try:
            return await self._apply(operation, request_id, again=again)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise

    async def find(self, operation: Operation, since: datetime) -> Receipt | None:
        """The receipt of a write that happened; see `connectors.base.Connector.find`.

        Raises:
            Conflict: it happened, but what is there now differs, is void, or is there twice.
        """
        try:
            return await self._find(operation, since)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise

    async def pdf(self, type_: str, document_id: str) -> bytes:
        """A document as QuickBooks prints it.

        Raises:
            Conflict: there is none (any more).
        """
        kind = KIND_OF_TYPE[type_]
        try:
            return await self._client.pdf(kind, document_id)
        except Problem as problem:
            raise deleted(kind, document_id) if problem.code == NOT_FOUND else problem from problem

    async def _apply(self, operation: Operation, request_id: str, *, again: bool) -> Receipt:
        ledger = await self._reader.ledger()
        match operation:
            case CreateCustomer():
                body = customer_body(operation, ledger)
                return await customers.create_customer(self._client, self._shelf, operation, body, request_id)
            case CreateDocument():
                body = document_body(operation, ledger, await self._fields_on(operation))
                return await documents.create_document(
                    self._client, self._shelf, operation, body, request_id, again=again
                )
            case ApplyCredit():
                refuse_unless_allowed(allowed=self._settings.may_apply_credits)
                return await apply_credit(self._client, self._shelf, operation, ledger, request_id)
            case _:
                return await self._changer.make(await self._change(operation), request_id)

    async def _fields_on(self, operation: CreateDocument) -> frozenset[str]:
        """The ids of the company's custom fields that are switched on, where the operation has any."""
        if not operation.custom_fields:
            return frozenset()
        preferences = (await self._client.preferences()).body.get("Preferences")
        found = custom_fields(preferences if isinstance(preferences, dict) else {})
        return frozenset(one.id for one in found if one.active)

    async def _find(self, operation: Operation, since: datetime) -> Receipt | None:
        """What was made by its tag, what was changed by the state that was wanted."""
        match operation:
            case CreateCustomer():
                return await self._finder.customer(operation, since)
            case CreateDocument():
                return await self._finder.document(operation, since)
            case ApplyCredit():
                return await self._finder.credit_use(operation, since)
            case _:
                return await self._changer.find(await self._change(operation, since))

    async def _change(self, operation: Operation, since: datetime | None = None) -> Change:
        match operation:
            case UpdateCustomer():
                return customers.update(operation)
            case TagCustomer():
                return customers.tag(operation)
            case DeactivateCustomer():
                return customers.deactivate(operation, self._client)
            case UpdateDocument():
                return documents.update(operation, await self._reader.ledger())
            case SendDocument():
                return mailing.send(operation, since)
            case VoidDocument():
                return takeback.void(operation)
            case DeleteDocument():
                return takeback.delete(operation)
            case _:
                msg = f"QuickBooks does no {operation.kind}."
                raise Fatal(msg)


def subject(operation: Operation) -> str:
    """What an operation is about, for the head of a message."""
    match operation:
        case CreateCustomer():
            return f"Customer {operation.name}"
        case TagCustomer() | DeactivateCustomer() | UpdateCustomer():
            return f"Customer {operation.customer_id}"
        case CreateDocument():
            note = operation.private_note.splitlines()[:1]
            return f"{operation.type.replace('_', ' ').capitalize()} for {note[0] if note else operation.customer_id}"
        case VoidDocument() | DeleteDocument() | UpdateDocument() | SendDocument():
            return f"{operation.type.replace('_', ' ').capitalize()} {operation.document_id}"
        case ApplyCredit():
            return f"Credit memo {operation.credit_id} for invoice {operation.invoice_id}"
        case _:
            return operation.kind
