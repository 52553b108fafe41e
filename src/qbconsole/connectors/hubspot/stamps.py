"""Our properties on deals and companies: absolute values, so that setting them twice changes nothing (hubspot.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.cookbook import UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.properties import body
from qbconsole.connectors.hubspot.receipts import receipt
from qbconsole.connectors.hubspot.values import same_value
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.stamps import STAMPS, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.definitions import Definitions
    from qbconsole.domain.operations import Receipt


class Stamps:
    """Sets our properties, and makes them where the operator agreed to that."""

    def __init__(self, client: Client, definitions: Definitions) -> None:
        """Take the client, and what makes our properties."""
        self._client = client
        self._definitions = definitions

    async def set(self, kind: str, id_: str, values: Mapping[str, str]) -> Receipt:
        """Set them on one record; the id of a merged one reaches the record that swallowed it."""
        try:
            reply = await self._client.update(kind, id_, values)
        except NeedsPerson as refused:
            if refused.code != UNKNOWN_PROPERTY or not self._definitions.may_create:
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
        """Make what is missing: all of ours at once, since each will be wanted; see `Definitions.make`."""
        known = {stamp.name for stamp in STAMPS[kind]}
        others = (Stamp(name, name.replace("_", " ")) for name in values if name not in known)
        await self._definitions.make(kind, [body(stamp) for stamp in (*STAMPS[kind], *others)])
