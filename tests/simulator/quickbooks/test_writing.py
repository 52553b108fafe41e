"""Creating, changing, voiding, deleting, and what follows by itself (quickbooks.md 6 to 9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line


def test_a_new_customer_gets_the_vendors_defaults(client: Client) -> None:
    made = client.make("Customer", {"DisplayName": "Doe5, Jane"})
    wanted = {
        "Taxable": True,
        "Job": False,
        "Active": True,
        "Balance": 0,
        "SyncToken": "0",
        "FullyQualifiedName": "Doe5, Jane",
    }
    assert {name: made[name] for name in wanted} == wanted
    assert made["CurrencyRef"]["value"] == "USD"
    assert made["domain"] == "QBO"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("Customer", {"DisplayName": "harbor point dental"}, "6240"),
        ("Customer", {}, "2020"),
        ("Customer", {"DisplayName": "A:B"}, "2040"),
        ("Customer", {"DisplayName": "Long", "Notes": "x" * 2001}, "2050"),
        ("Customer", {"DisplayName": "Odd", "Colour": "red"}, "2010"),
        ("Customer", {"DisplayName": "Mail", "PrimaryEmailAddr": {"Address": "nobody"}}, "2210"),
        ("Invoice", {"CustomerRef": {"value": "1"}}, "2020"),
        ("Invoice", {"CustomerRef": {"value": "999"}, "Line": [line()]}, "2500"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line(item="77")]}, "2500"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line(Qty=3, UnitPrice=33.33)]}, "6070"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line(code="7")]}, "6100"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line()], "EmailStatus": "NeedToSend"}, "6420"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line()], "CurrencyRef": {"value": "CAD"}}, "6000"),
        ("Payment", {"CustomerRef": {"value": "1"}}, "6000"),
        ("Invoice", {"Id": "999", "SyncToken": "0", "sparse": True}, "610"),
    ],
)
def test_what_the_vendor_refuses(client: Client, kind: str, body: dict[str, Any], code: str) -> None:
    client.customer()
    answer = client.post(kind, body)
    assert (answer.status, answer.code) == (400, code)


def test_a_name_is_unique_over_vendors_too(client: Client) -> None:
    client.make("Vendor", {"DisplayName": "Cedar & Main"})
    assert client.post("Customer", {"DisplayName": "cedar & main"}).code == "6240"


def test_an_invoice_gets_its_number_subtotal_due_date_and_tax_from_the_server(client: Client) -> None:
    customer_id = client.customer(SalesTermRef={"value": "1"})
    lines = [line("275.00", "TAX"), line("90.00", "NON")]
    made = client.make("Invoice", {"CustomerRef": {"value": customer_id}, "TxnDate": "2026-11-10", "Line": lines})
    assert (made["DocNumber"], made["DueDate"]) == ("1001", "2026-11-25")
    assert made["Line"][-1] == {
        "Amount": Decimal("365.00"),
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }
    assert made["TxnTaxDetail"]["TotalTax"] == Decimal("22.69"), "8.25 % of 275.00, half a cent up"
    assert made["TotalAmt"] == made["Balance"] == Decimal("387.69")
    assert client.read("Customer", customer_id)["Balance"] == Decimal("387.69")


def test_an_exempt_customer_pays_no_tax(client: Client) -> None:
    made = client.invoice(client.customer(Taxable=False), "100.00", "TAX")
    assert made["TotalAmt"] == 100


def test_an_invoice_to_an_inactive_item_or_customer_is_refused(client: Client) -> None:
    customer_id = client.customer()
    client.make("Item", {"Id": "2", "SyncToken": "0", "sparse": True, "Active": False})
    assert client.post("Invoice", {"CustomerRef": {"value": customer_id}, "Line": [line(item="2")]}).code == "610"
    client.make("Customer", {"Id": customer_id, "SyncToken": "0", "sparse": True, "Active": False})
    assert client.post("Invoice", {"CustomerRef": {"value": customer_id}, "Line": [line()]}).code == "610"


def test_deactivating_appends_deleted_and_frees_the_name(client: Client) -> None:
    customer_id = client.customer()
    gone = client.make("Customer", {"Id": customer_id, "SyncToken": "0", "sparse": True, "Active": False})
    assert gone["DisplayName"] == "Harbor Point Dental (deleted)"
    assert client.customer() != customer_id


def test_a_request_id_replays_the_first_answer(client: Client) -> None:
    body = {"CustomerRef": {"value": client.customer()}, "Line": [line()]}
    first = client.post("Invoice", body, requestid="one")
    again = client.post("Invoice", body, requestid="one")
    other = client.post("Invoice", body, requestid="two")
    assert first.body["Invoice"] == again.body["Invoice"]
    assert other.body["Invoice"]["Id"] != first.body["Invoice"]["Id"]


def test_a_stale_token_is_refused_and_a_change_of_nothing_moves_no_token(client: Client) -> None:
    customer_id = client.customer()
    same = client.make("Customer", {"Id": customer_id, "SyncToken": "0", "sparse": True, "Notes": "VIP"})
    assert same["SyncToken"] == "1"
    again = client.make("Customer", {"Id": customer_id, "SyncToken": "1", "sparse": True, "Notes": "VIP"})
    assert again["SyncToken"] == "1"
    assert client.post("Customer", {"Id": customer_id, "SyncToken": "0", "sparse": True, "Notes": "x"}).code == "5010"


def test_a_full_update_drops_what_it_does_not_name(client: Client) -> None:
    customer_id = client.customer(Notes="keep me?", CompanyName="HPD")
    changed = client.make("Customer", {"Id": customer_id, "SyncToken": "0", "DisplayName": "Harbor Point"})
    assert "Notes" not in changed
    assert changed["Active"] is True


def test_a_payment_moves_balances_and_the_invoices_token(client: Client) -> None:
    customer_id = client.customer()
    invoice = client.invoice(customer_id, "100.00")
    link = {"Amount": 60, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    payment = client.make("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 80, "Line": [link]})
    assert payment["UnappliedAmt"] == 20
    paid = client.read("Invoice", invoice["Id"])
    assert (paid["Balance"], paid["SyncToken"]) == (40, "1")
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    customer = client.read("Customer", customer_id)
    assert (customer["Balance"], customer["SyncToken"]) == (20, "0"), "40 open less 20 unapplied"
    too_much = {"Amount": 50, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    assert (
        client.post("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 50, "Line": [too_much]}).code
        == "6000"
    )
    assert client.read("Invoice", invoice["Id"])["Balance"] == 40


def test_a_zero_payment_applies_a_credit_memo(client: Client) -> None:
    customer_id = client.customer()
    invoice = client.invoice(customer_id, "100.00")
    memo = client.make("CreditMemo", {"CustomerRef": {"value": customer_id}, "Line": [line("100.00")]})
    assert memo["RemainingCredit"] == 100
    links = [
        {"Amount": 100, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]},
        {"Amount": 100, "LinkedTxn": [{"TxnId": memo["Id"], "TxnType": "CreditMemo"}]},
    ]
    client.make("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 0, "Line": links})
    assert client.read("Invoice", invoice["Id"])["Balance"] == 0
    assert client.read("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    assert client.read("Customer", customer_id)["Balance"] == 0


def test_a_voided_invoice_stays_with_zero_amounts_and_frees_its_payments(client: Client) -> None:
    customer_id = client.customer()
    invoice = client.invoice(customer_id, "100.00", PrivateNote="Deal 7 / deposit")
    link = {"Amount": 100, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    payment = client.make("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 100, "Line": [link]})
    token = client.read("Invoice", invoice["Id"])["SyncToken"]
    voided = client.post("Invoice", {"Id": invoice["Id"], "SyncToken": token}, operation="void").body["Invoice"]
    assert (voided["TotalAmt"], voided["Balance"], voided["LinkedTxn"]) == (0, 0, [])
    assert voided["PrivateNote"].startswith("Voided")
    assert voided["DocNumber"] == invoice["DocNumber"]
    assert client.read("Payment", payment["Id"])["UnappliedAmt"] == 100
    assert client.read("Customer", customer_id)["Balance"] == -100


def test_a_deleted_invoice_is_gone(client: Client) -> None:
    invoice = client.invoice(client.customer())
    stub = client.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete").body["Invoice"]
    assert stub == {"domain": "QBO", "status": "Deleted", "Id": invoice["Id"]}
    assert client.send("GET", f"/invoice/{invoice['Id']}").code == "610"


def test_an_estimate_closes_when_an_invoice_links_it(client: Client) -> None:
    customer_id = client.customer()
    estimate = client.make("Estimate", {"CustomerRef": {"value": customer_id}, "Line": [line()]})
    assert estimate["TxnStatus"] == "Pending"
    invoice = client.invoice(customer_id, LinkedTxn=[{"TxnId": estimate["Id"], "TxnType": "Estimate"}])
    closed = client.read("Estimate", estimate["Id"])
    assert (closed["TxnStatus"], closed["SyncToken"]) == ("Closed", "0")
    assert closed["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]


def test_a_deposited_payment_is_frozen(client: Client) -> None:
    customer_id = client.customer()
    payment = client.make("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 10})
    line = {"Amount": 10, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment"}]}
    client.make("Deposit", {"DepositToAccountRef": {"value": "3"}, "Line": [line]})
    assert client.read("Payment", payment["Id"])["SyncToken"] == "0"
    assert client.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="void").code == "6540"


def test_the_closing_date_holds(client: Client) -> None:
    customer_id = client.customer()
    preferences = client.send("GET", "/preferences").body["Preferences"]
    closing = {
        "Id": "1",
        "SyncToken": preferences["SyncToken"],
        "sparse": True,
        "AccountingInfoPrefs": {"BookCloseDate": "2026-08-31"},
    }
    client.make("Preferences", closing)
    assert (
        client.post("Invoice", {"CustomerRef": {"value": customer_id}, "TxnDate": "2026-08-31", "Line": [line()]}).code
        == "6210"
    )
    assert client.invoice(customer_id, TxnDate="2026-09-01")["Id"]


def test_own_numbers_must_be_unique_when_the_company_numbers_itself(client: Client) -> None:
    customer_id = client.customer()
    client.make(
        "Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": {"CustomTxnNumbers": True}}
    )
    first = client.invoice(customer_id, DocNumber="A-1")
    assert "DocNumber" not in client.invoice(customer_id)
    answer = client.post("Invoice", {"CustomerRef": {"value": customer_id}, "Line": [line()], "DocNumber": "A-1"})
    assert answer.code == "6140"
    assert f"TxnId={first['Id']}" in answer.body["Fault"]["Error"][0]["Detail"]


def test_a_jobs_balance_rolls_up_to_its_parent(client: Client) -> None:
    parent_id = client.customer()
    job = client.make("Customer", {"DisplayName": "Bldg 2", "Job": True, "ParentRef": {"value": parent_id}})
    assert job["FullyQualifiedName"] == "Harbor Point Dental:Bldg 2"
    client.invoice(job["Id"], "50.00")
    parent = client.read("Customer", parent_id)
    assert (parent["Balance"], parent["BalanceWithJobs"]) == (0, 50)


def test_a_batch_answers_each_item_and_replays_by_request_id_and_item(client: Client) -> None:
    customer_id = client.customer()
    good = {"bId": "1", "operation": "create", "Invoice": {"CustomerRef": {"value": customer_id}, "Line": [line()]}}
    bad = {"bId": "2", "operation": "create", "Invoice": {"CustomerRef": {"value": "999"}, "Line": [line()]}}
    ask = {"bId": "3", "Query": "select count(*) from Invoice"}
    answer = client.send("POST", "/batch", {"BatchItemRequest": [good, bad, ask]}, requestid="b")
    items = answer.body["BatchItemResponse"]
    assert answer.status == 200
    assert items[0]["Invoice"]["TotalAmt"] == 100
    assert items[1]["Fault"]["Error"][0]["code"] == "2500"
    assert items[2] == {"QueryResponse": {"totalCount": 1}, "bId": "3"}
    again = client.send("POST", "/batch", {"BatchItemRequest": [good]}, requestid="b")
    assert again.body["BatchItemResponse"][0]["Invoice"]["Id"] == items[0]["Invoice"]["Id"]
    assert client.send("POST", "/batch", {"BatchItemRequest": [good] * 31}).code == "1040"


def test_sending_marks_the_invoice_as_sent(client: Client) -> None:
    invoice = client.invoice(client.customer())
    assert client.send("POST", f"/invoice/{invoice['Id']}/send").code == "6420"
    sent = client.send("POST", f"/invoice/{invoice['Id']}/send", sendTo="a@b.example").body["Invoice"]
    assert (sent["EmailStatus"], sent["BillEmail"]["Address"]) == ("EmailSent", "a@b.example")
