"""What a browser comes back with: an answer to our question, a consent for our company, or neither."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from qbconsole.connectors.quickbooks import QuickBooksSettings
from qbconsole.connectors.quickbooks.consent import authorize_url, consent
from qbconsole.connectors.redirect import parameters
from qbconsole.domain.errors import Configuration, SignIn

STATE = "a-state-of-ours"
BACK = "http://localhost:8723/callback"


def test_the_page_is_intuits_and_asks_for_accounting_alone() -> None:
    page = urlsplit(authorize_url(QuickBooksSettings(realm_id=""), "AB id", BACK, STATE))
    assert f"{page.scheme}://{page.netloc}{page.path}" == "https://appcenter.intuit.com/connect/oauth2"
    assert parse_qs(page.query) == {
        "client_id": ["AB id"],
        "response_type": ["code"],
        "scope": ["com.intuit.quickbooks.accounting"],
        "redirect_uri": [BACK],
        "state": [STATE],
    }


@pytest.mark.parametrize(
    "address",
    [
        "",
        "junk",
        BACK,
        f"{BACK}?code=x&realmId=1",
        f"{BACK}?code=x&state=",
        f"{BACK}?code=x&state={STATE}x&realmId=1",
        f"{BACK}?code=x&state={STATE}&state={STATE}",
        f"{BACK}?state={STATE}",
        f"{BACK}?code=x&state=%F0%9F%92%A5",
        f"{BACK}?%%%&&&",
        "http://[::1?code=x",
        f"{BACK}?state={STATE}&" + "&".join(f"code=x&p{number}=1" for number in range(30)),
    ],
)
def test_no_answer_to_our_question(address: str) -> None:
    assert parameters(address, STATE) is None


@pytest.mark.parametrize("address", [BACK, "https://app.example.com/x", "  " + BACK])
def test_an_answer_is_known_by_its_state(address: str) -> None:
    values = parameters(f"{address}?code=x%2Fy&state={STATE}&realmId=12\n", STATE)
    assert values == {"code": "x/y", "state": STATE, "realmId": "12"}


@pytest.mark.parametrize("bound", ["", "12"])
def test_a_consent_is_for_the_books_company(bound: str) -> None:
    agreed = consent({"code": "x", "realmId": "12"}, bound)
    assert (agreed.code, agreed.realm_id) == ("x", "12")


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        ({"error": "access_denied"}, SignIn, "The sign-in was refused in the browser. Run the command again"),
        ({"error": "invalid_scope"}, SignIn, "The app may not ask for accounting data. Give it the scope"),
        ({"error": "server_error"}, SignIn, "QuickBooks refused the sign-in (server_error)."),
        ({"code": "x", "realmId": "77"}, Configuration, "(realm 77) is not this book's (realm 12); nothing was kept."),
        ({"code": "x"}, Configuration, "QuickBooks answered without a company."),
        ({"code": "x", "realmId": "../12"}, Configuration, "QuickBooks answered without a company."),
        ({"code": "x", "realmId": "١٢"}, Configuration, "QuickBooks answered without a company."),
        ({"code": "x" * 513, "realmId": "12"}, Configuration, "QuickBooks answered without a company."),
    ],
)
def test_a_refusal_is_said_in_words(values: dict[str, str], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refused:
        consent(values, "12")
    assert words in str(refused.value)


def test_a_refusals_own_words_are_data() -> None:
    with pytest.raises(SignIn) as refused:
        consent({"error": "\x1b[2Jboom"}, "")
    assert "\x1b" not in str(refused.value)
