"""What properties each entity knows; anything else in a request is fault 2010 (quickbooks.md 2.7, 8)."""

from __future__ import annotations

from qbconsole.simulator.quickbooks.kinds import SALES

_COMMON = "Id SyncToken MetaData domain sparse status AttachableRef"
_PERSON = """
    Title GivenName MiddleName FamilyName Suffix DisplayName PrintOnCheckName Active PrimaryPhone Mobile
    PrimaryEmailAddr FullyQualifiedName UserId Organization CustomField V4IDPseudonym ClientEntityId
"""
_MONEY = "TxnDate DocNumber PrivateNote CurrencyRef ExchangeRate TxnStatus TxnSource LinkedTxn TransactionLocationType"
_SALES = f"""
    {_MONEY} CustomerRef Line CustomerMemo BillEmail BillEmailCc BillEmailBcc BillAddr ShipAddr ShipFromAddr EmailStatus
    PrintStatus DeliveryInfo CustomField TxnTaxDetail ApplyTaxAfterDiscount GlobalTaxCalculation ShipMethodRef ShipDate
    TrackingNum ClassRef DepartmentRef ProjectRef TotalAmt HomeTotalAmt FreeFormAddress SalesTermRef DueDate
    TaxExemptionRef RecurDataRef Balance HomeBalance RecurringInfo
"""
_SPENT = f"""
    {_MONEY} Line VendorRef DepartmentRef APAccountRef TotalAmt GlobalTaxCalculation TxnTaxDetail RecurDataRef
    RecurringInfo
"""
_KNOWN = {
    "Customer": f"""{_PERSON} CompanyName AlternatePhone Fax WebAddr BillAddr ShipAddr Notes ResaleNum Job ParentRef
        Level BillWithParent IsProject Taxable DefaultTaxCodeRef TaxExemptionReasonId SalesTermRef PaymentMethodRef
        CustomerTypeRef PreferredDeliveryMethod CurrencyRef Balance BalanceWithJobs OpenBalanceDate ARAccountRef
        PrimaryTaxIdentifier GSTIN GSTRegistrationType Source""",
    "Vendor": f"""{_PERSON} CompanyName AlternatePhone Fax WebAddr BillAddr Balance BillRate AcctNum Vendor1099
        CurrencyRef TermRef TaxIdentifier TaxReportingBasis APAccountRef Notes CostRate""",
    "Employee": f"""{_PERSON} PrimaryAddr SSN HiredDate ReleasedDate BirthDate Gender BillableTime BillRate CostRate
        EmployeeNumber EmployeeType EmailAddress""",
    "Item": """Name Type IncomeAccountRef ExpenseAccountRef AssetAccountRef TrackQtyOnHand QtyOnHand InvStartDate
        UnitPrice PurchaseCost Description PurchaseDesc Sku Taxable SalesTaxCodeRef SubItem ParentRef Level
        FullyQualifiedName ClassRef Active SalesTaxIncluded PurchaseTaxIncluded PurchaseTaxCodeRef PrefVendorRef
        ReorderPoint ItemGroupDetail PrintGroupedItems AbatementRate ReverseChargeRate ServiceType ItemCategoryType
        TaxClassificationRef""",
    "Invoice": f"""{_SALES} AllowOnlineCreditCardPayment AllowOnlineACHPayment AllowIPNPayment AllowOnlinePayment
        InvoiceLink Deposit DepositToAccountRef EInvoiceStatus invoiceStatus invoiceStatusLog""",
    "Estimate": f"{_SALES} ExpirationDate AcceptedBy AcceptedDate",
    "CreditMemo": f"{_SALES} RemainingCredit InvoiceRef PaymentMethodRef",
    "SalesReceipt": f"{_SALES} DepositToAccountRef PaymentMethodRef PaymentRefNum PaymentType CreditCardPayment",
    "RefundReceipt": f"""{_SALES} DepositToAccountRef PaymentMethodRef PaymentRefNum PaymentType CheckPayment
        CreditCardPayment""",
    "Payment": f"""{_MONEY} CustomerRef TotalAmt UnappliedAmt Line PaymentMethodRef PaymentRefNum DepositToAccountRef
        ARAccountRef ProcessPayment CreditCardPayment TaxExemptionRef ProjectRef HomeTotalAmt BillEmail EmailStatus
        DeliveryInfo""",
    "Deposit": f"""{_MONEY} DepositToAccountRef Line TotalAmt HomeTotalAmt CashBack DepartmentRef GlobalTaxCalculation
        TxnTaxDetail RecurDataRef RecurringInfo""",
    "JournalEntry": f"{_MONEY} Line Adjustment TotalAmt HomeTotalAmt TxnTaxDetail RecurDataRef RecurringInfo",
    "Bill": f"{_SPENT} DueDate Balance HomeBalance SalesTermRef VendorAddr",
    "VendorCredit": f"{_SPENT} Balance VendorAddr FromAccountRef ToAccountRef",
    "PurchaseOrder": f"""{_SPENT} POStatus DueDate Memo ShipMethodRef VendorAddr ShipAddr ShipTo ClassRef SalesTermRef
        TaxCodeRef CustomField POEmail EmailStatus DeliveryInfo BillEmail""",
    "Purchase": f"""{_SPENT} PaymentType Credit PrintStatus PurchaseEx AccountRef EntityRef PaymentMethodRef
        PaymentRefNum RemitToAddr""",
    "BillPayment": f"{_SPENT} PayType CheckPayment CreditCardPayment ProcessBillPayment",
    "Transfer": f"{_MONEY} Amount FromAccountRef ToAccountRef RecurDataRef RecurringInfo",
    "CreditCardPayment": f"{_MONEY} Amount BankAccountRef CreditCardAccountRef VendorRef Memo PrintStatus CheckNum",
    "Account": """Name AccountType AccountSubType AcctNum Classification CurrentBalance CurrentBalanceWithSubAccounts
        SubAccount ParentRef CurrencyRef FullyQualifiedName Active Description TaxCodeRef""",
    "Term": """Name Active Type DueDays DiscountDays DiscountPercent DayOfMonthDue DueNextMonthDays
        DiscountDayOfMonth""",
    "PaymentMethod": "Name Type Active",
    "Class": "Name SubClass ParentRef FullyQualifiedName Active",
    "Department": "Name SubDepartment ParentRef FullyQualifiedName Address Active",
    "CustomerType": "Name Active",
    "TaxCode": """Name Description Active Taxable TaxGroup Hidden SalesTaxRateList PurchaseTaxRateList
        TaxCodeConfigType""",
    "TaxRate": """Name Description Active RateValue AgencyRef TaxReturnLineRef SpecialTaxType DisplayType
        EffectiveTaxRate OriginalTaxRate""",
    "TaxAgency": "DisplayName Active TaxRegistrationNumber TaxTrackedOnSales TaxTrackedOnPurchases",
    "CompanyCurrency": "Code Name Active CustomField",
    "ExchangeRate": "SourceCurrencyCode TargetCurrencyCode Rate AsOfDate CustomField",
    "TimeActivity": """NameOf TxnDate BillableStatus Taxable HourlyRate Hours Minutes BreakHours BreakMinutes StartTime
        EndTime Description CostRate VendorRef CustomerRef DepartmentRef EmployeeRef ItemRef ClassRef ProjectRef
        PayrollItemRef TransactionLocationType""",
    "Attachable": """FileName Note Category ContentType Size FileAccessUri TempDownloadUri Tag Lat Long PlaceName
        ThumbnailFileAccessUri ThumbnailTempDownloadUri PlaceName CustomField""",
    "RecurringTransaction": """Invoice Estimate CreditMemo SalesReceipt RefundReceipt Bill VendorCredit PurchaseOrder
        Purchase Deposit JournalEntry Transfer""",
    "CompanyInfo": """CompanyName LegalName CompanyAddr LegalAddr CustomerCommunicationAddr PrimaryPhone Email WebAddr
        Country FiscalYearStartMonth CompanyStartDate SupportedLanguages DefaultTimeZone NameValue""",
    "Preferences": """AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs EmailMessagesPrefs
        VendorAndPurchasesPrefs TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs""",
}
PROPERTIES = {kind: frozenset(f"{_COMMON} {names}".split()) for kind, names in _KNOWN.items()}
"""The names an entity knows, by kind."""

