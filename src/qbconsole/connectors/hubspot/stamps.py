"""Our properties on deals and companies: absolute values, so that setting them twice changes nothing (hubspot.md 4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.cookbook import ARCHIVED_PROPERTY, EXISTS, RETYPED_PROPERTY, UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.faults import problem_of
from qbconsole.connectors.hubspot.properties import GROUP, body
from qbconsole.connectors.hubspot.receipts import receipt
from qbconsole.connectors.hubspot.values import same_value
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.stamps import STAMPS, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.domain.operations import Receipt


class Stamps:
    """Sets our properties, and makes them where the operator agreed to that."""

    def __init__(self, client: Client, *, may_create: bool) -> None:
        """Take the client and the operator's consent."""
        self._client = client
        self._may_create = may_create
        self._defining = asyncio.Lock()

    async def set(self, kind: str, id_: str, values: Mapping[str, str]) -> Receipt:
        """Set them on one record; the id of a merged one reaches the record that swallowed it."""
        try:
            reply = await self._client.update(kind, id_, values)
        except NeedsPerson as refused:
            if refused.code != UNKNOWN_PROPERTY or not self._may_create:
                raise
            await self.define(kind, values)
            reply = await self._client.update(kind, id_, values)
        return receipt(reply, id_)

    async def find(self, kind: str, id_: str, values: Mapping[str, str]) -> Receipt | None:
        """Look whether they are set. A read is needed: the answer to a write shows what it touched only."""
        reply = await self._client.get(kind, id_, list(values))
        there = reply.body.get("properties") or {}
        if not all(same_value(there.get(name), wanted) for name, wanted in values.items()):
            return None
        return receipt(reply, id_, found=True)

    async def define(self, kind: str, values: Mapping[str, str]) -> None:
        """Make what is missing: all of ours at once, since each will be wanted.

        Raises:
            NeedsPerson: the operator did not agree to that, or somebody archived one of ours.
        """
        if not self._may_create:
            raise NeedsPerson(
                f"HubSpot has not our properties on {kind}.",
                next_step="Agree to them: set may_create_properties = true under [crm] in book.toml.",
                code=UNKNOWN_PROPERTY,
            )
        async with self._defining:
            there = {str(row.get("name")) for row in await self._client.properties(kind)}
            missing = [one for one in _wanted(kind, values) if one.name not in there]
            await self._refuse_archived(kind, missing)
            await self._make(f"{kind}/groups", {"name": GROUP, "label": "QuickBooks"})
            for definition in missing:
                await self._make(kind, body(definition))

    async def _refuse_archived(self, kind: str, missing: Sequence[Stamp]) -> None:
        """Making an archived one would restore it, with the type it had; whoever archived it may have had a reason."""
        archived = {str(row.get("name")) for row in await self._client.properties(kind, archived=True)}
        if names := [definition.name for definition in missing if definition.name in archived]:
            raise problem_of(ARCHIVED_PROPERTY, names)

    async def _make(self, path: str, wanted: Mapping[str, Any]) -> None:
        try:
            made = (await self._client.define(path, dict(wanted))).body
        except NeedsPerson as refused:
            if refused.code != EXISTS:
                raise
            return
        if made.get("type", wanted.get("type")) != wanted.get("type"):
            raise problem_of(RETYPED_PROPERTY, [str(wanted["name"])])


def _wanted(kind: str, values: Mapping[str, str]) -> list[Stamp]:
    known = {stamp.name for stamp in STAMPS[kind]}
    return [*STAMPS[kind], *(Stamp(name, name.replace("_", " ")) for name in values if name not in known)]
