"""The entities served: their families, the properties they know, and what of them a query may filter by."""

from __future__ import annotations

NAMES = ("Customer", "Vendor", "Employee")
"""Display names are unique over all three (quickbooks.md 8.1)."""
SALES = ("Invoice", "Estimate", "CreditMemo", "SalesReceipt", "RefundReceipt")
TRANSACTIONS = (*SALES, "Payment", "Deposit", "JournalEntry")
LISTS = (
    "Item",
    "Account",
    "Term",
    "PaymentMethod",
    "Class",
    "Department",
    "TaxCode",
    "TaxRate",
    "TaxAgency",
    "CompanyCurrency",
)
SINGLES = ("CompanyInfo", "Preferences")
KINDS = (*NAMES, *TRANSACTIONS, *LISTS, *SINGLES)
BY_PATH = {kind.lower(): kind for kind in KINDS}
"""The lower-case path segment of each entity (quickbooks.md 2.1)."""
HAS_ACTIVE = (*NAMES, *LISTS)
"""Queries show only the active ones of these unless told otherwise (quickbooks.md 3.4)."""
NOT_IN_CDC = ("TaxAgency", "TaxCode", "TaxRate", "CompanyInfo", "Preferences")

_COMMON = "Id SyncToken MetaData domain sparse"
_PERSON = (
    "Title GivenName MiddleName FamilyName Suffix DisplayName PrintOnCheckName Active PrimaryPhone Mobile "
    "PrimaryEmailAddr"
)
_SALES = (
    "CustomerRef Line DocNumber TxnDate CurrencyRef ExchangeRate PrivateNote CustomerMemo BillEmail BillEmailCc "
    "BillEmailBcc "
    "BillAddr ShipAddr ShipFromAddr EmailStatus PrintStatus DeliveryInfo CustomField LinkedTxn TxnTaxDetail "
    "ApplyTaxAfterDiscount "
    "GlobalTaxCalculation ShipMethodRef ShipDate TrackingNum ClassRef DepartmentRef ProjectRef TotalAmt "
    "HomeTotalAmt FreeFormAddress "
    "SalesTermRef DueDate TaxExemptionRef RecurDataRef"
)
_KNOWN = {
    "Customer": f"{_PERSON} CompanyName FullyQualifiedName AlternatePhone Fax WebAddr BillAddr ShipAddr Notes "
    "ResaleNum Job ParentRef "
    "Level BillWithParent IsProject Taxable DefaultTaxCodeRef TaxExemptionReasonId SalesTermRef PaymentMethodRef "
    "CustomerTypeRef "
    "PreferredDeliveryMethod CurrencyRef Balance BalanceWithJobs OpenBalanceDate ARAccountRef ClientEntityId "
    "V4IDPseudonym",
    "Vendor": f"{_PERSON} CompanyName AlternatePhone Fax WebAddr BillAddr Balance AcctNum Vendor1099 CurrencyRef "
    "TermRef",
    "Employee": f"{_PERSON} PrimaryAddr SSN HiredDate BillableTime",
    "Item": "Name Type IncomeAccountRef ExpenseAccountRef AssetAccountRef TrackQtyOnHand QtyOnHand InvStartDate "
    "UnitPrice PurchaseCost "
    "Description PurchaseDesc Sku Taxable SalesTaxCodeRef SubItem ParentRef Level FullyQualifiedName ClassRef Active",
    "Invoice": f"{_SALES} AllowOnlineCreditCardPayment AllowOnlineACHPayment AllowIPNPayment AllowOnlinePayment "
    "InvoiceLink Deposit "
    "DepositToAccountRef Balance HomeBalance",
    "Estimate": f"{_SALES} TxnStatus ExpirationDate AcceptedBy AcceptedDate",
    "CreditMemo": f"{_SALES} RemainingCredit Balance InvoiceRef PaymentMethodRef",
    "SalesReceipt": f"{_SALES} DepositToAccountRef PaymentMethodRef PaymentRefNum Balance",
    "RefundReceipt": f"{_SALES} DepositToAccountRef PaymentMethodRef PaymentRefNum PaymentType CheckPayment Balance",
    "Payment": "CustomerRef TotalAmt UnappliedAmt Line TxnDate PrivateNote CurrencyRef ExchangeRate "
    "PaymentMethodRef PaymentRefNum "
    "DepositToAccountRef ARAccountRef ProcessPayment LinkedTxn",
    "Deposit": "DepositToAccountRef Line TxnDate PrivateNote CurrencyRef ExchangeRate TotalAmt",
    "JournalEntry": "Line TxnDate PrivateNote DocNumber CurrencyRef ExchangeRate Adjustment TotalAmt",
    "Account": "Name AccountType AccountSubType AcctNum Classification CurrentBalance "
    "CurrentBalanceWithSubAccounts SubAccount ParentRef "
    "CurrencyRef FullyQualifiedName Active",
    "Term": "Name Active Type DueDays DiscountDays DiscountPercent DayOfMonthDue DueNextMonthDays DiscountDayOfMonth",
    "PaymentMethod": "Name Type Active",
    "Class": "Name SubClass ParentRef FullyQualifiedName Active",
    "Department": "Name SubDepartment ParentRef FullyQualifiedName Address Active",
    "TaxCode": "Name Description Active Taxable TaxGroup Hidden SalesTaxRateList PurchaseTaxRateList",
    "TaxRate": "Name Description Active RateValue AgencyRef SpecialTaxType DisplayType EffectiveTaxRate "
    "OriginalTaxRate",
    "TaxAgency": "DisplayName Active TaxTrackedOnSales TaxTrackedOnPurchases",
    "CompanyCurrency": "Code Name Active",
    "CompanyInfo": "CompanyName LegalName CompanyAddr LegalAddr CustomerCommunicationAddr PrimaryPhone Email "
    "WebAddr Country "
    "FiscalYearStartMonth CompanyStartDate SupportedLanguages DefaultTimeZone NameValue",
    "Preferences": "AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs EmailMessagesPrefs "
    "VendorAndPurchasesPrefs "
    "TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs",
}
PROPERTIES = {kind: frozenset(f"{_COMMON} {names}".split()) for kind, names in _KNOWN.items()}
"""What each entity knows; anything else in a request is fault 2010 (quickbooks.md 8)."""

