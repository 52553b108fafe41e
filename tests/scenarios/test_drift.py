"""What a person does in HubSpot behind the console's back: a test for each line of docs/drift.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.command import call

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk

VERSION = "2026-09"
SALES, WON, SENT = "default", "closedwon", "contractsent"


def test_a_property_archived_and_made_anew_under_another_name(desk: Desk) -> None:
    before = desk.rows("invoices")
    desk.act("archive_property", kind="companies", name="qbc_customer_id")
    made = {"name": "qb_ref", "label": "QuickBooks customer id", "type": "string", "fieldType": "text"}
    desk.portal("POST", f"/crm/properties/{VERSION}/companies", {**made, "groupName": "companyinformation"})
    code, document = desk.sync()
    assert code == 3
    ((found,), (warning,)) = document["drift"], desk.log(document["run"])
    assert (found["rule"], found["subject"]) == ("stamps", "property companies.qbc_customer_id")
    assert found["words"].endswith("perhaps qb_ref now")
    assert found["words"] in warning
    assert {id_: row["verdict"] for id_, row in desk.rows("invoices").items()} == {
        id_: row["verdict"] for id_, row in before.items()
    }
    desk.act("restore_property", kind="companies", name="qbc_customer_id")
    assert desk.sync()[1]["drift"] == []


def test_a_stamp_decided_meanwhile_is_parked_and_nothing_else(desk: Desk) -> None:
    desk.act("archive_property", kind="companies", name="qbc_customer_id")
    row = next(id_ for id_, row in desk.rows("unmatched").items() if row["verdict"] == "candidate")
    choices = call("show", row, "--json", home=desk.home).document
    linked = call("link", row, choices["choices"][0]["id"], home=desk.home)
    assert linked.code == 0, linked.err
    _, document = desk.sync()
    assert document["parked"] == 1
    operations = call("outbox", "list", "--json", home=desk.home).document["operations"]
    (parked,) = [one for one in operations if one["state"] == "parked"]
    assert "was archived in HubSpot" in parked["cause"]


def test_a_stage_emptied_and_removed(desk: Desk) -> None:
    before = desk.rows("invoices")
    moved = set(desk.act("remove_stage", pipeline=SALES, stage=WON, to=SENT)["moved"])
    code, document = desk.sync()
    assert code == 3
    ((found,), (warning,)) = document["drift"], desk.log(document["run"])
    assert (found["rule"], found["subject"]) == ("trigger", "stage Closed Won (Sales Pipeline)")
    assert found["words"] == (
        "the stage Closed Won (Sales Pipeline) was emptied and removed; perhaps Contract Sent (Sales Pipeline) or "
        "Closed Lost (Sales Pipeline) now"
    )
    assert found["words"] in warning
    assert desk.drifted() == [("trigger", found["subject"])]
    after = desk.rows("invoices")
    assert set(after) == set(before)
    for id_, row in after.items():
        if desk.deal_of(id_) in moved:
            assert (row["verdict"], row["cause"]) == ("blocked", found["words"])
        else:
            assert row["verdict"] == before[id_]["verdict"]
    approved = call("approve", next(id_ for id_ in after if desk.deal_of(id_) in moved), home=desk.home)
    assert (approved.code, "emptied and removed" in approved.err) == (3, True)
    assert call("drift", "--accept", home=desk.home).code == 0
    assert desk.sync()[1]["drift"] == []
    assert set(desk.rows("invoices")) == {id_ for id_ in after if desk.deal_of(id_) not in moved}


def test_a_merged_company(desk: Desk) -> None:
    one, two = list(desk.rows("unmatched").values())[:2]
    companies = desk.portal("GET", f"/crm/objects/{VERSION}/companies?limit=100")["results"]
    ids = {row["properties"]["name"]: row["id"] for row in companies}
    kept, swallowed = ids[one["title"]], ids[two["title"]]
    merged = desk.act("merge", kind="companies", primary=kept, other=swallowed)
    code, document = desk.sync()
    assert (code, document["drift"]) == (3, [])
    assert desk.log(document["run"]) == []
    rows = desk.rows("unmatched")
    assert two["id"] not in rows
    if merged["id"] == kept:
        assert one["id"] in rows


def test_an_archived_deal(desk: Desk) -> None:
    row, *others = desk.rows("invoices")
    desk.act("archive", kind="deals", id=desk.deal_of(row))
    code, document = desk.sync()
    assert (code, document["drift"]) == (3, [])
    assert set(desk.rows("invoices")) == set(others)


def test_a_deal_moved_to_another_pipeline(desk: Desk) -> None:
    row, *others = desk.rows("invoices")
    pipelines = desk.portal("GET", f"/crm/pipelines/{VERSION}/deals")["results"]
    other = next(one for one in pipelines if one["id"] != SALES)
    stages = {stage["metadata"]["isClosed"] == "true" and stage["metadata"]["probability"] == "1.0": stage["id"]
              for stage in other["stages"]}  # fmt: skip
    deal = desk.deal_of(row)
    desk.act("move_deal", id=deal, pipeline=other["id"], stage=stages[False])
    code, document = desk.sync()
    assert (code, document["drift"]) == (3, [])
    assert set(desk.rows("invoices")) == set(others)
    desk.act("move_deal", id=deal, pipeline=other["id"], stage=stages[True])
    assert desk.sync()[1]["drift"] == []
    assert set(desk.rows("invoices")) == {row, *others}, "won again, it is the same draft"


def test_a_portal_at_its_daily_limit(desk: Desk) -> None:
    before = desk.rows("invoices")
    desk.act("use_up_day")
    ran = call("sync", "--json", home=desk.home)
    assert ran.code == 1
    assert "HubSpot's calls for today are used up" in ran.document["error"]["words"]
    status = call("status", "--json", home=desk.home).document
    ages = {one["name"]: one["age"] for one in status["streams"]}
    assert max(age for name, age in ages.items() if name.startswith("quickbooks.ledgers")) < min(
        age for name, age in ages.items() if name.startswith("hubspot.")
    )
    assert (desk.rows("invoices"), status["drift"]) == (before, [])
    assert json.dumps(status["runs"][0]["error"]).count("used up") == 1
