"""Looking whether a write already happened: by our tag among the customer's documents, or by the state it sets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.client import moment, quoted
from qbconsole.connectors.quickbooks.faults import NOT_FOUND
from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE, original_note, read_customer, read_document
from qbconsole.connectors.quickbooks.write import document_receipt, refuse_if_other, subject
from qbconsole.domain.errors import Conflict, Fatal, Problem
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
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.connectors.quickbooks.write import Writer

MARGIN = timedelta(minutes=2)
"""Looked for from this long before the sending: the server's clock is not ours."""


class Finder:
    """Looks operations up."""

    def __init__(self, client: Client, reader: Reader, writer: Writer) -> None:
        """Take the client, and the reads that the writer has."""
        self._client = client
        self._reader = reader
        self._writer = writer

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

    async def _find(self, operation: Operation, since: datetime) -> Receipt | None:
        match operation:
            case CreateDocument():
                return await self._document(operation, since)
            case CreateCustomer():
                return await self._customer(operation)
            case TagCustomer():
                reply, row, now = await self._writer.read_customer(operation.customer_id)
                done = has_line(now.notes, operation.tag) is not operation.remove
            case DeactivateCustomer():
                reply, row, now = await self._writer.read_customer(operation.customer_id)
                done = not now.active
            case VoidDocument():
                return await self._void(operation)
            case _:
                msg = f"QuickBooks does no {operation.kind}."
                raise Fatal(msg)
        if not done:
            return None
        return Receipt(
            now.id, now.revision, record=now, payload=dump(row), found=True, server_reference=reply.reference
        )

    async def _document(self, operation: CreateDocument, since: datetime) -> Receipt | None:
        """Neither note nor tag can be searched for: the customer's newer documents are, and their tags compared."""
        kind = KIND_OF_TYPE[operation.type]
        where = (
            f"CustomerRef = {quoted(operation.customer_id)} AND MetaData.CreateTime >= {quoted(moment(since - MARGIN))}"
        )
        home = await self._reader.home()
        tags = operation.private_note.splitlines()
        ours = [
            (row, read_document(kind, row, home))
            for row in await self._client.rows(kind, where)
            if all(has_line(original_note(str(row.get("PrivateNote") or "")), tag) for tag in tags)
        ]
        if not ours:
            return None
        if len(ours) > 1:
            numbers = ", ".join(found.number or found.id for _, found in ours)
            raise Conflict(
                f"QuickBooks holds it {len(ours)} times: {numbers}.",
                next_step="Void all but one of them in QuickBooks.",
            )
        row, found = ours[0]
        if found.voided:
            raise Conflict(
                f"it was made as {found.number or found.id} and has been voided in QuickBooks since.",
                next_step="Bill it again only if that was a mistake.",
            )
        refuse_if_other(operation, found)
        return document_receipt(row, found, found=True)

    async def _customer(self, operation: CreateCustomer) -> Receipt | None:
        rows = await self._client.rows(
            "Customer", f"DisplayName = {quoted(operation.name)} AND Active IN (true, false)", limit=10
        )
        home = await self._reader.home()
        for row in rows:
            found = read_customer(row, home)
            if has_line(found.notes, operation.notes):
                return Receipt(found.id, found.revision, record=found, payload=dump(row), found=True)
        return None

    async def _void(self, operation: VoidDocument) -> Receipt | None:
        try:
            reply, row, now = await self._writer.read_document(operation.type, operation.document_id)
        except Conflict as gone:
            if gone.code != NOT_FOUND:
                raise
            raise Conflict(
                f"{operation.type} {operation.document_id} was deleted in QuickBooks.",
                next_step="Nothing is left to take back.",
                code=NOT_FOUND,
            ) from gone
        return document_receipt(row, now, reply.reference, found=True) if now.voided else None
