"""What was asked of the simulator and what came of it: a bounded log and lasting counters."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from qbconsole.simulator.connection import hang_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database

    Recogniser = Callable[[str, str, dict[str, str], bytes], list[str]]

EXCHANGE = "simulator.exchange"
"""The key of the ASGI scope under which a request's `Exchange` travels."""
KEPT = 5_000
"""Exchanges that are kept; older ones survive in the counters alone."""
_MOST_IDS = 100
_UNTOLD = ("at_once", "body", "cut", "date_off", "pace")


@dataclass
class Exchange:
    """One request to a vendor's API."""

    at: str
    system: str
    method: str
    path: str
    endpoints: list[str]
    """The names as which it counts; a batch has `batch` and one for each item."""
    request_id: str = ""
    """Intuit's `requestid`."""
    status: int | None = None
    """What the work came to, even if the answer was lost; None when no work was done and nothing was answered."""
    answered: bool = True
    """Whether the client got an answer."""
    faults: list[str] = field(default_factory=list)
    """The faults that struck it."""
    record_ids: list[str] = field(default_factory=list)
    """The records that a write answered with."""
    at_once: int = 1
    """How many requests to this system were open when it came, itself included."""
    body: bytes = b""
    """What was sent."""
    cut: str = ""
    """How the connection is cut: `close` or `reset` instead of an answer, `end` after it, or not at all."""
    date_off: timedelta = timedelta(0)
    """How far the answer's Date is off."""
    pace: float | None = None
    """Seconds for each byte of the answer's body; None sends it at once."""

    @property
    def resource(self) -> str:
        """In QuickBooks, what of the realm the path names: an entity or `query`, `cdc`, `batch`, `reports`."""
        parts = self.path.split("/")
        return parts[4].lower() if self.system == "quickbooks" and len(parts) > 4 else ""


