"""Scenario 20: an access token runs out in the middle of a page, a refresh's answer is lost, a refresh is refused.

Several processes on one book, and one killed between refresh and store: tests/cli/test_token_life.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.proxies import behind
from tests.faults.world import NAME, Seed, World, grown

from qbconsole.books.secrets import secrets_of
from qbconsole.cli import adding
from qbconsole.domain.records import Customer
from qbconsole.store import mirror

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.proxies import Proxy

SIGN_IN = 5


def tokens(world: World) -> dict[str, str]:
    return dict(secrets_of(world.book.folder, world.book.settings, "quickbooks").read())


def run_out(proxy: Proxy, world: World, *words: str) -> None:
    """From the next such request on the access token that the book has opens nothing."""
    old = tokens(world)["access_token"]
    ended = (old, "ended")

    def from_now_on() -> None:
        proxy.on(old, times=None, told=ended)

    proxy.on(*words, first=from_now_on, told=ended)


def refreshes(world: World) -> list[int | None]:
    """How the refreshes were answered."""
    return [one["status"] for one in world.requests("token")]


@pytest.fixture(autouse=True)
def _a_refresh_token_is_good_once(world: World) -> None:
    world.control("switches", refresh_token_rotation="every_call", refresh_token_grace="0")


def test_a_token_that_runs_out_in_the_middle_of_a_pull_is_refreshed_once_and_nothing_skipped(world: World) -> None:
    world.approve()
    before = tokens(world)
    with behind(world) as proxy:
        run_out(proxy, world, "POST", "/batch?")
        assert world.sync(full=True).problem is None
    assert refreshes(world) == [200]
    after = tokens(world)
    assert after["refresh_token"] != before["refresh_token"]
    assert after["previous_refresh_token"] == before["refresh_token"]
    with world.book.store.reading() as connection:
        held = {one.id for one in mirror.every(connection, Customer)}
    assert held == {row["Id"] for row in world.rows("Customer", "where Active in (true, false)")}
    truth.holds(world)


def test_a_token_that_runs_out_at_a_write_costs_no_second_document(world: World) -> None:
    world.approve(2)
    with behind(world) as proxy:
        run_out(proxy, world, "POST", "PrivateNote")
        world.sync()
    assert refreshes(world) == [200]
    assert {one["state"] for one in world.invoices()} == {"settled"}
    truth.holds(world)


def test_a_lost_refresh_is_asked_for_again_with_the_old_token_within_its_grace(world: World) -> None:
    world.control("switches", refresh_token_grace="24h")
    world.approve()
    world.faults("drop_response=1x@token")
    with behind(world) as proxy:
        run_out(proxy, world, "POST", "invoice")
        world.sync()
    assert (len(refreshes(world)), world.struck()) == (2, {"drop_response": 1})
    truth.holds(world)


@pytest.mark.parametrize("loss", ["the answer is lost", "the user disconnected"])
def test_without_a_grace_somebody_must_sign_in_and_what_was_decided_waits(world: World, loss: str) -> None:
    """Exit code 5, the step is named, nothing is parked nor counted as sent, and no refusal is asked for twice."""
    world.approve()
    if loss == "the answer is lost":
        world.faults("drop_response=1x@token")
    else:
        world.control("switches", refresh="invalid_grant")
    with behind(world) as proxy:
        run_out(proxy, world, "/v3/company")
        ran = world.run("sync")
        asked = len(refreshes(world))
    assert ran.code == SIGN_IN
    assert "sign in" in ran.err
    assert "qbconsole connect quickbooks" in ran.err
    assert asked <= 2
    (operation,) = world.invoices()
    assert (operation["state"], operation["attempts"], operation["sent_at"]) == ("pending", 0, None)
    assert world.requests("create_invoice") == []
    world.control("switches", refresh="granted")
    adding.renew(world.home, NAME, world.simulator.base_url)
    truth.holds(world)


def test_two_books_refresh_at_once_and_each_only_once(world: World, seed: Seed, tmp_path: Path) -> None:
    """Two companies whose tokens have both run out; neither waits for, takes or spoils the other's."""
    with ExitStack() as stack:
        other = stack.enter_context(grown(seed, tmp_path / "other", world.zygote))
        other.control("switches", refresh_token_rotation="every_call")
        worlds = (world, other)
        for one in worlds:
            one.approve()
            secrets_of(one.book.folder, one.book.settings, "quickbooks").write(
                {"access_expires_at": "2020-01-01T00:00:00+00:00"}
            )
        with ThreadPoolExecutor(2) as pool:
            assert [result.problem for result in pool.map(World.sync, worlds)] == [None, None]
        assert [refreshes(one) for one in worlds] == [[200], [200]]
        for one in worlds:
            truth.holds(one)
