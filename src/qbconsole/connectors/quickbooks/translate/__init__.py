"""From Intuit's JSON to our records: pure, one function a kind."""

from qbconsole.connectors.quickbooks.translate.company import custom_fields, ledger
from qbconsole.connectors.quickbooks.translate.forms import KIND_OF_TYPE, TYPES
from qbconsole.connectors.quickbooks.translate.rows import pulled, read_customer, read_document
from qbconsole.connectors.quickbooks.translate.shared import Home, original_note

__all__ = [
    "KIND_OF_TYPE",
    "TYPES",
    "Home",
    "custom_fields",
    "ledger",
    "original_note",
    "pulled",
    "read_customer",
    "read_document",
]
