"""How each fault happens to a request: ASGI middleware between the vendors' routes and the connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from qbconsole.simulator.requests import EXCHANGE, Held, again, record_ids

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database
    from qbconsole.simulator.faults.force import Faults
    from qbconsole.simulator.faults.specification import Rule
    from qbconsole.simulator.requests import Exchange

CUTS = {"drop_request": "close", "drop_response": "close", "reset": "reset"}


class Vendor(Protocol):
    """What faults need of a vendor."""

    collections: tuple[str, ...]
    """How the names of the collections begin that hold its records."""
    forms: tuple[str, ...]
    """How its server errors are written."""
    early: tuple[str, ...]
    """Those of the forms that only ever come before the work."""

    def concerns(self, fault: str, exchange: Exchange) -> bool:
        """Whether a fault can do anything to a request."""

    def throttled(self) -> Response:
        """Its answer to too many requests."""

    def failed(self, form: str) -> Response:
        """A server error."""

    def end_grant(self) -> None:
        """Make the client's credentials worthless."""

    def forget_request_ids(self) -> None:
        """Forget what makes a repeated request harmless."""

    def change_first(self, exchange: Exchange) -> None:
        """Change what a request is about, as another user."""


@dataclass
class Call:
    """A request that was struck."""

    rule: Rule
    exchange: Exchange
    vendor: Vendor
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def work(self) -> Held:
        """Do the work and hold its answer back; what it came to is noted."""
        answer = Held()
        await self.app(dict(self.scope), again(self.exchange.body, self.receive), answer.take)
        self.exchange.status = answer.status
        if self.exchange.method != "GET":
            self.exchange.record_ids += record_ids(answer.body)
        return answer

    async def answer(self, response: Response) -> None:
        """Answer with something else than the work did."""
        await response(self.scope, self.receive, self.send)


class Mishaps:
    """Lets the faults in force strike requests to the vendors; /control has none."""

    def __init__(
        self, app: ASGIApp, faults: Faults, database: Database, clock: Clock, vendors: Mapping[str, Vendor]
    ) -> None:
        self._app = app
        self._faults = faults
        self._database = database
        self._clock = clock
        self._vendors = vendors
        self._happenings: dict[str, Callable[[Call], Awaitable[None]]] = {
            "delay": _as_usual,
            "drop_response": _work_for_nothing,
            "drop_request": _no_work,
            "reset": _no_work,
            "slow": _slow,
            "throttle": _throttle,
            "server_error": self._server_error,
            "truncate": self._truncate,
            "stale_read": self._stale_read,
            "duplicate": _duplicate,
            "revoke_token": _revoke_token,
            "skew": self._skew,
            "forget_requestids": _forget_request_ids,
            "other_user": _other_user,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        exchange: Exchange | None = scope.get(EXCHANGE)
        struck = self._struck(exchange) if exchange is not None else []
        if exchange is None or not struck:
            await self._app(scope, receive, send)
            return
        exchange.faults = [rule.name for rule in struck]
        await asyncio.sleep(sum(rule.seconds for rule in struck if rule.name == "delay"))
        call = Call(struck[-1], exchange, self._vendors[exchange.system], self._app, scope, receive, send)
        await self._happenings[call.rule.name](call)

    def _struck(self, exchange: Exchange) -> list[Rule]:
        vendor = self._vendors[exchange.system]
        return self._faults.strike(exchange.endpoints, lambda name: vendor.concerns(name, exchange))

    async def _server_error(self, call: Call) -> None:
        """Before or after the work, in any of the vendor's forms, as the seed has it."""
        late = self._faults.random.random() < 0.5
        form = self._faults.random.choice(call.vendor.forms)
        if late and form not in call.vendor.early:
            await call.work()
        await call.answer(call.vendor.failed(form))

    async def _truncate(self, call: Call) -> None:
        honest, where = self._faults.random.random() < 0.5, self._faults.random.uniform(0.25, 0.75)
        answer = await call.work()
        if answer.body:
            answer.shorten(int(len(answer.body) * where), honest=honest)
            call.exchange.cut = "" if honest else "end"
        await answer.pass_on(call.send)

    async def _stale_read(self, call: Call) -> None:
        with self._database.as_of(call.rule.seconds, call.vendor.collections):
            answer = _at_once(call.work())
        await answer.pass_on(call.send)

    async def _skew(self, call: Call) -> None:
        by = timedelta(seconds=call.rule.seconds * self._faults.random.choice((-1, 1)))
        call.exchange.date_off = by
        with self._clock.wrong_by(by):
            answer = _at_once(call.work())
        await answer.pass_on(call.send)


async def _as_usual(call: Call) -> None:
    await (await call.work()).pass_on(call.send)


async def _no_work(call: Call) -> None:
    call.exchange.cut = CUTS[call.rule.name]


async def _work_for_nothing(call: Call) -> None:
    await call.work()
    call.exchange.cut = CUTS[call.rule.name]


async def _slow(call: Call) -> None:
    call.exchange.pace = call.rule.seconds
    await _as_usual(call)


async def _throttle(call: Call) -> None:
    await call.answer(call.vendor.throttled())


async def _duplicate(call: Call) -> None:
    await call.work()
    await _as_usual(call)


async def _revoke_token(call: Call) -> None:
    call.vendor.end_grant()
    await _as_usual(call)


async def _forget_request_ids(call: Call) -> None:
    call.vendor.forget_request_ids()
    await _as_usual(call)


async def _other_user(call: Call) -> None:
    call.vendor.change_first(call.exchange)
    await _as_usual(call)


def _at_once(work: Coroutine[Any, Any, Held]) -> Held:
    """Run work to its end while nothing else runs: the world is bent for it alone."""
    try:
        work.send(None)
    except StopIteration as end:
        answer: Held = end.value
        return answer
    work.close()
    message = "the simulator waited for something in the middle of a request"
    raise RuntimeError(message)
