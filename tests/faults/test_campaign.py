"""A short campaign, so that what plays it is covered; the long one is `make faults`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.campaign.agreement import Truth, findings, is_void
from tests.faults.campaign.coverage import Coverage
from tests.faults.campaign.guards import GUARDS
from tests.faults.campaign.plan import AT_SETUP, FAULTS, LATE, MISLEADING, commit_points, plan

ROOT = Path(__file__).parents[2]
ROUNDS = 4


def campaign(*words: str) -> tuple[int, list[str]]:
    """The exit code and the lines of a campaign in a process of its own: it forks, which a test's process must not."""
    command = [sys.executable, "-m", "tests.faults.campaign", *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.returncode, ran.stdout.splitlines()


def test_a_few_rounds_find_nothing() -> None:
    code, lines = campaign("--seed", "3", "--rounds", str(ROUNDS), "--workers", "1")
    document = json.loads(lines[-1])
    assert (code, lines[:-1]) == (0, [])
    assert {name: document[name] for name in ("rounds", "double", "lost", "unequal")} == {
        "rounds": ROUNDS, "double": 0, "lost": 0, "unequal": 0,
    }  # fmt: skip
    assert document["states"]["operations"]["settled"] > 0


def test_without_the_look_for_the_tag_an_event_is_billed_twice() -> None:
    words = ("--seed", "1", "--workers", "1", "--guard-off", "tag_look_up")
    code, lines = campaign(*words, "--rounds", "20")  # it ends at the first that shows it
    assert code == 1
    assert json.loads(lines[-1])["double"] > 0


def test_a_round_follows_from_its_seed_and_number_alone() -> None:
    assert plan(1, 7) == plan(1, 7)
    assert len({str(plan(1, number)) for number in range(100)}) == 100
    assert {str(plan(1, number)) for number in range(20)} != {str(plan(2, number)) for number in range(20)}


def test_every_fault_and_commit_point_has_its_turn_in_200_rounds() -> None:
    rounds = [plan(1, number) for number in range(200)]
    assert {name for one in rounds for name in one.faults} == FAULTS.keys()
    points = {act.values["point"] for one in rounds for act in one.acts if act.kind == "failpoint"}
    assert points == {*commit_points()} - {*AT_SETUP}


def test_what_no_protocol_survives_is_never_mixed() -> None:
    """A request that takes effect after its look-up was to be believed is known by its request id alone."""
    for number in range(1000):
        one = plan(4, number)
        late = any(act.kind in LATE for act in one.acts)
        assert not {*MISLEADING} <= {*one.faults}
        assert not (late and "forget_requestids" in one.faults)


def test_what_was_never_reached_is_named() -> None:
    coverage = Coverage()
    assert "operations: parked" in coverage.unreached()
    assert f"commit points: {commit_points()[0]}" in coverage.unreached()
    coverage.add("operations", "parked")
    assert "operations: parked" not in coverage.unreached()


# --- the checker itself: each kind of wrong is seen -------------------------------------------------------------------


def shot(**changed: object) -> dict[str, object]:
    """A photograph of a book in which one deal is billed by one invoice."""
    empty: dict[str, object] = {
        "decision": [],
        "draft": [],
        "link": [],
        "journal": [],
        "operation": [],
        "run_stream": [],
    }
    event = {"id": 1, "deal_id": "7", "key": "completion", "state": "billed", "generation": 1}
    billed = {"id": 1, "document_id": "60", "type": "invoice", "origin": "made", "state": "live", "operation_id": None}
    allocation = {"event_id": 1, "billed_document_id": 1, "ended_at": None}
    there = {"documents": {"60": invoice("60")}, "payments": {}, "customers": {}, "deals": {}}
    return {
        **empty, "billing_event": [event], "billed_document": [billed], "allocation": [allocation],
        "mirror": there, "verify": "", "integrity": "ok", "stale": [], **changed,
    }  # fmt: skip


def invoice(id_: str, note: str = "Deal 7 / completion", total: float = 120) -> dict[str, object]:
    """An invoice as QuickBooks shows it."""
    line = {"Amount": total, "DetailType": "SalesItemLineDetail"}
    return {"Id": id_, "kind": "Invoice", "PrivateNote": note, "TotalAmt": total, "Line": [line],
            "CustomerRef": {"value": "1"}, "SyncToken": "0", "Balance": total}  # fmt: skip


def truth(
    *invoices: dict[str, object], removed: frozenset[str] = frozenset(), paid: frozenset[str] = frozenset()
) -> Truth:
    documents = {str(one["Id"]): one for one in invoices}
    return Truth(documents, {}, {}, {}, removed={*removed}, paid={*paid}, worth={}, customers_of={})


def wrong(told: Truth, **changed: object) -> set[str]:
    """The categories of what the checker finds."""
    return {category for category, _ in findings(shot(**changed), told)}


def test_a_book_that_agrees_has_no_findings() -> None:
    assert list(findings(shot(), truth(invoice("60")))) == []


@pytest.mark.parametrize(
    "note", ["Deal 7 / completion", "Deal 7 / completion / 2", "Deal 9 / deposit\nDeal 7 / completion"]
)
def test_a_second_invoice_for_an_event_is_double(note: str) -> None:
    assert "double" in wrong(truth(invoice("60"), invoice("61", note)))


def test_a_void_invoice_bills_nothing() -> None:
    void = invoice("61", "Voided - Deal 7 / completion", 0)
    assert is_void(void)
    assert "double" not in wrong(truth(invoice("60"), void))


def test_an_invoice_that_is_gone_is_lost_unless_a_person_removed_it() -> None:
    assert "lost" in wrong(truth())
    assert "lost" not in wrong(truth(removed=frozenset({"60"})))


def test_an_invoice_of_an_event_that_the_ledger_calls_open_is_double() -> None:
    event = {"id": 1, "deal_id": "7", "key": "completion", "state": "open", "generation": 1}
    assert "double" in wrong(truth(invoice("60")), billing_event=[event], allocation=[])


@pytest.mark.parametrize(
    "changed",
    [
        {"verify": "Journal event 3 breaks the chain."},
        {"integrity": "row 7 missing from index"},
        {"stale": [{"operation_id": 1}]},
        {"mirror": {"documents": {}, "payments": {}, "customers": {}, "deals": {}}},
        {"mirror": {"documents": {"60": invoice("60", total=119)}, "payments": {}, "customers": {}, "deals": {}}},
        {"run_stream": [{"run_id": 1, "stream": "s", "seen": 3, "applied": 1, "unchanged": 1, "held": 0, "failed": 0}]},
        {"journal": [{"id": 1, "kind": "decision", "decision_id": 4, "operation_id": None, "body": {}}]},
    ],
)
def test_what_does_not_agree_is_unequal(changed: dict[str, object]) -> None:
    assert wrong(truth(invoice("60")), **changed) == {"unequal"}


def test_an_invoice_that_was_paid_and_is_void_is_unequal() -> None:
    void = invoice("60", "Voided - Deal 7 / completion", 0)
    assert "unequal" in wrong(truth(void, paid=frozenset({"60"})))


def test_every_guard_says_by_what_its_lack_shows() -> None:
    assert {*GUARDS} == {"request_id", "tag_look_up", "claim_commit", "unique_key", "fencing", "sync_token"}
    assert all(guard.observable for guard in GUARDS.values())
