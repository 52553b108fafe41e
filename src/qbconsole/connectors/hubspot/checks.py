"""What the token reaches (`book check`): a missing scope shows only when the call is made (hubspot.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.base import Capability
from qbconsole.connectors.hubspot.consent import WRITE_SCOPES
from qbconsole.connectors.hubspot.properties import KEYS
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.stamps import STAMPS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.keys import Keys
    from qbconsole.connectors.hubspot.settings import HubSpotSettings

READ_FROM = ("companies", "contacts", "deals", "line_items", "products", "quotes", "tasks", "notes")


async def capabilities(
    settings: HubSpotSettings, client: Client, keys: Keys, granted: frozenset[str] | None
) -> Sequence[Capability]:
    """The table of `book check` for one portal; `granted` are the scopes of a sign-in, None for a key."""
    account = (await client.account()).body
    table = [
        Capability(
            "portal", available=True, detail=f"{account.get('portalId')}, {account.get('companyCurrency', 'USD')}"
        )
    ]
    table += [await _tried(f"read {kind.replace('_', ' ')}", client.probe(kind)) for kind in READ_FROM]
    table.append(await _tried("read owners", client.owners(archived=False)))
    table.append(await _tried("read pipelines", client.pipelines()))
    table.append(await _tried("read properties of quotes", client.properties("quotes")))
    table += _writing(granted)
    table += [await _properties(settings, client, kind) for kind in STAMPS]
    table += [await keys.capability(kind) for kind in KEYS]
    table += await _custom(settings, client)
    return table


async def _tried(name: str, call: Awaitable[object]) -> Capability:
    try:
        await call
    except NeedsPerson as refused:
        return Capability(name, available=False, detail=refused.message)
    return Capability(name, available=True)


def _writing(granted: frozenset[str] | None) -> list[Capability]:
    """What a sign-in may write. A key does not tell: a write that it may not do is parked with the scope's name."""
    if granted is None:
        return []
    missing = [scope for scope in WRITE_SCOPES if scope not in granted]
    detail = f"lacks {', '.join(missing)}: qbconsole connect crm --oauth, once the book is armed" if missing else ""
    return [Capability("write", not missing, detail)]


async def _properties(settings: HubSpotSettings, client: Client, kind: str) -> Capability:
    name = f"QuickBooks properties on {kind}"
    try:
        there = {str(row.get("name")) for row in await client.properties(kind)}
    except NeedsPerson as refused:
        return Capability(name, available=False, detail=refused.message)
    missing = [stamp.name for stamp in STAMPS[kind] if stamp.name not in there]
    if not missing:
        return Capability(name, available=True)
    how = "made on first use" if settings.may_create_properties else "not allowed to make them"
    return Capability(name, settings.may_create_properties, f"{how}: {', '.join(missing)}")


async def _custom(settings: HubSpotSettings, client: Client) -> list[Capability]:
    """Whether the properties that the book's settings name are there."""
    return [
        await _there(f"custom properties of {kind}", client, kind, wanted)
        for kind in STAMPS
        if (wanted := settings.custom(kind))
    ]


async def _there(name: str, client: Client, kind: str, wanted: Sequence[str]) -> Capability:
    try:
        there = {str(row.get("name")) for row in await client.properties(kind)}
    except NeedsPerson as refused:
        return Capability(name, available=False, detail=refused.message)
    missing = [one for one in wanted if one not in there]
    return Capability(name, not missing, f"not in HubSpot: {', '.join(missing)}" if missing else ", ".join(wanted))
