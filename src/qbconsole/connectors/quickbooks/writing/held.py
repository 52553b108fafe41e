"""One record as QuickBooks holds it now: read by its id, which is never stale, unlike a query (quickbooks.md 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.faults import NOT_FOUND
from qbconsole.connectors.quickbooks.translate import TYPES, pulled, read_customer, read_document
from qbconsole.domain.errors import Conflict, NeedsPerson, Problem, Retriable
from qbconsole.domain.operations import Receipt
from qbconsole.domain.records import Customer, Document, Payment

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.connectors.quickbooks.translate import Home


@dataclass(frozen=True, slots=True)
class Held:
    """Intuit's row and our record of it; no record when it was deleted. `reference` is Intuit's own of the call."""

    kind: str
    id: str
    row: dict[str, Any]
    record: Customer | Document | Payment | None
    reference: str = ""

    @property
    def gone(self) -> bool:
        """Whether it was deleted."""
        return self.record is None

    @property
    def revision(self) -> str:
        """The token that a change of it has to carry."""
        return str(self.row.get("SyncToken", ""))

    @property
    def customer(self) -> Customer:
        """The record, of which the caller knows that it is a customer."""
        return cast("Customer", self.record)

    @property
    def document(self) -> Document:
        """The record, of which the caller knows that it is a sales form."""
        return cast("Document", self.record)

    @property
    def payment(self) -> Payment:
        """The record, of which the caller knows that it is a payment."""
        return cast("Payment", self.record)

    @property
    def name(self) -> str:
        """What a message calls it."""
        number = self.document.number if isinstance(self.record, Document) else ""
        return f"{words_of(self.kind)} {number or self.id}"

    def receipt(self, *, found: bool = False, notice: str = "") -> Receipt:
        """The receipt of a write that left it so."""
        return Receipt(
            remote_id=self.id,
            revision=self.revision,
            number=self.document.number if isinstance(self.record, Document) else "",
            record=self.record,
            payload=dump(self.row),
            found=found,
            gone=self.gone,
            notice=notice,
            server_reference=self.reference,
        )


class Shelf:
    """Gives out records as they are now."""

    def __init__(self, client: Client, reader: Reader) -> None:
        """Take the client, and the reader for the company's settings."""
        self._client = client
        self._reader = reader

    async def get(self, kind: str, id_: str) -> Held:
        """A record by its id; one without a record if it was deleted.

        Raises:
            Retriable: the answer is about another record.
        """
        try:
            reply = await self._client.get(kind, id_)
        except Problem as problem:
            if problem.code != NOT_FOUND:
                raise
            return Held(kind, id_, {}, None)
        return await self.of(kind, reply.entity(kind), reply.reference, wanted=id_)

    async def there(self, kind: str, id_: str) -> Held:
        """A record by its id.

        Raises:
            Conflict: it was deleted.
        """
        held = await self.get(kind, id_)
        if held.gone:
            raise deleted(kind, id_)
        return held

    async def of(self, kind: str, row: dict[str, Any], reference: str = "", *, wanted: str = "") -> Held:
        """What an answer holds; `wanted` is the id that it must have.

        Raises:
            Retriable: it is about another record, so that nothing is known of ours.
        """
        id_ = str(row["Id"])
        if wanted and id_ != wanted:
            raise foreign_answer()
        record = None if row.get("status") == "Deleted" else _record(kind, row, await self._reader.home())
        return Held(kind, id_, row, record, reference)


def _record(kind: str, row: dict[str, Any], home: Home) -> Customer | Document | Payment:
    if kind == "Customer":
        return read_customer(row, home)
    if kind != "Payment":
        return read_document(kind, row, home)
    found = pulled(kind, row, home)
    if found.problem:
        raise NeedsPerson(found.problem, next_step="Correct the value there, or report it, then press R.")
    return cast("Payment", found.record)


def words_of(kind: str) -> str:
    """Intuit's kind in words: `CreditMemo` is a credit memo."""
    return TYPES.get(kind, kind.lower()).replace("_", " ")


def deleted(kind: str, id_: str) -> Conflict:
    """The problem of a record that is gone."""
    words = f"the {words_of(kind)} {id_} was deleted in QuickBooks."
    return Conflict(words, next_step="Decide again.", code=NOT_FOUND)


def foreign_answer() -> Retriable:
    """The problem of an answer that speaks of something else: whether the work was done is not known."""
    return Retriable("QuickBooks answered for another record than the one asked for.", sent=True)
