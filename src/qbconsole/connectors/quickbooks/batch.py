"""Tagging many customers in few calls: they are read by one query and changed in batches (quickbooks.md 5.1).

Only tags go in batches: a tag says what it wants, so that doing it twice changes nothing. What is made anew goes alone,
under its own request id, which a batch would replace by one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.many import about
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.faults import STALE, fault_of
from qbconsole.connectors.quickbooks.translate import read_customer
from qbconsole.connectors.quickbooks.write import subject
from qbconsole.connectors.quickbooks.writing.texts import with_tag, without_line
from qbconsole.domain.canonical import digest
from qbconsole.domain.errors import Problem, Retriable
from qbconsole.domain.operations import Receipt, TagCustomer
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.domain.records import Customer

MOST = 30
"""Items that a batch takes."""


class Tagger:
    """Sets the tags of up to 30 different customers at once."""

    def __init__(self, client: Client, reader: Reader) -> None:
        """Take the client, and the reader for the company's settings."""
        self._client = client
        self._reader = reader

    async def tag_all(self, tags: Mapping[str, TagCustomer]) -> dict[str, Receipt | Problem]:
        """One outcome for each request id, whatever their number; a batch that failed gives its failure for each."""
        done: dict[str, Receipt | Problem] = {}
        for begin in range(0, len(tags), MOST):
            part = dict(list(tags.items())[begin : begin + MOST])
            try:
                done |= await self.tag(part)
            except Problem as problem:
                done |= dict.fromkeys(part, problem)
        return {key: _named(outcome, tags[key]) for key, outcome in done.items()}

    async def tag(self, tags: Mapping[str, TagCustomer]) -> dict[str, Receipt | Problem]:
        """One outcome for each request id; a customer that somebody else changes meanwhile is a passing failure.

        Raises:
            Problem: the call as a whole failed, and nothing is known of its items.
        """
        customers = await self._read([tag.customer_id for tag in tags.values()])
        done: dict[str, Receipt | Problem] = {}
        items: dict[str, dict[str, Any]] = {}
        for key, tag in tags.items():
            if tag.customer_id not in customers:
                done[key] = Retriable("it is not in QuickBooks' list now.")
                continue
            row, customer = customers[tag.customer_id]
            if has_line(customer.notes, tag.tag) is not tag.remove:
                done[key] = _receipt(row, customer, found=True)
                continue
            try:
                items[key] = _change(customer, tag)
            except Problem as problem:
                done[key] = problem
        if items:
            done |= await self._change_all(items)
        return done

    async def _read(self, ids: Sequence[str]) -> dict[str, tuple[dict[str, Any], Customer]]:
        listed = ", ".join(f"'{id_}'" for id_ in dict.fromkeys(ids))
        rows = await self._client.rows("Customer", f"Id IN ({listed}) AND Active IN (true, false)")
        home = await self._reader.home()
        return {str(row["Id"]): (row, read_customer(row, home)) for row in rows}

    async def _change_all(self, items: Mapping[str, dict[str, Any]]) -> dict[str, Receipt | Problem]:
        keys = list(items)
        request = [
            {"bId": str(number), "operation": "update", "Customer": items[key]} for number, key in enumerate(keys)
        ]
        request_id = digest(list(items.items()))[:36]
        reply = await self._client.write("batch", {"BatchItemRequest": request}, request_id=request_id)
        answers = {str(item.get("bId")): item for item in reply.body.get("BatchItemResponse") or []}
        home = await self._reader.home()
        done: dict[str, Receipt | Problem] = {}
        for number, key in enumerate(keys):
            answer = answers.get(str(number), {})
            row = answer.get("Customer")
            if isinstance(row, dict):
                done[key] = _receipt(row, read_customer(row, home), reference=reply.reference)
            else:
                done[key] = _passing(fault_of(answer))
        return done


def _named(outcome: Receipt | Problem, tag: TagCustomer) -> Receipt | Problem:
    return about(outcome, subject(tag)) if isinstance(outcome, Problem) else outcome


def _passing(problem: Problem) -> Problem:
    """A customer that somebody else changed in between is read again and tagged at the next try."""
    return Retriable(problem.message, code=problem.code) if problem.code == STALE else problem


def _change(customer: Customer, tag: TagCustomer) -> dict[str, Any]:
    """A sparse update of the notes alone (trap 1)."""
    notes = without_line(customer.notes, tag.tag) if tag.remove else with_tag(customer.notes, tag.tag)
    return {"Id": customer.id, "SyncToken": customer.revision, "sparse": True, "Notes": notes}


def _receipt(row: dict[str, Any], customer: Customer, *, found: bool = False, reference: str = "") -> Receipt:
    return Receipt(
        remote_id=customer.id,
        revision=customer.revision,
        record=customer,
        payload=dump(row),
        found=found,
        server_reference=reference,
    )
