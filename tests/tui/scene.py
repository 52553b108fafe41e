"""A book with a row on every screen, and the console opened on it without a runner."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests import builders as make

from qbconsole.actions import decide, queues
from qbconsole.actions.propose import propose
from qbconsole.journal import Actor
from qbconsole.store import runs
from qbconsole.tui.app import ConsoleApp
from qbconsole.tui.screens.base import OPENING
from qbconsole.tui.screens.queue import QueueScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from textual.pilot import Pilot

    from qbconsole.books.book import Book

ANN = Actor("ann", "pts/1")


def furnish(book: Book, names: Sequence[str]) -> None:
    """For each name a linked company with a clean draft, an overdue invoice and a conflict; and one company to link."""
    make.put(book, make.owner(), make.stage(), *make.items(), make.term(), make.ledger())
    for number, name in enumerate(names, 1):
        email = f"bill{number}@example.test"
        company = make.company(f"1{number}", name=name, phone="512 555 0100")
        deal = f"50{number}"
        make.put(
            book,
            company,
            make.contact(f"2{number}", email=email, company_ids=(company.id,)),
            make.customer(f"6{number}", name=name, email=email, phone="512 555 0100"),
            make.deal(
                deal,
                name=f"Work for {name}",
                company_ids=(company.id,),
                primary_company_id=company.id,
                closed_at=datetime(2026, 11, 14 - number, 18, 0, tzinfo=UTC),
            ),
            *make.lines(deal),
            make.document(
                f"9{number}",
                customer_id=f"6{number}",
                posted_on=date(2026, 8, 1),
                due_on=date(2026, 9, 1) + timedelta(days=number),
                total=Decimal("3333.00"),
            ),
        )
    propose(book)
    for row in queues.rows(book, "unmatched"):
        customer = queues.detail(book, row.id).choices[0].id
        decide.decide(book, "unmatched.link", row.id, ANN, customer=customer)
    for number, name in enumerate(names, 1):
        stranger = make.company(f"3{number}", name=f"{name} (new)", phone="")
        first = make.company(f"1{number}", name=name, phone="512 555 0199")
        second = make.customer(f"6{number}", name=name, email=f"bill{number}@example.test", phone="512 555 0177")
        make.put(book, stranger, first, replace(second, revision="1"))
    with book.store.writing() as connection:
        run = runs.begin(connection, "start", make.NOW)
        runs.count_stream(connection, run, "hubspot.deals", {"seen": 3, "applied": 2, "held": 1})
        runs.log(connection, run, "warning", "One record was held.", at=make.NOW, next_step="Mend it in the CRM.")
        runs.finish(connection, run, "done", make.NOW, error="", counts={})
    propose(book)


def numbered(count: int) -> list[str]:
    """So many customers' names, the longest waiting last by name."""
    return [f"Customer {number:02}" for number in range(1, count + 1)]


async def until(pilot: Pilot[int], holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds, or fail."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if holds():
            return
    raise AssertionError("it did not come to hold")


@asynccontextmanager
async def console(
    book: Book, *, size: tuple[int, int] = (100, 30), read_only: bool = False
) -> AsyncIterator[tuple[ConsoleApp, Pilot[int]]]:
    """The console on that book, opened and on its first screen."""
    app = ConsoleApp(book.folder.parent.parent, book.name, read_only=read_only, with_runner=False)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.health is not None)
        yield app, pilot


async def go(app: ConsoleApp, pilot: Pilot[int], key: str) -> QueueScreen:
    """To the screen behind a key, and wait for its rows, if there are any, and the evidence of the first."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, QueueScreen))
    screen = app.screen
    assert isinstance(screen, QueueScreen)
    await until(pilot, lambda: screen.table.placeholder != OPENING)
    await until(pilot, lambda: not screen.rows or shown(screen) == screen.table.key)
    return screen


def shown(screen: QueueScreen) -> str:
    """The row whose evidence is on the screen."""
    return screen.evidence.detail.row.id if screen.evidence else ""


def picture(app: ConsoleApp) -> str:
    """All text on the screen."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])


def undecided(book: Book, queue: str) -> list[str]:
    """The ids of a queue's open rows."""
    return [row.id for row in queues.rows(book, queue)]
