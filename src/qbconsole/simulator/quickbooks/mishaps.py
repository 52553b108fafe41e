"""What faults do to QuickBooks behind a client's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, requestids
from qbconsole.simulator.quickbooks.envelope import Envelopes

if TYPE_CHECKING:
    from starlette.responses import Response

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.oauth import OAuth
    from qbconsole.simulator.requests import Exchange

_STALE = ("query", "cdc", "reports")
_HARMLESS: dict[str, tuple[str, str, str]] = {
    "Customer": ("PreferredDeliveryMethod", "Print", "None"),
    **dict.fromkeys(kinds.SALES, ("PrintStatus", "NeedToPrint", "PrintComplete")),
}
"""A field that another user changes, and its two values; a record of another kind is just saved again."""


class QuickBooksMishaps:
    """The company's side of the faults."""

    forms: tuple[str, ...] = ("json", "xml", "html", "maintenance")
    early: tuple[str, ...] = ()
    collections: tuple[str, ...] = tuple(f"qbo.{kind}" for kind in (*kinds.KINDS, "deleted"))

    def __init__(self, company: Company, oauth: OAuth) -> None:
        self._company = company
        self._oauth = oauth
        self._envelopes = Envelopes(company.clock, company.switches)

    def concerns(self, fault: str, exchange: Exchange) -> bool:
        """Queries can be stale, writes duplicated; the last two concern writes with a request id or a SyncToken."""
        reads = exchange.method == "GET" or exchange.endpoints == ["query"]
        if fault == "stale_read":
            return exchange.resource in _STALE
        if fault == "duplicate":
            return not reads
        if fault == "forget_requestids":
            return not reads and bool(exchange.request_id)
        return fault != "other_user" or bool(self._addressed(exchange))

    def throttled(self) -> Response:
        """429, as the switches have it."""
        return self._envelopes.throttled()

    def failed(self, form: str) -> Response:
        """A server error."""
        return self._envelopes.failed(form)

    def end_grant(self) -> None:
        """The user disconnects the app."""
        self._oauth.revoke_all()

    def forget_request_ids(self) -> None:
        """No request id is known any more."""
        requestids.forget(self._company.database)

    def change_first(self, exchange: Exchange) -> None:
        """Another user saves every record that the request is about."""
        with self._company.database.transaction():
            for kind, record_id in self._addressed(exchange):
                record = dict(self._company.read(kind, record_id))
                if kind in _HARMLESS:
                    field, one, other = _HARMLESS[kind]
                    record[field] = other if record.get(field) == one else one
                self._company.touch(kind, record, self._company.clock.now(), bump=True)

    def _addressed(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Kind and id of the records that a write names with the SyncToken they have."""
        try:
            body = json.loads(exchange.body)
            items = body["BatchItemRequest"] if exchange.resource == "batch" else [{exchange.resource: body}]
            named = [
                (kinds.BY_PATH[name.lower()], part) for item in items for name, part in item.items() if _told(part)
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []
        return [(kind, str(part["Id"])) for kind, part in named if self._is_current(kind, part)]

    def _is_current(self, kind: str, part: dict[str, Any]) -> bool:
        stored = self._company.shelf(kind).get(str(part["Id"]))
        return stored is not None and stored["SyncToken"] == part["SyncToken"]


def _told(part: object) -> bool:
    return isinstance(part, dict) and "Id" in part and "SyncToken" in part
