"""`book check`: each thing that the plan or the preferences have or lack, with what it means for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.conftest import REALM, company_info, preferences

from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks


async def told(quickbooks: QuickBooks) -> dict[str, tuple[bool, str]]:
    return {one.name: (one.available, one.detail) for one in await quickbooks.check()}


def facts(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


ALL_ON: dict[str, Any] = {
    "AccountingInfoPrefs": {
        "ClassTrackingPerTxn": True, "ClassTrackingPerTxnLine": True, "TrackDepartments": True,
        "BookCloseDate": "2026-09-30",
    },
    "SalesFormsPrefs": {
        "CustomTxnNumbers": True, "AllowEstimates": True, "AllowDiscount": True, "AutoApplyCredit": True,
        "AutoApplyPayments": True,
        "CustomField": [
            {"CustomField": [{"Name": "SalesFormsPrefs.UseSalesCustom1", "BooleanValue": True}]},
            {"CustomField": [{"Name": "SalesFormsPrefs.SalesCustomName1", "StringValue": "Crew #"}]},
        ],
    },
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}},
}  # fmt: skip
ALL_OFF: dict[str, Any] = {
    "AccountingInfoPrefs": {}, "SalesFormsPrefs": {}, "TaxPrefs": {},
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
}  # fmt: skip

ROWS: list[tuple[str, str, str]] = [
    ("classes", "sent on the document and on each line", "never sent"),
    ("locations", "sent on the document", "never sent"),
    ("custom fields", "sent: Crew # (1)", "never sent"),
    ("multicurrency", "home currency USD; a customer has one currency", "USD alone; a deal in another"),
    ("estimates", "made and turned into invoices", "drafts of one are blocked"),
    ("discounts", "a discount is a line", "a discount goes into the prices"),
    ("custom numbers", "a draft without a number is blocked", "QuickBooks numbers the documents"),
    ("sales tax", "lines are marked taxable or not", "nothing of tax is sent"),
    ("automated sales tax", "QuickBooks computes the tax", "the tax code of the customer decides"),
    ("credits applied by themselves", "closes open invoices at once", "a credit memo stays open"),
    ("payments applied by themselves", "finds one by itself", "stays as it was entered"),
    ("closing date", "closed through 2026-09-30", "no period is closed"),
]


@pytest.mark.parametrize(("name", "on", "off"), ROWS)
async def test_each_feature_says_what_it_means(
    vendor: Any, quickbooks: QuickBooks, name: str, on: str, off: str
) -> None:
    for blocks, there, words in ((ALL_ON, True, on), (ALL_OFF, False, off)):
        vendor.on("GET", "/preferences", preferences(**blocks))
        available, detail = (await told(quickbooks))[name]
        assert available is there
        assert words in detail


@pytest.mark.parametrize(
    ("values", "name", "wanted"),
    [
        (facts(SubscriptionStatus="PAID"), "subscription", (True, "paid")),
        (facts(SubscriptionStatus="TRIAL"), "subscription", (True, "trial")),
        (facts(SubscriptionStatus="CANCELLED"), "subscription",
         (False, "CANCELLED: it can be read but not written; renew it in QuickBooks")),
        ([], "subscription", (True, "not told")),
        (facts(OfferingSku="QuickBooks Online Plus"), "plan", (True, "QuickBooks Online Plus")),
        ([], "plan", (False, "not told")),
    ],
)  # fmt: skip
async def test_plan_and_subscription(
    vendor: Any, quickbooks: QuickBooks, values: list[dict[str, str]], name: str, wanted: tuple[bool, str]
) -> None:
    vendor.on("GET", f"companyinfo/{REALM}", company_info(NameValue=values))
    assert (await told(quickbooks))[name] == wanted


async def test_the_rest_of_the_table(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", f"companyinfo/{REALM}", company_info(DefaultTimeZone="America/Chicago"))
    table = await told(quickbooks)
    assert table["company"] == (True, "Ridgeline Mechanical")
    assert table["country"] == (True, "US")
    assert table["time zone"] == (True, "America/Chicago")
    assert table["API version"] == (True, "minor version 75")
    assert table["applying credits from here"] == (False, "off: accounting.may_apply_credits in book.toml")


async def test_the_table_of_the_sample_company(quickbooks: QuickBooks) -> None:
    table = {name: available for name, (available, _) in (await told(quickbooks)).items()}
    assert table == {
        "company": True, "country": True, "time zone": False, "subscription": True, "plan": False, "API version": True,
        "classes": True, "locations": False, "custom fields": False, "custom numbers": False, "sales tax": True,
        "automated sales tax": True, "multicurrency": False, "estimates": True, "discounts": False,
        "credits applied by themselves": False, "payments applied by themselves": False, "closing date": True,
        "applying credits from here": False,
    }  # fmt: skip


async def test_an_answer_without_settings_is_tried_again(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "/preferences", {"time": "x"})
    with pytest.raises(Retriable):
        await quickbooks.check()