SERVER_SET = frozenset(
    [
        *("Id", "SyncToken", "MetaData", "domain", "sparse", "status", "FullyQualifiedName", "Level", "IsProject"),
        *("TotalAmt", "HomeTotalAmt", "Balance", "HomeBalance", "BalanceWithJobs", "RemainingCredit", "UnappliedAmt"),
        *("DeliveryInfo", "LinkedTxn", "InvoiceLink", "Classification", "CurrentBalance"),
        *("CurrentBalanceWithSubAccounts", "Size", "FileAccessUri", "TempDownloadUri", "V4IDPseudonym"),
        *("ClientEntityId", "AttachableRef"),
    ]
)
"""What a client may send and the server sets itself (quickbooks.md 7.2)."""
WRITABLE_AFTER_ALL = {
    "Payment": {"TotalAmt"},
    "BillPayment": {"TotalAmt"},
    "Invoice": {"LinkedTxn"},
    "Bill": {"LinkedTxn"},
    "Attachable": {"AttachableRef"},
    "Customer": {"Balance"},
}
"""Where one of these is the client's business nevertheless; a customer's balance on create alone."""


def writable(kind: str, body: dict[str, object]) -> dict[str, object]:
    """The part of a body that a client may set."""
    allowed = WRITABLE_AFTER_ALL.get(kind, set())
    return {name: value for name, value in body.items() if name not in SERVER_SET or name in allowed}


