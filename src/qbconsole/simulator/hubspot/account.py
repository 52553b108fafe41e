"""A HubSpot account: who it is, who may use it, and what its records are made of."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qbconsole.simulator.hubspot.access import Access
from qbconsole.simulator.hubspot.limits import Limits
from qbconsole.simulator.hubspot.owners import Owners
from qbconsole.simulator.hubspot.pipelines import DEFAULT_PIPELINE, Pipelines
from qbconsole.simulator.hubspot.properties import Properties
from qbconsole.simulator.hubspot.requirements import Requirements
from qbconsole.simulator.hubspot.vendor_properties import option

if TYPE_CHECKING:
    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database

Record = dict[str, Any]


class Account:
    """One account, without its records."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.owners = Owners(database)
        self.pipelines = Pipelines(database)
        self.requirements = Requirements(database)
        self.properties = Properties(database)
        self.access = Access(database, lambda: self.settings)
        self.limits = Limits(database, self.today)
        self._settings = database.collection("hubspot.portal")

    @property
    def portal_id(self) -> str:
        """The account's number (Hub ID)."""
        return str(self.settings["portal_id"])

    @property
    def token(self) -> str:
        """The private-app token that opens the account."""
        return str(self.settings["token"])

    def credentials(self) -> dict[str, str]:
        """What opens the account: the token, or the app with which a user can sign in."""
        app = {"client_id": self.access.client_id, "client_secret": self.access.client_secret}
        return {"token": self.token, **app}

    def replace_token(self) -> None:
        """Make every token worthless; another one opens the account from now on, or a new sign-in."""
        with self.database.transaction():
            self._settings.put("settings", self.settings | {"token": _new_token()})
            self.access.end_grants()

    @property
    def settings(self) -> Record:
        """What `set_up` fixed."""
        if (found := self._settings.get("settings")) is None:
            message = "the portal is not set up"
            raise RuntimeError(message)
        return found

    def today(self) -> str:
        """The date in the account's zone, 2026-11-16."""
        return self.clock.now().astimezone(ZoneInfo(self.settings["time_zone"])).date().isoformat()

    def set_up(
        self,
        *,
        currency: str,
        time_zone: str,
        owners: list[dict[str, Any]],
        pipelines: list[dict[str, Any]],
        properties: dict[str, list[dict[str, Any]]],
    ) -> None:
        """Open the account, once.

        Args:
            currency: the company currency, "USD".
            time_zone: its IANA name.
            owners: `{"email", "firstName", "lastName"}`, an `id` if it matters, `"archived": True` for the inactive.
            pipelines: deal pipelines in the vendor's JSON, `{"id", "label", "stages": [{"id", "label", "metadata":
                {"isClosed": "true", "probability": "1.0"}}]}`; none means the vendor's default pipeline.
            properties: by kind, properties of this account in the vendor's JSON; their groups are made as needed.
        """
        self._settings.put(
            "settings",
            {
                "portal_id": 44185207,
                "token": _new_token(),
                "app": str(uuid.uuid4()),
                "currency": currency,
                "time_zone": time_zone,
            },
        )
        for owner in owners:
            self.owners.put(owner)
        for pipeline in pipelines or [DEFAULT_PIPELINE]:
            self.pipelines.put(pipeline)
        for kind, definitions in properties.items():
            for definition in definitions:
                self._ensure_group(kind, definition["groupName"])
                self.properties.create(kind, definition, self.clock.now())

    def _ensure_group(self, kind: str, name: str) -> None:
        if all(group["name"] != name for group in self.properties.groups(kind)):
            self.properties.create_group(kind, {"name": name, "label": name.replace("_", " ").capitalize()})

    def options(self, kind: str, definition: dict[str, Any]) -> list[dict[str, Any]]:
        """The options of an enumeration, those that live elsewhere included; empty: it takes anything."""
        name = definition["name"]
        if kind == "deals" and name in ("pipeline", "dealstage"):
            return [option(value, order, label) for order, (value, label) in enumerate(self.pipelines.options(name))]
        if name in ("deal_currency_code", "hs_line_item_currency_code", "hs_currency"):
            return [option(self.settings["currency"], 0)]
        return list(definition["options"])


def _new_token() -> str:
    return f"pat-na1-{uuid.uuid4()}"
