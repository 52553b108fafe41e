"""Asking for consent in a browser: the address to open, the scopes, and what comes back (hubspot.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from qbconsole.connectors.redirect import LONGEST_CODE
from qbconsole.domain.errors import Configuration, SignIn
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.hubspot.settings import HubSpotSettings

READ_SCOPES = (
    *(f"crm.objects.{kind}.read" for kind in ("companies", "contacts", "deals", "line_items", "products", "quotes")),
    "crm.objects.owners.read",
    "crm.schemas.companies.read",
    "crm.schemas.deals.read",
    "crm.schemas.quotes.read",
)
"""All that reading needs. Tasks and notes have no scope of their own: they need that of contacts."""
WRITE_SCOPES = (
    *(f"crm.objects.{kind}.write" for kind in ("companies", "contacts", "deals")),
    "crm.schemas.companies.write",
    "crm.schemas.deals.write",
)
"""What writing needs besides: stamps on deals and companies, their properties, tasks and notes."""


def scopes(*, writes: bool) -> tuple[str, ...]:
    """The fewest that do: a book that writes nothing asks for reading alone."""
    return (*READ_SCOPES, *WRITE_SCOPES) if writes else READ_SCOPES


def authorize_url(settings: HubSpotSettings, client_id: str, redirect_uri: str, state: str, *, writes: bool) -> str:
    """The page on which a person chooses the portal and agrees."""
    query = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes(writes=writes)),
        "state": state,
    }
    return f"{settings.authorize_url}?{urlencode(query)}"


def code_of(values: Mapping[str, str]) -> str:
    """The code in what the browser came back with.

    Raises:
        SignIn: the person refused.
        Configuration: it is no code.
    """
    if error := values.get("error"):
        words = "The sign-in was refused in the browser." if error == "access_denied" else ""
        words = words or f"HubSpot refused the sign-in ({safe_text(error, limit=60)})."
        raise SignIn(words, next_step="Run the command again and press Connect app there.", code=error)
    code = values.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise Configuration("HubSpot answered without a code.", next_step="Run the command again.")
    return code
