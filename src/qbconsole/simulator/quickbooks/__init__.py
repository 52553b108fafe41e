"""QuickBooks Online's server side, as quickbooks.md describes it."""