ENUMERATIONS = {
    "EmailStatus": ("NotSet", "NeedToSend", "EmailSent"),
    "PrintStatus": ("NotSet", "NeedToPrint", "PrintComplete"),
    "GlobalTaxCalculation": ("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "PreferredDeliveryMethod": ("Print", "Email", "None"),
    "BillableStatus": ("Billable", "NotBillable", "HasBeenBilled"),
    "NameOf": ("Employee", "Vendor", "Other"),
    "Item.Type": ("Service", "NonInventory", "Inventory", "Group", "Category"),
    "Term.Type": ("STANDARD", "DATE_DRIVEN"),
    "PaymentMethod.Type": ("CREDIT_CARD", "NON_CREDIT_CARD"),
    "Estimate.TxnStatus": ("Pending", "Accepted", "Closed", "Rejected", "Converted"),
    "Purchase.PaymentType": ("Cash", "Check", "CreditCard"),
    "RefundReceipt.PaymentType": ("Cash", "Check", "CreditCard", "Other"),
    "BillPayment.PayType": ("Check", "CreditCard"),
    "POStatus": ("Open", "Closed"),
    "Category": ("Contact Photo", "Document", "Image", "Receipt", "Signature", "Sound", "Other"),
}
"""The values of enumerated properties; anything else is fault 2170."""

LENGTHS = {
    "DocNumber": 21,
    "PaymentRefNum": 21,
    "PrivateNote": 4000,
    "CustomerMemo.value": 1000,
    "BillEmail.Address": 100,
    "BillEmailCc.Address": 200,
    "BillEmailBcc.Address": 200,
    "PrimaryEmailAddr.Address": 100,
    "DisplayName": 500,
    "Title": 16,
    "Suffix": 16,
    "GivenName": 100,
    "MiddleName": 100,
    "FamilyName": 100,
    "CompanyName": 100,
    "PrintOnCheckName": 110,
    "PrimaryPhone.FreeFormNumber": 30,
    "AlternatePhone.FreeFormNumber": 30,
    "Mobile.FreeFormNumber": 30,
    "Fax.FreeFormNumber": 30,
    "WebAddr.URI": 1000,
    "Notes": 2000,
    "Description": 4000,
    "PurchaseDesc": 1000,
    "Sku": 100,
    "Note": 2000,
    "AcctNum": 20,
    "Item.Name": 100,
    "Account.Name": 100,
    "Class.Name": 100,
    "Department.Name": 100,
    "TaxCode.Name": 100,
    "Term.Name": 31,
    "PaymentMethod.Name": 31,
    **{f"{holder}.Line{number}": 500 for holder in ("BillAddr", "ShipAddr") for number in range(1, 6)},
    **{f"{holder}.City": 255 for holder in ("BillAddr", "ShipAddr")},
    **{f"{holder}.CountrySubDivisionCode": 255 for holder in ("BillAddr", "ShipAddr")},
    **{f"{holder}.PostalCode": 30 for holder in ("BillAddr", "ShipAddr")},
    **{f"{holder}.Country": 255 for holder in ("BillAddr", "ShipAddr")},
    **{f"{kind}.CustomField.StringValue": 31 for kind in SALES},
}
"""The most characters of a text, by property or by kind and property; anything longer is fault 2050."""
