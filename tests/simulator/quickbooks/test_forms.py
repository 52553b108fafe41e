"""Sales forms: numbers, terms, custom fields, bundles, links, and how they end (quickbooks.md 8.4 to 8.11, 9)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line

ANY = {"CustomerRef": {"value": "3"}}


def applied(kind: str, document_id: str, amount: float) -> dict[str, Any]:
    """A payment's line."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": document_id, "TxnType": kind}]}


def paid(client: Client, invoice: dict[str, Any], amount: float, customer: str = "3") -> dict[str, Any]:
    """A payment on an invoice."""
    body = {"CustomerRef": {"value": customer}, "TotalAmt": amount, "Line": [applied("Invoice", invoice["Id"], amount)]}
    return client.make("Payment", body)


def custom_numbers(client: Client) -> None:
    """Let the caller number the documents."""
    token = client.send("GET", "/preferences").body["Preferences"]["SyncToken"]
    block = {"CustomTxnNumbers": True}
    client.make("Preferences", {"Id": "1", "SyncToken": token, "sparse": True, "SalesFormsPrefs": block})


@pytest.mark.parametrize(("reading", "number"), [("replaced", "1001"), ("kept", "A-7")])
def test_a_number_that_is_sent_while_the_company_numbers_by_itself(sample: Client, reading: str, number: str) -> None:
    sample.company.switches.turn({"number_sent": reading})
    assert sample.make("Invoice", {**ANY, "Line": [line()], "DocNumber": "A-7"})["DocNumber"] == number


def test_four_kinds_share_one_counter_and_estimates_have_their_own(sample: Client) -> None:
    account = {"DepositToAccountRef": {"value": "35"}}
    kinds = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt", "Estimate")
    made = [sample.make(kind, {**ANY, **(account if "Receipt" in kind else {}), "Line": [line()]}) for kind in kinds]
    assert [each["DocNumber"] for each in made] == ["1001", "1002", "1003", "1004", "1001"]


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_a_number_used_twice_is_the_business_of_a_warning_that_nobody_sees(
    sample: Client, reading: str, status: int
) -> None:
    custom_numbers(sample)
    sample.company.switches.turn({"duplicate_number": reading})
    body = {**ANY, "Line": [line()], "DocNumber": "A-7"}
    sample.make("Invoice", body)
    assert sample.post("Invoice", body).status == status
    assert sample.post("Invoice", body, include="allowduplicatedocnum").status == 200
    item = {"bId": "1", "operation": "create", "optionsData": "allowduplicatedocnum", "Invoice": body}
    assert "Invoice" in sample.send("POST", "/batch", {"BatchItemRequest": [item]}).body["BatchItemResponse"][0]
    assert sample.post("CreditMemo", body).status == 200, "another kind has its own numbers"


@pytest.mark.parametrize(
    ("term", "day", "due"),
    [
        ({"DueDays": 10}, "2026-11-20", "2026-11-30"),
        ({"Type": "DATE_DRIVEN", "DayOfMonthDue": 15}, "2026-11-10", "2026-11-15"),
        ({"Type": "DATE_DRIVEN", "DayOfMonthDue": 15}, "2026-11-20", "2026-12-15"),
        ({"Type": "DATE_DRIVEN", "DayOfMonthDue": 31}, "2027-02-01", "2027-02-28"),
        ({"Type": "DATE_DRIVEN", "DayOfMonthDue": 15, "DueNextMonthDays": 7}, "2026-11-10", "2026-12-15"),
        (None, "2026-11-01", "2026-12-01"),
    ],
)
def test_due_dates_follow_the_term(sample: Client, term: dict[str, Any] | None, day: str, due: str) -> None:
    named = {"SalesTermRef": {"value": sample.make("Term", {"Name": "Mine", **term})["Id"]}} if term else {}
    assert sample.make("Invoice", {**ANY, "Line": [line()], "TxnDate": day, **named})["DueDate"] == due


