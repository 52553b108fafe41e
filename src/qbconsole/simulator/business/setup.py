"""Opens both systems: company info, preferences, lists, items, products, pipelines, owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.catalogue import (
    COMPANY_NAME,
    CURRENCY,
    LABOR,
    PRODUCTS,
    TAX_RATES,
    TERMS,
    owners,
    pipelines,
)

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

CLOSING_DATE = "2026-08-31"
"""Up to this day the books are closed."""

INFO: dict[str, Any] = {
    "CompanyName": COMPANY_NAME,
    "LegalName": f"{COMPANY_NAME} LLC",
    "CompanyAddr": {
        "Line1": "4100 Burleson Rd",
        "City": "Austin",
        "CountrySubDivisionCode": "TX",
        "PostalCode": "78744",
        "Country": "US",
    },
    "Email": {"Address": "office@ridgelinemechanical.example"},
    "PrimaryPhone": {"FreeFormNumber": "(512) 555-0100"},
    "Country": "US",
    "FiscalYearStartMonth": "January",
    "CompanyStartDate": "2019-03-01",
    "DefaultTimeZone": "America/Chicago",
}

PREFERENCES: dict[str, Any] = {
    "AccountingInfoPrefs": {
        "TrackDepartments": False,
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": False,
        "CustomerTerminology": "Customers",
    },
    "SalesFormsPrefs": {
        "CustomTxnNumbers": False,
        "AllowDeposit": False,
        "AllowDiscount": True,
        "AllowEstimates": True,
        "AutoApplyCredit": False,
        "AutoApplyPayments": False,
    },
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": CURRENCY}},
}

ACCOUNTS = [
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Checking", "Bank", "Checking"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
]
METHODS = [("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Visa", "CREDIT_CARD")]


def open_portal(portal: Portal, at: datetime) -> dict[str, str]:
    """Set the CRM up; the CRM product ids by SKU."""
    portal.set_up(currency=CURRENCY, time_zone="America/Chicago", owners=owners(), pipelines=pipelines(), properties={})
    made = {}
    for product in PRODUCTS:
        properties = {"name": product.name, "hs_sku": product.sku, "price": str(product.price)}
        made[product.sku] = str(portal.create("products", properties, at=at)["id"])
    return made


def open_books(company: Company, at: datetime) -> dict[str, dict[str, str]]:
    """Set the books up; ids of accounts, terms, methods by name and of items by SKU. The period is closed later."""
    company.set_up(INFO, PREFERENCES, TAX_RATES)
    accounts = {
        name: _listed(company, "Account", {"Name": name, "AccountType": kind, "AccountSubType": sub}, at)
        for name, kind, sub in ACCOUNTS
    }
    terms = {
        name: _listed(company, "Term", {"Name": name, "Type": "STANDARD", "DueDays": days}, at)
        for name, days in TERMS.items()
    }
    methods = {name: _listed(company, "PaymentMethod", {"Name": name, "Type": kind}, at) for name, kind in METHODS}
    if not any(currency["Code"] == "CAD" for currency in company.records("CompanyCurrency")):
        company.create("CompanyCurrency", {"Code": "CAD", "Name": "Canadian Dollar"}, at=at)
    items = _items(company, accounts, at)
    return {"accounts": accounts, "terms": terms, "methods": methods, "items": items}


def _listed(company: Company, kind: str, body: dict[str, Any], at: datetime) -> str:
    """The id of a list entry of that name, made if the company has none."""
    for record in company.records(kind):
        if record["Name"] == body["Name"]:
            return str(record["Id"])
    return str(company.create(kind, body, at=at)["Id"])


def _items(company: Company, accounts: dict[str, str], at: datetime) -> dict[str, str]:
    items = {}
    for product in PRODUCTS:
        if product.in_books == "absent":
            continue
        income = accounts["Services" if product.kind == LABOR else "Sales of Product Income"]
        body = {
            "Name": product.name,
            "Sku": product.sku,
            "Type": product.kind,
            "UnitPrice": product.price,
            "Taxable": product.taxable,
            "IncomeAccountRef": {"value": income},
        }
        made = company.create("Item", body, at=at)
        items[product.sku] = str(made["Id"])
    extras = [("Permit fee", LABOR, "150.00"), ("Hours", LABOR, "95.00"), ("Misc. materials", "NonInventory", "0.00")]
    for name, kind, price in extras:
        income = accounts["Services"]
        body = {
            "Name": name,
            "Type": kind,
            "UnitPrice": price,
            "Taxable": kind != LABOR,
            "IncomeAccountRef": {"value": income},
        }
        _listed(company, "Item", body, at)
    return items


def retire(company: Company, at: datetime) -> None:
    """Make the items inactive that are no longer sold, and close the period: the last acts of the history."""
    for product in PRODUCTS:
        if product.in_books == "inactive":
            item = next(item for item in company.records("Item") if item.get("Sku") == product.sku)
            change = {"Id": item["Id"], "SyncToken": item["SyncToken"], "sparse": True, "Active": False}
            company.update("Item", change, at=at)
    preferences = company.records("Preferences")[0]
    accounting = preferences["AccountingInfoPrefs"] | {"BookCloseDate": CLOSING_DATE}
    change = {
        "Id": preferences["Id"],
        "SyncToken": preferences["SyncToken"],
        "sparse": True,
        "AccountingInfoPrefs": accounting,
    }
    company.update("Preferences", change, at=at)
