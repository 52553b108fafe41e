"""Sales tax: automated by state, or by the code a form names (quickbooks.md 8.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line


def taxed(client: Client, customer: str, **fields: Any) -> dict[str, Any]:
    """An invoice of 275 taxable of 365."""
    lines = [line("275.00", "TAX"), line("90.00", "NON")]
    return client.make("Invoice", {"CustomerRef": {"value": customer}, "Line": lines, **fields})


@pytest.mark.parametrize(
    ("code", "tax", "rates"),
    [("2", "22.00", ["3"]), ("3", "25.03", ["1", "2"]), ("", "0", [])],
    ids=["one rate", "each rate rounded by itself", "no code"],
)
def test_classic_tax_is_what_the_named_code_says(sample: Client, code: str, tax: str, rates: list[str]) -> None:
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": code}}} if code else {}
    made = taxed(sample, "3", **detail)
    found = made["TxnTaxDetail"]
    assert found["TotalTax"] == Decimal(tax)
    assert [each["TaxLineDetail"]["TaxRateRef"]["value"] for each in found.get("TaxLine", [])] == rates
    assert made["TotalAmt"] == 365 + Decimal(tax)


def test_an_exempt_customer_is_taxed_by_the_code_all_the_same(sample: Client) -> None:
    sample.make("Customer", {"Id": "17", "SyncToken": "0", "sparse": True, "Taxable": False})
    assert taxed(sample, "17", TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})["TxnTaxDetail"]["TotalTax"] == 22


def test_a_code_that_is_not_there_is_refused(sample: Client) -> None:
    body = {"CustomerRef": {"value": "3"}, "Line": [line("1.00", "TAX")]}
    assert sample.post("Invoice", {**body, "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "77"}}}).code == "2500"


@pytest.mark.parametrize(("state", "tax"), [("TX", "22.69"), ("OK", "23.38"), ("NV", "0")])
def test_automated_tax_follows_the_state_that_it_is_shipped_to(client: Client, state: str, tax: str) -> None:
    made = taxed(client, client.customer(), ShipAddr={"Line1": "2 Elm", "CountrySubDivisionCode": state})
    assert made["TxnTaxDetail"]["TotalTax"] == Decimal(tax)


@pytest.mark.parametrize(("reading", "tax"), [("replaced", "22.69"), ("honoured", "1.00")])
def test_a_total_that_is_sent_is_replaced_unless_the_override_works(client: Client, reading: str, tax: str) -> None:
    client.company.switches.turn({"tax_override": reading})
    assert taxed(client, client.customer(), TxnTaxDetail={"TotalTax": 1})["TxnTaxDetail"]["TotalTax"] == Decimal(tax)


def test_who_is_exempt_pays_no_automated_tax(client: Client) -> None:
    assert taxed(client, client.customer(Taxable=False))["TxnTaxDetail"] == {"TotalTax": 0}


def test_a_company_without_tax_ignores_what_is_sent(sample: Client) -> None:
    token = sample.send("GET", "/preferences").body["Preferences"]["SyncToken"]
    block = {"UsingSalesTax": False}
    sample.make("Preferences", {"Id": "1", "SyncToken": token, "sparse": True, "TaxPrefs": block})
    assert taxed(sample, "3", TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})["TxnTaxDetail"] == {"TotalTax": 0}


def test_a_new_code_can_be_charged_at_once(sample: Client) -> None:
    detail = {"TaxRateName": "Bay", "RateValue": 10, "TaxAgencyId": "2", "TaxApplicableOn": "Sales"}
    answer = sample.send("POST", "/taxservice/taxcode", {"TaxCode": "Bay", "TaxRateDetails": [detail]})
    code = answer.body["TaxCodeId"]
    assert taxed(sample, "3", TxnTaxDetail={"TxnTaxCodeRef": {"value": code}})["TxnTaxDetail"]["TotalTax"] == Decimal(
        "27.5"
    )
    again = sample.send("POST", "/taxservice/taxcode", {"TaxCode": "bay", "TaxRateDetails": [detail]})
    assert again.code == "6240"
    assert sample.send("POST", "/taxservice/taxcode", {"TaxCode": "No rates"}).code == "2020"
    assert sample.post("TaxCode", {"Name": "Direct"}).code == "500"
