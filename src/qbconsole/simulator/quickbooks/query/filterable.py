"""What a query may filter and sort by (quickbooks.md 3.3)."""

from __future__ import annotations

from qbconsole.simulator.quickbooks.kinds import KINDS

_TIMES = "Id MetaData.CreateTime MetaData.LastUpdatedTime"
_SPENT = "VendorRef DocNumber TxnDate TotalAmt"
_FILTERS = {
    "Customer": """DisplayName GivenName MiddleName FamilyName FullyQualifiedName CompanyName PrintOnCheckName Active
        Balance PrimaryEmailAddr""",
    "Vendor": "DisplayName GivenName MiddleName FamilyName Suffix CompanyName PrintOnCheckName Active Balance",
    "Employee": "DisplayName GivenName MiddleName FamilyName PrintOnCheckName Active",
    "Item": "Name Type Taxable Active FullyQualifiedName SubItem Sku UnitPrice PurchaseCost ParentRef",
    "Invoice": "CustomerRef DocNumber TxnDate DueDate SalesTermRef Balance TotalAmt ProjectRef",
    "Estimate": "CustomerRef DocNumber TxnDate DueDate ProjectRef TotalAmt",
    "Payment": "CustomerRef TxnDate PaymentRefNum ProjectRef TotalAmt",
    "CreditMemo": "CustomerRef DocNumber TxnDate SalesTermRef Balance ProjectRef TotalAmt",
    "RefundReceipt": "CustomerRef DocNumber TxnDate Balance TotalAmt",
    "SalesReceipt": "CustomerRef DocNumber TxnDate TotalAmt Balance",
    "Deposit": "TxnDate TotalAmt",
    "JournalEntry": "TxnDate DocNumber",
    "Bill": f"{_SPENT} DueDate Balance",
    "VendorCredit": _SPENT,
    "PurchaseOrder": f"{_SPENT} DueDate",
    "Purchase": "DocNumber TxnDate PaymentType TotalAmt",
    "BillPayment": "VendorRef DocNumber TxnDate TotalAmt",
    "Transfer": "TxnDate",
    "CreditCardPayment": "TxnDate",
    "TaxCode": "Name Active Description",
    "TaxRate": "Name Active AgencyRef Description",
    "TaxAgency": "DisplayName",
    "Account": """Name Active FullyQualifiedName AccountType AccountSubType Classification CurrentBalance SubAccount
        ParentRef""",
    "Term": "Name Active",
    "PaymentMethod": "Name Active",
    "Class": "Name Active FullyQualifiedName",
    "Department": "Name Active FullyQualifiedName",
    "CustomerType": "Name Active",
    "CompanyCurrency": "Code Name Active",
    "ExchangeRate": "SourceCurrencyCode TargetCurrencyCode AsOfDate",
    "TimeActivity": "TxnDate EmployeeRef VendorRef CustomerRef",
    "Attachable": """FileName Note Category ContentType Size AttachableRef.EntityRef.Type AttachableRef.EntityRef.value
        AttachableRef.EntityRef""",
    "RecurringTransaction": "Type RecurringInfo.Name RecurringInfo.Active",
}
FILTERABLE = {kind: {name.lower(): name for name in f"{_TIMES} {_FILTERS.get(kind, '')}".split()} for kind in KINDS}
"""The properties a query may filter by, by lower-case name."""
SORTABLE = {kind: dict(names) for kind, names in FILTERABLE.items()}
SORTABLE["Customer"]["balancewithjobs"] = "BalanceWithJobs"
"""The properties a query may sort by: all those, and a customer's balance with jobs."""
