"""What a change does to everything that hangs on it: balances, credits, deposits, names (quickbooks.md 4, 7, 8)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.simulator.quickbooks.conftest import line

if TYPE_CHECKING:
    from tests.simulator.quickbooks.conftest import Client


def applied(kind: str, document_id: str, amount: float) -> dict[str, Any]:
    """A payment's line."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": document_id, "TxnType": kind}]}


def credited(client: Client) -> tuple[str, str, str, str]:
    """Customer, invoice, credit memo and the empty payment that applies one to the other."""
    customer_id = client.customer()
    invoice_id = client.invoice(customer_id)["Id"]
    memo_id = client.make("CreditMemo", {"CustomerRef": {"value": customer_id}, "Line": [line()]})["Id"]
    links = [applied("Invoice", invoice_id, 100), applied("CreditMemo", memo_id, 100)]
    payment = client.make("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": 0, "Line": links})
    return customer_id, invoice_id, memo_id, payment["Id"]


def sparse(client: Client, kind: str, record_id: str, **fields: Any) -> Any:
    """A sparse update under the current token."""
    token = client.read(kind, record_id)["SyncToken"]
    return client.post(kind, {"Id": record_id, "SyncToken": token, "sparse": True, **fields})


def drop(client: Client, kind: str, record_id: str, operation: str) -> Any:
    """Void or delete under the current token."""
    token = client.read(kind, record_id)["SyncToken"]
    return client.post(kind, {"Id": record_id, "SyncToken": token}, operation=operation)


def test_a_parent_pays_its_jobs_invoice_and_both_balances_follow(client: Client) -> None:
    parent_id = client.customer()
    job_id = client.customer("Bldg 2", Job=True, ParentRef={"value": parent_id})
    invoice_id = client.invoice(job_id)["Id"]
    client.make(
        "Payment",
        {"CustomerRef": {"value": parent_id}, "TotalAmt": 100, "Line": [applied("Invoice", invoice_id, 100)]},
    )
    assert client.read("Customer", job_id)["Balance"] == 0
    assert client.read("Customer", parent_id)["BalanceWithJobs"] == 0


def test_an_invoice_given_to_another_customer_leaves_the_first_ones_balance(client: Client) -> None:
    first, second = client.customer("First"), client.customer("Second")
    sparse(client, "Invoice", client.invoice(first)["Id"], CustomerRef={"value": second})
    assert [client.read("Customer", customer_id)["Balance"] for customer_id in (first, second)] == [0, 100]


def test_a_changed_credit_memo_has_its_new_total_open(client: Client) -> None:
    customer_id = client.customer()
    memo = client.make("CreditMemo", {"CustomerRef": {"value": customer_id}, "Line": [line()]})
    changed = sparse(client, "CreditMemo", memo["Id"], Line=[line("40.00")]).body["CreditMemo"]
    assert (changed["Balance"], changed["RemainingCredit"]) == (40, 40)
    assert client.read("Customer", customer_id)["Balance"] == -40


def test_deleting_an_applied_credit_memo_opens_its_invoice_again(client: Client) -> None:
    customer_id, invoice_id, memo_id, payment_id = credited(client)
    drop(client, "CreditMemo", memo_id, "delete")
    invoice = client.read("Invoice", invoice_id)
    assert (invoice["Balance"], invoice["LinkedTxn"]) == (100, [])
    assert client.read("Customer", customer_id)["Balance"] == 100
    assert client.send("GET", f"/payment/{payment_id}").code == "610", "a payment of nothing for nothing goes away"


def test_voiding_a_credited_invoice_opens_the_credit_again(client: Client) -> None:
    customer_id, invoice_id, memo_id, _ = credited(client)
    before = int(client.read("Invoice", invoice_id)["SyncToken"])
    voided = drop(client, "Invoice", invoice_id, "void").body["Invoice"]
    assert int(voided["SyncToken"]) > before
    assert client.read("CreditMemo", memo_id)["RemainingCredit"] == 100
    assert client.read("Customer", customer_id)["Balance"] == -100


