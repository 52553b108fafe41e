"""Each fault over a real connection: what the client sees, and what the server did."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from tests.simulator.quickbooks.conftest import line
from tests.simulator.served import Served, struck_by

DEALS = "/crm/objects/2026-09/deals"
DEAL = {"properties": {"dealname": "Chiller"}}
ALDER = {"DisplayName": "Alder"}
CUT = (httpx.RemoteProtocolError, httpx.ReadError)


def make(served: Served, system: str) -> httpx.Response:
    """Create something at either vendor."""
    if system == "quickbooks":
        return served.books("POST", "/customer", ALDER)
    return served.http.post(DEALS, json=DEAL)


def made(served: Served, system: str) -> int:
    """How much stands there in truth."""
    return len(served.customers() if system == "quickbooks" else served.portal.records("deals"))


EITHER, BEFORE = (False, True), (False,)
FORMS: dict[str, dict[tuple[str, int], tuple[bool, ...]]] = {
    "quickbooks": {("json", 500): EITHER, ("html", 502): EITHER, ("html", 503): EITHER, ("xml", 500): EITHER},
    "hubspot": {
        ("json", 500): EITHER,
        ("html", 502): EITHER,
        ("json", 423): BEFORE,
        ("json", 477): BEFORE,
        ("html", 521): BEFORE,
    },
}
"""How each vendor writes a server error, and whether the work can have been done."""
both = pytest.mark.parametrize("system", ["quickbooks", "hubspot"])


# --- lost, late and refused -------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(("fault", "done"), [("drop_response", 1), ("drop_request", 0), ("reset", 0)])
def test_a_connection_is_cut_after_or_before_the_work(system: str, fault: str, done: int) -> None:
    with struck_by(f"{fault}=1x") as served:
        with pytest.raises(CUT):
            make(served, system)
        assert made(served, system) == done
        assert served.faults.hits == {fault: 1}
        logged = served.log.last(1)[0]
        assert (logged["answered"], logged["faults"], len(logged["record_ids"])) == (False, [fault], done)


@both
def test_a_server_error_comes_before_or_after_the_work_in_every_form(system: str) -> None:
    seen = set()
    with struck_by("server_error=40x") as served:
        for _ in range(40):
            before = made(served, system)
            create = {"DisplayName": f"Customer {before}"}
            answer = served.books("POST", "/customer", create) if system == "quickbooks" else make(served, system)
            form = answer.headers["content-type"].partition(";")[0].rpartition("/")[2]
            seen.add((form, answer.status_code, made(served, system) > before))
    assert seen == {(*form, after) for form, can_be in FORMS[system].items() for after in can_be}


def test_a_server_error_after_the_work_is_logged_with_what_was_made() -> None:
    with struck_by("server_error=20x") as served:
        for number in range(20):
            served.books("POST", "/customer", {"DisplayName": f"Customer {number}"})
        logged = [one["record_ids"][0] for one in served.log.last() if one["record_ids"]]
        assert sorted(logged) == sorted(record["Id"] for record in served.company.records("Customer"))


def test_intuits_throttle_is_xml_or_what_the_switches_say() -> None:
    with struck_by("throttle=2x") as served:
        answer = served.books("POST", "/customer", ALDER)
        assert (answer.status_code, answer.headers["content-type"]) == (429, "application/xml")
        root = ElementTree.fromstring(answer.text)  # noqa: S314 (the simulator wrote it)
        assert root[0][0].attrib["code"] == "3001"
        served.company.switches.turn({"throttle_body": "json", "retry_after": "3"})
        answer = served.books("POST", "/customer", ALDER)
        assert (answer.json()["Fault"]["Error"][0]["code"], answer.headers["retry-after"]) == ("3001", "3")
        assert served.customers() == []


@both
def test_a_slow_answer_comes_byte_by_byte_and_whole(system: str) -> None:
    with struck_by("slow=1x:0") as served:
        token = served.token if system == "quickbooks" else served.portal.token
        path = f"/v3/company/{served.company.realm_id}/preferences" if system == "quickbooks" else DEALS
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        with served.http.stream("GET", path, headers=headers) as answer:
            body = b"".join(answer.iter_raw())
        assert len(body) == int(answer.headers["content-length"])
        assert json.loads(body)
        assert make(served, system).is_success


def test_a_client_that_gives_up_on_a_slow_answer_leaves_the_server_well() -> None:
    with struck_by("slow=1x:30") as served:
        headers = {"authorization": f"Bearer {served.portal.token}"}
        with served.http.stream("GET", DEALS, headers=headers) as answer:
            assert answer.status_code == 200
        assert make(served, "hubspot").status_code == 201


@both
def test_a_truncated_answer_is_cut_in_the_middle_with_either_length(system: str) -> None:
    outcomes = set()
    with struck_by("truncate=12x") as served:
        for number in range(12):
            with pytest.raises((httpx.RemoteProtocolError, json.JSONDecodeError)) as raised:
                if system == "quickbooks":
                    served.books("POST", "/customer", {"DisplayName": f"Customer {number}"}).json()
                else:
                    make(served, system).json()
            outcomes.add(raised.type)
        assert made(served, system) == 12
        assert all(one["answered"] for one in served.log.last(12))
    assert outcomes == {httpx.RemoteProtocolError, json.JSONDecodeError}, "the length is that of the whole, or honest"


# --- answers that are not quite true ----------------------------------------------------------------------------------


def names(served: Served, path: str = "/query") -> list[str]:
    """Customers as a query or the change feed shows them."""
    if path == "/cdc":
        feed = served.books("GET", "/cdc", entities="Customer", changedSince="2026-11-10").json()["CDCResponse"]
        return [one["DisplayName"] for one in feed[0]["QueryResponse"][0].get("Customer", [])]
    page = served.books("GET", "/query", query="select * from Customer").json()["QueryResponse"]
    return [one["DisplayName"] for one in page.get("Customer", [])]


@pytest.mark.parametrize("path", ["/query", "/cdc"])
def test_a_stale_query_or_feed_misses_what_was_just_made_and_a_read_by_id_does_not(path: str) -> None:
    with struck_by("stale_read=1x:60") as served:
        customer = served.books("POST", "/customer", ALDER).json()["Customer"]
        assert served.books("GET", f"/customer/{customer['Id']}").json()["Customer"]["DisplayName"] == "Alder"
        assert names(served, path) == []
        assert names(served, path) == ["Alder"]
        assert served.faults.hits == {"stale_read": 1}


def test_a_stale_query_shows_the_old_values_and_what_was_deleted() -> None:
    with struck_by("") as served:
        customer = served.company.create("Customer", ALDER)
        body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line("5.00")]}
        with served.company.database.transaction():
            invoice = served.company.create("Invoice", body)
        served.company.database.forget_past()
        served.faults.configure("stale_read=1x:60")
        change = {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Birch"}
        served.books(
            "POST", "/customer", change | {"SyncToken": served.company.read("Customer", customer["Id"])["SyncToken"]}
        )
        gone = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
        assert served.books("POST", "/invoice", gone, operation="delete").status_code == 200
        asked = "select * from Invoice"
        assert len(served.books("GET", "/query", query=asked).json()["QueryResponse"]["Invoice"]) == 1
        assert served.books("GET", "/query", query=asked).json()["QueryResponse"] == {}
        served.faults.configure("stale_read=1x:60")
        assert names(served) == ["Alder"]
        assert names(served) == ["Birch"]


def test_what_is_older_than_the_seconds_of_a_stale_read_is_seen() -> None:
    with struck_by("stale_read=1.0:0") as served:
        served.books("POST", "/customer", ALDER)
        assert names(served) == ["Alder"]
        assert served.faults.hits["stale_read"] == 1


def test_a_stale_read_leaves_records_indexes_and_counters_as_they_are() -> None:
    with struck_by("stale_read=1.0:60") as served:
        for name in ("Alder", "Birch"):
            served.books("POST", "/customer", {"DisplayName": name})
            assert names(served) == []
        assert served.customers() == ["Alder", "Birch"]
        again = served.books("POST", "/customer", ALDER).json()
        assert again["Fault"]["Error"][0]["code"] == "6240"
        metered = served.company.database.collection("qbo.metering").get("2026-11")
        assert metered == {"reads": 2}


def test_hubspots_searches_and_lists_can_be_stale() -> None:
    with struck_by("stale_read=1.0:60") as served:
        deal = served.http.post(DEALS, json=DEAL).json()["id"]
        assert served.http.get(f"{DEALS}/{deal}").status_code == 200
        assert served.http.get(DEALS).json()["results"] == []
        assert served.http.post(f"{DEALS}/search", json={}).json()["results"] == []
        served.faults.configure("")
        assert [one["id"] for one in served.http.get(DEALS).json()["results"]] == [deal]


@pytest.mark.parametrize("seed", range(4))
def test_a_skewed_answer_tells_the_wrong_time_once_and_stamps_are_right(seed: int) -> None:
    with struck_by("skew=1x:600", seed=seed) as served:
        now = served.company.clock.now()
        wrong = served.books("POST", "/customer", ALDER)
        right = served.books("GET", "/preferences")

        def off(text: str) -> float:
            return abs((datetime.fromisoformat(text) - now).total_seconds())

        assert 590 < off(wrong.json()["time"]) < 610
        assert 590 < off(parsedate_to_datetime(wrong.headers["date"]).isoformat()) < 610
        assert off(wrong.json()["Customer"]["MetaData"]["CreateTime"]) < 10
        assert off(right.json()["time"]) < 10
        assert off(parsedate_to_datetime(right.headers["date"]).isoformat()) < 10


def test_the_clock_is_wrong_in_either_direction_and_for_hubspot_too() -> None:
    with struck_by("skew=20x:600") as served:
        now = served.portal.clock.now()
        dates = [parsedate_to_datetime(served.http.get(DEALS).headers["date"]) for _ in range(20)]
        assert {date > now for date in dates} == {True, False}
        assert all(abs(date - now) > timedelta(minutes=9) for date in dates)


# --- work done otherwise than asked -----------------------------------------------------------------------------------


def invoice_for(served: Served) -> dict[str, Any]:
    customer = served.company.create("Customer", {"DisplayName": "Elm"})["Id"]
    return {"CustomerRef": {"value": customer}, "Line": [line("5.00")]}


@pytest.mark.parametrize(("query", "count"), [({}, 2), ({"requestid": "one"}, 1)])
def test_a_duplicated_create_makes_two_unless_it_has_a_request_id(query: dict[str, str], count: int) -> None:
    with struck_by("duplicate=1x@create_invoice") as served:
        answer = served.books("POST", "/invoice", invoice_for(served), **query)
        invoices = served.company.records("Invoice")
        assert len(invoices) == count
        assert answer.json()["Invoice"]["Id"] == invoices[-1]["Id"]
        assert set(served.log.last(1)[0]["record_ids"]) == {one["Id"] for one in invoices}


def test_a_duplicated_update_answers_that_somebody_was_faster() -> None:
    with struck_by("duplicate=1x@update_customer") as served:
        customer = served.books("POST", "/customer", ALDER).json()["Customer"]
        change = {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Birch"}
        assert served.books("POST", "/customer", change).json()["Fault"]["Error"][0]["code"] == "5010"
        assert served.customers() == ["Birch"]


def test_reads_are_not_duplicated_and_hubspots_writes_are() -> None:
    with struck_by("duplicate=3x") as served:
        served.http.get(DEALS)
        served.http.post(f"{DEALS}/search", json={})
        names(served)
        assert served.faults.hits == {}
        make(served, "hubspot")
        assert made(served, "hubspot") == 2


def test_a_revoked_grant_stays_dead_until_a_new_sign_in() -> None:
    with struck_by("revoke_token=1x@create_customer") as served:
        refresh = served.oauth.credentials()["refresh_token"]
        assert served.books("POST", "/customer", ALDER).status_code == 401
        assert served.books("GET", "/preferences").status_code == 401
        assert served.refresh(refresh).json()["error"] == "invalid_grant"
        assert served.customers() == []

        grant = served.oauth.grant
        redirect = "http://localhost/"
        issued = grant.redeem(grant.code(["com.intuit.quickbooks.accounting"], redirect), redirect)
        assert issued is not None
        served.token = issued.access_token
        assert served.books("GET", "/preferences").status_code == 200


def test_a_refresh_can_be_what_meets_the_revocation() -> None:
    with struck_by("revoke_token=1x@token") as served:
        assert served.refresh(served.oauth.credentials()["refresh_token"]).json()["error"] == "invalid_grant"


def test_hubspots_token_is_replaced() -> None:
    with struck_by("revoke_token=1x") as served:
        assert served.http.get(DEALS).status_code == 401
        assert served.http.get(DEALS).status_code == 401
        renewed = {"authorization": f"Bearer {served.portal.token}"}
        assert served.http.get(DEALS, headers=renewed).status_code == 200


def test_forgotten_request_ids_make_a_repeated_create_a_second_one() -> None:
    with struck_by("forget_requestids=1x") as served:
        body = invoice_for(served)
        served.books("GET", "/preferences")
        served.books("POST", "/invoice", body)
        assert served.faults.hits == {}, "it strikes requests with an id alone"
        first = served.books("POST", "/invoice", body, requestid="one").json()["Invoice"]["Id"]
        again = served.books("POST", "/invoice", body, requestid="one").json()["Invoice"]["Id"]
        assert again == first, "the id was forgotten before the work, not after"
        served.faults.configure("forget_requestids=1x")
        assert served.books("POST", "/invoice", body, requestid="one").json()["Invoice"]["Id"] != first


@pytest.mark.parametrize(("kind", "field"), [("Customer", "PreferredDeliveryMethod"), ("Invoice", "PrintStatus")])
def test_another_user_is_faster_with_a_harmless_change(kind: str, field: str) -> None:
    with struck_by("other_user=1x") as served:
        with served.company.database.transaction():
            body = invoice_for(served)
            record = dict(served.company.create(kind, body if kind == "Invoice" else ALDER))
        change = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, "PrivateNote": "x"}
        if kind == "Customer":
            change = change | {"Notes": "x"}
            del change["PrivateNote"]
        answer = served.books("POST", f"/{kind.lower()}", change).json()
        assert answer["Fault"]["Error"][0]["code"] == "5010"

        now = served.books("GET", f"/{kind.lower()}/{record['Id']}").json()[kind]
        assert now["SyncToken"] == str(int(record["SyncToken"]) + 1)
        assert now[field] != record[field]
        kept = json.loads(json.dumps(record, default=float))
        assert {**now, field: "", "SyncToken": "", "MetaData": ""} == {
            **kept,
            field: "",
            "SyncToken": "",
            "MetaData": "",
        }
        assert served.books("POST", f"/{kind.lower()}", change | {"SyncToken": now["SyncToken"]}).status_code == 200


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_another_user_is_in_the_way_of_a_void_or_a_delete(operation: str) -> None:
    with struck_by(f"other_user=1x@{operation}_invoice") as served:
        invoice = served.books("POST", "/invoice", invoice_for(served)).json()["Invoice"]
        asked = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
        assert (
            served.books("POST", "/invoice", asked, operation=operation).json()["Fault"]["Error"][0]["code"] == "5010"
        )


def test_another_user_meets_an_item_of_a_batch_and_nothing_without_a_token() -> None:
    with struck_by("other_user=1x") as served:
        customer = served.books("POST", "/customer", ALDER).json()["Customer"]
        served.books("GET", f"/customer/{customer['Id']}")
        served.books("POST", "/customer", {"Id": "999", "SyncToken": "0", "sparse": True})
        assert served.faults.hits == {}
        change = {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Birch"}
        items = [{"bId": "a", "operation": "update", "Customer": change}, {"bId": "b", "Query": "select * from Term"}]
        answer = served.books("POST", "/batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]
        assert [one.keys() & {"Fault", "QueryResponse"} for one in answer] == [{"Fault"}, {"QueryResponse"}]


# --- together ---------------------------------------------------------------------------------------------------------


def test_more_requests_at_once_than_allowed_are_throttled() -> None:
    with struck_by("slow=2x:60@preferences") as served, contextlib.ExitStack() as open_ones:
        served.company.switches.turn({"concurrent_requests": "2"})
        url, headers = f"/v3/company/{served.company.realm_id}/preferences", {"authorization": f"Bearer {served.token}"}
        for _ in range(2):
            answer = open_ones.enter_context(served.http.stream("GET", url, headers=headers))
            assert answer.status_code == 200
        assert served.books("GET", "/preferences").status_code == 429
        open_ones.close()
        while served.books("GET", "/preferences").status_code != 200:
            pass  # until the server has seen that the two are gone


def met(seed: int) -> list[tuple[int, list[str]]]:
    """What a row of requests meets under a seed."""
    spec = "server_error=0.2,truncate=0.1,stale_read=0.2:60,duplicate=0.2,skew=0.2,throttle=0.1,other_user=0.2"
    with struck_by(spec, seed=seed) as served:
        for number in range(40):
            with contextlib.suppress(httpx.HTTPError):
                served.books("POST", "/customer", {"DisplayName": f"Customer {number}"}, requestid=f"r{number}")
            for path in (DEALS, f"/v3/company/{served.company.realm_id}/cdc?entities=Customer&changedSince=2026-11-10"):
                with contextlib.suppress(httpx.HTTPError):
                    served.http.get(path, headers={"authorization": f"Bearer {served.token}"})
        assert len(served.customers()) == len(set(served.customers()))
        return [(one["status"], one["faults"]) for one in served.log.last(1000)]


def test_the_same_seed_brings_the_same_mishaps_and_another_seed_others() -> None:
    first = met(11)
    assert first == met(11)
    assert first != met(12)
    assert {fault for _, faults in first for fault in faults} >= {"server_error", "truncate", "stale_read", "duplicate"}
