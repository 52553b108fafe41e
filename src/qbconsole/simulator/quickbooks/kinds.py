"""The entities served: their families and their names on the wire (quickbooks.md 2.1)."""

from __future__ import annotations

NAMES = ("Customer", "Vendor", "Employee")
"""Display names are unique over all three (quickbooks.md 8.1)."""
SALES = ("Invoice", "Estimate", "CreditMemo", "SalesReceipt", "RefundReceipt")
SPENT = ("Bill", "VendorCredit", "PurchaseOrder", "Purchase", "BillPayment", "Transfer", "CreditCardPayment")
"""The purchase side: stored and added up, without effects on payables."""
TRANSACTIONS = (*SALES, "Payment", "Deposit", "JournalEntry", *SPENT)
"""They share one sequence of ids (quickbooks.md 8.13)."""
TREES = ("Account", "Class", "Department", "Item")
"""Lists whose entries may have parents."""
LISTS = (*TREES, "Term", "PaymentMethod", "TaxCode", "TaxRate", "TaxAgency", "CompanyCurrency", "CustomerType")
OTHERS = ("TimeActivity", "Attachable", "RecurringTransaction", "ExchangeRate")
SINGLES = ("CompanyInfo", "Preferences")
KINDS = (*NAMES, *TRANSACTIONS, *LISTS, *OTHERS, *SINGLES)
BY_PATH = {kind.lower(): kind for kind in KINDS}
"""The lower-case path segment of each entity."""
KEYS = {"CreditCardPayment": "CreditCardPaymentTxn"}
"""The JSON keys that are not the entity's name (quickbooks.md 2.1)."""
BY_KEY = {KEYS.get(kind, kind): kind for kind in KINDS}
HAS_ACTIVE = (*NAMES, *(kind for kind in LISTS if kind != "TaxAgency"))
"""Queries show only the active ones of these unless told otherwise (quickbooks.md 3.4)."""
DELETABLE = (*TRANSACTIONS, "TimeActivity", "Attachable", "RecurringTransaction")
"""Everything else can only be made inactive (quickbooks.md 7.3)."""
VOIDABLE = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Payment", "BillPayment")
SENDABLE = ("Invoice", "Estimate", "CreditMemo", "SalesReceipt", "RefundReceipt", "PurchaseOrder", "Payment")
"""What can be e-mailed, and had as a PDF (quickbooks.md 9)."""
READ_ONLY = ("TaxCode", "TaxRate", "CustomerType", "CompanyInfo")
"""What the API cannot create; company info it can change."""
WITH_LINES = (*SALES, "Deposit", "JournalEntry", "Bill", "VendorCredit", "PurchaseOrder", "Purchase", "BillPayment")
NOT_IN_CDC = (
    "TaxAgency",
    "TaxCode",
    "TaxRate",
    "TimeActivity",
    "RecurringTransaction",
    "ExchangeRate",
    "CompanyCurrency",
    "CompanyInfo",
    "Preferences",
)


def key(kind: str) -> str:
    """The JSON key under which an entity of a kind is answered."""
    return KEYS.get(kind, kind)
