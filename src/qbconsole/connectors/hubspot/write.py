"""The write side: which operation is done by what, and whose name its problems carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot import merges
from qbconsole.connectors.hubspot.definitions import Definitions
from qbconsole.connectors.hubspot.keys import Keys
from qbconsole.connectors.hubspot.once import Once
from qbconsole.connectors.hubspot.stamps import Stamps
from qbconsole.domain.errors import Fatal, Problem
from qbconsole.domain.operations import CreateNote, CreateTask, MergeCompanies, StampCompany, StampDeal
from qbconsole.domain.stamps import CUSTOMER_TAG

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.settings import HubSpotSettings
    from qbconsole.domain.operations import Operation, Receipt


class Writer:
    """Applies operations, and looks whether they were applied."""

    def __init__(self, settings: HubSpotSettings, client: Client) -> None:
        """Take the client, and the operator's consent to making properties."""
        definitions = Definitions(client, may_create=settings.may_create_properties)
        self.stamps = Stamps(client, definitions)
        self.keys = Keys(client, definitions)
        self.once = Once(client, self.keys)
        self._client = client

    async def apply(self, operation: Operation) -> Receipt:
        """Do the write; see `connectors.base.Connector.apply`. Problems name the record."""
        try:
            match operation:
                case StampDeal():
                    return await self.stamps.set("deals", operation.deal_id, dict(operation.values))
                case StampCompany():
                    values = {CUSTOMER_TAG: operation.customer_id}
                    return await self.stamps.set("companies", operation.company_id, values)
                case CreateTask() | CreateNote():
                    return await self.once.create(operation)
                case MergeCompanies():
                    return await merges.merge(self._client, operation)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise
        raise Fatal(f"HubSpot does no {operation.kind}.")

    async def find(self, operation: Operation) -> Receipt | None:
        """Look whether the write is there: by its values, its key or tag, or where its ids lead."""
        try:
            match operation:
                case StampDeal():
                    return await self.stamps.find("deals", operation.deal_id, dict(operation.values))
                case StampCompany():
                    values = {CUSTOMER_TAG: operation.customer_id}
                    return await self.stamps.find("companies", operation.company_id, values)
                case CreateTask() | CreateNote():
                    return await self.once.find(operation)
                case MergeCompanies():
                    return await merges.find(self._client, operation)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise
        raise Fatal(f"HubSpot does no {operation.kind}.")


def subject(operation: Operation) -> str:
    """What an operation is about, for the head of a message."""
    match operation:
        case StampDeal():
            return f"Deal {operation.deal_id}"
        case StampCompany():
            return f"Company {operation.company_id}"
        case CreateTask():
            return f"Task {operation.subject!r}"
        case CreateNote():
            return f"Note {operation.tag!r}"
        case MergeCompanies():
            return f"Companies {operation.company_id} and {operation.swallowed_id}"
        case _:
            return operation.kind