def test_custom_fields_that_are_on_are_always_there(sample: Client) -> None:
    empty = sample.make("Invoice", {**ANY, "Line": [line()]})
    assert empty["CustomField"] == [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}]
    sent = [{"DefinitionId": number, "Type": "StringType", "StringValue": "102"} for number in ("1", "2", "1000000021")]
    made = sample.make("Invoice", {**ANY, "Line": [line()], "CustomField": sent})
    assert [(each["DefinitionId"], each["StringValue"]) for each in made["CustomField"]] == [("1", "102")]
    sample.company.switches.turn({"custom_fields": "enhanced", "unknown_custom_field": "refused"})
    asked = sample.send("GET", f"/invoice/{made['Id']}", include="enhancedAllCustomFields").body["Invoice"]
    assert [each["DefinitionId"] for each in asked["CustomField"]] == ["1", "1000000021"]
    assert [each["DefinitionId"] for each in sample.read("Invoice", made["Id"])["CustomField"]] == ["1"]
    assert sample.post("Invoice", {**ANY, "Line": [line()], "CustomField": sent}).code == "3000"


def test_a_bundle_is_unpacked_into_its_items(sample: Client) -> None:
    parts = {"ItemGroupLine": [{"ItemRef": {"value": "4"}, "Qty": 2}, {"ItemRef": {"value": "18"}, "Qty": 1}]}
    bundle = sample.make("Item", {"Name": "Set", "Type": "Group", "ItemGroupDetail": parts})
    detail = {"GroupItemRef": {"value": bundle["Id"]}, "Quantity": 2}
    body = {**ANY, "Line": [{"DetailType": "GroupLineDetail", "GroupLineDetail": detail}]}
    made = sample.make("Invoice", body)
    assert made["TotalAmt"] == 2 * (2 * 75 + 35)
    assert [each["Amount"] for each in made["Line"][0]["GroupLineDetail"]["Line"]] == [300, 70]
    voided = sample.post("Invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void").body["Invoice"]
    assert [each["Amount"] for each in voided["Line"][0]["GroupLineDetail"]["Line"]] == [0, 0]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line(), {**line("5.00"), "DetailType": "Nonsense"}], "2170"),
        ([line(Qty=3, UnitPrice=33.33)], "6070"),
        ([{**line(), "Amount": None}], "2020"),
        ([line("10.00"), {**line("10.00"), "Amount": -20}], "6000"),
        ([line(), *[{"Amount": 1, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {}}] * 2], "6090"),
        ([{**line(), "Description": "x" * 4001}], "2050"),
    ],
)
def test_lines_that_are_refused(sample: Client, lines: list[Any], code: str) -> None:
    answer = sample.post("Invoice", {**ANY, "Line": lines})
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("lines", [[line(Qty=3, UnitPrice=33.333333)], [line(Qty=0, UnitPrice=0)], [line("0.00")]])
def test_lines_that_are_taken(sample: Client, lines: list[Any]) -> None:
    assert sample.post("Invoice", {**ANY, "Line": lines}).status == 200


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_ending_a_paid_invoice_is_silent_or_refused(sample: Client, operation: str) -> None:
    invoice = sample.make("Invoice", {**ANY, "Line": [line()]})
    payment = paid(sample, invoice, 100)
    token = {"Id": invoice["Id"], "SyncToken": sample.read("Invoice", invoice["Id"])["SyncToken"]}
    sample.company.switches.turn({"paid_invoice_ends": "refused"})
    assert sample.post("Invoice", token, operation=operation).code == "6000"
    sample.company.switches.turn({"paid_invoice_ends": "unapplied"})
    assert sample.post("Invoice", token, operation=operation).status == 200
    freed = sample.read("Payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"]) == (100, [])
    assert sample.read("Customer", "3")["Balance"] == -100


