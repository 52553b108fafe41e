"""Tasks and notes made once: by their key where the portal has one, else by their tag (hubspot.md section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot import keyed, tagged
from qbconsole.connectors.hubspot.engagements import kind, require_ends
from qbconsole.connectors.hubspot.receipts import receipt_of_row
from qbconsole.domain.errors import NeedsPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.engagements import Engagement
    from qbconsole.connectors.hubspot.keys import Keys
    from qbconsole.domain.operations import Receipt


class Once:
    """Makes tasks and notes, and looks for them."""

    def __init__(self, client: Client, keys: Keys) -> None:
        """Take the client, and what knows whether there are keys."""
        self._client = client
        self._keys = keys

    async def create(self, operation: Engagement) -> Receipt:
        """Make it.

        Raises:
            NeedsPerson: it hangs on nothing, or HubSpot refuses it.
            Retriable: HubSpot answered without what it made.
        """
        require_ends(operation)
        if upserted := await self._upserted(kind(operation), [operation]):
            return await keyed.hang(self._client, operation, upserted)
        return await tagged.create(self._client, operation)

    async def create_many(self, of: str, operations: Sequence[Engagement]) -> dict[str, Receipt]:
        """Make up to 100 of one kind that hang on something; the receipts, by key, of those that are surely there."""
        upserted = await self._upserted(of, operations)
        return await keyed.hang_many(self._client, of, operations, upserted) if upserted else {}

    async def find(self, operation: Engagement) -> Receipt | None:
        """Look for it by its key, and by its tag for one that was made without."""
        of = kind(operation)
        if await self._keys.ready(of) and (there := await keyed.read(self._client, of, [operation])):
            (made,) = there.values()
            return receipt_of_row(made.row, found=True) if made.whole else None
        return await tagged.find(self._client, operation)

    async def _upserted(self, of: str, operations: Sequence[Engagement]) -> keyed.Upserted | None:
        """What an upsert confirmed; None where there are no keys, or no more."""
        if not await self._keys.ready(of):
            return None
        try:
            return await keyed.upsert(self._client, of, operations)
        except NeedsPerson:
            if await self._keys.ready(of, anew=True):
                raise
            return None
