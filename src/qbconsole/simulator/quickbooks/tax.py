"""Sales tax on a form: automated by state, or by the tax code that the form names (quickbooks.md 8.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, duplicate_entry, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")


def put(company: Company, record: Record, customer: Record | None) -> Decimal:
    """Set a form's TxnTaxDetail, in place; returns the tax. The rates of a code are rounded one by one, on the sum."""
    sent = record.pop("TxnTaxDetail", None) or {}
    record["TxnTaxDetail"] = {"TotalTax": ZERO}
    foreign = record["CurrencyRef"]["value"] != company.settings.home_currency
    base = _taxable(company, record)
    if not company.settings.uses_tax or foreign or not base:
        return ZERO
    if company.settings.automated_tax:
        if not (customer or {}).get("Taxable", True):
            return ZERO
        code = _code_of_state(company, _state(company, record, customer or {}))
        if sent.get("TotalTax") is not None and company.switches["tax_override"] == "honoured":
            return _overridden(company, record, code, decimal(sent["TotalTax"]))
    else:
        code = _code_named(company, sent)
    return _reckoned(company, record, code, base) if code else ZERO


def _reckoned(company: Company, record: Record, code: Record, base: Decimal) -> Decimal:
    lines: list[Record] = []
    for detail in (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []:
        rate = company.read("TaxRate", str(detail["TaxRateRef"]["value"]))
        percent = decimal(rate["RateValue"])
        lines.append(
            {
                "Amount": company.rounded(base * percent / 100),
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": rate["Id"]},
                    "PercentBased": True,
                    "TaxPercent": percent,
                    "NetAmountTaxable": base,
                },
            }
        )
    total = sum((line["Amount"] for line in lines), ZERO)
    record["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": code["Id"]}, "TotalTax": total, "TaxLine": lines}
    return total


def _overridden(company: Company, record: Record, code: Record | None, total: Decimal) -> Decimal:
    total = company.rounded(total)
    named = {"TxnTaxCodeRef": {"value": code["Id"]}} if code else {}
    record["TxnTaxDetail"] = {**named, "TotalTax": total}
    return total


def _code_of_state(company: Company, state: str) -> Record | None:
    return next((code for code in company.shelf("TaxCode") if code["Name"] == state and code["Active"]), None)


def _code_named(company: Company, sent: Record) -> Record | None:
    value = str((sent.get("TxnTaxCodeRef") or {}).get("value") or "")
    if not value:
        return None
    code = company.shelf("TaxCode").get(value)
    if code is None:
        raise bad_reference("TaxCodes", value)
    if not code["Active"]:
        raise Fault("6130", "Invalid tax code", f"The tax code {value} is not active.", "TxnTaxCodeRef")
    return code


def _taxable(company: Company, record: Record) -> Decimal:
    """What of a form is taxed, after its share of the discounts if tax comes after them."""
    taxed = [
        line["Amount"]
        for line in flat(record["Line"])
        if line.get("SalesItemLineDetail", {}).get("TaxCodeRef", {}).get("value") == "TAX"
    ]
    base = sum(taxed, ZERO)
    if not (base and record.get("ApplyTaxAfterDiscount")):
        return base
    discount = sum((line["Amount"] for line in record["Line"] if line["DetailType"] == "DiscountLineDetail"), ZERO)
    subtotal = next(line["Amount"] for line in record["Line"] if line["DetailType"] == "SubTotalLineDetail")
    return base - (company.rounded(discount * base / subtotal) if subtotal else ZERO)


def flat(lines: list[Record]) -> list[Record]:
    """The lines with those inside bundles in their place."""
    return [inner for line in lines for inner in line.get("GroupLineDetail", {}).get("Line", [line])]


def _state(company: Company, record: Record, customer: Record) -> str:
    for holder, name in ((record, "ShipAddr"), (record, "BillAddr"), (customer, "ShipAddr"), (customer, "BillAddr")):
        state = (holder.get(name) or {}).get("CountrySubDivisionCode")
        if state:
            return str(state)
    return company.settings.home_state


def add_code(company: Company, body: Record) -> Record:
    """Answer `POST /taxservice/taxcode`: a tax code with the rates that are named or made new (quickbooks.md 8.12).

    Raises:
        Fault: 2020, 2500 or 6240.
    """

    name, details = str(body.get("TaxCode") or ""), body.get("TaxRateDetails") or []
    if not name:
        raise missing("TaxCode")
    if not details:
        raise missing("TaxRateDetails")
    if any(code["Name"].casefold() == name.casefold() for code in company.shelf("TaxCode")):
        raise duplicate_entry(name)
    lists: dict[str, list[Record]] = {"Sales": [], "Purchase": []}
    answered = []
    for detail in details:
        rate = _rate_for(company, detail)
        side = str(detail.get("TaxApplicableOn") or "Sales")
        shown = {"TaxRateRef": {"value": rate["Id"], "name": rate["Name"]}, "TaxTypeApplicable": "TaxOnAmount"}
        lists.setdefault(side, []).append({**shown, "TaxOrder": 0})
        answered.append(
            {
                "TaxRateName": rate["Name"],
                "TaxRateId": rate["Id"],
                "RateValue": rate["RateValue"],
                "TaxAgencyId": rate["AgencyRef"]["value"],
                "TaxApplicableOn": side,
            }
        )
    sides = {f"{side}TaxRateList": {"TaxRateDetail": found} for side, found in lists.items()}
    code = {"Name": name, "Description": name, "Taxable": True, "TaxGroup": True, "Hidden": False, **sides}
    made = company.create("TaxCode", code)
    return {"TaxCode": name, "TaxCodeId": made["Id"], "TaxRateDetails": answered}


def _rate_for(company: Company, detail: Record) -> Record:

    if detail.get("TaxRateId"):
        rate = company.shelf("TaxRate").get(str(detail["TaxRateId"]))
        if rate is None:
            raise bad_reference("TaxRates", str(detail["TaxRateId"]))
        return rate
    if not detail.get("TaxRateName"):
        raise missing("TaxRateName")
    if detail.get("RateValue") is None:
        raise missing("RateValue")
    agency = str(detail.get("TaxAgencyId") or "")
    if company.shelf("TaxAgency").get(agency) is None:
        raise bad_reference("TaxAgencies", agency)
    return company.create(
        "TaxRate",
        {
            "Name": str(detail["TaxRateName"]),
            "Description": str(detail["TaxRateName"]),
            "RateValue": decimal(detail["RateValue"]),
            "AgencyRef": {"value": agency},
            "SpecialTaxType": "NONE",
            "DisplayType": "ReadOnly",
        },
    )
