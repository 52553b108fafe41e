"""The business that every history begins with: three won deals, two companies, a customer, an old invoice."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests import builders as make
from tests.histories.accounting import Quickbooks
from tests.histories.ledger import Ledger
from tests.histories.portal import Crm, Portal
from tests.histories.processes import Machine, Process
from tests.histories.virtual import VirtualLoop
from tests.histories.wire import Wire

from qbconsole.actions.propose import propose
from qbconsole.books.settings import Accounting, Settings, write_settings
from qbconsole.books.settings import Crm as CrmSettings
from qbconsole.books.witness import Witness
from qbconsole.pull import pull
from qbconsole.runner.proving import prove
from qbconsole.store import facts, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.base import Connector

DEALS = ("1042", "1043", "1044")
WINDOW = 4.0
"""Seconds of the posting window."""


def portal(loop: VirtualLoop, skew: timedelta = timedelta(0)) -> Portal:
    """The CRM as it is at the beginning."""
    crm = Portal(loop.time, lambda: loop.moment() + skew)
    won = datetime(2026, 11, 14, 18, 0, tzinfo=UTC)
    records = (
        make.owner(), make.stage(),
        make.company(), make.company("11", name="Bluewater Clinic", owner_id="1"),
        make.contact(), make.contact("21", name="Bo Ray", email="bo@bluewater.example", company_ids=("11",)),
        make.deal(), *make.lines(),
        make.deal("1043", name="Duct work", amount=Decimal("1160.00"), company_ids=("11",), primary_company_id="11",
                  line_item_ids=("1043-1",), closed_at=won), make.line("1043-1"),
        make.deal("1044", name="Service plan", amount=Decimal("290.00"), line_item_ids=("1044-1",), closed_at=won),
        make.line("1044-1", quantity=Decimal(2)),
    )  # fmt: skip
    for record in records:
        crm.put(record)
    return crm


def ledger(loop: VirtualLoop, skew: timedelta = timedelta(0)) -> Ledger:
    """The accounting side as it is at the beginning."""
    books = Ledger(loop.time, lambda: loop.moment() + skew)
    old = make.document("901", total=Decimal("50.00"), posted_on=date(2026, 10, 2), due_on=date(2026, 11, 1))
    for record in (make.ledger(), make.term(), *make.items(), make.customer(), old):
        books.put(record)
    books.reckon("60")
    return books


@dataclass
class Home:
    """A folder on a RAM disk, where there is one, in which one history after the other is played."""

    root: Path
    machine: Machine
    template: Path

    @classmethod
    def make(cls) -> Home:
        """Make the book, migrate it, and pull the business into it once."""
        shared = Path("/dev/shm")
        root = Path(tempfile.mkdtemp(prefix="histories-", dir=shared if shared.is_dir() else None))
        folder = root / "books" / "ridgeline"
        folder.mkdir(parents=True)
        settings = Settings(
            name="ridgeline", company="Ridgeline Mechanical", time_zone="America/Chicago", cut_over=make.CUT_OVER,
            armed=True, posting_window=WINDOW, crm=CrmSettings(kind="hubspot"), accounting=Accounting(realm_id="1"),
        )  # fmt: skip
        write_settings(folder, settings)
        (folder / "rules.toml").write_text("")
        home = cls(root, Machine(folder), root / "template.db")
        loop = VirtualLoop()
        loop.run_until_complete(_fill(home, loop))
        loop.close()
        return home

    def fresh(self) -> None:
        """Back to the beginning."""
        self.machine.set_off = timedelta(0)
        self.machine.put_file(self.template)
        Witness(self.machine.folder).path.unlink(missing_ok=True)  # of the last history: this one was not set back

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.root)


async def _fill(home: Home, loop: VirtualLoop) -> None:
    process = Process(home.machine, loop, "first")
    sides = connectors(process, portal(loop), ledger(loop), wires(loop, Random(0), Counter()))  # noqa: S311 - no fault is drawn
    book = process.book
    with book.store.writing() as connection:
        run_id = runs.begin(connection, "start", process.now())
        facts.keep_remote_offset(connection, process.now(), process.now())
    for side in sides.values():
        await pull(book.store, side, run_id=run_id, watched={}, clock=process)
    accounting = sides["accounting"]
    assert isinstance(accounting, Quickbooks)
    await prove(book, accounting, run_id=run_id)
    propose(book)
    with book.store.writing() as connection:
        runs.finish(connection, run_id, "done", process.now(), error="", counts={})
    home.template.touch(mode=0o600)
    book.store.copy_to(home.template)
    process.close()
    await asyncio.sleep(0)


def wires(loop: VirtualLoop, random: Random, states: Counter[str], tell: list[str] | None = None) -> dict[str, Wire]:
    """The networks to both sides, without faults yet."""
    told = tell if tell is not None else []
    return {
        name: Wire(name, loop, random, lambda words: told.append(f"{loop.time():9.3f} {words}"), states)
        for name in ("crm", "accounting")
    }


def connectors(process: Process, crm: Portal, books: Ledger, wires: Mapping[str, Wire]) -> dict[str, Connector]:
    """Both connectors of one process."""
    accounting = Quickbooks(books, wires["accounting"], process)
    return {"crm": Crm(crm, wires["crm"], process), "accounting": accounting}
