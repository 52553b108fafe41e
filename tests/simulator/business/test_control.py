"""The control API over real HTTP: what it answers, and how it refuses."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import uvicorn

from qbconsole.simulator.server import build

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def listening(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def control() -> Iterator[str]:
    simulator = build(None, seed=7, size=0.3, faults="")
    with listening(simulator.app()) as url:
        simulator.base_url = url
        yield f"{url}/control"
    simulator.database.close()


def call(url: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def schema(name: str) -> Any:
    return json.loads((files("qbconsole.simulator") / "schemas" / f"{name}.json").read_text())


def test_state_requests_and_faults_are_as_their_schemas_say(control: str) -> None:
    for name in ("state", "requests", "faults", "switches", "metering"):
        status, document = call(f"{control}/{name}")
        assert status == 200
        jsonschema.validate(document, schema(name))


def test_requests_shows_what_clients_asked(control: str) -> None:
    before = call(f"{control}/requests")[1]["total"]
    root = control.removesuffix("/control")
    for path in ("/crm/objects/2026-09/deals", "/crm/owners/2026-09"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(root + path, timeout=10)
    document = call(f"{control}/requests?count=1&system=hubspot")[1]
    jsonschema.validate(document, schema("requests"))
    assert document["total"] == before + 2
    assert [one["status"] for one in document["requests"]] == [401]
    assert call(f"{control}/requests?count=many") == (400, {"error": '"count" must be a whole number up to 5000.'})


def test_advance_moves_the_business_date(control: str) -> None:
    before = call(f"{control}/state")[1]["business_date"]
    status, answer = call(f"{control}/advance", {"days": 2})
    assert status == 200
    assert answer["business_date"] > before
    assert call(f"{control}/state")[1]["business_date"] == answer["business_date"]


@pytest.mark.parametrize("body", [{"days": 0}, {"days": "3"}, {"days": True}, {"days": 1.5}, {"days": 401}, {}])
def test_advance_refuses_what_is_no_number_of_days(control: str, body: Any) -> None:
    assert call(f"{control}/advance", body) == (400, {"error": '"days" must be a whole number from 1 to 400.'})


@pytest.mark.parametrize("body", [b"", b"[1]", b"days=3", b"\xff"])
def test_a_body_that_is_no_object_is_refused(control: str, body: bytes) -> None:
    assert call(f"{control}/advance", body) == (400, {"error": "The body must be a JSON object."})


def test_faults_are_set_and_ended(control: str) -> None:
    status, document = call(f"{control}/faults", {"spec": "drop_response=3x@create_invoice"})
    assert (status, document["spec"]) == (200, "drop_response=3x@create_invoice")
    jsonschema.validate(document, schema("faults"))
    assert call(f"{control}/faults", {"spec": ""})[1]["spec"] == ""


def test_faults_are_explained(control: str) -> None:
    explained = call(f"{control}/faults")[1]["faults"]
    assert {"drop_response", "stale_read", "other_user"} < explained.keys()
    assert all(explained.values())


@pytest.mark.parametrize("body", [{"spec": "thunder=0.5"}, {"spec": "throttle=lots"}, {"spec": 3}, {}])
def test_a_wrong_fault_specification_is_refused_and_changes_nothing(control: str, body: Any) -> None:
    status, answer = call(f"{control}/faults", body)
    assert status == 400
    assert isinstance(answer["error"], str)
    assert call(f"{control}/faults")[1]["spec"] == ""


def test_credentials_and_true_pairs(control: str) -> None:
    status, credentials = call(f"{control}/credentials")
    assert status == 200
    assert credentials["control_url"] == control
    assert credentials["company"] == "Ridgeline Mechanical"
    assert credentials["cut_over"] == "2026-10-17"
    truth = call(f"{control}/truth/pairs")[1]
    assert {"company_id", "customer_id", "also"} == truth["pairs"][0].keys()


def test_switches_are_turned(control: str) -> None:
    status, document = call(f"{control}/switches", {"access_token_seconds": 60, "refresh_token_rotation": "every_call"})
    assert (status, document["access_token_seconds"]["value"]) == (200, "60")
    jsonschema.validate(document, schema("switches"))
    back = {"access_token_seconds": "3600", "refresh_token_rotation": "every_24h"}
    assert call(f"{control}/switches", back)[1]["refresh_token_rotation"]["value"] == "every_24h"


@pytest.mark.parametrize("body", [{"access_token_seconds": "soon"}, {"access_token_seconds": True}, {"thunder": "1"}])
def test_a_wrong_switch_is_refused_and_changes_nothing(control: str, body: Any) -> None:
    status, answer = call(f"{control}/switches", {"refresh_token_rotation": "every_call"} | body)
    assert status == 400
    assert next(iter(body)) in answer["error"]
    assert call(f"{control}/switches")[1]["refresh_token_rotation"]["value"] == "every_24h"


def test_a_person_acts_in_quickbooks_and_is_told_what_cannot_be(control: str) -> None:
    status, closed = call(f"{control}/quickbooks/close", {"through": "2026-09-30"})
    assert (status, closed["done"]["AccountingInfoPrefs"]["BookCloseDate"]) == (200, "2026-09-30")
    status, answer = call(f"{control}/quickbooks/merge", {"loser": "99999", "winner": "1"})
    assert status == 400
    assert "610 Object Not Found" in answer["error"]
    assert call(f"{control}/quickbooks/merge", {"loser": 1}) == (
        400,
        {"error": '"loser" must be text that is not empty.'},
    )