def test_money_beyond_an_invoices_new_total_becomes_unapplied(client: Client) -> None:
    customer_id = client.customer()
    invoice_id = client.invoice(customer_id)["Id"]
    body = {"CustomerRef": {"value": customer_id}, "TotalAmt": 80, "Line": [applied("Invoice", invoice_id, 80)]}
    payment_id = client.make("Payment", body)["Id"]
    assert sparse(client, "Invoice", invoice_id, Line=[line("50.00")]).body["Invoice"]["Balance"] == 0
    assert client.read("Payment", payment_id)["UnappliedAmt"] == 30
    assert client.read("Customer", customer_id)["Balance"] == -30


def test_a_client_cannot_unlink_a_payment_or_set_what_the_server_reckons(client: Client) -> None:
    customer_id = client.customer()
    invoice_id = client.invoice(customer_id)["Id"]
    body = {"CustomerRef": {"value": customer_id}, "TotalAmt": 80, "Line": [applied("Invoice", invoice_id, 80)]}
    payment_id = client.make("Payment", body)["Id"]
    changed = sparse(client, "Invoice", invoice_id, LinkedTxn=[], PrivateNote="x").body["Invoice"]
    assert changed["LinkedTxn"] == [{"TxnId": payment_id, "TxnType": "Payment"}]
    assert changed["Balance"] == 20
    assert sparse(client, "Customer", customer_id, BalanceWithJobs=99).body["Customer"]["BalanceWithJobs"] == 20


def test_a_payment_changed_to_what_it_was_moves_no_token(client: Client) -> None:
    customer_id = client.customer()
    invoice_id = client.invoice(customer_id)["Id"]
    body = {"CustomerRef": {"value": customer_id}, "TotalAmt": 80, "Line": [applied("Invoice", invoice_id, 80)]}
    payment_id = client.make("Payment", body)["Id"]
    assert sparse(client, "Payment", payment_id, TotalAmt=80).body["Payment"]["SyncToken"] == "0"
    assert client.read("Invoice", invoice_id)["SyncToken"] == "1"


def test_taking_the_deposit_away_thaws_the_payment(client: Client) -> None:
    payment_id = client.make("Payment", {"CustomerRef": {"value": client.customer()}, "TotalAmt": 10})["Id"]
    deposit = client.make(
        "Deposit", {"DepositToAccountRef": {"value": "3"}, "Line": [applied("Payment", payment_id, 10)]}
    )
    assert deposit["TotalAmt"] == 10
    assert sparse(client, "Payment", payment_id, PrivateNote="x").code == "6540"
    drop(client, "Deposit", deposit["Id"], "delete")
    assert sparse(client, "Payment", payment_id, PrivateNote="x").status == 200


@pytest.mark.parametrize(("after", "tax"), [(False, "8.25"), (True, "7.43")])
def test_a_discount_lowers_the_tax_only_if_tax_comes_after_it(client: Client, after: bool, tax: str) -> None:
    discount = {"Amount": 20, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {}}
    lines = [line("100.00", "TAX"), line("100.00", "NON"), discount]
    body = {"CustomerRef": {"value": client.customer()}, "ApplyTaxAfterDiscount": after, "Line": lines}
    assert client.make("Invoice", body)["TxnTaxDetail"]["TotalTax"] == Decimal(tax)


def test_a_line_without_an_id_is_a_new_line(client: Client) -> None:
    invoice_id = client.invoice(client.customer())["Id"]
    assert sparse(client, "Invoice", invoice_id, Line=[line("5.00")]).body["Invoice"]["Line"][0]["Id"] == "2"


def test_null_is_not_sent_and_an_empty_text_blanks(client: Client) -> None:
    customer_id = client.customer(Notes="keep")
    assert sparse(client, "Customer", customer_id, Notes=None, CompanyName="HPD").body["Customer"]["Notes"] == "keep"
    assert "Notes" not in sparse(client, "Customer", customer_id, Notes="").body["Customer"]


def test_jobs_take_their_parents_new_name(client: Client) -> None:
    parent_id = client.customer()
    job_id = client.customer("Bldg 2", Job=True, ParentRef={"value": parent_id})
    sparse(client, "Customer", parent_id, DisplayName="Harbor Dental")
    job = client.read("Customer", job_id)
    assert (job["FullyQualifiedName"], job["SyncToken"]) == ("Harbor Dental:Bldg 2", "0")


