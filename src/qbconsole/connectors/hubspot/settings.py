"""What a book says about its HubSpot portal, and the version of the API."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-09"
"""The dated API version, current from September 2026 for 18 months (hubspot.md section 0). Said here alone."""


@dataclass(frozen=True, slots=True)
class HubSpotSettings:
    """Address, consent and limits; the token is in the token store, named `token`.

    `may_create_properties` is the operator's consent to making our `qbc_*` properties. The first limit lies under that
    of the smallest plan, 100, until HubSpot names the portal's own; 5 searches a second is everybody's (hubspot.md 5).
    """

    api_url: str = "https://api.hubapi.com"
    may_create_properties: bool = False
    requests_per_ten_seconds: int = 90
    searches_per_second: int = 5
    concurrent: int = 8
