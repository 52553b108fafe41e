"""A consent that ends while a book is synced: one plain line, exit code 5, and all is well after `connect`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import call

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk


def _fault(desk: Desk, spec: str) -> None:
    httpx.post(f"{desk.served['control_url']}/faults", json={"spec": spec}, trust_env=False).raise_for_status()


def _advance(desk: Desk) -> None:
    """Days go by: customers pay, deals are won, records are edited."""
    url = f"{desk.served['control_url']}/advance"
    httpx.post(url, json={"days": 3}, trust_env=False, timeout=60).raise_for_status()


def _held(desk: Desk, table: str) -> dict[str, tuple[str, str]]:
    """(revision or amount, gone) of each mirrored record, by id."""
    column = {"mirror_documents": "revision", "mirror_deals": "amount"}[table]
    with closing(sqlite3.connect(desk.home / "books" / "ridgeline" / "mirror.db")) as database:
        return {row[0]: row[1:] for row in database.execute(f"SELECT id, {column}, gone FROM {table}")}


@pytest.mark.parametrize(
    ("spec", "system", "side", "table"),
    [
        ("revoke_token=1x@companyinfo", "QuickBooks", "quickbooks", "mirror_documents"),
        ("revoke_token=1x@cdc", "QuickBooks", "quickbooks", "mirror_documents"),
        ("revoke_token=1x@search_deal", "HubSpot", "crm", "mirror_deals"),
    ],
)
def test_a_revoked_consent_stops_the_book_until_somebody_connects_it(
    desk: Desk, spec: str, system: str, side: str, table: str
) -> None:
    _advance(desk)
    _fault(desk, spec)
    stopped = call("sync", home=desk.home)
    assert stopped.code == 5
    assert stopped.line.startswith(f"qbconsole: {system}")
    assert f"qbconsole connect {side}" in stopped.line
    assert call("sync", home=desk.home).code == 5, "it stays so until somebody signs in"
    connected = call("connect", side, "--json", home=desk.home)
    assert connected.code == 0, connected.err
    assert connected.document["book"] == "ridgeline"
    assert call("sync", home=desk.home).code == 3  # rows wait for a person
    after = _held(desk, table)
    assert desk.sync()[0] == 3
    assert _held(desk, table) == after, "the cycle after the sign-in had brought all that a full one brings"


def test_a_sign_in_that_the_user_refuses_is_said(desk: Desk) -> None:
    _fault(desk, "revoke_token=1x@companyinfo")
    assert call("sync", home=desk.home).code == 5
    _switch(desk, consent="refused")
    refused = call("connect", "quickbooks", home=desk.home)
    assert refused.code == 5
    assert "refused" in refused.line or "denied" in refused.line


def _switch(desk: Desk, **values: Any) -> None:
    httpx.post(f"{desk.served['control_url']}/switches", json=values, trust_env=False).raise_for_status()
