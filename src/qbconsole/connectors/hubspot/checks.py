"""What the token reaches (`book check`): a missing scope shows only when the call is made (hubspot.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.base import Capability
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.stamps import STAMPS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.settings import HubSpotSettings

READ_FROM = ("companies", "contacts", "deals", "line_items", "products", "tasks")


async def capabilities(settings: HubSpotSettings, client: Client) -> Sequence[Capability]:
    """The table of `book check` for one portal."""
    account = (await client.account()).body
    table = [
        Capability(
            "portal", available=True, detail=f"{account.get('portalId')}, {account.get('companyCurrency', 'USD')}"
        )
    ]
    table += [await _tried(f"read {kind.replace('_', ' ')}", client.probe(kind)) for kind in READ_FROM]
    table.append(await _tried("read owners", client.owners(archived=False)))
    table.append(await _tried("read pipelines", client.pipelines()))
    table += [await _properties(settings, client, kind) for kind in STAMPS]
    return table


async def _tried(name: str, call: Awaitable[object]) -> Capability:
    try:
        await call
    except NeedsPerson as refused:
        return Capability(name, available=False, detail=refused.message)
    return Capability(name, available=True)


async def _properties(settings: HubSpotSettings, client: Client, kind: str) -> Capability:
    name = f"QuickBooks properties on {kind}"
    try:
        there = {str(row.get("name")) for row in await client.properties(kind)}
    except NeedsPerson as refused:
        return Capability(name, available=False, detail=refused.message)
    missing = [definition.name for definition in STAMPS[kind] if definition.name not in there]
    if not missing:
        return Capability(name, available=True)
    how = "made on first use" if settings.may_create_properties else "not allowed to make them"
    return Capability(name, settings.may_create_properties, f"{how}: {', '.join(missing)}")
