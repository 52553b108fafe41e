"""Looking whether something was made already: by our tag among what is new, since no tag can be searched for.

A tag alone is no proof: people copy documents, and templates repeat them, notes and all. So customer, time and sum have
to agree too; what carries the tag and does not agree is told, never taken.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.client import moment, quoted
from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE, original_note
from qbconsole.connectors.quickbooks.writing.credits import links_both
from qbconsole.connectors.quickbooks.writing.customers import refuse_if_other_customer
from qbconsole.connectors.quickbooks.writing.documents import compared, gone, tolerance
from qbconsole.domain.errors import Conflict
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.writing.held import Held, Shelf
    from qbconsole.domain.operations import ApplyCredit, CreateCustomer, CreateDocument, Receipt

MARGIN = timedelta(minutes=2)
"""Looked for from this long before the sending: the server's clock is not ours."""


class Finder:
    """Looks up what operations made."""

    def __init__(self, client: Client, shelf: Shelf) -> None:
        """Take the parts."""
        self._client = client
        self._shelf = shelf

    async def document(self, operation: CreateDocument, since: datetime) -> Receipt | None:
        """The document that an operation made.

        Somebody may have moved it to another customer: where this one has none, it is looked for among all of them.

        Raises:
            Gone: it is there, and void.
            Conflict: it is there twice, or carries the tag but another sum or customer.
        """
        kind, tags = KIND_OF_TYPE[operation.type], operation.private_note.splitlines()
        customer = f"CustomerRef = {quoted(operation.customer_id)} AND "
        tagged = await self._tagged(kind, customer, tags, since) or await self._tagged(kind, "", tags, since)
        ours = [held for held in tagged if _agrees(operation, held)] or tagged
        if not ours:
            return None
        found = _only(ours)
        if found.document.voided:
            raise gone(found, "voided")
        return found.receipt(found=True, notice=compared(operation, found))

    async def customer(self, operation: CreateCustomer, since: datetime) -> Receipt | None:
        """The customer that an operation made, whatever somebody has called it since.

        Raises:
            Conflict: it is there twice, inactive, or under another parent.
        """
        condition = "Active IN (true, false) AND "
        tagged = await self._tagged("Customer", condition, operation.notes.splitlines(), since)
        if not tagged:
            return None
        found = _only(tagged)
        refuse_if_other_customer(operation, found)
        return found.receipt(found=True)

    async def credit_use(self, operation: ApplyCredit, since: datetime) -> Receipt | None:
        """The payment of zero that an operation made.

        Raises:
            Conflict: it is there twice.
        """
        customer = f"CustomerRef = {quoted(operation.customer_id)} AND "
        tagged = await self._tagged("Payment", customer, operation.private_note.splitlines(), since)
        ours = [held for held in tagged if links_both(operation, held.payment)]
        return _only(ours).receipt(found=True) if ours else None

    async def _tagged(self, kind: str, condition: str, tags: list[str], since: datetime) -> list[Held]:
        """What was made since, and carries every line of the tag."""
        where = f"{condition}MetaData.CreateTime >= {quoted(moment(since - MARGIN))}"
        note = "Notes" if kind == "Customer" else "PrivateNote"
        return [
            await self._shelf.of(kind, row)
            for row in await self._client.all_rows(kind, where)
            if all(has_line(original_note(str(row.get(note) or "")), tag) for tag in tags)
        ]


def _agrees(operation: CreateDocument, held: Held) -> bool:
    found = held.document
    return found.voided or abs(found.total - found.tax - operation.before_tax) <= tolerance(operation)


def _only(found: list[Held]) -> Held:
    if len(found) == 1:
        return found[0]
    listed = ", ".join(held.receipt().number or held.id for held in found)
    raise Conflict(
        f"QuickBooks holds it {len(found)} times: {listed}.", next_step="Void all but one of them in QuickBooks."
    )
