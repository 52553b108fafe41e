"""The query language in detail (quickbooks.md 3), and change data capture under its switches (4)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line

ANY = {"CustomerRef": {"value": "3"}}
VENDORS = ["Books by Bessie", "Brosnahan Insurance Agency"]


def names(client: Client, statement: str) -> list[str]:
    """The names or ids that a statement finds."""
    answer = client.query(statement)
    assert answer.status == 200, answer.body
    rows = next((rows for rows in answer.body["QueryResponse"].values() if isinstance(rows, list)), [])
    return [row.get("DisplayName") or row.get("Name") or row.get("DocNumber") or row["Id"] for row in rows]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("select Id, DisplayName from Customer where Id = '1'", ["Amy's Bird Sanctuary"]),
        ("SELECT *, Sku FROM Item WHERE Name = 'pump'", ["Pump"]),
        ("select * from item where Type = 'Inventory' orderby Name desc maxresults 1", ["Sprinkler Pipes"]),
        ("select * from Item where UnitPrice > '50' orderby UnitPrice", ["Design", "Rock Fountain"]),
        ("select * from Item where Taxable = true and Name like 'R%'", ["Rock Fountain"]),
        ("select * from Item where Active in (true, false) and Id in ('4', '5')", ["Design", "Rock Fountain"]),
        ("select * from Customer where PrimaryEmailAddr = 'birds@intuit.com'", ["Amy's Bird Sanctuary"]),
        ("select * from Customer where DisplayName like '%''", []),
        ("select * from Account where AccountType = 'Bank' and Classification = 'Asset'", ["Checking", "Savings"]),
        ("select * from Vendor where MetaData.CreateTime >= '2026-11-02T09:00:00-06:00' startposition 0", VENDORS),
        ("select * from Vendor where MetaData.CreateTime >= '2026-11-02T15:00:01Z'", []),
        ("select * from Vendor where metadata.createtime < '2026-11-03'", VENDORS),
        ("select * from Customer orderby BalanceWithJobs desc, Id desc maxresults 1", ["Sonnenschein Family Store"]),
        ("select * from Preferences", ["1"]),
        ("select * from CompanyInfo", ["1"]),
        ("select * from TaxRate where AgencyRef = '2'", ["California"]),
        ("select * from Term maxresults 2 startposition 4", ["Net 60", "Net 10"]),
    ],
)
def test_what_statements_find(sample: Client, statement: str, found: list[str]) -> None:
    if statement.endswith("''"):
        assert sample.query(statement).code == "4000", "a doubled quote is no escape"
    else:
        assert names(sample, statement) == found


@pytest.mark.parametrize(
    ("statement", "code", "detail"),
    [
        ("null", "4000", 'Encountered " "null" "null "" at line 1, column 1.'),
        ("select * from Customer where", "4000", 'Encountered "<EOF>" at line 1, column 29.'),
        ("select * from Customer 5", "4000", 'Encountered " <INTEGER> "5 "" at line 1, column 24.'),
        ("select * from Customer where Id = Bob", "4000", 'Encountered " <IDENTIFIER> "Bob ""'),
        ("select * from Customer where DisplayName = 'O''Brien'", "4000", "<STRING>"),
        ("select * from Customer where (Id = '1')", "4000", "QueryParserError"),
        ("select * from Customer where Id != '1'", "4000", "QueryParserError"),
        ("select * from Customer group by Id", "4000", "QueryParserError"),
        ("delete from Customer", "4000", "QueryParserError"),
        ("select * from Customer where Active = 'maybe'", "4001", "is not a boolean"),
        ("select * from Customer where Balance > 'much'", "4001", "is not a number"),
        ("select * from Customer where MetaData.CreateTime > 'soon'", "4001", "is not a date"),
        ("select * from Customer where BalanceWithJobs > '0'", "4001", "property 'BalanceWithJobs' is not queryable"),
        ("select * from SalesReceipt where DepartmentRef = '1'", "4001", "property 'DepartmentRef' is not queryable"),
        ("select * from Estimate where TxnStatus = 'Pending'", "4001", "property 'TxnStatus' is not queryable"),
        ("select * from Vendor where PrimaryEmailAddr = 'a'", "4001", "property 'PrimaryEmailAddr' is not queryable"),
        ("select * from Invoice where CustomField.StringValue = '1'", "4001", "is not queryable"),
        ("select * from Customer orderby Notes", "4001", "property 'Notes' is not queryable"),
        ("select * from Customer maxresults 1001", "4001", "value 1001 is too large. Max allowed value is 1000"),
    ],
)
def test_what_statements_are_refused(sample: Client, statement: str, code: str, detail: str) -> None:
    answer = sample.query(statement)
    error = answer.body["Fault"]["Error"][0]
    assert (answer.status, error["code"], answer.body["Fault"]["type"]) == (400, code, "ValidationFault")
    assert detail in error["Detail"]


def test_the_orders_when_none_is_asked_for(sample: Client) -> None:
    sample.make("Customer", {"DisplayName": "amber"})
    sample.make("Customer", {"DisplayName": "PG&E"})
    sample.make("Customer", {"DisplayName": "Pam"})
    everyone = names(sample, "select * from Customer")
    assert everyone[2:4] == ["Freeman Sporting Goods", "0969 Ocean View Road"], "a job stands behind its parent"
    assert everyone.index("PG&E") < everyone.index("Pam") < everyone.index("amber"), "byte order"
    assert names(sample, "select * from Employee") == ["Emily Platt", "John Johnson"]


def test_today_is_a_value_and_dates_compare_as_dates(sample: Client) -> None:
    for day in ("2026-11-01", "2026-11-16", "2026-11-20"):
        sample.make("Invoice", {**ANY, "Line": [line()], "TxnDate": day})
    assert names(sample, "select * from Invoice where TxnDate >= CURRENT_DATE orderby TxnDate") == ["1002", "1003"]
    assert names(sample, "select * from Invoice where TxnDate < '2026-11-16'") == ["1001"]
    assert names(sample, "select * from Invoice where CustomerRef = '3' and TotalAmt > '99.99' orderby Id desc") == [
        *("1003", "1002", "1001")
    ]


def test_a_page_tells_what_it_holds_and_beyond_the_end_nothing(sample: Client) -> None:
    page = sample.query("select * from Item startposition 11 maxresults 10").body["QueryResponse"]
    assert (page["startPosition"], page["maxResults"], len(page["Item"])) == (11, 6, 6)
    assert sample.query("select * from Item startposition 17").body["QueryResponse"] == {}
    assert sample.query("select count(*) from Item where Type = 'Service'").body["QueryResponse"] == {"totalCount": 12}


def test_a_statement_in_the_address_is_the_same(sample: Client) -> None:
    asked = "select * from Customer where DisplayName like '%Bird%'"
    found = sample.send("GET", "/query", query=asked).body["QueryResponse"]
    assert found == sample.query(asked).body["QueryResponse"]


def test_the_queries_of_a_batch_share_a_thousand_rows(sample: Client) -> None:
    with sample.company.database.transaction():
        for number in range(600):
            sample.company.create("Class", {"Name": f"C{number:03}"})
    items = [{"bId": bid, "Query": "select * from Class maxresults 1000"} for bid in ("1", "2")]
    found = sample.send("POST", "/batch", {"BatchItemRequest": items}).body["BatchItemResponse"]
    assert [each["QueryResponse"]["maxResults"] for each in found] == [600, 400]


# --- change data capture ----------------------------------------------------------------------------------------------


def changes(client: Client, entities: str) -> dict[str, list[Any]]:
    """The changed rows since yesterday, by entity."""
    answer = client.send("GET", "/cdc", entities=entities, changedSince="2026-11-15")
    slots = answer.body["CDCResponse"][0]["QueryResponse"]
    return {kind: rows for slot in slots for kind, rows in slot.items() if isinstance(rows, list)}


@pytest.mark.parametrize(
    ("reading", "stamps"), [("mixed", [False, True]), ("stamped", [True, True]), ("bare", [False, False])]
)
def test_deleted_rows_come_with_or_without_a_time(sample: Client, reading: str, stamps: list[bool]) -> None:
    sample.company.switches.turn({"cdc_stub": reading})
    for _ in range(2):
        made = sample.make("Invoice", {**ANY, "Line": [line()]})
        sample.post("Invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert ["MetaData" in row for row in changes(sample, "Invoice")["Invoice"]] == stamps


@pytest.mark.parametrize(
    ("reading", "counts"), [("shared", {"Term": 5, "Class": 995}), ("each", {"Term": 5, "Class": 1000})]
)
def test_a_thousand_rows_are_the_most(sample: Client, reading: str, counts: dict[str, int]) -> None:
    sample.company.switches.turn({"cdc_cap": reading})
    with sample.company.database.transaction():
        for number in range(1001):
            sample.company.create("Class", {"Name": f"C{number:04}"})
    for number in range(1, 6):
        sample.make("Term", {"Id": str(number), "SyncToken": "0", "sparse": True, "DueDays": 90 + number})
    found = changes(sample, "Class,Term")
    assert {kind: len(rows) for kind, rows in found.items()} == counts


@pytest.mark.parametrize("kind", ["TaxAgency", "TaxCode", "TaxRate", "TimeActivity", "JournalCode", "Nonsense"])
def test_what_has_no_changes_to_tell(sample: Client, kind: str) -> None:
    assert sample.send("GET", "/cdc", entities=f"Invoice,{kind}", changedSince="2026-11-15").status == 400


def test_a_name_made_inactive_and_a_voided_form_come_whole(sample: Client) -> None:
    sample.make("Customer", {"Id": "17", "SyncToken": "0", "sparse": True, "Active": False})
    made = sample.make("Invoice", {**ANY, "Line": [line()]})
    sample.post("Invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void")
    found = changes(sample, "customer,invoice")
    assert ("Mark Cho (deleted)", False) in [(row["DisplayName"], row["Active"]) for row in found["Customer"]]
    assert [(row["TotalAmt"], row["PrivateNote"]) for row in found["Invoice"]] == [(0, "Voided")]
