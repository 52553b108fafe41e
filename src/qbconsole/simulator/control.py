"""The simulator's own API under `/control`: what the demo and tests may ask and do behind the clients' backs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from qbconsole.simulator.business.business import MOST_DAYS
from qbconsole.simulator.quickbooks import person, wire
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.limits import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.server import Simulator

Document = dict[str, Any]

MOST_REQUESTS = 5_000
"""How many of the last requests one call shows at most."""


class Unfit(Exception):
    """A body that cannot be used, with a sentence that says why."""


def routes(simulator: Simulator) -> list[Route]:
    """The routes, bound to one simulator."""

    def requests(query: QueryParams) -> Document:
        log, count = simulator.requests, count_of(query.get("count", "100"))
        last = log.last(count, system=query.get("system", ""), endpoint=query.get("endpoint", ""))
        return {"total": log.total(), "counters": log.counters(), "requests": last}

    def advance(body: Document) -> Document:
        with simulator.database.transaction():
            return simulator.business.advance(days_of(body))

    def set_faults(body: Document) -> Document:
        simulator.faults.configure(spec_of(body))
        return simulator.faults.document()

    def turn(body: Document) -> Document:
        simulator.switches.turn(values_of(body))
        return simulator.switches.document()

    return [
        _shown("/control/state", lambda _: simulator.business.state()),
        _shown("/control/truth/pairs", lambda _: simulator.business.pairs()),
        _shown("/control/credentials", lambda _: simulator.credentials()),
        _shown("/control/requests", requests),
        _shown("/control/faults", lambda _: simulator.faults.explained()),
        _shown("/control/switches", lambda _: simulator.switches.document()),
        _shown("/control/metering", lambda _: Meter(simulator.database, simulator.clock).document()),
        _done("/control/advance", advance),
        _done("/control/faults", set_faults),
        _done("/control/switches", turn),
        *(_done(f"/control/quickbooks/{name}", _acted(simulator, act)) for name, act in person.ACTS.items()),
    ]


def _acted(simulator: Simulator, act: Callable[[Company, Document], Document | None]) -> Callable[[Document], Document]:
    """Something that a person does in QuickBooks itself."""

    def work(body: Document) -> Document:
        try:
            with simulator.database.transaction():
                done = act(simulator.company, body)
        except Fault as fault:
            raise Unfit(str(fault)) from fault
        document: Document = json.loads(wire.dumps({"done": done}))
        return document

    return work


def _shown(path: str, show: Callable[[QueryParams], Document]) -> Route:
    """A document that can be asked for."""

    async def serve(request: Request) -> JSONResponse:
        try:
            return JSONResponse(show(request.query_params))
        except Unfit as unfit:
            return _refused(unfit)

    return Route(path, serve, methods=["GET"])


def _done(path: str, act: Callable[[Document], Document]) -> Route:
    """Something that a JSON object asks for."""

    async def serve(request: Request) -> JSONResponse:
        try:
            return JSONResponse(act(await body_of(request)))
        except (Unfit, ValueError) as unfit:
            return _refused(unfit)

    return Route(path, serve, methods=["POST"])


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        message = "The body must be a JSON object."
        raise Unfit(message)
    return body


def days_of(body: dict[str, Any]) -> int:
    """How many days to advance."""
    days = body.get("days")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        message = f'"days" must be a whole number from 1 to {MOST_DAYS}.'
        raise Unfit(message)
    return days


def count_of(text: str) -> int:
    """How many of the last requests to show."""
    if not text.isdecimal() or int(text) > MOST_REQUESTS:
        message = f'"count" must be a whole number up to {MOST_REQUESTS}.'
        raise Unfit(message)
    return int(text)


def spec_of(body: dict[str, Any]) -> str:
    """The fault specification; empty ends all faults."""
    spec = body.get("spec")
    if not isinstance(spec, str):
        message = '"spec" must be text such as "drop_response=0.05,throttle=3x@create_invoice"; "" ends all faults.'
        raise Unfit(message)
    return spec


def values_of(body: dict[str, Any]) -> dict[str, str]:
    """The switches to turn, by name; a number may be written as one."""
    for name, value in body.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            message = f'"{name}" must be text or a whole number, such as {{"access_token_seconds": 60}}.'
            raise Unfit(message)
    return {name: str(value) for name, value in body.items()}


def _refused(reason: Exception) -> JSONResponse:
    return JSONResponse({"error": str(reason)}, status_code=400)
