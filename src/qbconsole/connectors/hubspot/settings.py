"""What a book says about its HubSpot portal, and the version of the API."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-09"
"""The dated API version, current from September 2026 for 18 months (hubspot.md section 0). Said here alone."""

LONGEST_WAIT = 3600.0
"""Seconds: an hour, for the day's calls that are used up."""


@dataclass(frozen=True, slots=True)
class HubSpotSettings:
    """Address, consent, limits and what is read besides; credentials are in the token store.

    `may_create_properties` is the operator's consent to making our `qbc_*` properties. `custom_properties` are the
    portal's own that are read as well, each as `deals.name` or `companies.name`. A contact whose association with a
    company has `billing_label` in its label gets the invoices. `keep_free` is the share of the day's calls that is left
    to the portal's other apps. The first limit lies under that of the smallest plan, 100, until HubSpot names the
    portal's own; 5 searches a second is everybody's (hubspot.md 5). Where HubSpot asks to wait and does not say how
    long, it is as long as its policies say, and `longest_wait` seconds at most.
    """

    api_url: str = "https://api.hubapi.com"
    authorize_url: str = "https://app.hubspot.com/oauth/authorize"
    may_create_properties: bool = False
    custom_properties: tuple[str, ...] = ()
    billing_label: str = "billing"
    keep_free: float = 0.5
    requests_per_ten_seconds: int = 90
    searches_per_second: int = 5
    concurrent: int = 8
    longest_wait: float = LONGEST_WAIT

    def custom(self, kind: str) -> tuple[str, ...]:
        """The names of the portal's own properties that are read of a kind of record."""
        named = (name.partition(".") for name in self.custom_properties)
        return tuple(name for of, _, name in named if of == kind)
