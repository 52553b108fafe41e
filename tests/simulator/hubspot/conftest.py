"""A small portal, and the same portal behind real HTTP."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from tests.simulator.hubspot.contract import Witness

from qbconsole.simulator.clock import Clock
from qbconsole.simulator.database import Database
from qbconsole.simulator.hubspot import api, control
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send


@pytest.fixture
def portal() -> Iterator[Portal]:
    """One owner, the default pipeline and a second one with numeric stage ids; searches lag behind nothing."""
    database = Database(None)
    made = Portal(database, Clock(database))
    Switches(database).turn({"search_lag_seconds": "0"})
    made.limits.search = made.limits.burst = 10_000
    service = {
        "id": "7712",
        "label": "Service",
        "stages": [
            {"id": "90001", "label": "Open", "metadata": {"probability": "0.3"}},
            {"id": "90002", "label": "Done", "metadata": {"isClosed": "true", "probability": "1.0"}},
        ],
    }
    with database.transaction():
        made.set_up(
            currency="USD",
            time_zone="America/Chicago",
            owners=[{"id": "501", "email": "ann@ridge.example", "firstName": "Ann", "lastName": "Lee"}],
            pipelines=[],
            properties={},
        )
        made.pipelines.put(service)
    yield made
    database.close()


class Switchboard:
    """An ASGI application that passes every request to the one that is plugged in."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def switchboard() -> Iterator[tuple[Switchboard, str]]:
    """One real server for all tests of this folder, and its URL."""
    board = Switchboard()
    server = uvicorn.Server(uvicorn.Config(board, port=0, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield board, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def http(portal: Portal, switchboard: tuple[Switchboard, str]) -> Iterator[httpx.Client]:
    """A client that is signed in to the portal over the loopback; every answer it gets is as HubSpot publishes it."""
    board, url = switchboard
    board.app = witness = Witness(Starlette(routes=[*api.routes(portal), *control.routes(portal)]))
    headers = {"authorization": f"Bearer {portal.token}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=120) as client:
        yield client
    assert witness.problems == []
