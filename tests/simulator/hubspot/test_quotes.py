"""Quotes of both generations: their states, who may set them, signatures and payment (hubspot.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

QUOTES = "/crm/objects/2026-09/quotes"
BASE = {"hs_title": "Chiller", "hs_expiration_date": "2026-12-31"}
SHOWN = "hs_status,hs_esign_num_signers_completed,hs_esign_date,hs_clickwrap_accepted_by,hs_locked,hs_quote_link"


def quote(http: httpx.Client, **properties: str) -> str:
    answer = http.post(QUOTES, json={"properties": {**BASE, **properties}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def values(http: httpx.Client, quote_id: str, names: str = SHOWN) -> dict[str, Any]:
    return dict(http.get(f"{QUOTES}/{quote_id}", params={"properties": names}).json()["properties"])


def sign(http: httpx.Client, quote_id: str) -> dict[str, Any]:
    return dict(http.post("/control/hubspot/sign_quote", json={"id": quote_id, "by": "Bo Chen"}).json())


@pytest.mark.parametrize("missing", ["hs_title", "hs_expiration_date"])
def test_a_quote_needs_a_title_and_a_last_day(http: httpx.Client, missing: str) -> None:
    answer = http.post(QUOTES, json={"properties": {name: text for name, text in BASE.items() if name != missing}})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"


@pytest.mark.parametrize(
    ("template", "state", "code"),
    [
        *(("", state, 200) for state in ("DRAFT", "APPROVAL_NOT_NEEDED", "PENDING_APPROVAL", "APPROVED", "REJECTED")),
        ("", "ACCEPTED", 400),
        ("CPQ_QUOTE", "DRAFT", 200),
        ("CPQ_QUOTE", "APPROVED", 400),
        ("CPQ_QUOTE", "ACCEPTED", 400),
    ],
)
def test_the_states_that_an_app_can_set(http: httpx.Client, template: str, state: str, code: int) -> None:
    made = quote(http, hs_template_type=template)

    assert http.patch(f"{QUOTES}/{made}", json={"properties": {"hs_status": state}}).status_code == code


def test_a_published_quote_is_locked_and_has_its_page(http: httpx.Client) -> None:
    made = quote(http)
    assert values(http, made)["hs_locked"] == "false"
    assert values(http, made)["hs_quote_link"] is None

    http.patch(f"{QUOTES}/{made}", json={"properties": {"hs_status": "APPROVAL_NOT_NEEDED"}})

    assert values(http, made)["hs_locked"] == "true"
    assert values(http, made)["hs_quote_link"].startswith("https://")


def test_approved_is_not_signed_and_two_must_sign(http: httpx.Client) -> None:
    made = quote(http, hs_status="APPROVED", hs_esign_enabled="true", hs_esign_num_signers_required="2")
    assert values(http, made)["hs_esign_num_signers_completed"] is None

    sign(http, made)
    once = values(http, made)
    sign(http, made)
    twice = values(http, made)

    assert (once["hs_esign_num_signers_completed"], once["hs_esign_date"]) == ("1", None)
    assert (twice["hs_esign_num_signers_completed"], twice["hs_status"]) == ("2", "APPROVED")
    assert twice["hs_esign_date"] is not None


@pytest.mark.parametrize(
    ("method", "state", "accepted_by"),
    [("clickwrap", "ACCEPTED", "Bo Chen"), ("esignature", "ACCEPTED", None), ("print_and_sign", "DRAFT", None)],
)
def test_how_a_cpq_quote_is_accepted(http: httpx.Client, method: str, state: str, accepted_by: str | None) -> None:
    made = quote(http, hs_template_type="CPQ_QUOTE", hs_status="DRAFT", hs_acceptance_method=method)

    sign(http, made)

    assert values(http, made)["hs_status"] == state
    assert values(http, made)["hs_clickwrap_accepted_by"] == accepted_by


def test_signing_what_needs_no_signature_changes_nothing(http: httpx.Client) -> None:
    assert sign(http, quote(http, hs_status="APPROVED")) == {}


def test_a_quote_is_paid(http: httpx.Client) -> None:
    made = quote(http, hs_status="APPROVED", hs_payment_enabled="true", hs_payment_type="HUBSPOT")

    http.post("/control/hubspot/pay_quote", json={"id": made})

    assert values(http, made, "hs_payment_status")["hs_payment_status"] == "PAID"
    unpaid = http.patch(f"{QUOTES}/{made}", json={"properties": {"hs_payment_status": "PENDING"}})
    assert unpaid.status_code == 400


def test_the_amount_is_that_of_its_own_line_items(http: httpx.Client) -> None:
    made = quote(http)
    link = {"to": {"id": made}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 68}]}
    items = [
        http.post(
            "/crm/v3/objects/line_items",
            json={"properties": {"name": "Filter", "price": price, "quantity": "2"}, "associations": [link]},
        ).json()["id"]
        for price in ("10.50", "4")
    ]
    assert values(http, made, "hs_quote_amount")["hs_quote_amount"] == "29"

    http.patch(f"/crm/v3/objects/line_items/{items[1]}", json={"properties": {"price": "5"}})
    assert values(http, made, "hs_quote_amount")["hs_quote_amount"] == "31"

    http.delete(f"{QUOTES}/{made}")
    assert http.get(f"/crm/v3/objects/line_items/{items[0]}").status_code == 404
