"""Making our properties in a portal, where the operator agreed to that (hubspot.md section 4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.cookbook import ARCHIVED_PROPERTY, EXISTS, RETYPED_PROPERTY, UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.faults import problem_of
from qbconsole.connectors.hubspot.properties import GROUP
from qbconsole.domain.errors import NeedsPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.connectors.hubspot.answers import JSON
    from qbconsole.connectors.hubspot.client import Client


class Definitions:
    """Makes those of our properties that are missing."""

    def __init__(self, client: Client, *, may_create: bool) -> None:
        """Take the client and the operator's consent."""
        self.may_create = may_create
        self._client = client
        self._defining = asyncio.Lock()

    async def make(self, kind: str, wanted: Sequence[JSON]) -> None:
        """Make those of some properties of a kind that are missing, and the group in which they are.

        Raises:
            NeedsPerson: the operator did not agree to that, somebody archived one of ours, or HubSpot refuses one.
        """
        if not self.may_create:
            raise NeedsPerson(
                f"HubSpot has not our properties on {kind}.",
                next_step="Agree to them: set may_create_properties = true under [crm] in book.toml.",
                code=UNKNOWN_PROPERTY,
            )
        async with self._defining:
            there = {str(row.get("name")) for row in await self._client.properties(kind)}
            missing = [one for one in wanted if one["name"] not in there]
            await self._refuse_archived(kind, missing)
            await self._make(f"{kind}/groups", {"name": GROUP, "label": "QuickBooks"})
            for one in missing:
                await self._make(kind, one)

    async def _refuse_archived(self, kind: str, missing: Sequence[JSON]) -> None:
        """Making an archived one would restore it, with the type it had; whoever archived it may have had a reason."""
        archived = {str(row.get("name")) for row in await self._client.properties(kind, archived=True)}
        if names := [str(one["name"]) for one in missing if one["name"] in archived]:
            raise problem_of(ARCHIVED_PROPERTY, names)

    async def _make(self, path: str, wanted: JSON) -> None:
        try:
            made = (await self._client.define(path, wanted)).body
        except NeedsPerson as refused:
            if refused.code != EXISTS:
                raise
            return
        if made.get("type", wanted.get("type")) != wanted.get("type"):
            raise problem_of(RETYPED_PROPERTY, [str(wanted["name"])])
