"""The only place that builds connectors: from a book's settings and its secrets."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.books.secrets import secrets_of
from qbconsole.connectors.hubspot.connector import HubSpot
from qbconsole.connectors.hubspot.settings import LONGEST_WAIT, HubSpotSettings
from qbconsole.connectors.quickbooks.connector import QuickBooks
from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
from qbconsole.connectors.spreadsheet.connector import Spreadsheet
from qbconsole.domain.errors import SignIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qbconsole.books.book import Book
    from qbconsole.books.settings import Settings
    from qbconsole.connectors.base import Connector

VENDOR_WAIT, SIMULATOR_WAIT = 60.0, 1.0
"""Seconds after a throttle that names no time: Intuit's documents say a minute; its simulator needs a second."""
CRM, ACCOUNTING = "crm", "accounting"


def crm(book: Book) -> Connector:
    """The book's CRM."""
    settings = book.settings.crm
    if settings.kind == "spreadsheet":
        return Spreadsheet(Path(settings.folder).expanduser())
    return HubSpot(hubspot_settings(book.settings), secrets_of(book.folder, book.settings, "hubspot"))


def hubspot_settings(settings: Settings) -> HubSpotSettings:
    """What the connector needs of a book's settings."""
    one = settings.crm
    return HubSpotSettings(
        api_url=one.api_url,
        authorize_url=one.authorize_url,
        may_create_properties=one.may_create_properties,
        custom_properties=one.custom_properties,
        billing_label=one.billing_label,
        keep_free=one.keep_free,
        longest_wait=SIMULATOR_WAIT if settings.secrets == "simulator" else LONGEST_WAIT,
    )


def accounting(book: Book) -> Connector:
    """The book's QuickBooks company.

    Raises:
        SignIn: nobody signed in yet, so that the company is not known.
    """
    if not book.settings.accounting.realm_id:
        step = f"Sign in: qbconsole connect quickbooks --book {book.name}"
        raise SignIn("QuickBooks is not connected.", next_step=step)
    return QuickBooks(quickbooks_settings(book.settings), secrets_of(book.folder, book.settings, "quickbooks"))


def quickbooks_settings(settings: Settings) -> QuickBooksSettings:
    """What the connector needs of a book's settings."""
    one = settings.accounting
    return QuickBooksSettings(
        api_url=one.api_url,
        oauth_url=one.oauth_url,
        app_url=one.app_url,
        authorize_url=one.authorize_url,
        revoke_url=one.revoke_url,
        realm_id=one.realm_id,
        minor_version=one.minor_version,
        may_apply_credits=one.may_apply_credits,
        enhanced_fields=one.enhanced_fields,
        throttle_wait=SIMULATOR_WAIT if settings.secrets == "simulator" else VENDOR_WAIT,
    )


@asynccontextmanager
async def opened(book: Book) -> AsyncIterator[dict[str, Connector]]:
    """Both connectors of a book by system, closed when the block ends."""
    both = {CRM: crm(book), ACCOUNTING: accounting(book)}
    try:
        yield both
    finally:
        for connector in both.values():
            await connector.close()
