"""Intuit's JSON, as far as we use it (quickbooks.md 8): one module a subject."""

from qbconsole.connectors.quickbooks.models.company import PreferencesModel

__all__ = ["PreferencesModel"]
