"""QuickBooks Online (quickbooks.md); Intuit's words stop here."""

from qbconsole.connectors.quickbooks.connector import QuickBooks
from qbconsole.connectors.quickbooks.settings import QuickBooksSettings, document_url

__all__ = ["QuickBooks", "QuickBooksSettings", "document_url"]
