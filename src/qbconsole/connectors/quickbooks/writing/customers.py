"""Customers and jobs: making them, changing their fields, our tag in their notes, making them inactive."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.translate import TYPES
from qbconsole.connectors.quickbooks.writing.changes import Change, sparse
from qbconsole.connectors.quickbooks.writing.fields import change, differing, refuse_if_moved
from qbconsole.connectors.quickbooks.writing.held import foreign_answer
from qbconsole.connectors.quickbooks.writing.texts import with_tag, without_line
from qbconsole.domain.errors import Conflict, NeedsPerson, Retriable
from qbconsole.domain.tags import customer_tag, has_line, tagged_companies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.writing.held import Held, Shelf
    from qbconsole.domain.operations import CreateCustomer, DeactivateCustomer, Receipt, TagCustomer, UpdateCustomer

OF_A_CUSTOMER = (*TYPES, "Payment")
"""Kinds that keep a customer in use."""


async def create_customer(
    client: Client, shelf: Shelf, operation: CreateCustomer, body: Mapping[str, Any], request_id: str
) -> Receipt:
    """Make a customer or job, and look at it again: a replayed success may speak of one that is gone.

    Raises:
        Conflict: it was changed since, or lies elsewhere than asked.
        Retriable: whether it was made is not known.
    """
    reply = await client.write("Customer", body, request_id=request_id)
    row = reply.entity("Customer")
    if not has_line(str(row.get("Notes", "")), operation.notes):
        raise foreign_answer()
    try:
        held = await shelf.there("Customer", str(row["Id"]))
    except Retriable as unread:
        unread.sent = True
        raise
    refuse_if_other_customer(operation, held)
    return held.receipt()


def refuse_if_other_customer(operation: CreateCustomer, held: Held) -> None:
    """Compare a customer with what was wanted.

    Raises:
        Conflict: it is inactive by now, or hangs under another parent.
    """
    now = held.customer
    if not now.active:
        words = f"the customer was made ({now.name}) and has been made inactive in QuickBooks since."
        raise Conflict(words, next_step="Decide anew on the Unmatched screen.")
    if now.parent_id != operation.parent_id:
        seen, wanted = now.parent_id or "none", operation.parent_id or "none"
        words = f"the customer was made as {now.id}, but its parent is {seen}, not {wanted}."
        raise Conflict(words, next_step="Move it in QuickBooks, then link the company to it.")


def update(operation: UpdateCustomer) -> Change:
    """The decision rests on the fields that it saw, and on no other."""
    kind, wanted = operation.kind, dict(operation.values)

    async def refuse(held: Held) -> None:
        refuse_if_moved(kind, held.row, dict(operation.seen), wanted)

    return Change(
        "Customer",
        operation.customer_id,
        done=lambda held: not differing(kind, held.row, wanted),
        refuse=refuse,
        call=lambda held: sparse(held, change(kind, differing(kind, held.row, wanted))),
        absolute=True,
    )


def tag(operation: TagCustomer) -> Change:
    """The decision rests on nothing but the line itself: other people's lines in the notes stay as they are."""

    def notes(held: Held) -> str:
        before = held.customer.notes
        return without_line(before, operation.tag) if operation.remove else with_tag(before, operation.tag)

    return Change(
        "Customer",
        operation.customer_id,
        done=lambda held: has_line(held.customer.notes, operation.tag) is not operation.remove,
        refuse=_nothing,
        call=lambda held: sparse(held, {"Notes": notes(held)}),
        absolute=True,
    )


def deactivate(operation: DeactivateCustomer, client: Client) -> Change:
    """The decision rests on the customer's balance and on its having no transactions.

    Our tags go with it: a look for a customer that is made for the company later must not find this one.
    """

    def values(held: Held) -> dict[str, Any]:
        notes = held.customer.notes
        left = reduce(without_line, map(customer_tag, tagged_companies(notes)), notes)
        return {"Active": False} | ({"Notes": left} if left != notes else {})

    async def refuse(held: Held) -> None:
        current = held.customer
        kinds = [kind.lower() for kind in OF_A_CUSTOMER if await client.count(kind, f"CustomerRef = '{current.id}'")]
        if current.balance or held.row.get("BalanceWithJobs") or kinds:
            words = f"the customer {current.name} is in use ({', '.join(kinds) or 'its balance is not zero'})."
            raise NeedsPerson(words, next_step="Keep the customer, or clear it up in QuickBooks.")

    return Change(
        "Customer",
        operation.customer_id,
        done=lambda held: not held.customer.active,
        refuse=refuse,
        call=lambda held: sparse(held, values(held)),
        absolute=True,
    )


async def _nothing(_: Held) -> None:
    """What a change refuses that rests on nothing."""
