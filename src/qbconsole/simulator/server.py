"""The simulator as a process: both vendors and the business behind them on one loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette

from qbconsole.simulator import control
from qbconsole.simulator.business.business import Business
from qbconsole.simulator.clock import Clock
from qbconsole.simulator.connection import Protocol
from qbconsole.simulator.database import Database
from qbconsole.simulator.faults.force import Faults
from qbconsole.simulator.faults.mishaps import Mishaps, Vendor
from qbconsole.simulator.hubspot import api as hubspot
from qbconsole.simulator.hubspot import control as hubspot_control
from qbconsole.simulator.hubspot.mishaps import HubSpotMishaps
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.quickbooks import api as quickbooks
from qbconsole.simulator.quickbooks.company import Company
from qbconsole.simulator.quickbooks.mishaps import QuickBooksMishaps
from qbconsole.simulator.quickbooks.oauth import OAuth
from qbconsole.simulator.requests import Observer, RequestLog
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
"""The only address that is ever listened on."""
RESTART_MARGIN = timedelta(seconds=1)
"""How far past its last kept moment the clock goes on after a restart, so that no stamp is given twice."""


class HomeInUse(Exception):
    """Another simulator runs on the same home."""


@dataclass
class Simulator:
    """Everything that one served simulator is made of."""

    database: Database
    clock: Clock
    company: Company
    oauth: OAuth
    portal: Portal
    business: Business
    faults: Faults
    requests: RequestLog
    switches: Switches
    base_url: str = ""
    """The root of every URL; known once it listens."""

    def credentials(self) -> dict[str, Any]:
        """What the first line says and `GET /control/credentials` repeats."""
        return {
            "control_url": f"{self.base_url}/control",
            "quickbooks": {"api_url": self.base_url, "oauth_url": self.base_url, **self.oauth.credentials()},
            "crm": {"kind": "hubspot", "api_url": self.base_url, **self.portal.credentials()},
            "time_zone": self.company.time_zone,
            "company": self.business.name,
            "cut_over": self.business.cut_over,
        }

    def app(self) -> ASGIApp:
        """The ASGI application."""
        routes = [
            *quickbooks.routes(self.company, self.oauth),
            *self.oauth.routes(),
            *hubspot.routes(self.portal),
            *control.routes(self),
            *hubspot_control.routes(self.portal),
        ]
        systems = {"quickbooks": quickbooks.endpoints, "hubspot": hubspot.endpoints}
        vendors: dict[str, Vendor] = {
            "quickbooks": QuickBooksMishaps(self.company, self.oauth),
            "hubspot": HubSpotMishaps(self.portal),
        }
        struck = Mishaps(Starlette(routes=routes), self.faults, self.database, self.clock, vendors)
        return Observer(struck, self.database, self.clock, self.requests, systems)

    def keep(self) -> None:
        """Store the clock and close the file."""
        with self.database.transaction():
            self.clock.keep()
        self.database.close()


def build(home: Path | None, *, seed: int = 7, size: float = 1.0, faults: str = "") -> Simulator:
    """Open the simulator of a home, or make its business if there is none; without a home all is in memory.

    Raises:
        ValueError: the fault specification is wrong.
    """
    database = Database(_private(home / "simulator.db") if home else None)
    clock = Clock(database)
    portal = Portal(database, clock)
    company = Company(database, clock)
    settings = database.collection("simulator")
    made = settings.get("made")
    if made is None:
        with database.transaction():
            business = Business.generate(database, clock, company, portal, seed=seed, size=size)
            settings.put("made", {"seed": seed, "size": size})
            oauth = OAuth(database, company.realm_id)
        database.forget_past()
    else:
        if (made["seed"], made["size"]) != (seed, size):
            logger.warning("this home holds the business of seed %s, size %s", made["seed"], made["size"])
        with database.transaction():
            clock.set(clock.now() + RESTART_MARGIN)
        business = Business(database, clock, company, portal)
        oauth = OAuth(database, company.realm_id)
    return Simulator(
        database=database,
        clock=clock,
        company=company,
        oauth=oauth,
        portal=portal,
        business=business,
        faults=Faults(database, faults, seed),
        requests=RequestLog(database),
        switches=Switches(database),
    )


def serve(
    port: int = 0,
    *,
    home: Path | None = None,
    seed: int = 7,
    size: float = 1.0,
    faults: str = "",
    switches: Mapping[str, str] | None = None,
) -> None:
    """Serve on the loopback until SIGTERM or SIGINT; the first line on stdout says where and with which credentials.

    Args:
        port: 0 takes the port that this home had before if it is free, else any.
        home: where `simulator.db` and `simulator.json` lie; none: in memory, gone at the end.
        seed: of the business and of the faults.
        size: of the business, 1 being the usual one.
        faults: a specification as in `qbconsole.simulator.faults.specification`.
        switches: those to turn, as in `qbconsole.simulator.switches`; the others stay as the home has them.

    Raises:
        ValueError: the fault specification or a switch is wrong.
        HomeInUse: another simulator runs on that home.
        OSError: the port is taken.
    """
    with _claimed(home) as note:
        simulator = build(home, seed=seed, size=size, faults=faults)
        simulator.switches.turn(switches or {})
        listener = _listen(port or _port_before(note), strict=bool(port))
        bound = listener.getsockname()[1]
        simulator.base_url = f"http://{HOST}:{bound}"
        _write_note(note, {"port": bound, "pid": os.getpid()})
        try:
            asyncio.run(_run(simulator, listener))
        finally:
            simulator.keep()


async def _run(simulator: Simulator, listener: socket.socket) -> None:
    def announce() -> None:
        sys.stdout.write(json.dumps(simulator.credentials()) + "\n")
        sys.stdout.flush()

    config = uvicorn.Config(
        simulator.app(),
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    await _Server(config, announce).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, which tells when it listens and takes SIGTERM as an ordinary end."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then announce it."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End without the signal being raised again, so that the exit code is 0."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def _listen(port: int, *, strict: bool) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, asyncio sets TCP_NODELAY
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        if strict:
            listener.close()
            raise
        listener.bind((HOST, 0))
    return listener


def _private(path: Path) -> Path:
    """A file that its owner alone reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path


@contextlib.contextmanager
def _claimed(home: Path | None) -> Iterator[IO[str] | None]:
    """Hold the home's `simulator.json`, locked for as long as this process lives."""
    if home is None:
        yield None
        return
    with _private(home / "simulator.json").open("r+", encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another simulator runs on {home}"
            raise HomeInUse(message) from error
        yield note


def _port_before(note: IO[str] | None) -> int:
    text = note.read() if note else ""
    return int(json.loads(text)["port"]) if text else 0


def _write_note(note: IO[str] | None, content: dict[str, int]) -> None:
    if note is not None:
        note.seek(0)
        note.truncate()
        note.write(json.dumps(content) + "\n")
        note.flush()