_TIMES = "Id MetaData.CreateTime MetaData.LastUpdatedTime"
_FILTERS = {
    "Customer": "DisplayName GivenName MiddleName FamilyName FullyQualifiedName CompanyName PrintOnCheckName "
    "Active Balance PrimaryEmailAddr "
    "BalanceWithJobs",
    "Vendor": "DisplayName GivenName FamilyName CompanyName Active Balance",
    "Employee": "DisplayName GivenName FamilyName Active",
    "Item": "Name Type Taxable Active FullyQualifiedName SubItem Sku UnitPrice PurchaseCost",
    "Invoice": "CustomerRef DocNumber TxnDate DueDate SalesTermRef Balance TotalAmt ProjectRef",
    "Estimate": "CustomerRef DocNumber TxnDate DueDate ProjectRef TotalAmt",
    "Payment": "CustomerRef TxnDate PaymentRefNum ProjectRef TotalAmt",
    "CreditMemo": "CustomerRef DocNumber TxnDate SalesTermRef Balance ProjectRef TotalAmt",
    "RefundReceipt": "CustomerRef DocNumber TxnDate Balance TotalAmt",
    "SalesReceipt": "CustomerRef DocNumber TxnDate TotalAmt Balance",
    "TaxCode": "Name Active Description",
    "TaxRate": "Name Active AgencyRef Description",
    "Account": "Name Active FullyQualifiedName AccountType AccountSubType Classification CurrentBalance SubAccount",
    "Term": "Name Active",
    "Class": "Name Active FullyQualifiedName",
    "Department": "Name Active FullyQualifiedName",
    "PaymentMethod": "Name Active",
    "Deposit": "TxnDate",
    "JournalEntry": "TxnDate DocNumber",
    "CompanyCurrency": "Code Name Active",
    "TaxAgency": "DisplayName",
}
FILTERABLE = {kind: {name.lower(): name for name in f"{_TIMES} {_FILTERS.get(kind, '')}".split()} for kind in KINDS}
"""What a query may filter and sort by, by lower-case name (quickbooks.md 3.3)."""
