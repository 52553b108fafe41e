"""An empty sample company with the lists of the vendor's own one, under their own ids (quickbooks.md 8.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
INFO: Record = {
    "CompanyName": "Craig's Design and Landscaping Services",
    "LegalName": "Craig's Design and Landscaping Services",
    "CompanyAddr": {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
        "Country": "USA",
    },
    "Country": "US",
    "FiscalYearStartMonth": "January",
    "SupportedLanguages": "en",
    "DefaultTimeZone": "America/Los_Angeles",
    "NameValue": [{"Name": "NeoEnabled", "Value": "true"}, {"Name": "SubscriptionStatus", "Value": "SUBSCRIBED"}],
}
_FIELD = "SalesFormsPrefs.{}"
PREFERENCES: Record = {
    "AccountingInfoPrefs": {
        "TrackDepartments": True,
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": True,
        "CustomerTerminology": "Customers",
    },
    "ProductAndServicesPrefs": {"ForSales": True, "ForPurchase": True, "QuantityOnHand": True},
    "SalesFormsPrefs": {
        "CustomTxnNumbers": False,
        "AllowDeposit": True,
        "AllowDiscount": True,
        "AllowEstimates": True,
        "AllowShipping": False,
        "AllowServiceDate": False,
        "DefaultDiscountAccount": "86",
        "AutoApplyCredit": False,
        "AutoApplyPayments": False,
        "CustomField": [
            {"CustomField": [{"Name": _FIELD.format("UseSalesCustom1"), "Type": "BooleanType", "BooleanValue": True}]},
            {
                "CustomField": [
                    {"Name": _FIELD.format("SalesCustomName1"), "Type": "StringType", "StringValue": "Crew #"}
                ]
            },
        ],
    },
    "EmailMessagesPrefs": {"InvoiceMessage": {"Subject": "Invoice from Craig's Design and Landscaping Services"}},
    "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
    "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True},
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": False, "TaxGroupCodeRef": {"value": "2"}},
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
    "ReportPrefs": {"ReportBasis": "Accrual"},
    "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you!"}]},
}
_ACCOUNTS = {
    4: ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    33: ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    34: ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    35: ("Checking", "Bank", "Checking"),
    36: ("Savings", "Bank", "Savings"),
    41: ("Mastercard", "Credit Card", "CreditCard"),
    45: ("Landscaping Services", "Income", "OtherPrimaryIncome"),
    79: ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    80: ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    81: ("Inventory Asset", "Other Current Asset", "Inventory"),
    84: ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    86: ("Discounts given", "Income", "DiscountsRefundsGiven"),
    90: ("Board of Equalization Payable", "Other Current Liability", "GlobalTaxPayable"),
}
_TERMS = {1: ("Due on receipt", 0), 2: ("Net 15", 15), 3: ("Net 30", 30), 4: ("Net 60", 60), 5: ("Net 10", 10)}
_METHODS = {1: ("Cash", False), 2: ("Check", False), 3: ("Visa", True), 4: ("MasterCard", True), 5: ("Discover", True)}
_ITEMS = {
    1: ("Services", 0),
    2: ("Hours", 0),
    3: ("Concrete", 0),
    4: ("Design", 75),
    5: ("Rock Fountain", 275),
    6: ("Gardening", 0),
    7: ("Installation", 50),
    8: ("Lighting", 0),
    10: ("Pest Control", 35),
    11: ("Pump", 15),
    13: ("Rocks", 0),
    14: ("Sod", 0),
    15: ("Soil", 10),
    16: ("Sprinkler Heads", 2),
    17: ("Sprinkler Pipes", 4),
    18: ("Trimming", 35),
}
_STOCKED = {5: 2, 11: 25, 16: 25, 17: 31}
_RATES = {1: ("AZ State tax", "7.1", "1"), 2: ("Tucson City", "2", "1"), 3: ("California", "8", "2")}
_CODES = {2: ("California", ["3"]), 3: ("Tucson", ["1", "2"])}
_AGENCIES = {1: "Arizona Dept. of Revenue", 2: "Board of Equalization"}
_CUSTOMERS = {
    1: ("Amy's Bird Sanctuary", "Birds@Intuit.com"),
    3: ("Cool Cars", "Cool_Cars@intuit.com"),
    7: ("Freeman Sporting Goods", "Sporting_goods@intuit.com"),
    17: ("Mark Cho", "Mark@Cho.com"),
    24: ("Sonnenschein Family Store", "Familiystore@intuit.com"),
}
_JOB = (8, "0969 Ocean View Road", "7")
_VENDORS = {30: "Books by Bessie", 31: "Brosnahan Insurance Agency"}
_EMPLOYEES = {54: ("Emily", "Platt"), 55: ("John", "Johnson")}


def open_sample(company: Company, at: datetime) -> None:
    """Open the books and fill the lists; there are no transactions. Call inside a database transaction."""
    company.set_up(INFO, PREFERENCES, {})
    _lists(company, at)
    _taxes(company, at)
    _items(company, at)
    _names(company, at)


def _put(company: Company, kind: str, sequence: str, number: int, body: Record, at: datetime) -> None:
    """Create a record under an id of its own choice; ids go on from there."""
    company.database.collection("sequences").put(f"qbo.id.{sequence}", {"next": number})
    company.create(kind, body, at=at)


def _lists(company: Company, at: datetime) -> None:
    for number, (name, kind, sub_type) in _ACCOUNTS.items():
        body = {"Name": name, "AccountType": kind, "AccountSubType": sub_type}
        _put(company, "Account", "Account", number, body, at)
    for number, (name, days) in _TERMS.items():
        _put(company, "Term", "Term", number, {"Name": name, "Type": "STANDARD", "DueDays": days}, at)
    for number, (name, card) in _METHODS.items():
        body = {"Name": name, "Type": "CREDIT_CARD" if card else "NON_CREDIT_CARD"}
        _put(company, "PaymentMethod", "PaymentMethod", number, body, at)
    for name in ("Commercial", "Residential"):
        company.create("CustomerType", {"Name": name}, at=at)


def _taxes(company: Company, at: datetime) -> None:
    for number, name in _AGENCIES.items():
        _put(company, "TaxAgency", "TaxAgency", number, {"DisplayName": name, "TaxTrackedOnSales": True}, at)
    for number, (name, percent, agency) in _RATES.items():
        rate = {"Name": name, "Description": f"{name} sales tax", "RateValue": percent, "SpecialTaxType": "NONE"}
        shown = {"AgencyRef": {"value": agency}, "DisplayType": "ReadOnly"}
        _put(company, "TaxRate", "TaxRate", number, {**rate, **shown}, at)
    for number, (name, rates) in _CODES.items():
        details = [
            {"TaxRateRef": {"value": rate}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": place}
            for place, rate in enumerate(rates)
        ]
        sides = {"SalesTaxRateList": {"TaxRateDetail": details}, "PurchaseTaxRateList": {"TaxRateDetail": []}}
        code = {"Name": name, "Description": name, "Taxable": True, "TaxGroup": True, **sides}
        _put(company, "TaxCode", "TaxCode", number, code, at)


def _items(company: Company, at: datetime) -> None:
    for number, (name, price) in _ITEMS.items():
        body: Record = {"Name": name, "Type": "Service", "UnitPrice": price, "IncomeAccountRef": {"value": "45"}}
        if number in _STOCKED:
            stock = {"TrackQtyOnHand": True, "QtyOnHand": _STOCKED[number], "InvStartDate": "2020-01-01"}
            accounts = {"IncomeAccountRef": "79", "ExpenseAccountRef": "80", "AssetAccountRef": "81"}
            body |= {"Type": "Inventory", "Taxable": True, **stock}
            body |= {reference: {"value": account} for reference, account in accounts.items()}
        _put(company, "Item", "Item", number, body, at)


def _names(company: Company, at: datetime) -> None:
    for number, (name, mail) in _CUSTOMERS.items():
        address = {"Line1": f"{number} Main St", "City": "Bayshore", "CountrySubDivisionCode": "CA"}
        body = {"DisplayName": name, "PrimaryEmailAddr": {"Address": mail}, "BillAddr": address}
        _put(company, "Customer", "name", number, body, at)
        if number == int(_JOB[2]):
            job = {"DisplayName": _JOB[1], "Job": True, "ParentRef": {"value": _JOB[2]}}
            _put(company, "Customer", "name", _JOB[0], job, at)
    for number, name in _VENDORS.items():
        _put(company, "Vendor", "name", number, {"DisplayName": name}, at)
    for number, (given, family) in _EMPLOYEES.items():
        _put(company, "Employee", "name", number, {"GivenName": given, "FamilyName": family}, at)