@pytest.mark.parametrize(
    ("reading", "own", "parents", "jobs"),
    [("same", 200, 400, 400), ("parent", 200, 200, 400), ("family", 200, 200, 200)],
)
def test_whose_invoices_a_payment_settles(sample: Client, reading: str, own: int, parents: int, jobs: int) -> None:
    sample.company.switches.turn({"payment_for": reading})
    statuses = []
    for payer, owner in (("8", "8"), ("7", "8"), ("8", "7")):
        invoice = sample.make("Invoice", {"CustomerRef": {"value": owner}, "Line": [line()]})
        body = {"CustomerRef": {"value": payer}, "TotalAmt": 100, "Line": [applied("Invoice", invoice["Id"], 100)]}
        statuses.append(sample.post("Payment", body).status)
    assert statuses == [own, parents, jobs]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Line": [applied("Invoice", "999", 1)]}, "6000"),
        ({"Line": [applied("Estimate", "1", 1)]}, "620"),
        ({"Line": [{"Amount": 1}]}, "2020"),
        ({"Line": [applied("Invoice", "1", 150)], "TotalAmt": 150}, "6000"),
        ({"Line": [applied("Invoice", "1", 60)], "TotalAmt": 50}, "6000"),
        ({"Line": [applied("Invoice", "1", -1)]}, "2290"),
        ({"CustomerRef": {"value": "17"}, "Line": [applied("Invoice", "1", 1)]}, "6000"),
        ({"PaymentRefNum": "x" * 22}, "2050"),
        ({"TotalAmt": -1}, "6000"),
    ],
)
def test_payments_that_are_refused_change_nothing(sample: Client, body: dict[str, Any], code: str) -> None:
    sample.make("Invoice", {**ANY, "Line": [line()]})
    answer = sample.post("Payment", {**ANY, "TotalAmt": 10, **body})
    assert (answer.status, answer.code) == (400, code), answer.body
    assert sample.read("Invoice", "1")["Balance"] == 100
    assert sample.query("select count(*) from Payment").body["QueryResponse"]["totalCount"] == 0


def test_a_journal_entry_on_receivables_is_owed_and_can_be_paid(sample: Client) -> None:
    entity = {"Type": "Customer", "EntityRef": {"value": "3"}}
    sides = [("Debit", "84", {"Entity": entity}), ("Credit", "45", {})]
    lines = [
        {
            "Amount": 40,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **named},
        }
        for side, account, named in sides
    ]
    entry = sample.make("JournalEntry", {"Line": lines})
    assert sample.read("Customer", "3")["Balance"] == 40
    payment = sample.make("Payment", {**ANY, "TotalAmt": 40, "Line": [applied("JournalEntry", entry["Id"], 40)]})
    assert (payment["UnappliedAmt"], sample.read("Customer", "3")["Balance"]) == (0, 0)
    sample.post("JournalEntry", {"Id": entry["Id"], "SyncToken": "0"}, operation="delete")
    assert sample.read("Payment", payment["Id"])["UnappliedAmt"] == 40
    assert sample.read("Customer", "3")["Balance"] == -40
    assert sample.post("JournalEntry", {"Line": lines[:1]}).code == "6000", "it does not balance"


def test_a_customers_credit_in_a_deposit_settles_an_invoice(sample: Client) -> None:
    detail = {"AccountRef": {"value": "84"}, "Entity": {"value": "3", "type": "CUSTOMER"}}
    row = {"Amount": 125, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    deposit = sample.make("Deposit", {"DepositToAccountRef": {"value": "35"}, "Line": [row]})
    assert sample.read("Customer", "3")["Balance"] == -125
    bills = [sample.make("Invoice", {**ANY, "Line": [line(amount)]}) for amount in ("75.00", "50.00")]
    links = [applied("Invoice", bill["Id"], bill["TotalAmt"]) for bill in bills]
    links = [{**link, "Amount": float(link["Amount"])} for link in links]
    sample.make("Payment", {**ANY, "TotalAmt": 0, "Line": [*links, applied("Deposit", deposit["Id"], 125)]})
    assert [sample.read("Invoice", bill["Id"])["Balance"] for bill in bills] == [0, 0]
    assert sample.read("Customer", "3")["Balance"] == 0


def test_stock_follows_sales_changes_and_ends(sample: Client) -> None:
    def stock() -> int:
        return int(sample.read("Item", "11")["QtyOnHand"])

    invoice = sample.make("Invoice", {**ANY, "Line": [line("30.00", item="11", Qty=2, UnitPrice=15)]})
    assert stock() == 23
    more = [line("75.00", item="11", Qty=5, UnitPrice=15)]
    changed = sample.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "Line": more})
    assert stock() == 20
    sample.post("Invoice", {"Id": invoice["Id"], "SyncToken": changed["SyncToken"]}, operation="void")
    assert stock() == 25
    sample.make("CreditMemo", {**ANY, "Line": [line("15.00", item="11", Qty=1, UnitPrice=15)]})
    assert stock() == 26
    early = {**ANY, "TxnDate": "2019-01-01", "Line": [line("15.00", item="11", Qty=1, UnitPrice=15)]}
    assert sample.post("Invoice", early).code == "6270"


