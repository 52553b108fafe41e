"""The simulator's own API under `/control`: what the demo and tests may ask and do behind the clients' backs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from qbconsole.simulator.business.business import MOST_DAYS

if TYPE_CHECKING:
    from starlette.requests import Request

    from qbconsole.simulator.server import Simulator

MOST_REQUESTS = 5_000
"""How many of the last requests one call shows at most."""


class Unfit(Exception):
    """A body that cannot be used, with a sentence that says why."""


def routes(simulator: Simulator) -> list[Route]:
    """The routes, bound to one simulator."""

    async def state(_: Request) -> JSONResponse:
        return JSONResponse(simulator.business.state())

    async def pairs(_: Request) -> JSONResponse:
        return JSONResponse(simulator.business.pairs())

    async def credentials(_: Request) -> JSONResponse:
        return JSONResponse(simulator.credentials())

    async def requests(request: Request) -> JSONResponse:
        try:
            count = count_of(request.query_params.get("count", "100"))
        except Unfit as unfit:
            return _refused(unfit)
        log, query = simulator.requests, request.query_params
        last = log.last(count, system=query.get("system", ""), endpoint=query.get("endpoint", ""))
        return JSONResponse({"total": log.total(), "counters": log.counters(), "requests": last})

    async def faults(_: Request) -> JSONResponse:
        return JSONResponse(simulator.faults.document())

    async def advance(request: Request) -> JSONResponse:
        try:
            days = days_of(await body_of(request))
        except Unfit as unfit:
            return _refused(unfit)
        with simulator.database.transaction():
            return JSONResponse(simulator.business.advance(days))

    async def set_faults(request: Request) -> JSONResponse:
        try:
            simulator.faults.configure(spec_of(await body_of(request)))
        except (Unfit, ValueError) as unfit:
            return _refused(unfit)
        return JSONResponse(simulator.faults.document())

    return [
        Route("/control/state", state, methods=["GET"]),
        Route("/control/truth/pairs", pairs, methods=["GET"]),
        Route("/control/credentials", credentials, methods=["GET"]),
        Route("/control/requests", requests, methods=["GET"]),
        Route("/control/advance", advance, methods=["POST"]),
        Route("/control/faults", faults, methods=["GET"]),
        Route("/control/faults", set_faults, methods=["POST"]),
    ]


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


def _refused(reason: Exception) -> JSONResponse:
    return JSONResponse({"error": str(reason)}, status_code=400)
