"""What surrounds the API: headers, JSON or XML, limits, and requests that never reach it (quickbooks.md 2, 5.2)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import httpx
import pytest
from tests.simulator.quickbooks.conftest import line

from qbconsole.simulator.quickbooks.limits import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.quickbooks.conftest import Client

NAME = "{http://schema.intuit.com/finance/v3}"


@pytest.fixture
def http(client: Client) -> Iterator[httpx.Client]:
    """A bare client that is signed in and asks for nothing in particular."""
    base = f"{client.root}/v3/company/{client.company.realm_id}"
    headers = {"authorization": f"Bearer {client.oauth.credentials()['access_token']}"}
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as one:
        yield one


JSON = {"accept": "application/json"}


def xml(answer: httpx.Response) -> ElementTree.Element:
    """The root of an XML answer."""
    assert answer.headers["content-type"].startswith("application/xml")
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
    root = ElementTree.fromstring(answer.text)  # noqa: S314 (the simulator wrote it)
    assert root.tag == f"{NAME}IntuitResponse"
    return root


def test_a_success_tells_release_time_taken_and_trace(http: httpx.Client) -> None:
    first, second = http.get("/preferences", headers=JSON), http.get("/preferences", headers=JSON)
    assert first.headers["content-type"] == "application/json;charset=utf-8"
    assert re.fullmatch(r"\d+\.\d+", first.headers["qbo-version"])
    assert re.fullmatch(r"total=\d+, db=\d+", first.headers["service-time"])
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", first.headers["intuit_tid"])
    assert first.headers["cache-control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert first.headers["expires"] == "0"
    assert "strict-transport-security" in first.headers
    assert first.headers["intuit_tid"] != second.headers["intuit_tid"]
    assert not {"etag", "last-modified", "retry-after"} & set(first.headers)


def test_a_refusal_tells_neither_release_nor_time_taken(http: httpx.Client) -> None:
    answer = http.get("/customer/999", headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert not {"qbo-version", "service-time"} & set(answer.headers)
    assert "content-length" in answer.headers
    assert answer.headers["intuit_tid"]


def test_the_fault_of_a_bad_id_tells_no_time(http: httpx.Client) -> None:
    assert http.get("/customer/1.5", headers=JSON).json().keys() == {"Fault"}
    assert http.get("/customer/999", headers=JSON).json().keys() == {"Fault", "time"}


# --- JSON or XML ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["*/*", "application/xml", "text/html", ""])
def test_who_does_not_ask_for_json_gets_xml(http: httpx.Client, accept: str) -> None:
    answer = http.get("/preferences", headers={"accept": accept})
    assert xml(answer).find(f"{NAME}Preferences/{NAME}TaxPrefs/{NAME}UsingSalesTax").text == "true"  # type: ignore[union-attr]


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/plain, */*", "Application/JSON"])
def test_who_asks_for_json_gets_json(http: httpx.Client, accept: str) -> None:
    assert "Preferences" in http.get("/preferences", headers={"accept": accept}).json()


def test_an_entity_in_xml(client: Client, http: httpx.Client) -> None:
    customer = client.customer("Ångström & <Sons> \x07")
    invoice = client.invoice(customer, "100.10")
    root = xml(http.get(f"/invoice/{invoice['Id']}"))
    found = root.find(f"{NAME}Invoice")
    assert found is not None
    assert root.attrib["time"]
    assert found.attrib == {"domain": "QBO", "sparse": "false"}
    assert found.findtext(f"{NAME}TotalAmt") == "100.10"
    reference = found.find(f"{NAME}CustomerRef")
    assert reference is not None
    assert reference.text == customer
    assert reference.attrib == {"name": "Ångström & <Sons> \ufffd"}
    assert len(found.findall(f"{NAME}Line")) == len(invoice["Line"])


def test_a_query_in_xml(client: Client, http: httpx.Client) -> None:
    for name in ("Alder", "Birch"):
        client.customer(name)
    page = xml(http.get("/query", params={"query": "select * from Customer"})).find(f"{NAME}QueryResponse")
    assert page is not None
    assert page.attrib == {"startPosition": "1", "maxResults": "2"}
    assert [one.findtext(f"{NAME}DisplayName") for one in page] == ["Alder", "Birch"]
    count = xml(http.get("/query", params={"query": "select count(*) from Customer"})).find(f"{NAME}QueryResponse")
    assert count is not None
    assert (count.attrib, len(count)) == ({"totalCount": "2"}, 0)


def test_batches_and_changes_in_xml(client: Client, http: httpx.Client) -> None:
    body = {
        "BatchItemRequest": [{"bId": "a", "operation": "create", "Customer": {"DisplayName": "Cedar"}}, {"bId": "b"}]
    }
    done = xml(http.post("/batch", json=body)).findall(f"{NAME}BatchItemResponse")
    assert [(one.attrib["bId"], one[0].tag) for one in done] == [("a", f"{NAME}Customer"), ("b", f"{NAME}Fault")]
    changes = xml(http.get("/cdc", params={"entities": "Customer", "changedSince": "2026-11-01"}))
    assert changes.findtext(f"{NAME}CDCResponse/{NAME}QueryResponse/{NAME}Customer/{NAME}DisplayName") == "Cedar"


def test_a_fault_in_xml(http: httpx.Client) -> None:
    answer = http.get("/customer/999")
    fault = xml(answer).find(f"{NAME}Fault")
    assert answer.status_code == 400
    assert fault is not None
    assert fault.attrib == {"type": "ValidationFault"}
    error = fault.find(f"{NAME}Error")
    assert error is not None
    assert error.attrib == {"code": "610", "element": ""}
    assert error.findtext(f"{NAME}Message") == "Object Not Found"


@pytest.mark.parametrize(("token", "realm", "status", "code"), [("gone", "", 401, "3200"), ("", "123", 403, "3100")])
def test_sign_in_refusals_in_xml(
    client: Client, http: httpx.Client, token: str, realm: str, status: int, code: str
) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = http.get(f"{client.root}/v3/company/{realm or client.company.realm_id}/preferences", headers=headers)
    error = xml(answer).find(f"{NAME}Fault/{NAME}Error")
    assert error is not None
    assert (answer.status_code, error.attrib["code"]) == (status, code)


def test_the_writing_of_403_is_a_switch(client: Client) -> None:
    assert client.send("GET", "/preferences", realm="1").body["fault"]["error"][0]["code"] == "3100"
    client.company.switches.turn({"forbidden_body": "upper_case"})
    answer = client.send("GET", "/preferences", realm="1")
    assert (answer.status, answer.code, answer.body["Fault"]["type"]) == (403, "3100", "SERVICE")


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switch", "ask"),
    [
        ("requests_per_minute", ("GET", "/preferences")),
        ("requests_per_second", ("GET", "/preferences")),
        ("batches_per_minute", ("POST", "/batch")),
        ("reports_per_minute", ("GET", "/reports/BalanceSheet")),
        ("reads_per_month", ("GET", "/preferences")),
    ],
)
def test_beyond_a_limit_is_429_in_xml_even_for_who_asks_for_json(
    client: Client, http: httpx.Client, switch: str, ask: tuple[str, str]
) -> None:
    client.company.switches.turn({switch: "2"})
    body: dict[str, Any] = {"json": {"BatchItemRequest": []}} if ask[0] == "POST" else {}
    answers = [http.request(*ask, headers=JSON, **body) for _ in range(3)]
    assert [one.status_code == 429 for one in answers] == [False, False, True]
    fault = xml(answers[-1]).find(f"{NAME}Fault")
    assert fault is not None
    assert fault.attrib == {"type": "SERVICE"}
    assert fault[0].attrib == {"code": "3001"}
    assert "retry-after" not in answers[-1].headers


def test_a_limit_of_batches_or_reports_leaves_the_rest_alone(client: Client, http: httpx.Client) -> None:
    client.company.switches.turn({"batches_per_minute": "0", "reports_per_minute": "0", "reads_per_month": "1"})
    assert http.get("/preferences", headers=JSON).status_code == 200
    assert http.post("/batch", json={"BatchItemRequest": []}).status_code == 429
    assert http.get("/preferences", headers=JSON).status_code == 429
    assert http.post("/customer", json={"DisplayName": "Writes are free"}, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("turned", "status", "code"),
    [
        ({"throttle_body": "json"}, 429, ["Fault", "Error", 0, "code"]),
        ({"throttle_body": "json_lower_case"}, 429, ["fault", "error", 0, "code"]),
        ({"throttle_body": "json", "throttle_status": "403"}, 403, ["Fault", "Error", 0, "code"]),
    ],
)
def test_the_writing_of_429_is_a_switch(
    client: Client, http: httpx.Client, turned: dict[str, str], status: int, code: list[Any]
) -> None:
    client.company.switches.turn({"requests_per_second": "0", "retry_after": "7", **turned})
    answer = http.get("/preferences", headers=JSON)
    found = answer.json()
    for step in code:
        found = found[step]
    assert (answer.status_code, found, answer.headers["retry-after"]) == (status, "3001", "7")


@pytest.mark.parametrize("written", ["date", "nonsense"])
def test_the_wait_after_429_may_be_told_as_a_date_or_in_words(client: Client, http: httpx.Client, written: str) -> None:
    client.company.switches.turn({"requests_per_second": "0", "retry_after": written})
    answer = http.get("/preferences", headers=JSON)
    try:
        told = parsedate_to_datetime(answer.headers["retry-after"])
    except ValueError:
        assert written == "nonsense"
    else:
        assert (told - client.company.clock.now()).total_seconds() == pytest.approx(2, abs=1)


def test_reads_are_metered_by_month_and_writes_are_not(client: Client, http: httpx.Client) -> None:
    statement, kind = "select count(*) from Customer", {"content-type": "application/text"}
    http.get("/preferences")
    http.get("/query", params={"query": statement})
    http.post("/query", content=statement, headers=kind)
    http.get("/cdc", params={"entities": "Customer", "changedSince": "2026-11-10"})
    http.post("/customer", json={"DisplayName": "Write"})
    assert Meter(client.company.database, client.company.clock).document() == {
        "month": "2026-11",
        "allowance": 500_000,
        "reads": {"2026-11": 4},
    }


# --- what never reaches the API ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/customer/1/5"),
        ("GET", "/nothing/1"),
        ("POST", "/nothing"),
        ("PUT", "/customer"),
        ("PATCH", "/customer/1"),
    ],
)
def test_an_unknown_route_is_fault_500_with_status_400(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path, headers=JSON)
    error = answer.json()["Fault"]["Error"][0]
    assert (answer.status_code, error["code"]) == (400, "500")
    assert error["Detail"].startswith("Operation Could not find resource for relative : /v3/company/")
    assert "element" not in error


@pytest.mark.parametrize("path", ["/v2/company/1/preferences", "/v3/companies/1/preferences", "/"])
def test_outside_the_api_is_404(client: Client, http: httpx.Client, path: str) -> None:
    assert http.get(client.root + path).status_code == 404


def test_what_is_too_large_is_413(client: Client, http: httpx.Client) -> None:
    client.company.switches.turn({"largest_request": "100"})
    answer = http.post("/customer", json={"DisplayName": "x" * 100}, headers=JSON)
    assert answer.status_code == 413
    assert http.post("/customer", json={"DisplayName": "x" * 10}, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("version", "status"), [("75", 200), ("4", 200), ("", 200), ("nonsense", 200), ("76", 400), ("999999", 400)]
)
def test_minor_versions(http: httpx.Client, version: str, status: int) -> None:
    assert http.get("/preferences", params={"minorversion": version}).status_code == status


def test_newer_minor_versions_may_be_ignored(client: Client, http: httpx.Client) -> None:
    client.company.switches.turn({"newer_minor_versions": "ignored"})
    assert http.get("/preferences", params={"minorversion": "76"}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("application/xml", b"<Customer/>", "1050"),
        ("application/x-www-form-urlencoded", b"DisplayName=A", "1050"),
        ("", b'{"DisplayName": "A"}', "1050"),
        ("application/json", b'{"DisplayName": "\xff"}', "500"),
    ],
)
def test_bodies_that_the_api_does_not_read(http: httpx.Client, kind: str, content: bytes, code: str) -> None:
    headers = JSON | ({"content-type": kind} if kind else {})
    answer = http.post("/customer", content=content, headers=headers)
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, code)


def test_a_charset_may_be_named(http: httpx.Client) -> None:
    body = json.dumps({"DisplayName": "Zoë"}, ensure_ascii=False).encode()
    kind = {"content-type": "application/json; charset=utf-8"}
    assert http.post("/customer", content=body, headers=JSON | kind).json()["Customer"]["DisplayName"] == "Zoë"


def test_an_invoice_reads_the_same_in_both_forms(client: Client, http: httpx.Client) -> None:
    made = client.make("Invoice", {"CustomerRef": {"value": client.customer()}, "Line": [line("3.30")]})
    root = xml(http.get(f"/invoice/{made['Id']}")).find(f"{NAME}Invoice")
    assert root is not None
    amounts = [Decimal(one.findtext(f"{NAME}Amount") or "") for one in root.findall(f"{NAME}Line")]
    assert amounts == [one["Amount"] for one in made["Line"]]
