"""Receivables reports: their envelope, their periods, and that they add up to the balances (quickbooks.md 2.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line

TITLES = ["", "Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"]


def report(client: Client, name: str = "AgedReceivables", **query: str) -> Any:
    """A report that has to work."""
    answer = client.send("GET", f"/reports/{name}", **query)
    assert answer.status == 200, answer.body
    return answer.body


def totals(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    """By customer: the last cell of its own row, jobs included as rows of their own."""
    found: dict[str, Decimal] = {}
    for row in rows:
        cells = row.get("ColData") or row.get("Header", {}).get("ColData")
        if cells:
            found[cells[0]["id"]] = Decimal(cells[-1]["value"])
            found |= totals(row.get("Rows", {}).get("Row", []))
    return found


def due(client: Client, customer: str, amount: str, day: str) -> dict[str, Any]:
    """An invoice that falls due on a day."""
    return client.invoice(customer, amount, TxnDate="2026-06-01", DueDate=day)


def test_amounts_stand_in_the_period_of_their_days_past_due(client: Client) -> None:
    customer = client.customer()
    for number, day in enumerate(["2026-11-16", "2026-11-15", "2026-10-17", "2026-10-16", "2026-08-18", "2026-08-17"]):
        due(client, customer, f"{number + 1}.00", day)
    found = report(client, report_date="2026-11-16")
    assert [column["ColTitle"] for column in found["Columns"]["Column"]] == TITLES
    row, total = found["Rows"]["Row"]
    assert [cell["value"] for cell in row["ColData"]] == [
        *("Harbor Point Dental", "1.00", "5.00", "4.00", "5.00", "6.00", "21.00")
    ]
    assert (total["group"], total["Summary"]["ColData"][-1]["value"]) == ("GrandTotal", "21.00")
    assert found["Header"]["ReportName"] == "AgedReceivables"
    assert {"Name": "NoReportData", "Value": "false"} in found["Header"]["Option"]


@pytest.mark.parametrize("name", ["AgedReceivables", "CustomerBalance"])
def test_every_row_is_its_customers_balance_to_the_cent(client: Client, name: str) -> None:
    parent, other = client.customer("Oak"), client.customer("Elm")
    job = client.customer("Shed", Job=True, ParentRef={"value": parent})
    first = client.invoice(job, "33.33")
    client.invoice(parent, "12.10")
    client.invoice(other, "80.00")
    link = {"Amount": 3.33, "LinkedTxn": [{"TxnId": first["Id"], "TxnType": "Invoice"}]}
    client.make("Payment", {"CustomerRef": {"value": job}, "TotalAmt": 10, "Line": [link]})
    client.make("CreditMemo", {"CustomerRef": {"value": other}, "Line": [line("95.55")]})
    rows = report(client, name)["Rows"]["Row"]
    customers = client.query("select * from Customer").body["QueryResponse"]["Customer"]
    assert totals(rows) == {each["Id"]: Decimal(each["Balance"]) for each in customers}
    section = next(row for row in rows if row.get("type") == "Section" and "Header" in row)
    assert Decimal(section["Summary"]["ColData"][-1]["value"]) == client.read("Customer", parent)["BalanceWithJobs"]


def test_an_earlier_date_knows_nothing_of_what_came_later(client: Client) -> None:
    customer = client.customer()
    invoice = client.invoice(customer, TxnDate="2026-09-01")
    client.invoice(customer, "40.00", TxnDate="2026-11-02")
    link = {"Amount": 60, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    client.make(
        "Payment", {"CustomerRef": {"value": customer}, "TotalAmt": 60, "TxnDate": "2026-10-20", "Line": [link]}
    )
    seen = {day: totals(report(client, report_date=day)["Rows"]["Row"]) for day in ("2026-10-01", "2026-11-01")}
    assert seen == {"2026-10-01": {customer: 100}, "2026-11-01": {customer: 40}}
    nothing = report(client, report_date="2026-08-01")
    assert nothing["Rows"] == {}
    assert {"Name": "NoReportData", "Value": "true"} in nothing["Header"]["Option"]


def test_a_report_of_some_customers_holds_their_jobs(client: Client) -> None:
    parent, other = client.customer("Oak"), client.customer("Elm")
    job = client.customer("Shed", Job=True, ParentRef={"value": parent})
    for each in (job, other):
        client.invoice(each)
    assert totals(report(client, customer=parent)["Rows"]["Row"]) == {parent: 0, job: 100}


def test_foreign_documents_are_reckoned_at_home_or_as_they_are(client: Client) -> None:
    customer = client.customer("Maple", CurrencyRef={"value": "CAD"})
    client.invoice(customer, CurrencyRef={"value": "CAD"}, ExchangeRate=0.75)
    assert totals(report(client)["Rows"]["Row"]) == {customer: 75}
    client.company.switches.turn({"report_currency": "customer"})
    assert totals(report(client)["Rows"]["Row"]) == {customer: 100}


def test_the_detail_has_one_row_a_document_in_sections_of_periods(client: Client) -> None:
    customer = client.customer()
    late = due(client, customer, "10.00", "2026-10-01")
    client.invoice(customer, "5.00")
    client.make("CreditMemo", {"CustomerRef": {"value": customer}, "Line": [line("2.00")]})
    found = report(client, "AgedReceivableDetail")
    sections = found["Rows"]["Row"]
    assert [section["Header"]["ColData"][0]["value"] for section in sections] == ["31 - 60 days past due", "Current"]
    cells = sections[0]["Rows"]["Row"][0]["ColData"]
    assert cells[1] == {"value": "Invoice", "id": late["Id"]}
    assert (cells[2]["value"], cells[-1]["value"]) == (late["DocNumber"], "10.00")
    assert sections[1]["Summary"]["ColData"][-1]["value"] == "3.00"


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("Nonsense", {}, "500"),
        ("AgedReceivables", {"report_date": "soon"}, "2060"),
        ("AgedReceivables", {"aging_method": "Never"}, "2170"),
        ("AgedReceivables", {"num_periods": "0"}, "2170"),
    ],
)
def test_what_a_report_refuses(client: Client, name: str, query: dict[str, str], code: str) -> None:
    answer = client.send("GET", f"/reports/{name}", **query)
    assert (answer.status, answer.code) == (400, code)
