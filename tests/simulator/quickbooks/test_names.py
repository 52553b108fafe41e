"""Names: unique, qualified, suffixed when made inactive; lists and their rules (quickbooks.md 3.4, 8.1, 8.3, 8.12)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line


def change(client: Client, kind: str, record_id: str, **fields: Any) -> Any:
    """A sparse update under the current token."""
    token = client.read(kind, record_id)["SyncToken"]
    return client.post(kind, {"Id": record_id, "SyncToken": token, "sparse": True, **fields})


@pytest.mark.parametrize(
    ("taken", "wanted", "reading", "clashes"),
    [
        ("Café Rio", "cafe  rio", "loose", True),
        ("Café Rio", "cafe rio", "case", False),
        ("Café Rio", "CAFÉ RIO", "case", True),
        ("Cafe Rio", "Cafe Rio Ltd", "loose", False),
    ],
)
def test_when_two_names_are_one(client: Client, taken: str, wanted: str, reading: str, clashes: bool) -> None:
    client.company.switches.turn({"name_compare": reading})
    client.make("Vendor", {"DisplayName": taken})
    assert (client.post("Customer", {"DisplayName": wanted}).status == 400) is clashes


@pytest.mark.parametrize(("reading", "tail"), [("null", ": null"), ("words", "different name."), ("holder", "Id=1")])
def test_the_wordings_of_a_name_clash(client: Client, reading: str, tail: str) -> None:
    client.company.switches.turn({"name_clash": reading})
    client.customer("Oak")
    error = client.post("Employee", {"DisplayName": "OAK"}).body["Fault"]["Error"][0]
    assert (error["code"], error["Message"]) == ("6240", "Duplicate Name Exists Error")
    assert error["Detail"].endswith(tail)


@pytest.mark.parametrize(("reading", "name"), [("suffixed", "Oak (deleted)"), ("clean", "Oak")])
def test_a_name_that_comes_back_keeps_its_suffix_unless_it_is_renamed(client: Client, reading: str, name: str) -> None:
    client.company.switches.turn({"reactivated_name": reading})
    customer = client.customer("Oak")
    change(client, "Customer", customer, Active=False)
    back = change(client, "Customer", customer, Active=True).body["Customer"]
    assert (back["DisplayName"], back["PrintOnCheckName"]) == (name, "Oak")
    assert change(client, "Customer", customer, DisplayName="Oak").body["Customer"]["DisplayName"] == "Oak"


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("allowed", 200)])
def test_a_customer_that_owes_is_made_inactive_or_not(client: Client, reading: str, status: int) -> None:
    client.company.switches.turn({"balance_inactive": reading})
    customer = client.customer()
    client.invoice(customer)
    assert change(client, "Customer", customer, Active=False).status == status


def test_an_opening_balance_is_an_invoice_of_its_day(client: Client) -> None:
    made = client.make("Customer", {"DisplayName": "Oak", "Balance": 120.5, "OpenBalanceDate": "2026-10-01"})
    assert float(made["Balance"]) == 120.5
    invoice = client.query("select * from Invoice").body["QueryResponse"]["Invoice"][0]
    assert (invoice["TxnDate"], invoice["CustomerRef"]["value"]) == ("2026-10-01", made["Id"])
    changed = change(client, "Customer", made["Id"], Balance=0, Notes="x").body["Customer"]
    assert float(changed["Balance"]) == 120.5, "afterwards it is the server's alone"


def test_parents_nest_five_deep_and_never_in_a_ring(client: Client) -> None:
    ids = [client.customer("L0")]
    for level in range(1, 5):
        ids.append(client.customer(f"L{level}", Job=True, ParentRef={"value": ids[-1]}))
    assert client.read("Customer", ids[-1])["FullyQualifiedName"] == "L0:L1:L2:L3:L4"
    body = {"DisplayName": "L5", "Job": True, "ParentRef": {"value": ids[-1]}}
    assert client.post("Customer", body).code == "6170"
    assert change(client, "Customer", ids[0], ParentRef={"value": ids[2]}).code == "900"


@pytest.mark.parametrize(("kind", "sub"), [("Class", "SubClass"), ("Department", "SubDepartment"), ("Item", "SubItem")])
def test_trees_of_lists_qualify_rename_and_free_names(sample: Client, kind: str, sub: str) -> None:
    extra = {"Type": "Service", "IncomeAccountRef": {"value": "45"}} if kind == "Item" else {}
    top = sample.make(kind, {"Name": "North", **({"Type": "Category"} if kind == "Item" else {})})
    leaf = sample.make(kind, {"Name": "Yard", "ParentRef": {"value": top["Id"]}, sub: True, **extra})
    assert (leaf["FullyQualifiedName"], leaf[sub]) == ("North:Yard", True)
    assert sample.post(kind, {"Name": "YARD", "ParentRef": {"value": top["Id"]}, **extra}).code == "6240"
    sample.make(kind, {"Name": "Yard", **extra})
    change(sample, kind, top["Id"], Name="South")
    assert sample.read(kind, leaf["Id"])["FullyQualifiedName"] == "South:Yard"
    gone = change(sample, kind, leaf["Id"], Active=False).body[kind]
    assert gone["FullyQualifiedName"] == "South:Yard (deleted)"
    assert sample.post(kind, {"Id": leaf["Id"], "SyncToken": gone["SyncToken"]}, operation="delete").code == "500"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("Account", {"Name": 'The "big" one', "AccountType": "Bank"}, "2040"),
        ("Account", {"Name": "Nothing"}, "2020"),
        ("Account", {"Name": "Odd", "AccountType": "Piggy bank"}, "2170"),
        ("Term", {"Name": "x" * 32, "DueDays": 1}, "2050"),
        ("Term", {"Name": "Sometime"}, "2020"),
        ("PaymentMethod", {"Name": "x" * 32}, "2050"),
        ("PaymentMethod", {"Name": "Shells", "Type": "BARTER"}, "2170"),
        ("Class", {"Name": "x" * 101}, "2050"),
        ("Class", {"Name": "A", "ParentRef": {"value": "77"}}, "2500"),
        ("Item", {"Name": "A:B", "IncomeAccountRef": {"value": "45"}}, "2040"),
        ("Item", {"Name": "A", "IncomeAccountRef": {"value": "7"}}, "2500"),
        ("Item", {"Name": "A", "Type": "Wish", "IncomeAccountRef": {"value": "45"}}, "2170"),
        ("Customer", {"DisplayName": "A", "GivenName": "B:C"}, "2040"),
        ("Customer", {"DisplayName": "A", "Title": "x" * 17}, "2050"),
        ("Customer", {"DisplayName": "A", "BillAddr": {"PostalCode": "x" * 31}}, "2050"),
        ("Customer", {"DisplayName": "A", "CurrencyRef": {"value": "CAD"}}, "6000"),
        ("Customer", {"DisplayName": "A", "PreferredDeliveryMethod": "Pigeon"}, "2170"),
        ("CustomerType", {"Name": "Other"}, "500"),
        ("Vendor", {"DisplayName": "emily platt"}, "6240"),
    ],
)
def test_what_lists_refuse(sample: Client, kind: str, body: dict[str, Any], code: str) -> None:
    answer = sample.post(kind, body)
    assert (answer.status, answer.code) == (400, code), answer.body


def test_a_vendors_notes_are_thrown_away(sample: Client) -> None:
    assert "Notes" not in sample.make("Vendor", {"DisplayName": "Hall", "Notes": "Nice"})


def test_a_document_keeps_an_item_that_was_made_inactive_and_a_new_one_may_not_use_it(client: Client) -> None:
    customer = client.customer()
    invoice = client.invoice(customer, PrivateNote="old")
    change(client, "Item", "1", Active=False)
    kept = change(client, "Invoice", invoice["Id"], PrivateNote="new")
    assert kept.status == 200
    assert kept.body["Invoice"]["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Labor (deleted)"
    assert client.post("Invoice", {"CustomerRef": {"value": customer}, "Line": [line()]}).code == "610"


@pytest.mark.parametrize(("reading", "code"), [("refused", "5030"), ("ignored", "")])
@pytest.mark.parametrize("field", ["ClassRef", "DepartmentRef", "Deposit"])
def test_a_feature_that_is_off(client: Client, reading: str, code: str, field: str) -> None:
    client.company.switches.turn({"feature_off": reading})
    client.make("Class", {"Name": "A"})
    client.make("Department", {"Name": "A"})
    value = 5 if field == "Deposit" else {"value": "1"}
    answer = client.post("Invoice", {"CustomerRef": {"value": client.customer()}, "Line": [line()], field: value})
    assert (answer.code if answer.status == 400 else "") == code
    assert answer.status == 400 or field not in answer.body["Invoice"]