def test_a_job_takes_its_open_amount_to_its_new_parent(client: Client) -> None:
    first, second = client.customer("First"), client.customer("Second")
    job_id = client.customer("Bldg 2", Job=True, ParentRef={"value": first})
    client.invoice(job_id)
    sparse(client, "Customer", job_id, ParentRef={"value": second})
    assert [client.read("Customer", each)["BalanceWithJobs"] for each in (first, second)] == [0, 100]


def test_the_second_of_a_name_made_inactive_gets_a_counter(client: Client) -> None:
    names = [sparse(client, "Customer", client.customer("Twin"), Active=False).body["Customer"] for _ in range(2)]
    assert [made["DisplayName"] for made in names] == ["Twin (deleted)", "Twin (deleted) 2"]
    assert names[0]["PrintOnCheckName"] == "Twin"


def test_a_number_given_up_is_free(client: Client) -> None:
    sparse(client, "Preferences", "1", SalesFormsPrefs={"CustomTxnNumbers": True})
    customer_id = client.customer()
    sparse(client, "Invoice", client.invoice(customer_id, DocNumber="N1")["Id"], DocNumber="N2")
    assert client.invoice(customer_id, DocNumber="N1")["DocNumber"] == "N1"


def test_a_document_cannot_be_moved_out_of_a_closed_period(client: Client) -> None:
    invoice_id = client.invoice(client.customer(), TxnDate="2026-01-05")["Id"]
    sparse(client, "Preferences", "1", AccountingInfoPrefs={"BookCloseDate": "2026-08-31"})
    assert sparse(client, "Invoice", invoice_id, TxnDate="2026-11-01").code == "6210"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"CustomerRef": "1"}, "2010"),
        ({"Line": {}}, "2010"),
        ({"Line": ["x"]}, "2010"),
        ({"Line": [{**line(), "Amount": "abc"}]}, "2080"),
        ({"Line": [{**line(), "Amount": 10**30}]}, "2080"),
        ({"TxnDate": "31/12/2026"}, "2060"),
        ({"BillEmail": {"Address": 5}}, "2210"),
        ({"ApplyTaxAfterDiscount": "perhaps"}, "2010"),
    ],
)
def test_a_malformed_body_is_a_fault_and_no_crash(client: Client, body: dict[str, Any], code: str) -> None:
    whole = {"CustomerRef": {"value": client.customer()}, "Line": [line()], **body}
    answer = client.post("Invoice", whole)
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("item", [5, None, "x", [], {"bId": "1", "operation": "create", "Invoice": "x"}])
def test_a_malformed_batch_is_a_fault_and_no_crash(client: Client, item: Any) -> None:
    answer = client.post("Batch", {"BatchItemRequest": [item]})
    whole = answer.body.get("Fault") or answer.body["BatchItemResponse"][0]["Fault"]
    assert whole["Error"][0]["code"] == "2010"


def test_an_empty_currency_is_the_home_currency_and_a_word_is_a_boolean(client: Client) -> None:
    made = client.make("Customer", {"DisplayName": "Words", "CurrencyRef": {}, "Taxable": "false"})
    assert (made["CurrencyRef"]["value"], made["Taxable"]) == ("USD", False)


def test_what_the_simulator_did_not_foresee_is_the_vendors_own_failure(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        message = "unforeseen"
        raise RuntimeError(message)

    monkeypatch.setattr(client.company, "read", fail)
    answer = client.send("GET", "/customer/1")
    assert (answer.status, answer.code) == (500, "10000")


def test_a_void_without_a_token_and_an_overlong_request_id_are_refused(client: Client) -> None:
    invoice_id = client.invoice(client.customer())["Id"]
    assert client.post("Invoice", {"Id": invoice_id}, operation="void").code == "2020"
    assert client.post("Customer", {"DisplayName": "Long id"}, requestid="x" * 51).code == "2130"


@pytest.mark.parametrize(
    ("statement", "code"),
    [("select * from Term startposition 1.5", "4000"), ("select * from Term where Id > '1'", "4001")],
)
def test_more_bad_queries(client: Client, statement: str, code: str) -> None:
    assert client.query(statement).code == code
