"""A folder of CSV files: the second CRM, unlike the first (issue 2, point 5)."""

from qbconsole.connectors.spreadsheet.connector import Spreadsheet

__all__ = ["Spreadsheet"]
