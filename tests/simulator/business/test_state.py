"""The ledger holds the books to account: what is missing, double, wrong, let through, paid, written back."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    from qbconsole.simulator.business.business import Business


def check(state: dict[str, Any]) -> None:
    schema = json.loads((files("qbconsole.simulator") / "schemas" / "state.json").read_text())
    jsonschema.validate(state, schema)


def figures(client: Any) -> tuple[int, int, int]:
    state = client.state
    check(state)
    invoices = state["invoices"]
    assert len(state["double"]) == invoices["double"]
    assert len(state["missing"]) == invoices["missing"]
    assert len(state["wrong"]) == invoices["wrong"]
    return invoices["double"], invoices["missing"], invoices["wrong"]


def test_the_state_of_the_default_business_is_as_its_schema_says(whole: Business) -> None:
    check(whole.state())


def test_billing_every_clean_deal_once_leaves_no_difference(client: Any) -> None:
    client.bill_all()
    assert figures(client) == (0, 0, 0)
    assert {event["status"] for event in client.state["events"]} == {"billed", "apart"}
    assert client.state["customers"] == []


def test_a_second_invoice_for_a_deal_is_double_with_or_without_a_tag(client: Any) -> None:
    client.bill_all()
    event = client.events("bill")[0]
    client.bill(event)
    client.bill(event, PrivateNote=f"Deal {event.deal_id} / deposit")
    assert figures(client) == (2, 0, 0)
    row = client.state["double"][0]
    assert row["deal_id"] == event.deal_id
    assert row["amount"] == str(event.total)
    assert next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["status"] == "double"
    assert client.state["customers"][0]["difference"] == str(2 * event.total)


@pytest.mark.parametrize("verdict", ["adopt", "hold"])
def test_an_invoice_for_what_must_not_be_billed_is_double_and_let_through(client: Any, verdict: str) -> None:
    client.bill_all()
    event = next(
        event
        for event in client.events(verdict)
        if event.lines
        and all(line.item for line in event.lines)
        and event.defect not in ("inactive_item", "foreign_currency")
    )
    client.bill(event)
    assert figures(client) == (1, 0, 0)
    assert client.state["defects"]["let_through"] == 1


def test_an_invoice_out_of_nowhere_is_double(client: Any) -> None:
    client.bill_all()
    event = client.events("bill")[0]
    line = event.lines[0]
    detail = {"ItemRef": {"value": line.item}, "TaxCodeRef": {"value": "NON"}}
    lines = [{"Amount": Decimal("1.23"), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}]
    client.bill(event, Line=lines)
    assert figures(client) == (1, 0, 0)


def test_a_voided_invoice_is_not_there(client: Any) -> None:
    client.bill_all()
    again = client.bill(client.events("bill")[0])
    client.void(again)
    assert figures(client) == (0, 0, 0)


def test_a_credit_memo_of_equal_amount_undoes_an_invoice(client: Any) -> None:
    client.bill_all()
    event = client.events("bill")[0]
    again = client.business.company.read("Invoice", client.bill(event))
    lines = [line for line in again["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    client.create("CreditMemo", {"CustomerRef": again["CustomerRef"], "TxnDate": client.today(), "Line": lines})
    assert figures(client) == (0, 0, 0)


def test_the_wrong_customer_is_named(client: Any) -> None:
    event, other = client.events("bill")[:2]
    client.bill_all()
    wanted = client.customer(event)
    client.void(next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["invoice_ids"][0])
    elsewhere = client.customer(other)
    client.bill(event, CustomerRef={"value": elsewhere})
    double, missing, wrong = figures(client)
    assert (double, missing, wrong) == (0, 0, 1)
    assert f"customer is {elsewhere}, should be {wanted}" in client.state["wrong"][0]["differences"]


def test_the_wrong_day_is_named(client: Any) -> None:
    client.bill_all()
    event = client.events("bill")[0]
    client.void(next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["invoice_ids"][0])
    client.bill(event, TxnDate="2026-11-12")
    assert figures(client) == (0, 0, 1)
    assert client.state["wrong"][0]["differences"] == ["dated 2026-11-12, should be 2026-11-16"]


def test_a_line_without_its_tax_is_named_to_the_cent(client: Any) -> None:
    client.bill_all()
    parties = client.business.ledger.parties()
    event = next(event for event in client.events("bill") if event.tax and not parties[event.party].exempt)
    client.void(next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["invoice_ids"][0])
    lines = [
        {
            "Amount": line.amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": line.item}, "TaxCodeRef": {"value": "NON"}},
        }
        for line in event.lines
    ]
    client.bill(event, Line=lines)
    assert figures(client) == (0, 0, 1)
    row = client.state["wrong"][0]
    assert row["difference"] == str(-event.tax)
    assert f"tax is 0.00, should be {event.tax}" in row["differences"]


def test_a_missing_and_an_added_line_are_named(client: Any) -> None:
    client.bill_all()
    event = next(event for event in client.events("bill") if len(event.lines) >= 2)
    client.void(next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["invoice_ids"][0])
    keep = max(event.lines, key=lambda line: line.amount)
    detail = {"ItemRef": {"value": keep.item}, "TaxCodeRef": {"value": "TAX" if keep.taxable else "NON"}}
    client.bill(
        event, Line=[{"Amount": keep.amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}]
    )
    assert figures(client) == (0, 0, 1)
    assert any(text.startswith("line missing") for text in client.state["wrong"][0]["differences"])


def test_a_discount_that_was_forgotten_is_wrong_not_double(client: Any) -> None:
    client.bill_all()
    event = client.events("bill")[0]
    client.void(next(one for one in client.state["events"] if one["deal_id"] == event.deal_id)["invoice_ids"][0])
    lines = [
        {
            "Amount": line.amount + Decimal("10.00"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": line.item},
                "TaxCodeRef": {"value": "TAX" if line.taxable else "NON"},
            },
        }
        for line in event.lines
    ]
    client.bill(event, Line=lines)
    assert figures(client) == (0, 0, 1)
    line = max(event.lines, key=lambda line: line.amount)
    text = f"line {line.sku}: amount is {line.amount + 10}, should be {line.amount}"
    assert text in client.state["wrong"][0]["differences"]


def test_voiding_an_invoice_that_the_business_made_is_wrong(client: Any) -> None:
    event = next(event for event in client.events("adopt") if event.by_hand)
    client.void(event.by_hand[0])
    state = client.state
    assert [row["differences"] for row in state["wrong"]] == [["voided"]]
    assert next(row for row in state["documents"] if row["deal_id"] == event.deal_id)["status"] in (
        "voided",
        "unpaid",
        "overdue",
        "paid",
        "partially_paid",
    )


def test_links_to_another_business_are_counted(client: Any) -> None:
    portal = client.business.portal
    definition = {
        "name": "qbc_customer_id",
        "label": "Customer",
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
    }
    portal.properties.create("companies", definition, client.business.clock.now())
    first, second = client.business.pairs()["pairs"][:2]
    portal.update("companies", first["company_id"], {"qbc_customer_id": first["customer_id"]})
    assert client.state["links"]["linked"] == 1
    portal.update("companies", second["company_id"], {"qbc_customer_id": first["customer_id"]})
    assert client.state["links"] == {**client.state["links"], "linked": 2, "wrong": 1}


def test_a_task_made_twice_is_counted(client: Any) -> None:
    portal = client.business.portal
    deal = client.events("bill")[0].deal_id
    for subject in ("Call about 1042", "Call about 1042", "Call about 1043"):
        portal.create(
            "tasks",
            {"hs_timestamp": "2026-11-20T15:00:00Z", "hs_task_subject": subject},
            associations=[("deals", deal, "")],
        )
    assert client.state["tasks"] == {"created": 3, "double": 1}


def test_months_add_up_to_what_customers_owe(whole: Business) -> None:
    months = whole.state()["months"]
    assert list(months) == sorted(months)
    assert len(months) >= 18
    assert Decimal(list(months.values())[-1]["receivable"]) > 0
