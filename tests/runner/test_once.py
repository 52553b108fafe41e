"""`qbconsole sync`: it holds the book, waits for what is under way, and for nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.remote import customer, stamp, task

from qbconsole.books.settings import change_setting
from qbconsole.domain.errors import Busy, NeedsPerson, Retriable
from qbconsole.runner import lease
from qbconsole.runner.once import sync_once
from qbconsole.store import leases

if TYPE_CHECKING:
    from tests.runner.conftest import Office


def _taken_over(office: Office) -> None:
    with office.book.store.writing() as connection:
        leases.take(connection, "another", socket.gethostname(), os.getpid(), datetime.now(UTC))


async def test_it_waits_out_an_open_posting_window(office: Office) -> None:
    id_ = office.add(task(), window=0.3)
    result = await sync_once(office.book)
    assert (office.state(id_), result.delivered.settled) == ("settled", 1)


async def test_it_tries_again_what_failed_in_passing(office: Office) -> None:
    id_ = office.add(task())
    office.crm.faults = [Retriable("cannot be reached")]
    await sync_once(office.book)
    assert office.state(id_) == "settled"


async def test_it_does_not_wait_for_what_waits_for_a_parked_one(office: Office) -> None:
    made = office.add(customer())
    waiting = office.add(stamp(), made)
    office.accounting.faults = [NeedsPerson("the name is taken")]
    began = time.monotonic()
    result = await sync_once(office.book)
    assert (office.state(made), office.state(waiting), result.delivered.parked) == ("parked", "pending", 1)
    assert time.monotonic() - began < 5


async def test_it_does_not_wait_in_a_book_that_is_not_armed(office: Office) -> None:
    change_setting(office.book.folder, "armed", False)
    id_ = office.add(task(), window=0.2)
    await sync_once(office.book)
    assert office.state(id_) == "waiting"


async def test_a_held_book_is_left_alone(office: Office) -> None:
    _taken_over(office)
    with pytest.raises(Busy):
        await sync_once(office.book)
    assert office.runs() == []


async def test_it_ends_when_another_runner_takes_the_book_over(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.05)
    asked = asyncio.Event()

    async def never() -> datetime:
        asked.set()
        return await asyncio.Future()

    office.accounting.now = never  # type: ignore[method-assign]
    syncing = asyncio.create_task(sync_once(office.book))
    await asked.wait()
    _taken_over(office)
    with pytest.raises(Busy, match="took the book over"):
        await syncing
