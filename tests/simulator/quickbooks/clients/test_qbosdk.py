"""qbosdk, a small client that walks pages until an empty answer, against the sample company."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from qbosdk import QuickbooksOnlineSDK, revoke_refresh_token
from qbosdk.exceptions import InvalidTokenError, UnauthorizedClientError, WrongParamsError
from tests.simulator.quickbooks.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Callable


def signed_in(client: Client, monkeypatch: pytest.MonkeyPatch, **other: str) -> Any:
    """The library with fresh tokens; its two URLs are its own but for the host."""
    monkeypatch.setattr(QuickbooksOnlineSDK, "TOKEN_URL", f"{client.root}/oauth2/v1/tokens/bearer")
    monkeypatch.setattr(QuickbooksOnlineSDK, "TOKEN_REVOKE_URL", f"{client.root}/v2/oauth2/tokens/revoke")
    granted = client.oauth.credentials()
    named = {name: granted[name] for name in ("client_id", "client_secret", "refresh_token", "realm_id")}
    sdk = QuickbooksOnlineSDK(**{**named, **other}, environment="sandbox")
    sdk._QuickbooksOnlineSDK__base_url = f"{client.root}/v3/company/{granted['realm_id']}"
    sdk.update_server_url()
    return sdk


@pytest.fixture
def sdk(sample: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return signed_in(sample, monkeypatch)


def bill(amount: int = 120) -> dict[str, Any]:
    """A bill of one line."""
    detail = {"AccountRef": {"value": "80"}}
    kind = "AccountBasedExpenseLineDetail"
    return {"VendorRef": {"value": "30"}, "Line": [{"Amount": amount, "DetailType": kind, kind: detail}]}


def test_it_signs_in_and_knows_how_long(sdk: Any) -> None:
    assert sdk.access_token_expires_in == 3600
    assert sdk.company_info.get()["CompanyName"].startswith("Craig's")
    assert sdk.preferences.get()["TaxPrefs"]["UsingSalesTax"] is True


def test_wrong_credentials_are_its_own_exceptions(sample: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidTokenError):
        signed_in(sample, monkeypatch, refresh_token="gone")
    with pytest.raises(UnauthorizedClientError):
        signed_in(sample, monkeypatch, client_secret="wrong")


def test_a_revoked_grant_is_an_invalid_token(sample: Client, sdk: Any) -> None:
    sample.oauth.revoke_all()
    with pytest.raises(InvalidTokenError):
        sdk.customers.get()
    with pytest.raises(InvalidTokenError):
        next(sdk.vendors.get_all_generator())


@pytest.mark.parametrize(
    ("read", "count"),
    [
        (lambda sdk: sdk.customers.get(), 6),
        (lambda sdk: sdk.vendors.get(), 2),
        (lambda sdk: sdk.accounts.get(), 13),
        (lambda sdk: sdk.items.get(), 16),
        (lambda sdk: sdk.employees.get(), 2),
        (lambda sdk: sdk.tax_codes.get(), 2),
        (lambda sdk: sdk.tax_rates.get(), 3),
        (lambda sdk: sdk.bills.get(), 0),
        (lambda sdk: sdk.departments.get(), 0),
        (lambda sdk: [row for page in sdk.customers.get_all_generator("2020-01-01T00:00:00Z") for row in page], 6),
        (lambda sdk: [row for page in sdk.journal_entries.get_all_generator() for row in page], 0),
    ],
)
def test_every_list_ends_at_an_empty_page(sdk: Any, read: Callable[[Any], list[Any]], count: int) -> None:
    assert len(read(sdk)) == count


def test_more_than_a_page_is_walked(sample: Client, sdk: Any) -> None:
    with sample.company.database.transaction():
        for number in range(1001):
            sample.company.create("Class", {"Name": f"Class {number:04}"})
    assert len(sdk.classes.get()) == 1001
    assert [len(page) for page in sdk.classes.get_all_generator()] == [1000, 1]


def test_counts_and_the_inactive_ones(sample: Client, sdk: Any) -> None:
    sample.make("Customer", {"Id": "17", "SyncToken": "0", "sparse": True, "Active": False})
    assert sdk.customers.count() == 5
    found = [row for page in sdk.customers.get_inactive(None) for row in page]
    assert [row["DisplayName"] for row in found] == ["Mark Cho (deleted)"]


def test_a_bill_is_posted_read_and_deleted(sdk: Any) -> None:
    made = sdk.bills.post(bill())["Bill"]
    assert (made["TotalAmt"], made["Line"][0]["Id"]) == (120, "1")
    sdk.bills.post({"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "May"})  # it deletes token 1
    assert sdk.bills.get_by_id(made["Id"])["PrivateNote"] == "May"
    assert sdk.bills.delete(made["Id"])["Bill"]["status"] == "Deleted"
    with pytest.raises(WrongParamsError):
        sdk.bills.get_by_id(made["Id"])


def test_an_employee_and_a_vendor_are_posted_and_searched(sdk: Any) -> None:
    assert sdk.employees.post({"GivenName": "Jo", "FamilyName": "Hill"})["Employee"]["DisplayName"] == "Jo Hill"
    sdk.vendors.post({"DisplayName": "Hall Nursery"})
    assert sdk.vendors.search_vendor_by_display_name("Hall Nursery")["DisplayName"] == "Hall Nursery"


def test_refusals_carry_the_fault(sdk: Any) -> None:
    with pytest.raises(WrongParamsError) as raised:
        sdk.bills.post({"VendorRef": {"value": "30"}})
    error = json.loads(raised.value.response)["Fault"]["Error"][0]
    assert (error["code"], error["Detail"]) == ("2020", "Required parameter Line is missing in the request")


def test_a_file_is_uploaded_and_hung_on_a_bill(sdk: Any) -> None:
    made = sdk.bills.post(bill())["Bill"]
    content = base64.b64encode(b"receipt").decode()
    attached = sdk.attachments.post(made["Id"], "Bill", content, "receipt.txt")["Attachable"]
    assert attached["AttachableRef"][0]["EntityRef"] == {"type": "Bill", "value": made["Id"]}
    assert (attached["FileName"], attached["Size"]) == ("receipt.txt", 7)
    assert requests.get(attached["TempDownloadUri"], timeout=10).content == b"receipt"


def test_exchange_rates_by_currency_and_day(sample: Client, sdk: Any) -> None:
    sample.make("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": 1.1, "AsOfDate": "2026-11-02"})
    assert sdk.exchange_rates.get_by_source("EUR", "2026-11-03")["Rate"] == 1.1
    assert [rate["AsOfDate"] for rate in sdk.exchange_rates.get("2026-11-02")] == ["2026-11-02"]


def test_the_grant_is_revoked_with_the_refresh_token(sample: Client, sdk: Any) -> None:
    granted = sample.oauth.credentials()
    answer = revoke_refresh_token(granted["refresh_token"], granted["client_id"], granted["client_secret"])
    assert answer == {"message": "Token revoked successfully"}
    with pytest.raises(InvalidTokenError):
        sdk.customers.get()
