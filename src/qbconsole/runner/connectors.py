"""The only place that builds connectors: from a book's settings and its secrets."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.books.secrets import KeyringSecrets, SimulatorSecrets
from qbconsole.connectors.hubspot.connector import HubSpot
from qbconsole.connectors.hubspot.settings import HubSpotSettings
from qbconsole.connectors.quickbooks.connector import QuickBooks
from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
from qbconsole.connectors.spreadsheet.connector import Spreadsheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector, TokenStore

VENDOR_WAIT, SIMULATOR_WAIT = 60.0, 1.0
"""Seconds after a throttle that names no time: Intuit's documents say a minute; its simulator needs a second."""
CRM, ACCOUNTING = "crm", "accounting"


def _secrets(book: Book, connector: str, *urls: str) -> TokenStore:
    if book.settings.secrets == "simulator":
        return SimulatorSecrets(book.folder, connector, urls)
    return KeyringSecrets(book.name, connector)


def crm(book: Book) -> Connector:
    """The book's CRM."""
    settings = book.settings.crm
    if settings.kind == "spreadsheet":
        return Spreadsheet(Path(settings.folder).expanduser())
    shape = HubSpotSettings(
        api_url=settings.api_url,
        may_create_properties=settings.may_create_properties,
        custom_properties=settings.custom_properties,
        billing_label=settings.billing_label,
        keep_free=settings.keep_free,
    )
    return HubSpot(shape, _secrets(book, "hubspot", settings.api_url))


def accounting(book: Book) -> Connector:
    """The book's QuickBooks company."""
    settings = book.settings.accounting
    shape = QuickBooksSettings(
        api_url=settings.api_url,
        oauth_url=settings.oauth_url,
        realm_id=settings.realm_id,
        minor_version=settings.minor_version,
        throttle_wait=SIMULATOR_WAIT if book.settings.secrets == "simulator" else VENDOR_WAIT,
    )
    return QuickBooks(shape, _secrets(book, "quickbooks", settings.api_url, settings.oauth_url))


@asynccontextmanager
async def opened(book: Book) -> AsyncIterator[dict[str, Connector]]:
    """Both connectors of a book by system, closed when the block ends."""
    both = {CRM: crm(book), ACCOUNTING: accounting(book)}
    try:
        yield both
    finally:
        for connector in both.values():
            await connector.close()
