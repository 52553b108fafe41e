"""Scenario 7: the console is killed between key press and repaint. The decision is wholly there, or wholly not."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.world import until
from tests.tui.test_terminal import Terminal

from qbconsole import journal
from qbconsole.actions import queues
from qbconsole.books.settings import change_setting
from qbconsole.runner.lease import Held
from qbconsole.store import events as ledger
from qbconsole.store import journal as chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

WINDOW = timedelta(hours=1)
"""What was approved waits for as long as the test looks at it."""


@contextmanager
def console(world: World, failpoint: str) -> Iterator[Terminal]:
    """The invoices in a real terminal. The book is held, so that no runner is started."""
    with Held(world.book.store), pytest.MonkeyPatch.context() as patch:
        patch.setenv("QBCONSOLE_HOME", str(world.home))
        patch.setenv("QBCONSOLE_FAILPOINT", failpoint)
        terminal = Terminal(["-m", "qbconsole"], 120, 30)
        try:
            terminal.until("drafts to bill")
            terminal.press("3")
            terminal.until("Draft: invoice")
            yield terminal
        finally:
            terminal.close()


def parts(world: World) -> dict[str, int]:
    """What an approval consists of, each counted."""
    with world.book.store.reading() as connection:
        events = [one for one in chain.chain(connection) if one["body"].get("action") == "invoices.approve"]
        assert journal.verify(connection) == ""
        return {
            "decisions": sum(one["action"] == "invoices.approve" for one in chain.decisions(connection)),
            "events": len(events),
            "rows": sum(row.state == "approved" for row in queues.rows(world.book, "invoices", decided=True)),
            "operations": len(world.invoices()),
            "allocations": len(ledger.allocations(connection)),
        }


def press_and_die(world: World, when: str) -> None:
    """Press the key that approves, and be killed at that moment."""
    with console(world, "decide.commit:1" if when == "at the commit" else "") as terminal:
        terminal.press("a")
        if when == "after the commit":
            until(lambda: parts(world)["decisions"])
        if when != "at the commit":
            os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL


@pytest.mark.parametrize("when", ["at the commit", "at once", "after the commit"])
def test_a_console_that_is_killed_leaves_a_whole_decision_or_none_and_the_row_shows_which(
    world: World, when: str
) -> None:
    change_setting(world.book.folder, "posting_window", WINDOW.total_seconds())
    (first, *_) = queues.rows(world.book, "invoices")
    press_and_die(world, when)
    found = set(parts(world).values())
    assert found in ({"at the commit": [{0}], "after the commit": [{1}]}.get(when, [{0}, {1}]))
    (row,) = [row for row in queues.rows(world.book, "invoices", decided=True) if row.id == first.id]
    assert (row.verdict, row.decided) == (("waiting", True) if found == {1} else ("clean", False))
    world.approved = [world.deal_of(first.id)] if row.decided else []
    world.clock.ahead = WINDOW
    truth.holds(world)
