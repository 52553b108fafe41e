"""Scenario 1: no connection for an hour. Nothing counts as sent, waits are capped, the console goes on, one alert."""

from __future__ import annotations

import socket
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import call
from tests.faults import truth

from qbconsole.actions import queues
from qbconsole.books.settings import change_setting
from qbconsole.connectors import http
from qbconsole.domain.errors import Retriable
from qbconsole.outbox import policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

STEPS, STEP = 12, timedelta(minutes=5)
CAP = timedelta(seconds=policy.LONGEST_WAIT * policy.JITTER[1])
NOWHERE = "quickbooks.invalid"


@contextmanager
def refused(world: World) -> Iterator[str]:
    """Nobody listens on the port."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def unresolved(world: World) -> Iterator[str]:
    """The name is known to no server."""
    real = socket.getaddrinfo

    def lookup(host: Any, *arguments: Any, **more: Any) -> Any:
        if host in ("localhost", b"localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lookup)
        yield world.simulator.base_url.replace("127.0.0.1", "localhost")


@contextmanager
def insecure(world: World) -> Iterator[str]:
    """Whoever listens there does not speak TLS."""
    yield world.simulator.base_url.replace("http:", "https:")


@contextmanager
def silent(world: World) -> Iterator[str]:
    """The machine takes no more connections, and says nothing."""
    with closing(socket.socket()) as busy, closing(socket.socket()) as waiting, pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "CONNECT_DEADLINE", 0.05)
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        waiting.setblocking(False)
        waiting.connect_ex(busy.getsockname())
        yield f"http://127.0.0.1:{busy.getsockname()[1]}"


TROUBLES = {"refused": refused, "DNS": unresolved, "TLS": insecure, "silent": silent}


def point_at(world: World, url: str) -> None:
    """Both remotes are to be found there."""
    change_setting(world.book.folder, "accounting.api_url", url)
    change_setting(world.book.folder, "crm.api_url", url)
    world.book.reload()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_hour_without_a_connection(world: World, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_TRIES", 1)  # a pull tries a few times within seconds: here each step is one
    world.approve()
    with TROUBLES[trouble](world) as url:
        point_at(world, url)
        for step in range(STEPS):
            problem = world.sync().problem
            assert isinstance(problem, Retriable)
            world.clock.ahead += STEP
            if step == STEPS // 2:
                world.approve()
        unsent = world.invoices()
        assert [(row["state"], row["attempts"], row["first_sent_at"]) for row in unsent] == [("pending", 0, None)] * 2
        assert all("claimed" in world.went(row) and "unknown" not in world.went(row) for row in unsent)
        assert all(row["due_at"] - (world.clock.now() - STEP) <= CAP for row in unsent)
        assert all(row["problem"] and row["next_step"] for row in unsent)
        _tells_it_once(world)
    point_at(world, world.simulator.base_url)
    assert world.sync().problem is None
    assert [row["attempts"] for row in world.invoices()] == [1, 1]
    truth.holds(world)


def _tells_it_once(world: World) -> None:
    """One alert for each remote, in the log of the run that found it out; later runs say that it is still so."""
    assert sorted(line["subject"] for line in world.log()) == ["hubspot", "quickbooks"]
    assert len(queues.rows(world.book, "invoices", decided=True)) > 0
    assert call("status", home=world.home).code == 0, "nothing needs a person"
