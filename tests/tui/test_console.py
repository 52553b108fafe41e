"""The keys of the console, on a real book: one decides and moves on, u takes back, and nothing is decided unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests import builders as make
from tests.tui.scene import ANN, console, go, numbered, picture, shown, undecided, until
from textual.widgets import Input

from qbconsole.actions import decide, queues
from qbconsole.domain.sign_in import SignInEnds
from qbconsole.ledger import drift
from qbconsole.store import facts, journal, runs
from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.modals.choose import Choose
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.screens.log import LogScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

pytestmark = pytest.mark.usefixtures("task_factory")


async def test_a_approves_the_row_and_moves_on_to_the_next_undecided(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first, second = undecided(book, "invoices")[:2]
        await pilot.press("a")
        await until(pilot, lambda: shown(screen) == second)
        assert first not in undecided(book, "invoices")
        assert screen.rows[first].decided
        assert "posting window" in picture(app)
        assert "u: cancel: not sent yet" in picture(app)


async def test_u_takes_the_last_one_back_and_returns_to_it(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first = screen.table.key
        await pilot.press("a")
        await until(pilot, lambda: screen.table.key != first)
        await pilot.press("u")
        await until(pilot, lambda: shown(screen) == first)
        assert first in undecided(book, "invoices")


async def test_a_key_held_down_approves_one_invoice(furnished: Furnished) -> None:
    book = furnished(numbered(4))
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        await pilot.press(*["a"] * 5)
        await until(pilot, lambda: len(undecided(book, "invoices")) == 3)
        await pilot.press(*["a"] * 5)
        await pilot.pause(0.4)
        assert len(undecided(book, "invoices")) == 3
        assert "held down" in picture(app)


async def test_two_presses_approve_two_invoices(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first, second = screen.table.rows.keys[:2]
        await pilot.press("a")
        await until(pilot, lambda: shown(screen) == second)
        await pilot.pause(0.4)
        await pilot.press("a")
        await until(pilot, lambda: len(undecided(book, "invoices")) == 1)
        assert first not in undecided(book, "invoices")


async def test_bulk_approval_wants_the_count_typed(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("asterisk", "A")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "$19,260.00" in picture(app)
        await pilot.press("2", "enter")
        assert isinstance(app.screen, Ask)
        assert len(undecided(book, "invoices")) == 3
        await pilot.press("backspace", "3", "enter")
        await until(pilot, lambda: undecided(book, "invoices") == [])
        assert screen.table.marked == set()


async def test_holding_asks_for_a_reason_that_one_key_gives(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key or ""
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("1")
        await until(pilot, lambda: row not in undecided(book, "invoices"))
        assert queues.detail(book, row).row.state == "held"


async def test_a_reason_in_free_text(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key or ""
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press(*"warranty", "enter")
        await until(pilot, lambda: row not in undecided(book, "invoices"))
        assert "warranty" in queues.detail(book, row).row.cause


async def test_escape_answers_nothing(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("h", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert len(undecided(book, "invoices")) == 2


async def test_adopting_takes_a_typed_document(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key or ""
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        app.screen.query_one(Input).focus()
        await pilot.press(*"91", "enter")
        await until(pilot, lambda: row not in undecided(book, "invoices"))
        assert screen.evidence is not None


async def test_link_by_hand_finds_customers_while_typing(furnished: Furnished) -> None:
    book = furnished(["Harbor Point"])
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "2")
        row = screen.table.key or ""
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await until(pilot, lambda: "bill1@example.test" in picture(app))
        await pilot.press("enter")
        await until(pilot, lambda: row not in undecided(book, "unmatched") or "already" in picture(app))


async def test_a_links_the_candidate_that_is_shown(furnished: Furnished) -> None:
    book = furnished(["Harbor Point"])
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "2")
        row = screen.table.key or ""
        if not (screen.evidence and screen.evidence.detail.choices):
            pytest.skip("the rules see no candidate here")
        await pilot.press("a")
        await until(pilot, lambda: row not in undecided(book, "unmatched"))


async def test_the_arrows_decide_a_conflict(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "5")
        row = screen.table.key or ""
        assert "512 555 0199" in picture(app)
        await pilot.press("left")
        await until(pilot, lambda: row not in undecided(book, "conflicts"))
        await until(pilot, lambda: shown(screen) not in ("", row))


async def test_another_value_for_a_conflict(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "5")
        row = screen.table.key or ""
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press(*"512 1", "enter")
        await until(pilot, lambda: row not in undecided(book, "conflicts"))
        assert "512 1" in queues.detail(book, row).row.cause


async def test_snoozing_an_overdue_invoice_until_a_day(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "4")
        row = screen.table.key or ""
        await pilot.press("z")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("2")
        await until(pilot, lambda: row not in undecided(book, "overdue"))
        assert "2026-11-23" in queues.detail(book, row).row.cause


async def test_the_step_of_an_overdue_invoice_is_one_key(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "4")
        row = screen.table.key or ""
        await pilot.press("a")
        await until(pilot, lambda: row not in undecided(book, "overdue"))


async def test_search_filters_while_typing_and_escape_shows_all(furnished: Furnished) -> None:
    book = furnished(numbered(12))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("slash", *"customer 07")
        await until(pilot, lambda: len(screen.rows) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.rows) == 12)
        assert app.focused is screen.table


async def test_a_search_without_a_match_says_so(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        await pilot.press("slash", *"zz[/]")
        await until(pilot, lambda: "No match for" in picture(app))


async def test_a_commit_of_another_process_shows_and_the_cursor_stays_on_its_row(furnished: Furnished) -> None:
    book = furnished(numbered(5))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("j", "j")
        row = screen.table.key
        first = screen.table.rows.keys[0]
        decide.decide(book, "invoices.reject", first, ANN, reason="elsewhere")
        await until(pilot, lambda: first not in screen.rows)
        assert screen.table.key == row


async def test_read_only_decides_nothing_and_says_so(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book, read_only=True) as (app, pilot):
        await go(app, pilot, "3")
        assert "read-only" in picture(app)
        await pilot.press("a")
        await until(pilot, lambda: "--read-only" in picture(app))
        assert len(undecided(book, "invoices")) == 2


async def test_help_says_why_the_row_is_here_and_lists_the_keys(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Overlay))
        await pilot.pause()
        assert f"Why {row} is here" in picture(app)
        assert "approve" in picture(app)
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is screen)


async def test_history_tells_who_decided(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first = screen.table.key
        await pilot.press("a")
        await until(pilot, lambda: screen.table.key != first)
        await pilot.press("u")
        await until(pilot, lambda: shown(screen) == first)
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, Overlay))
        await pilot.pause()
        assert "approve Work for" in picture(app)
        assert "shown: Draft: invoice from deal" in picture(app)
        await pilot.press(*["j"] * 40)
        await until(pilot, lambda: "given up; it is not sent" in picture(app))
        assert "undo approve Work for" in picture(app)


async def test_the_palette_runs_the_actions_of_the_registry(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        await pilot.press("colon")
        await pilot.pause(0.3)
        await pilot.press(*"sync log")
        await pilot.pause(0.6)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LogScreen))


async def test_s_leaves_a_wish_for_the_runner(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        await pilot.press("S")
        await until(pilot, lambda: "sync was asked for" in picture(app))
    with book.store.reading() as connection:
        assert runs.sync_asked(connection)


async def test_the_log_shows_runs_and_operations_and_filters_failures(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("a")
        await until(pilot, lambda: "posting window" in picture(app))
        assert screen.rows
        await pilot.press("6")
        await until(pilot, lambda: "run 1" in picture(app))
        assert "approve Work for" in picture(app)
        await pilot.press("G")
        await until(pilot, lambda: "One record was held. Mend it in the CRM." in picture(app))
        await pilot.press("f")
        await until(pilot, lambda: "approve Work for" not in picture(app))


async def test_an_unsent_operation_is_given_up_in_the_log(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key
        await pilot.press("a")
        await until(pilot, lambda: undecided(book, "invoices") == [])
        await pilot.press("6")
        await until(pilot, lambda: "approve Work for" in picture(app))
        log = app.screen
        assert isinstance(log, LogScreen)
        log.table.move_to(
            next(
                one
                for one in log.table.rows.keys
                if "approve" in str(log.table.rows.get(log.table.rows.place(one) or 0))
            )
        )
        await pilot.press("x")
        await until(pilot, lambda: undecided(book, "invoices") == [row])


async def test_home_leads_to_the_queues(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        await until(pilot, lambda: "drafts to bill" in picture(app))
        assert "Receivables by days overdue" in picture(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Pending invoices" in picture(app) or "Overdue invoices" in picture(app))


async def test_a_decision_is_a_journal_row_of_the_person(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        row = screen.table.key or ""
        seen = screen.evidence.detail.seen if screen.evidence else ""
        await pilot.press("a")
        await until(pilot, lambda: undecided(book, "invoices") == [])
    with book.store.reading() as connection:
        newest = journal.decisions(connection, row_id=row)[0]
    assert (newest["action"], newest["seen"], newest["automatic"]) == ("invoices.approve", seen, False)


@pytest.mark.parametrize(("days", "words"), [(6.5, "sign-in 7 d"), (-1, "sign-in ended"), (90, "")])
async def test_a_sign_in_that_ends_soon_is_in_the_header_and_on_the_first_screen(
    furnished: Furnished, days: float, words: str
) -> None:
    book = furnished(numbered(1))
    now = datetime.now(UTC)
    with book.store.writing() as connection:
        facts.keep_sign_in_ends(connection, SignInEnds(consent=now + timedelta(days=days)), now)
    async with console(book, size=(80, 24)) as (app, _):
        lines = picture(app).splitlines()
        if words:
            assert words in lines[0]
            assert any(f"QuickBooks {words}" in line for line in lines[2:])
        else:
            assert "sign-in" not in "\n".join(lines)


async def test_drift_is_in_the_header_and_on_the_first_screen(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    for stage in (make.stage(), replace(make.stage(), won=False)):
        make.put(book, stage)
        with book.store.writing() as connection:
            drift.compare(connection, book)
    async with console(book, size=(80, 24)) as (app, _):
        lines = picture(app).splitlines()
    assert "drift 1" in lines[0]
    assert any("the stage Closed won (Sales)" in line for line in lines[2:])