class RequestLog:
    """The exchanges of all time, counted, and the last ones in full; kept in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = database.collection("requests")
        self._counters = database.collection("request_counters")

    def add(self, exchange: Exchange) -> None:
        """Log an exchange; call inside a transaction."""
        number = self._database.next_number("requests")
        told = {name: value for name, value in asdict(exchange).items() if name not in _UNTOLD}
        self._log.put(str(number), {"number": number, **told})
        self._log.remove(str(number - KEPT))
        for endpoint in exchange.endpoints:
            key = f"{exchange.system}/{endpoint}"
            self._counters.put(key, _counted(exchange, endpoint, self._counters.get(key)))

    def last(self, count: int = 100, *, system: str = "", endpoint: str = "") -> list[dict[str, Any]]:
        """The latest exchanges, newest first."""
        found = [
            one
            for one in self._log
            if (not system or one["system"] == system) and (not endpoint or endpoint in one["endpoints"])
        ]
        return found[: -count - 1 : -1]

    def counters(self) -> list[dict[str, Any]]:
        """How often each endpoint was called and what was answered."""
        return sorted(self._counters, key=lambda one: (one["system"], one["endpoint"]))

    def total(self) -> int:
        """Exchanges of all time."""
        return int((self._database.collection("sequences").get("requests") or {"next": 1})["next"]) - 1


class Observer:
    """ASGI middleware, the outermost: names each request, dates each answer, and logs before it is sent."""

    def __init__(
        self, app: ASGIApp, database: Database, clock: Clock, log: RequestLog, systems: Mapping[str, Recogniser]
    ) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._log = log
        self._systems = systems
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        exchange = self._exchange(scope, body)
        scope[EXCHANGE] = exchange
        if exchange is None:
            await self._serve(None, body, scope, receive, send)
            return
        self._open[exchange.system] += 1
        exchange.at_once = self._open[exchange.system]
        try:
            await self._serve(exchange, body, scope, receive, send)
        finally:
            self._open[exchange.system] -= 1

    async def _serve(self, exchange: Exchange | None, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Held()
        await self._app(scope, again(body, receive), answer.take)
        if exchange is None:
            await self._send(answer, timedelta(0), receive, send, None)
            return
        self._note(exchange, answer)
        if answer.messages:
            await self._send(answer, exchange.date_off, receive, send, exchange.pace)
        if exchange.cut:
            await hang_up(scope, receive, exchange.cut)

    async def _send(self, answer: Held, date_off: timedelta, receive: Receive, send: Send, pace: float | None) -> None:
        answer.set_header(b"date", format_datetime(self._clock.now() + date_off, usegmt=True).encode())
        if pace is None:
            await answer.pass_on(send)
        else:
            await answer.trickle(send, receive, pace)

    def _exchange(self, scope: Scope, body: bytes) -> Exchange | None:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        for system, recognise in self._systems.items():
            if names := recognise(scope["method"], scope["path"], query, body):
                at = self._clock.now().isoformat(timespec="milliseconds")
                request_id = query.get("requestid", "")
                return Exchange(at, system, scope["method"], scope["path"], names, request_id, body=body)
        return None

    def _note(self, exchange: Exchange, answer: Held) -> None:
        exchange.answered = bool(answer.messages)
        if exchange.answered:
            exchange.status = answer.status
        if exchange.answered and exchange.method != "GET" and not exchange.record_ids:
            exchange.record_ids = record_ids(answer.body)
        with self._database.transaction():
            self._log.add(exchange)
            self._clock.keep()


class Held:
    """An answer that is held back until it is whole."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Receive one ASGI message of the answer."""
        self.messages.append(message)

    @property
    def status(self) -> int | None:
        """The answer's status, None when there is no answer."""
        return int(self.messages[0]["status"]) if self.messages else None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    def set_header(self, name: bytes, value: bytes) -> None:
        """Set one header."""
        start = self.messages[0]
        headers = [one for one in start.get("headers", []) if one[0].lower() != name]
        start["headers"] = [*headers, (name, value)]

    def shorten(self, length: int, *, honest: bool) -> None:
        """Keep so many bytes of the body, the connection's last; Content-Length says so, or speaks of the whole."""
        start, rest = self.messages[0], self.body[:length]
        self.messages = [start, {"type": "http.response.body", "body": rest, "more_body": not honest}]
        self.set_header(b"connection", b"close")
        if honest:
            self.set_header(b"content-length", str(length).encode())

    async def trickle(self, send: Send, receive: Receive, pace: float) -> None:
        """Send the body byte by byte, so many seconds apart, for as long as the client listens."""
        await send(self.messages[0])
        for byte in self.body:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(receive(), pace)
                return
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def pass_on(self, send: Send) -> None:
        """Send it."""
        for message in self.messages:
            await send(message)


def _counted(exchange: Exchange, endpoint: str, before: dict[str, Any] | None) -> dict[str, Any]:
    calls, by_status = (before["calls"], before["by_status"]) if before else (0, {})
    status = str(exchange.status) if exchange.status is not None else "none"
    return {
        "system": exchange.system,
        "endpoint": endpoint,
        "calls": calls + 1,
        "by_status": {**by_status, status: by_status.get(status, 0) + 1},
    }


def record_ids(body: bytes) -> list[str]:
    """The ids in a write's answer, in either vendor's shape."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return []
    if not isinstance(parsed, dict):
        return []
    found = [parsed.get("id")]
    parts = [*parsed.values(), *(parsed.get("results") or []), *(parsed.get("BatchItemResponse") or [])]
    for part in parts:
        if isinstance(part, dict):
            found += [
                part.get("id"),
                part.get("Id"),
                *(one.get("Id") for one in part.values() if isinstance(one, dict)),
            ]
    return [str(one) for one in found if isinstance(one, str)][:_MOST_IDS]


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already once more; after it comes whatever the connection says."""
    pending = [body]

    async def replay() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay
