"""What a person does in QuickBooks itself, and how the API shows it (quickbooks.md 3.2, 4, 7.4, 8)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line

from qbconsole.simulator.quickbooks import person
from qbconsole.simulator.quickbooks.fault import Fault


def act(client: Client, name: str, **body: Any) -> Any:
    """Do it as the control endpoint does."""
    with client.company.database.transaction():
        return person.ACTS[name](client.company, body)


def test_a_merged_customer_vanishes_and_its_transactions_and_jobs_move(client: Client) -> None:
    winner, loser = client.customer("Oak"), client.customer("Oka")
    job = client.customer("Shed", Job=True, ParentRef={"value": loser})
    invoice = client.invoice(loser, "70.00")["Id"]
    client.invoice(job, "30.00")
    client.make("Payment", {"CustomerRef": {"value": loser}, "TotalAmt": 20})
    act(client, "merge", loser=loser, winner=winner)
    assert client.send("GET", f"/customer/{loser}").code == "610"
    assert client.read("Invoice", invoice)["CustomerRef"] == {"value": winner, "name": "Oak"}
    assert client.read("Customer", job)["FullyQualifiedName"] == "Oak:Shed"
    kept = client.read("Customer", winner)
    assert (kept["Balance"], kept["BalanceWithJobs"]) == (50, 80)
    slots = client.send("GET", "/cdc", entities="Customer", changedSince="2026-11-15").body["CDCResponse"]
    assert [row["Id"] for row in slots[0]["QueryResponse"][0]["Customer"] if row.get("status")] == [loser]
    assert client.customer("Oka") != loser, "its name is free"


def test_a_customer_does_not_merge_with_its_own_job(client: Client) -> None:
    parent = client.customer("Oak")
    job = client.customer("Shed", Job=True, ParentRef={"value": parent})
    with pytest.raises(Fault, match="cannot be merged"):
        act(client, "merge", loser=job, winner=parent)


def test_payments_are_swept_into_a_deposit_and_taken_out_again(client: Client) -> None:
    customer = client.customer()
    paid = [client.make("Payment", {"CustomerRef": {"value": customer}, "TotalAmt": sum_}) for sum_ in (10, 20)]
    ids = [payment["Id"] for payment in paid]
    deposit = act(client, "sweep", payments=ids)
    assert deposit["TotalAmt"] == 30
    swept = client.read("Payment", ids[0])
    assert swept["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    assert (swept["MetaData"], swept["SyncToken"]) == (paid[0]["MetaData"], "0")
    assert act(client, "unsweep", deposit=deposit["Id"], payment=ids[0])["TotalAmt"] == 20
    assert "LinkedTxn" not in client.read("Payment", ids[0])
    assert act(client, "unsweep", deposit=deposit["Id"], payment=ids[1]) is None
    assert client.send("GET", f"/deposit/{deposit['Id']}").code == "610"


@pytest.mark.parametrize("operation", ["", "void", "delete"])
def test_closed_books_refuse_change_void_and_delete_until_they_are_opened(client: Client, operation: str) -> None:
    invoice = client.invoice(client.customer(), TxnDate="2026-10-05")
    act(client, "close", through="2026-10-31")
    assert (
        client.send("GET", "/preferences").body["Preferences"]["AccountingInfoPrefs"]["BookCloseDate"] == "2026-10-31"
    )
    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    query = {"operation": operation} if operation else {}
    assert client.post("Invoice", body, **query).code == "6210"
    act(client, "close", through="")
    assert "BookCloseDate" not in client.send("GET", "/preferences").body["Preferences"]["AccountingInfoPrefs"]
    assert client.post("Invoice", body, **query).status == 200


@pytest.mark.parametrize("status", [200, 400])
def test_a_lapsed_subscription_reads_but_does_not_write(client: Client, status: int) -> None:
    client.company.switches.turn({"lapsed_status": str(status)})
    customer = client.customer()
    act(client, "subscription", lapsed=True)
    assert client.read("Customer", customer)["Id"] == customer
    answer = client.post("Customer", {"DisplayName": "Late"})
    assert (answer.status, answer.code) == (status, "6190")
    act(client, "subscription", lapsed=False)
    assert client.customer("Late")


def test_one_bad_record_fails_every_page_that_holds_it(client: Client) -> None:
    ids = [client.customer(name) for name in ("A", "B", "C")]
    act(client, "poison", kind="customer", id=ids[1])
    answer = client.query("select * from Customer")
    assert (answer.status, answer.code) == (400, "4002")
    assert client.query("select count(*) from Customer").body["QueryResponse"] == {"totalCount": 3}
    page = client.query("select * from Customer orderby Id startposition 3 maxresults 1").body["QueryResponse"]
    assert [row["Id"] for row in page["Customer"]] == [ids[2]]
    assert client.read("Customer", ids[1])["Id"] == ids[1]
    act(client, "poison", kind="customer", id=ids[1], healed=True)
    assert client.query("select * from Customer").status == 200


def test_a_project_is_made_by_hand_alone(client: Client) -> None:
    parent = client.customer("Oak")
    job = client.customer("Shed", Job=True, ParentRef={"value": parent}, IsProject=True)
    assert client.read("Customer", job)["IsProject"] is False
    act(client, "project", customer=job)
    assert client.read("Customer", job)["IsProject"] is True


def test_money_is_applied_by_itself_where_the_company_wants_it(client: Client) -> None:
    act(client, "preferences", SalesFormsPrefs={"AutoApplyPayments": True, "AutoApplyCredit": True})
    customer = client.customer()
    first, second = (client.invoice(customer, "50.00", TxnDate=f"2026-11-0{day}")["Id"] for day in (1, 2))
    payment = client.make("Payment", {"CustomerRef": {"value": customer}, "TotalAmt": 60})
    assert [entry["LinkedTxn"][0]["TxnId"] for entry in payment["Line"]] == [first, second]
    memo = client.make("CreditMemo", {"CustomerRef": {"value": customer}, "Line": [line("15.00")]})
    assert (memo["RemainingCredit"], memo["SyncToken"]) == (0, "1")
    assert client.read("Invoice", second)["Balance"] == 25
    assert client.read("Customer", customer)["Balance"] == 25
