"""What a book says about its QuickBooks company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.connectors.limits import shared

if TYPE_CHECKING:
    from qbconsole.connectors.limits import RateLimit

MINOR_VERSION = 75
"""The newest minor version; values below are ignored since August 2025 (quickbooks.md 2.2)."""


@dataclass(frozen=True, slots=True)
class QuickBooksSettings:
    """Addresses and limits; the secrets are in the token store.

    Intuit allows 10 requests a second, 10 at once and 500 a minute, of these 120 batches and 200 reports; we keep a
    little below each. `throttle_wait` is how long to wait after a 429 that names no time: the documents say a minute
    (quickbooks.md 5.2). `may_apply_credits` lets payments of zero be written that use a credit for an invoice.
    """

    realm_id: str
    api_url: str = "https://quickbooks.api.intuit.com"
    oauth_url: str = "https://oauth.platform.intuit.com"
    app_url: str = "https://app.qbo.intuit.com"
    authorize_url: str = "https://appcenter.intuit.com/connect/oauth2"
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    minor_version: int = MINOR_VERSION
    requests_per_second: int = 9
    requests_per_minute: int = 480
    concurrent: int = 9
    batches_per_minute: int = 110
    reports_per_minute: int = 190
    throttle_wait: float = 60.0
    may_apply_credits: bool = False
    enhanced_fields: bool = False

    @property
    def company_url(self) -> str:
        """The root of everything of this company."""
        return f"{self.api_url.rstrip('/')}/v3/company/{self.realm_id}"

    @property
    def token_url(self) -> str:
        """Where a refresh token is turned into an access token (quickbooks.md 1.1)."""
        return f"{self.oauth_url.rstrip('/')}/oauth2/v1/tokens/bearer"


def document_url(settings: QuickBooksSettings, type_: str, document_id: str) -> str:
    """The page of a document in the browser (design.md section 8)."""
    return f"{settings.app_url.rstrip('/')}/app/{type_.replace('_', '')}?txnId={document_id}"


class SecondLimits:
    """The limits that some calls must keep besides those of all (quickbooks.md 5.2)."""

    def __init__(self, settings: QuickBooksSettings) -> None:
        """Take what the book allows itself; a company's connections share their limits."""
        url = settings.company_url
        self._by_path = {
            "batch": shared(f"{url}/batch", settings.batches_per_minute, seconds=60),
            "reports": shared(f"{url}/reports", settings.reports_per_minute, seconds=60),
        }

    def of(self, path: str) -> RateLimit | None:
        """The second limit of a call by its path below the company, if it has one."""
        return self._by_path.get(path.partition("/")[0])
