"""The lines of sales forms: ids, amounts, bundles, discounts, the subtotal (quickbooks.md 8.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_value, business, missing
from qbconsole.simulator.quickbooks.references import label
from qbconsole.simulator.quickbooks.tax import flat
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_DETAILS = (
    "SalesItemLineDetail",
    "DescriptionOnly",
    "DescriptionOnlyLine",
    "DiscountLineDetail",
    "GroupLineDetail",
)


def complete(company: Company, record: Record, previous: Record | None) -> Decimal:
    """Check the lines, number them, add the subtotal before the discounts; returns what they add up to."""
    lines = [dict(line) for line in record.get("Line") or [] if line.get("DetailType") != "SubTotalLineDetail"]
    if not any(line.get("DetailType") for line in lines):
        raise missing("Line")
    number(lines, previous)
    items = [line for line in lines if line["DetailType"] != "DiscountLineDetail"]
    discounts = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    if len(discounts) > 1:
        raise Fault("6090", "Invalid discount line", "A form has at most one discount line.", "")
    subtotal = sum((_amount(company, line) for line in items), ZERO)
    discount = sum((_discount(company, line, subtotal) for line in discounts), ZERO)
    if subtotal - discount < 0:
        raise business("Amount must be 0 or greater.")
    total = {"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    record["Line"] = [*items, total, *discounts]
    return subtotal - discount


def number(lines: list[Record], previous: Record | None) -> None:
    """Give lines without an Id one that the document never had, and every line its place, in place."""
    known = [*flat(lines), *lines, *flat((previous or {}).get("Line") or []), *((previous or {}).get("Line") or [])]
    following = max((int(line["Id"]) for line in known if str(line.get("Id") or "").isdigit()), default=0) + 1
    for position, line in enumerate(lines, start=1):
        if "DetailType" not in line:
            raise missing("Line.DetailType")
        if line["DetailType"] == "GroupLineDetail":
            group = line["GroupLineDetail"] = dict(line.get("GroupLineDetail") or {})
            group["Line"] = [dict(inner) for inner in group.get("Line") or []]
        for entry in (line, *line.get("GroupLineDetail", {}).get("Line", [])):
            if not entry.get("Id"):
                entry["Id"], following = str(following), following + 1
        line["LineNum"] = position


def _amount(company: Company, line: Record) -> Decimal:
    kind = line["DetailType"]
    if kind not in _DETAILS:
        raise bad_value(kind, "DetailType")
    if kind == "SalesItemLineDetail":
        return _item(company, line)
    if kind == "GroupLineDetail":
        return _group(company, line)
    line.pop("Amount", None)
    line.setdefault("DescriptionLineDetail", {})
    return ZERO


def _item(company: Company, line: Record) -> Decimal:
    detail = line["SalesItemLineDetail"] = dict(line.get("SalesItemLineDetail") or {})
    if "Amount" not in line:
        raise missing("Line.Amount")
    amount = company.rounded(decimal(line["Amount"]))
    if "Qty" in detail and "UnitPrice" in detail:
        detail["Qty"], detail["UnitPrice"] = decimal(detail["Qty"]), decimal(detail["UnitPrice"])
        told = detail["Qty"] or detail["UnitPrice"]  # clients send 0 and 0 for "not given"
        if told and company.rounded(detail["Qty"] * detail["UnitPrice"]) != amount:
            message = "Amount calculation incorrect in the request"
            raise Fault(
                "6070", message, f"{message}. : Amount is not equal to UnitPrice * Qty. Supplied value:{amount:f}"
            )
    code = (detail.get("TaxCodeRef") or {}).get("value", "NON")
    if code not in ("TAX", "NON"):
        raise Fault("6100", "Invalid tax code", f"The tax code {code} is not TAX or NON.", "TaxCodeRef")
    detail["TaxCodeRef"] = {"value": code}
    line["Amount"] = amount
    return amount


def _group(company: Company, line: Record) -> Decimal:
    """A bundle: its own lines, or those of its item times the quantity."""
    group = line["GroupLineDetail"]
    if not group.get("GroupItemRef"):
        raise missing("Line.GroupItemRef")
    if not group["Line"]:
        group["Line"] = _unpacked(company, line)
    amount = sum((_item(company, inner) for inner in group["Line"]), ZERO)
    line["Amount"] = amount
    return amount


def _unpacked(company: Company, line: Record) -> list[Record]:
    group = line["GroupLineDetail"]
    bundle = company.read("Item", str(group["GroupItemRef"]["value"]))
    made = []
    for place, part in enumerate((bundle.get("ItemGroupDetail") or {}).get("ItemGroupLine") or [], start=1):
        item = company.read("Item", str(part["ItemRef"]["value"]))
        quantity = decimal(group.get("Quantity", 1)) * decimal(part.get("Qty", 1))
        detail = {
            "ItemRef": {"value": item["Id"], "name": item["Name"]},
            "Qty": quantity,
            "UnitPrice": item["UnitPrice"],
            "TaxCodeRef": {"value": "TAX" if item["Taxable"] else "NON"},
        }
        amount = company.rounded(quantity * item["UnitPrice"])
        kind = "SalesItemLineDetail"
        made.append(
            {"Id": f"{line['Id']}{place:02}", "LineNum": place, "Amount": amount, "DetailType": kind, kind: detail}
        )
    return made


def _discount(company: Company, line: Record, subtotal: Decimal) -> Decimal:
    if not company.settings.allows("AllowDiscount", unsaid=True):
        raise Fault("6090", "Invalid discount line", "Discounts are switched off for this company.", "")
    detail = line["DiscountLineDetail"] = dict(line.get("DiscountLineDetail") or {})
    detail.setdefault("PercentBased", "DiscountPercent" in detail)
    if detail["PercentBased"]:
        line["Amount"] = company.rounded(subtotal * decimal(detail.get("DiscountPercent", 0)) / 100)
    if "Amount" not in line:
        raise missing("Line.Amount")
    line["Amount"] = company.rounded(decimal(line["Amount"]))
    usual = company.settings.block("SalesFormsPrefs").get("DefaultDiscountAccount")
    if usual and "DiscountAccountRef" not in detail:
        account = company.read("Account", str(usual))
        detail["DiscountAccountRef"] = {"value": account["Id"], "name": label(account)}
    return Decimal(line["Amount"])


def voided(lines: list[Record]) -> list[Record]:
    """The lines with every amount, quantity and price zero (quickbooks.md 9)."""
    emptied = []
    for original in lines:
        line = {**original, "Amount": ZERO} if "Amount" in original else dict(original)
        if "SalesItemLineDetail" in line:
            line["SalesItemLineDetail"] = {**line["SalesItemLineDetail"], "Qty": ZERO, "UnitPrice": ZERO}
        if "GroupLineDetail" in line:
            group = line["GroupLineDetail"]
            line["GroupLineDetail"] = {**group, "Line": voided(group["Line"])}
        emptied.append(line)
    return emptied
