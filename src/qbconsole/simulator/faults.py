"""Things that go wrong between a client and a vendor, on purpose and from a seed.

A specification is a comma-separated list of `NAME=HOW`, HOW being a rate (`0.05`: five in a hundred) or a count (`3x`:
the next three), optionally of one endpoint: `drop_response=3x@create_invoice`. A delay may say its seconds:
`delay=0.1:2.5`. An item inside a batch counts as its endpoint; the whole batch is then struck, once.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qbconsole.simulator.hubspot.limits import throttled
from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.hubspot.wire import refused
from qbconsole.simulator.requests import EXCHANGE, Held, record_ids

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qbconsole.simulator.database import Database
    from qbconsole.simulator.requests import Exchange

NAMES: dict[str, str] = {
    "drop_response": "the work is done and kept, then the connection is cut without a byte of an answer",
    "drop_request": "the connection is cut before any work",
    "reset": "the connection is reset (TCP RST) before any work",
    "delay": "the work is done after some seconds",
    "throttle": "429 in the vendor's own words, no work done",
    "server_error": "500 or a gateway's 502, no work done",
    "server_error_after": "500, though the work is done and kept",
}
"""Every fault and what it does."""
DELAY = 2.0
"""Seconds of a delay that names none."""
_PART = re.compile(
    r"(?P<name>\w+)=(?:(?P<count>\d+)x|(?P<rate>\d*\.?\d+))(?::(?P<seconds>\d*\.?\d+))?(?:@(?P<endpoint>\w+))?"
)


@dataclass(frozen=True)
class Rule:
    """One part of a specification."""

    text: str
    name: str
    rate: float
    count: int | None
    endpoint: str
    seconds: float


def parse(spec: str) -> list[Rule]:
    """The rules of a specification; ValueError names the part that is wrong."""
    return [_rule(part) for part in (piece.strip() for piece in spec.split(",")) if part]


def _rule(part: str) -> Rule:
    name = part.partition("=")[0]
    if name not in NAMES:
        message = f"faults: {part!r}: no fault is called {name!r}; there are {', '.join(NAMES)}"
        raise ValueError(message)
    match = _PART.fullmatch(part)
    if match is None:
        message = f"faults: {part!r}: expected {name}=RATE or {name}=Nx, optionally @ENDPOINT"
        raise ValueError(message)
    count, rate = match["count"], float(match["rate"] or 0)
    if rate > 1:
        message = f"faults: {part!r}: a rate lies between 0 and 1; a count is written {match['rate']}x"
        raise ValueError(message)
    if match["seconds"] and name != "delay":
        message = f"faults: {part!r}: only a delay takes seconds"
        raise ValueError(message)
    seconds = float(match["seconds"] or DELAY)
    return Rule(part, name, rate, int(count) if count else None, match["endpoint"] or "", seconds)


class Faults:
    """The faults in force, and how often each struck. Both outlive a restart with the same specification."""

    def __init__(self, database: Database, spec: str = "", seed: int = 0) -> None:
        self._database = database
        self._state = database.collection("faults")
        self._rules = parse(spec)
        self._seed = seed
        with database.transaction():
            self._take_up(spec)
        self._random = random.Random(f"{seed}/{self.total}")

    def _take_up(self, spec: str) -> None:
        stored = self._state.get("state")
        if stored is None or stored["spec"] != spec:
            left = {rule.text: rule.count for rule in self._rules if rule.count is not None}
            hits = stored["hits"] if stored else {}
            self._state.put("state", {"spec": spec, "left": left, "hits": hits})

    @property
    def _stored(self) -> dict[str, Any]:
        return self._state.get("state") or {"spec": "", "left": {}, "hits": {}}

    @property
    def spec(self) -> str:
        """The specification in force."""
        return str(self._stored["spec"])

    @property
    def hits(self) -> dict[str, int]:
        """How often each fault struck, by name."""
        return dict(self._stored["hits"])

    @property
    def total(self) -> int:
        """How often any fault struck."""
        return sum(self.hits.values())

    def document(self) -> dict[str, Any]:
        """Specification, hits and what is left of the counts, for `/control/faults`."""
        return {"spec": self.spec, "hit": self.total, "by_fault": self.hits, "left": dict(self._stored["left"])}

    def configure(self, spec: str) -> None:
        """Put another specification in force, its counts full; ValueError if it is wrong."""
        self._rules = parse(spec)
        with self._database.transaction():
            self._state.put("state", self._stored | {"spec": ""})
            self._take_up(spec)

    def strike(self, endpoints: list[str]) -> list[Rule]:
        """What strikes a request: any delays, and at most one other fault."""
        struck: list[Rule] = []
        for rule in self._rules:
            if (not rule.endpoint or rule.endpoint in endpoints) and self._happens(rule):
                struck.append(rule)
                if rule.name != "delay":
                    break
        if struck:
            self._count(struck)
        return struck

    def _happens(self, rule: Rule) -> bool:
        if rule.count is not None:
            return int(self._stored["left"].get(rule.text, 0)) > 0
        return self._random.random() < rule.rate

    def _count(self, struck: list[Rule]) -> None:
        state = self._stored
        left, hits = dict(state["left"]), dict(state["hits"])
        for rule in struck:
            hits[rule.name] = hits.get(rule.name, 0) + 1
            if rule.count is not None:
                left[rule.text] -= 1
        with self._database.transaction():
            self._state.put("state", state | {"left": left, "hits": hits})

    def around(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware that lets the faults strike requests to the vendors; /control has none."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            exchange: Exchange | None = scope.get(EXCHANGE)
            struck = self.strike(exchange.endpoints) if exchange is not None else []
            if exchange is None or not struck:
                await app(scope, receive, send)
                return
            exchange.faults = [rule.name for rule in struck]
            await asyncio.sleep(sum(rule.seconds for rule in struck if rule.name == "delay"))
            await self._suffer(struck[-1].name, exchange, app, scope, receive, send)

        return serve

    async def _suffer(
        self, name: str, exchange: Exchange, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if name == "delay":
            await app(scope, receive, send)
            return
        if name in ("drop_response", "server_error_after"):
            lost = Held()
            await app(scope, receive, lost.take)
            exchange.status, exchange.record_ids = lost.status, record_ids(lost.body)
        if name in ("drop_response", "drop_request", "reset"):
            exchange.cut = "reset" if name == "reset" else "close"
        elif name == "throttle":
            await throttle_answer(exchange.system)(scope, receive, send)
        else:
            html = name == "server_error" and self._random.random() < 0.5
            await (gateway_answer() if html else server_error_answer(exchange.system))(scope, receive, send)


def throttle_answer(system: str) -> Response:
    """The vendor's 429: HubSpot's JSON (hubspot.md 5), Intuit's XML even for JSON callers (quickbooks.md 5.2)."""
    if system == "hubspot":
        return refused(throttled("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING"))
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="3001">'
        "<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>"
        "<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
    )
    return Response(body, 429, media_type="application/xml")


def server_error_answer(system: str) -> Response:
    """The vendor's own 500."""
    if system == "hubspot":
        return refused(Refusal(500, "internal error"))
    body = (
        '{"Fault":{"Error":[{"Message":"An application error has occurred while processing your request",'
        '"Detail":"System Failure Error: Internal Server Error","code":"10000"}],"type":"SystemFault"}}'
    )
    return Response(body, 500, media_type="application/json")


def gateway_answer() -> Response:
    """A gateway in front of either vendor speaks HTML (hubspot.md 5, quickbooks.md 7)."""
    return Response(
        "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
        502,
        media_type="text/html",
    )
