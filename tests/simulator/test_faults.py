"""Faults over a real connection: which strike, how often, and what is kept of it."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.simulator.served import serving, struck_by

from qbconsole.simulator.database import Database
from qbconsole.simulator.faults.specification import FAULTS, parse

DEALS = "/crm/objects/2026-09/deals"
DEAL = {"properties": {"dealname": "Chiller"}}


def test_a_dropped_response_hides_work_that_was_done() -> None:
    with struck_by("drop_response=1x@create_deal") as served:
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            served.http.post(DEALS, json=DEAL)

        kept = [one["id"] for one in served.portal.records("deals")]
        assert len(kept) == 1
        assert served.http.post(DEALS, json=DEAL).status_code == 201
        logged = served.log.last()[-1]
        assert logged["faults"] == ["drop_response"]
        assert (logged["status"], logged["answered"], logged["record_ids"]) == (201, False, kept)


@pytest.mark.parametrize(("fault", "error"), [("drop_request", httpx.RemoteProtocolError), ("reset", httpx.ReadError)])
def test_a_cut_connection_leaves_no_work_done(fault: str, error: type[Exception]) -> None:
    with struck_by(f"{fault}=1x") as served:
        with pytest.raises(error):
            served.http.post(DEALS, json=DEAL)

        assert served.portal.records("deals") == []
        assert served.log.last()[0]["status"] is None
        assert served.http.post(DEALS, json=DEAL).status_code == 201


def test_a_throttle_speaks_as_the_vendor_does() -> None:
    with struck_by("throttle=1x") as served:
        answer = served.http.post(DEALS, json=DEAL)

        assert answer.status_code == 429
        assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
        assert served.portal.records("deals") == []


def test_a_delay_waits_and_then_does_the_work() -> None:
    with struck_by("delay=1x:0.2") as served:
        started = time.monotonic()
        assert served.http.post(DEALS, json=DEAL).status_code == 201
        assert time.monotonic() - started >= 0.2


def test_an_item_inside_a_batch_counts_as_its_endpoint_and_the_batch_is_struck_once() -> None:
    with struck_by("drop_response=2x@create_deal") as served:
        with pytest.raises(httpx.RemoteProtocolError):
            served.http.post(f"{DEALS}/batch/create", json={"inputs": [DEAL, DEAL, DEAL]})

        assert len(served.portal.records("deals")) == 3
        assert served.faults.document()["left"] == {"drop_response=2x@create_deal": 1}
        assert served.faults.hits == {"drop_response": 1}


def test_rates_come_from_the_seed() -> None:
    def pattern(seed: int) -> list[int]:
        with struck_by("throttle=0.3", seed=seed) as served:
            return [served.http.get(DEALS).status_code for _ in range(40)]

    first = pattern(7)
    assert first == pattern(7)
    assert first != pattern(8)
    assert 4 <= first.count(429) <= 22


def test_hits_and_what_is_left_of_a_count_outlive_a_restart(tmp_path: Path) -> None:
    spec = "throttle=3x,server_error=1x@search_deal"
    database = Database(tmp_path / "simulator.db")
    with serving(database, spec) as served:
        assert [served.http.get(DEALS).status_code for _ in range(2)] == [429, 429]
    database.close()

    database = Database(tmp_path / "simulator.db")
    with serving(database, spec) as served:
        assert served.faults.hits == {"throttle": 2}
        assert [served.http.get(DEALS).status_code for _ in range(2)] == [429, 200]
        assert served.faults.total == 3
        served.faults.configure("throttle=1x")
        assert served.http.get(DEALS).status_code == 429
        assert served.faults.document() == {
            "spec": "throttle=1x",
            "hit": 4,
            "by_fault": {"throttle": 4},
            "left": {"throttle=1x": 0},
        }
    database.close()


def test_every_answer_carries_the_simulated_date() -> None:
    with struck_by("") as served:
        for answer in (served.http.get(DEALS), served.http.get("/nothing")):
            dates = answer.headers.get_list("date")
            assert len(dates) == 1
            assert abs((parsedate_to_datetime(dates[0]) - served.portal.clock.now()).total_seconds()) < 5


def test_requests_are_logged_and_counted() -> None:
    with struck_by("") as served:
        made = served.http.post(DEALS, json=DEAL).json()["id"]
        served.http.get(f"{DEALS}/{made}")
        served.http.get(f"{DEALS}/888")
        served.http.get("/control/state")

        assert served.log.total() == 3
        logged = served.log.last()
        assert [one["endpoints"] for one in logged] == [["read_deal"], ["read_deal"], ["create_deal"]]
        assert logged[-1]["record_ids"] == [made]
        assert served.log.last(1, system="hubspot", endpoint="create_deal") == logged[-1:]
        reads = {"system": "hubspot", "endpoint": "read_deal", "calls": 2, "by_status": {"200": 1, "404": 1}}
        assert reads in served.log.counters()


def test_the_log_is_bounded_and_the_counters_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbconsole.simulator.requests.KEPT", 5)
    with struck_by("") as served:
        for _ in range(8):
            served.http.get(DEALS)

        assert len(served.log.last()) == 5
        assert served.log.counters()[0]["calls"] == served.log.total() == 8


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("drop_respnse=0.05", "'drop_respnse=0.05': no fault is called 'drop_respnse'"),
        ("throttle=0.1,delay=often", "'delay=often': expected delay=RATE or delay=Nx"),
        ("throttle=3", "'throttle=3': a rate lies between 0 and 1; a count is written 3x"),
        ("throttle=-1", "'throttle=-1': expected"),
        ("throttle", "'throttle': expected"),
        ("throttle=0.1@", "'throttle=0.1@': expected"),
        ("throttle=0.1:3", "throttle takes no seconds; delay, slow, stale_read, skew do"),
        ("stale_read=1x:61", "a stale read goes back 60 seconds at most"),
        ("stale_read=1x:", "'stale_read=1x:': expected"),
    ],
)
def test_a_wrong_specification_names_the_wrong_part(spec: str, words: str) -> None:
    with pytest.raises(ValueError, match="faults: ") as raised:
        parse(spec)

    assert words in str(raised.value)


def test_every_fault_can_be_asked_for_in_every_form() -> None:
    rules: list[Any] = parse(
        ", ".join(f"{name}=0.05,{name}=3x,{name}=.1@query,{name}=2x@create_invoice" for name in FAULTS)
    )

    assert len(rules) == 4 * len(FAULTS)
    assert {rule.endpoint for rule in rules} == {"", "query", "create_invoice"}
    assert parse("") == []
    assert [rule.seconds for rule in parse("delay=1x,slow=1x,stale_read=1x,skew=1x,slow=1x:0.5")] == [2, 1, 2, 300, 0.5]


def test_the_page_explains_every_fault_as_control_does() -> None:
    page = Path(__file__).parents[2] / "docs" / "simulator.md"
    section = page.read_text().partition("## Faults")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    with struck_by("") as served:
        assert dict(rows) == served.faults.explained()["faults"]
