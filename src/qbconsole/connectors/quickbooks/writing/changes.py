"""Changing a record that is there, once, under its newest token, and only if it still is as the decision saw it.

Each kind of change says when it is done and what its decision rests on; the rest is the same for all: read, compare,
send under the token that was read, read again if somebody was quicker (quickbooks.md 7.1), compare the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.cookbook import AGAIN
from qbconsole.connectors.quickbooks.faults import STALE
from qbconsole.connectors.quickbooks.writing.held import deleted
from qbconsole.domain.errors import Conflict, Retriable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.writing.held import Held, Shelf
    from qbconsole.domain.operations import Receipt

TRIES = 3
"""How often a change is sent under a newer token when somebody else keeps changing the record in between."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is posted for a change: below the kind's own path, with a body and a query."""

    body: Mapping[str, Any] | None
    query: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record.

    `done` tells whether a record is as it shall be. `refuse` raises when it is not as the decision saw it. `absolute`
    changes set a state, so that a record which is so already counts as done, whoever did it. `deletes` is for the one
    whose wanted state is that there is no record.
    """

    kind: str
    id: str
    done: Callable[[Held], bool]
    refuse: Callable[[Held], Awaitable[None]]
    call: Callable[[Held], Call]
    absolute: bool = False
    deletes: bool = False

    def is_done(self, held: Held) -> bool:
        """Whether the record is as it shall be."""
        return self.deletes if held.gone else self.done(held)


class Changer:
    """Makes changes."""

    def __init__(self, client: Client, shelf: Shelf) -> None:
        """Take the parts."""
        self._client = client
        self._shelf = shelf

    async def make(self, change: Change, request_id: str) -> Receipt:
        """Make a change once.

        Raises:
            Conflict: the record is gone, or is not as the decision saw it.
            Retriable: somebody keeps changing it; nothing was done.
            Problem: as `Client.write` has it.
        """
        for _ in range(TRIES):
            held = await self._shelf.get(change.kind, change.id)
            if change.absolute and change.is_done(held):
                return held.receipt(found=True)
            if held.gone:
                raise deleted(change.kind, change.id)
            await change.refuse(held)
            call = change.call(held)
            if answered := await self._send(change, call, _key(request_id, held, call)):
                return answered.receipt()
        raise Retriable("somebody is changing it in QuickBooks just now.", next_step=AGAIN, code=STALE)

    async def find(self, change: Change) -> Receipt | None:
        """The receipt of a change that is made; None if the record is not as it shall be.

        Raises:
            Conflict: the record is gone, which was not wanted.
        """
        held = await self._shelf.get(change.kind, change.id)
        if change.is_done(held):
            return held.receipt(found=True)
        if held.gone:
            raise deleted(change.kind, change.id)
        return None

    async def _send(self, change: Change, call: Call, request_id: str) -> Held | None:
        """The record after the change; None if somebody was quicker."""
        try:
            reply = await self._client.write(
                change.kind, call.body, request_id=request_id, query=call.query, path=call.path
            )
        except Conflict as stale:
            if stale.code != STALE:
                raise
            return None
        held = await self._shelf.of(change.kind, reply.entity(change.kind), reply.reference, wanted=change.id)
        if not change.is_done(held):
            raise Conflict("QuickBooks answered, but did not do it.", next_step="Look at the record in QuickBooks.")
        return held


def sparse(held: Held, values: Mapping[str, Any]) -> Call:
    """A sparse update of exactly those values: a full one would clear what it does not name (trap 1)."""
    return Call({"Id": held.id, "SyncToken": held.revision, "sparse": True, **values})


def _key(request_id: str, held: Held, call: Call) -> str:
    """The request id of a change under one token: at most one write under a token can have an effect.

    So a re-send under the same token is known as the same; one under a newer token is another, and is not answered with
    the remembered refusal of the older one (quickbooks.md 6). A mail carries no token.
    """
    return request_id if call.body is None else f"{request_id}-{held.revision}"
