"""Whether tasks and notes have a key in a portal: a property of ours that holds each value once (hubspot.md 4, a)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Capability
from qbconsole.connectors.hubspot.properties import KEYS, key_body
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.connectors.hubspot.answers import JSON
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.definitions import Definitions

MOST = 10
"""Properties of a kind that hold each value once, of those made in the portal (hubspot.md section 4)."""
REFUSALS = (NeedsPerson, Conflict, Fatal)
"""What a portal says that cannot or may not have one."""


class Keys:
    """Knows by kind whether there is one, and makes it on first use; a refusal holds as long as this lives."""

    def __init__(self, client: Client, definitions: Definitions) -> None:
        """Take the client, and what makes our properties."""
        self._client = client
        self._definitions = definitions
        self._why_not: dict[str, str] = {}
        """By kind, why there can be none; empty text where there is one."""
        self._looking = asyncio.Lock()

    async def ready(self, kind: str, *, anew: bool = False) -> bool:
        """Whether records of a kind can be made by their key; `anew` if one that was there was just refused."""
        async with self._looking:
            if anew or kind not in self._why_not:
                self._why_not[kind] = await self._made(kind)
        return not self._why_not[kind]

    async def _made(self, kind: str) -> str:
        """Why there can be none; empty text if there is one, which was made if need be."""
        try:
            if not (found := _named(await self._client.properties(kind), KEYS[kind])):
                await self._definitions.make(kind, [key_body(kind)])
                found = _named(await self._client.properties(kind), KEYS[kind])
        except REFUSALS as refused:
            return refused.message
        return _unfit(found)

    async def capability(self, kind: str) -> Capability:
        """The line of `book check`: by what a task or note is made once. Nothing is made now."""
        name = KEYS[kind]
        try:
            rows = await self._client.properties(kind)
        except REFUSALS as refused:
            return _by_tag(kind, refused.message)
        if why := self._why_not.get(kind, ""):
            return _by_tag(kind, why)
        if found := _named(rows, name):
            why = _unfit(found)
            return _by_tag(kind, why) if why else Capability(kind, available=True, detail=f"made once by {name}")
        if not self._definitions.may_create:
            return _by_tag(kind, f"not allowed to make {name}")
        if sum(row.get("hasUniqueValue") is True and row.get("hubspotDefined") is not True for row in rows) >= MOST:
            return _by_tag(
                kind, f"HubSpot has {MOST} properties of {kind} that hold each value once, and takes no more"
            )
        return Capability(kind, available=True, detail=f"made once by {name}, which is made on first use")


def _named(rows: Sequence[JSON], name: str) -> JSON:
    """The definition of that name, or nothing."""
    return next((row for row in rows if row.get("name") == name), {})


def _unfit(found: JSON) -> str:
    """Why that definition is no key; empty text if it is one."""
    return "" if found.get("hasUniqueValue") is True else f"{found.get('name')} may hold a value twice"


def _by_tag(kind: str, why: str) -> Capability:
    """It works without, but what something between sends twice is made twice."""
    return Capability(kind, available=False, detail=f"made once by their tag, unless a proxy sends one twice: {why}")
