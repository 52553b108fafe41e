"""A book's settings, `book.toml`: which systems, which clock, whether it may write."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import tomlkit
from pydantic import Field, field_validator, model_validator

from qbconsole.books.files import replace
from qbconsole.books.toml import Section, load

if TYPE_CHECKING:
    from pathlib import Path


_CUSTOM = re.compile(r"(deals|companies)\.[a-z][a-z0-9_]*")


class Crm(Section):
    """The CRM's side. `folder` is for spreadsheets, `api_url` for the rest."""

    kind: Literal["hubspot", "spreadsheet"]
    api_url: str = "https://api.hubapi.com"
    authorize_url: str = "https://app.hubspot.com/oauth/authorize"
    redirect_uri: str = "http://localhost:8723/callback"
    """Where the browser comes back to after signing in, letter for letter as in the app's settings in HubSpot."""
    portal_id: str = Field(default="", pattern=r"^[0-9]*$")
    """The portal that the book is bound to; empty until somebody signed in, or with a key brought by hand."""
    folder: str = ""
    may_create_properties: bool = False
    custom_properties: tuple[str, ...] = ()
    """Properties of the portal's own that are read as well, each as `deals.name` or `companies.name`."""
    billing_label: str = Field(default="billing", min_length=1)
    """What the label of a contact's association with its company holds, if the contact gets the invoices."""
    keep_free: float = Field(default=0.5, ge=0, lt=1)
    """The share of the CRM's calls a day that is left to its other apps."""

    @field_validator("custom_properties")
    @classmethod
    def _of_a_kind(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _CUSTOM.fullmatch(name):
                message = f"{name!r} is no property; write deals.name or companies.name, by the name HubSpot shows"
                raise ValueError(message)
        return value


SANDBOX = {
    "api_url": "https://sandbox-quickbooks.api.intuit.com",
    "app_url": "https://app.sandbox.qbo.intuit.com",
}
"""What differs for a sandbox company; everything about signing in is shared (quickbooks.md 1.1, 2.1)."""


class Accounting(Section):
    """QuickBooks Online's side. Addresses follow from the book's `environment`; others are for the simulator.

    `realm_id` is empty until somebody signed in, who chooses the company there.
    """

    realm_id: str = Field(default="", pattern=r"^[0-9]*$")
    api_url: str = "https://quickbooks.api.intuit.com"
    app_url: str = "https://app.qbo.intuit.com"
    oauth_url: str = "https://oauth.platform.intuit.com"
    authorize_url: str = "https://appcenter.intuit.com/connect/oauth2"
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    redirect_uri: str = "http://localhost:8723/callback"
    """Where the browser comes back to after signing in, letter for letter as in the app's settings at Intuit."""
    minor_version: int = 75
    may_apply_credits: bool = False
    """Whether credit memos may be used for invoices from here; receiving money is never done."""
    enhanced_fields: bool = False
    """Whether documents are read with all custom fields; companies without enrolment have the first three alone."""


class Backups(Section):
    """The copies of the book that its runner makes, one a day."""

    keep: int = Field(default=7, ge=0)
    """So many of them are kept; with 0 none is made."""


class Limits(Section):
    """How many operations a run may send at most before a person is asked; by default what is usual for the book."""

    money_a_run: int | None = Field(default=None, ge=1)
    """Documents made, voided, deleted, sent, and credits applied."""
    automatic_a_run: int | None = Field(default=None, ge=1)
    """Of the rest, what rules alone decided."""


class Settings(Section):
    """All of `book.toml`."""

    name: str
    company: str
    environment: Literal["production", "sandbox", "demo"] = "production"
    time_zone: str = "America/New_York"
    currency: str = "USD"
    clock: Literal["system", "remote"] = "system"
    cut_over: date
    """Billing events that fell due before it are adopted or ignored, never drafted."""
    reported_through: date | None = None
    """The last day already reported to somebody: nothing on or before it is voided or deleted."""
    armed: bool = False
    posting_window: float = Field(default=30.0, ge=0)
    """Seconds that an approval waits here, in which undo leaves no trace."""
    sync_every: float = Field(default=300.0, gt=0)
    """Seconds between cycles of the runner."""
    secrets: Literal["keyring", "file", "simulator"] = "keyring"
    """Where keys and tokens are kept; `file` is an encrypted one."""
    crm: Crm
    accounting: Accounting
    backups: Backups = Backups()
    limits: Limits = Limits()

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_environment(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("environment") == "sandbox" and isinstance(raw.get("accounting"), dict):
            return {**raw, "accounting": {**SANDBOX, **raw["accounting"]}}
        return raw

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            message = f"{value!r} is no time zone; use a name such as America/Chicago"
            raise ValueError(message) from error
        return value


def load_settings(folder: Path) -> Settings:
    """Read a book's settings.

    Raises:
        Configuration: the file is missing or wrong; the key and the line are named.
    """
    return load(folder / "book.toml", Settings)


def write_settings(folder: Path, settings: Settings) -> None:
    """Write a new book's settings, durably, for its owner alone; an address that is QuickBooks' own is left out."""
    plain = settings.model_dump(mode="python", exclude_none=True)
    usual = Accounting().model_dump(exclude={"realm_id", "minor_version"})
    usual |= SANDBOX if settings.environment == "sandbox" else {}
    plain["accounting"] = {key: value for key, value in plain["accounting"].items() if usual.get(key) != value}
    replace(folder / "book.toml", tomlkit.dumps(plain).encode())


def change_setting(folder: Path, name: str, value: str | float | bool) -> None:
    """Change one setting (`armed`, `accounting.realm_id`), keeping the file's comments and order."""
    path = folder / "book.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    section, _, key = name.rpartition(".")
    table: Any = document[section] if section else document
    table[key] = value
    replace(path, tomlkit.dumps(document).encode())
