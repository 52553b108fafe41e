"""The first screen is painted before anything heavy is imported, and the console reaches no remote at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qbconsole.actions.registry import ACTIONS
from qbconsole.tui.keys import bindings

NETWORK = ("httpx", "qbconsole.connectors", "apscheduler", "starlette", "qbconsole.runner", "qbconsole.simulator")
HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "alembic", "babel", "keyring", "qbconsole.store", "qbconsole.billing")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", [*NETWORK, *HEAVY])
def test_the_first_screen_needs_none_of_it(first_screen: set[str], name: str) -> None:
    assert name not in first_screen


@pytest.mark.parametrize("name", NETWORK)
def test_an_opened_book_brings_no_network_with_it(opened_book: set[str], name: str) -> None:
    assert name not in opened_book


@pytest.fixture(scope="module")
def first_screen() -> set[str]:
    return loaded_by("import qbconsole.tui.app, qbconsole.tui.screens.home")


@pytest.fixture(scope="module")
def opened_book() -> set[str]:
    return loaded_by(
        "import qbconsole.tui.app, qbconsole.tui.desk, qbconsole.actions.decide, qbconsole.actions.queues, "
        "qbconsole.actions.outbox, qbconsole.actions.summary, qbconsole.books.book"
    )


@pytest.mark.parametrize("scope", ["home", "unmatched", "invoices", "overdue", "conflicts", "log", "journal"])
def test_every_action_of_a_screen_has_its_key_and_no_key_two_actions(scope: str) -> None:
    made = bindings(scope, "rows", "everywhere")
    assert len({one.key for one in made}) == len(made)
    wanted = {one.id for one in ACTIONS if one.scope in (scope, "rows", "everywhere")}
    assert wanted <= {one.id for one in made}


def test_every_action_does_something_on_its_screen() -> None:
    from qbconsole.tui.screens.conflicts import ConflictsScreen
    from qbconsole.tui.screens.invoices import InvoicesScreen
    from qbconsole.tui.screens.journal import JournalScreen
    from qbconsole.tui.screens.log import LogScreen
    from qbconsole.tui.screens.overdue import OverdueScreen
    from qbconsole.tui.screens.unmatched import UnmatchedScreen

    for screen in (ConflictsScreen, InvoicesScreen, JournalScreen, LogScreen, OverdueScreen, UnmatchedScreen):
        for one in ACTIONS:
            shared = one.scope == "everywhere" or (one.scope == "rows" and screen is not JournalScreen)
            if one.scope == screen.SCOPE or (shared and screen is not LogScreen):
                assert hasattr(screen, f"act_{one.id.replace('.', '_')}"), one.id
