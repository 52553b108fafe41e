"""One cycle: what fails is said once and leaves the rest going; what was done stands."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import customer, task

from qbconsole.connectors.base import Page, Pulled
from qbconsole.domain.errors import NeedsPerson, Retriable, SignIn
from qbconsole.domain.records import Owner
from qbconsole.runner import cycle as cycles
from qbconsole.store import mirror

if TYPE_CHECKING:
    from tests.runner.conftest import Office

    from qbconsole.domain.errors import Problem


def owners(*ids: str) -> Page:
    """A page of the CRM."""
    return Page("crm.owners", tuple(Pulled("owners", id_, id_, Owner(id_, f"Owner {id_}")) for id_ in ids), "c")


def pulled(office: Office) -> list[str]:
    """The ids of the owners in the mirror."""
    with office.book.store.reading() as connection:
        return [owner.id for owner in mirror.every(connection, Owner)]


async def test_a_quiet_cycle_is_done_and_told_to_the_firm(office: Office) -> None:
    office.crm.pages = [owners("1", "2")]
    result = await office.cycle().run("test")
    assert (result.problem, result.changed, office.log()) == (None, 2, [])
    assert [(run["state"], run["reason"]) for run in office.runs()] == [("done", "test")]
    with sqlite3.connect(office.book.folder.parent.parent / "firm.db") as firm:
        ((name, error, summary),) = firm.execute("SELECT name, error, summary FROM book").fetchall()
    firm.close()
    assert (name, error, json.loads(summary)["book"]) == (office.book.name, "", office.book.name)


@pytest.mark.parametrize(
    ("crm", "accounting", "told"),
    [
        ([owners("1")], [Retriable("down")], [("error", "accounting: down")]),
        ([owners("1"), Retriable("down")], [], [("error", "crm: down")]),
        ([owners("1"), Retriable("a")], [NeedsPerson("b")], [("error", "crm: a"), ("error", "accounting: b")]),
    ],
    ids=["accounting is down", "the CRM broke off", "both"],
)
async def test_one_sides_failure_leaves_the_other_going_and_is_said_once(
    office: Office, crm: list[Page | Problem], accounting: list[Page | Problem], told: list[tuple[str, str]]
) -> None:
    office.crm.pages, office.accounting.pages = crm, accounting
    waiting = office.add(task())
    result = await office.cycle().run("test")
    assert result.problem is not None
    assert (pulled(office), office.log(), office.runs()[0]["state"]) == (["1"], told, "failed")
    assert office.state(waiting) == "settled"


async def test_a_clock_that_cannot_be_heard_does_not_stop_the_crm(office: Office) -> None:
    async def unheard() -> datetime:
        raise Retriable("cannot be reached")

    office.accounting.now = unheard  # type: ignore[method-assign]
    office.crm.pages = [owners("1")]
    await office.cycle().run("test")
    assert (pulled(office), office.log()) == (["1"], [("error", "accounting: cannot be reached")])


async def test_refused_credentials_end_the_cycle_before_anything_is_decided(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycles, "propose", _never)
    office.crm.pages, office.accounting.pages = [Retriable("down")], [SignIn("sign in again")]
    result = await office.cycle().run("test")
    assert isinstance(result.problem, SignIn)
    assert office.log() == [("error", "crm: down"), ("error", "accounting: sign in again")]


async def test_broken_rules_end_the_cycle_before_anything_is_decided(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycles, "propose", _never)
    (office.book.folder / "rules.toml").write_text("[matching]\nautomatik = true\n")
    result = await office.cycle().run("test")
    assert "automatik" in str(result.problem)


def _never(_book: object) -> dict[str, int]:
    raise AssertionError


async def test_an_unforeseen_fault_closes_the_run_and_is_not_hidden(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_book: object) -> dict[str, int]:
        raise KeyError

    monkeypatch.setattr(cycles, "propose", broken)
    with pytest.raises(KeyError):
        await office.cycle().run("test")
    (run,) = office.runs()
    assert (run["state"], "KeyError" in run["error"]) == ("failed", True)


async def test_a_cycle_that_is_stopped_says_so(office: Office) -> None:
    asked = asyncio.Event()

    async def never() -> datetime:
        asked.set()
        return await asyncio.Future()

    office.accounting.now = never  # type: ignore[method-assign]
    running = asyncio.create_task(office.cycle().run("test"))
    await asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert office.runs()[0]["state"] == "stopped"


async def test_between_cycles_what_follows_is_proposed_at_once_and_a_refusal_is_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[object] = []

    def note(book: object) -> dict[str, int]:
        proposed.append(book)
        return {}

    monkeypatch.setattr(cycles, "propose", note)
    running = office.cycle()
    await running.run("test")
    proposed.clear()
    office.add(customer())
    office.add(task())
    office.crm.faults = [NeedsPerson("no such owner")]
    done = await running.deliver()
    assert (done.settled, done.parked, len(proposed)) == (1, 1, 1)
    assert office.log() == [("warning", "no such owner")]


async def test_between_cycles_credentials_refused_by_a_consequence_are_not_swallowed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_book: object) -> int:
        raise SignIn("sign in again")

    running = office.cycle()
    await running.run("test")
    monkeypatch.setattr(cycles, "decide_automatically", refuse)
    office.add(customer())
    with pytest.raises(SignIn):
        await running.deliver()
    assert office.log() == [("error", "sign in again")]


async def test_a_firm_page_that_cannot_be_written_holds_no_book_up(office: Office, caplog: Any) -> None:
    (office.book.folder.parent.parent / "firm.db").write_bytes(b"this is a letter, not a database" * 100)
    assert (await office.cycle().run("test")).problem is None
    assert "firm.db cannot be used" in caplog.text


async def test_a_run_that_does_not_add_up_says_so_though_every_call_was_answered(office: Office) -> None:
    office.crm.pages = [owners("1", "2")]
    with office.book.store.writing() as connection:  # a defect: one record is counted as seen twice
        connection.exec_driver_sql(
            "CREATE TRIGGER defect AFTER INSERT ON run_stream BEGIN UPDATE run_stream SET seen = seen + 1; END"
        )
    result = await office.cycle().run("test")
    words = "crm.owners is out of balance: 3 seen, 2 applied, 0 unchanged, 0 held, 0 failed."
    assert (result.problem, result.out_of_balance) == (None, [words])
    assert office.log() == [("error", words)]
    assert office.runs()[0]["counts"]["out_of_balance"] == [words]


async def test_a_remote_that_does_not_answer_is_told_once_and_so_is_its_coming_back(office: Office) -> None:
    """Each run that meets it has failed, and says so; but only the first of them is an alert."""
    cycle = office.cycle()
    told = []
    for pages in ([Retriable("down")], [Retriable("down")], [], [Retriable("down")]):
        office.accounting.pages = list(pages)
        await cycle.run("test")
        told.append((office.runs()[0]["state"], office.log()))
    assert told == [
        ("failed", [("error", "accounting: down")]),
        ("failed", [("info", "accounting: down")]),
        ("done", [("info", "accounting answers again, after 0 minutes.")]),
        ("failed", [("error", "accounting: down")]),
    ]
