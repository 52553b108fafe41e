"""A synced book on a portal of its own, and the hands of a person in HubSpot."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import call, simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Desk:
    """A synced book on a portal of its own, and the hands of a person in HubSpot."""

    home: Path
    served: dict[str, Any]

    def act(self, act: str, /, **fields: Any) -> Any:
        """Do something in HubSpot as a person does."""
        answer = httpx.post(f"{self.served['control_url']}/hubspot/{act}", json=fields, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def portal(self, method: str, path: str, body: Any = None) -> Any:
        """A call of HubSpot's API by another app."""
        crm = self.served["crm"]
        headers = {"Authorization": f"Bearer {crm['token']}"}
        answer = httpx.request(method, crm["api_url"] + path, json=body, headers=headers, trust_env=False)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def sync(self) -> tuple[int, dict[str, Any]]:
        """The exit code and the document of a cycle that reads everything: a search would lag."""
        ran = call("sync", "--full", "--json", home=self.home)
        return ran.code, ran.document

    def rows(self, queue: str) -> dict[str, dict[str, Any]]:
        """A queue's rows, by id."""
        return {row["id"]: row for row in call("queue", queue, "--json", home=self.home).document["rows"]}

    def log(self, run: int) -> list[str]:
        """The warnings of a run."""
        events = call("log", str(run), "--json", home=self.home).document["events"]
        return [event["message"] for event in events if event["level"] == "warning"]

    def deal_of(self, row: str) -> str:
        """The deal of a draft."""
        with closing(sqlite3.connect(self.home / "books" / "ridgeline" / "mirror.db")) as database:
            ((deal_id,),) = database.execute("SELECT deal_id FROM draft WHERE id = ?", (row.removeprefix("I"),))
        return str(deal_id)

    def drifted(self) -> list[tuple[str, str]]:
        """(rule, subject) of what `status` says is paused."""
        return [(one["rule"], one["subject"]) for one in call("status", "--json", home=self.home).document["drift"]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    with simulator(tmp_path / "simulator", "--size", "0.1") as served:
        assert call("book", "add", "ridgeline", "--simulator", served["control_url"], home=home).code == 0
        one = Desk(home, served)
        assert one.sync()[0] == 3
        assert one.sync()[1]["drift"] == []  # our properties on companies were made by now
        yield one
