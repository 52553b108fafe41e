"""What a portal no longer lets in: a scope that is missing is named, a token that is refused ends the run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.command import call

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk


def test_a_missing_scope_is_named_before_anything_is_pulled(desk: Desk) -> None:
    desk.act("take_scopes", scopes=["crm.objects.quotes.read"])
    checked = call("book", "check", "--json", home=desk.home).document["capabilities"]
    lines = {one["name"]: one for one in checked if one["system"] == "hubspot"}
    assert not lines["read quotes"]["available"]
    assert "crm.objects.quotes.read" in lines["read quotes"]["detail"]
    assert lines["read deals"]["available"]
    ran = call("sync", "--json", home=desk.home)
    assert (ran.code, "crm.objects.quotes.read" in ran.document["error"]["words"]) == (3, True)


def test_a_refused_token_ends_the_run_in_one_line(desk: Desk) -> None:
    secrets = desk.home / "books" / "ridgeline" / "simulator-secrets.json"
    kept = json.loads(secrets.read_text())
    secrets.write_text(json.dumps({**kept, "hubspot": {"token": "pat-na1-revoked"}}))
    ran = call("sync", home=desk.home)
    assert ran.code == 5
    assert ran.line.startswith("qbconsole: HubSpot refuses the token.")
    assert "qbconsole connect crm" in ran.line