@pytest.mark.parametrize(("reading", "token"), [("bumped", "1"), ("same", "0")])
def test_sending_moves_the_token_or_not(sample: Client, reading: str, token: str) -> None:
    sample.company.switches.turn({"sending": reading})
    invoice = sample.make("Invoice", {**ANY, "Line": [line()], "BillEmail": {"Address": "a@b.example"}})
    sent = sample.send("POST", f"/invoice/{invoice['Id']}/send").body["Invoice"]
    assert (sent["EmailStatus"], sent["SyncToken"], sent["DeliveryInfo"]["DeliveryType"]) == (
        "EmailSent",
        token,
        "Email",
    )


def test_a_sandbox_sends_so_many_a_day(sample: Client) -> None:
    sample.company.switches.turn({"mail_limit": "1"})
    invoice = sample.make("Invoice", {**ANY, "Line": [line()]})
    sends = [sample.send("POST", f"/invoice/{invoice['Id']}/send", sendTo="a@b.example") for _ in range(2)]
    assert [answer.status for answer in sends] == [200, 400]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"TxnStatus": "Rejected"}, {}, "620"),
        ({"TxnStatus": "Closed"}, {}, "620"),
        ({"CustomerRef": {"value": "17"}}, {}, "620"),
        ({}, {"LinkedTxn": [{"TxnId": "75", "TxnType": "Estimate"}]}, "6000"),
        ({"TxnStatus": "Accepted"}, {}, ""),
    ],
)
def test_which_estimates_become_an_invoice(
    sample: Client, first: dict[str, Any], second: dict[str, Any], code: str
) -> None:
    estimate = sample.make("Estimate", {**ANY, "Line": [line()], **first})
    linked = {"LinkedTxn": [{"TxnId": estimate["Id"], "TxnType": "Estimate"}], **second}
    answer = sample.post("Invoice", {**ANY, "Line": [line("5.00")], **linked})
    assert (answer.code if answer.status == 400 else "") == code
    if not code:
        assert answer.body["Invoice"]["TotalAmt"] == 5, "the lines are not copied"


@pytest.mark.parametrize("kind", ["Estimate", "Deposit", "Customer", "Bill"])
def test_what_cannot_be_voided(sample: Client, kind: str) -> None:
    assert sample.post(kind, {"Id": "1", "SyncToken": "0"}, operation="void").code in ("500", "610")


def test_a_void_that_is_spelt_wrong_is_an_update_and_fails(sample: Client) -> None:
    invoice = sample.make("Invoice", {**ANY, "Line": [line()]})
    token = {"Id": invoice["Id"], "SyncToken": "0"}
    assert sample.post("Invoice", token, operate="void").code == "2020"
    assert sample.post("Invoice", {**token, "sparse": True}, operation="update", include="void").status == 200


def test_a_null_in_a_sparse_update_keeps_or_blanks(sample: Client) -> None:
    invoice = sample.make("Invoice", {**ANY, "Line": [line()], "PrivateNote": "x"})
    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": None}
    assert sample.make("Invoice", body)["PrivateNote"] == "x"
    sample.company.switches.turn({"null_sent": "blanked"})
    assert "PrivateNote" not in sample.make("Invoice", body)


def test_a_payment_saved_again_as_it_is_keeps_its_noise_and_token(sample: Client) -> None:
    invoice = sample.make("Invoice", {**ANY, "Line": [line()]})
    first = paid(sample, invoice, 40)
    paid(sample, invoice, 60)
    again = {"Id": first["Id"], "SyncToken": "0", "sparse": True, "Line": [applied("Invoice", invoice["Id"], 40)]}
    assert sample.make("Payment", again) == first


def test_estimates_can_be_switched_off(sample: Client) -> None:
    token = sample.send("GET", "/preferences").body["Preferences"]["SyncToken"]
    block = {"AllowEstimates": False}
    sample.make("Preferences", {"Id": "1", "SyncToken": token, "sparse": True, "SalesFormsPrefs": block})
    assert sample.post("Estimate", {**ANY, "Line": [line()]}).code == "5030"


def test_what_was_deleted_is_missed_in_other_words(sample: Client) -> None:
    invoice = sample.make("Invoice", {**ANY, "Line": [line()]})
    sample.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    again = sample.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    never = sample.send("GET", "/invoice/77")
    details = [answer.body["Fault"]["Error"][0]["Detail"] for answer in (again, never)]
    assert (again.code, never.code) == ("610", "610")
    assert details[0].endswith("Another user has deleted this transaction.")
    assert "has been made inactive" in details[1]
