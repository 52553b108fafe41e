"""qbconsole: a terminal operator console between a CRM and QuickBooks Online."""

from __future__ import annotations

__version__ = "0.1.0"
