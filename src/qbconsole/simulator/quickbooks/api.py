"""The routes under /v3/company: who may call, how often, and what an answer looks like (quickbooks.md 1.7, 2, 5.2)."""

from __future__ import annotations

import json
import time as real_time
import uuid
from collections import deque
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from qbconsole.simulator.quickbooks import attachments, batch, wire
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.handlers import Handlers, unknown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.handlers import Work
    from qbconsole.simulator.quickbooks.oauth import OAuth

ROOT = "/v3/company/{realm}"


class Throttle:
    """At most so many requests in a sliding window of real time."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._times: deque[float] = deque()

    def lets_in(self) -> bool:
        """Whether one more request is within the limit."""
        now = real_time.monotonic()
        while self._times and now - self._times[0] >= self.seconds:
            self._times.popleft()
        if len(self._times) >= self.most:
            return False
        self._times.append(now)
        return True


class Api:
    """Everything a realm answers."""

    def __init__(self, company: Company, oauth: OAuth) -> None:
        self.company = company
        self.oauth = oauth
        self.throttles = [Throttle(500, 60), Throttle(10, 1)]
        self.batch_throttle = Throttle(120, 60)

    def routes(self) -> list[Route]:
        """The routes, the most specific first."""
        routes = [
            Route(ROOT + path, self._served(work, path == "/batch"), methods=[method])
            for method, path, work in Handlers(self.company).table()
        ]
        return [
            *routes,
            Route(
                ROOT + "/{rest:path}",
                self._served(unknown, batched=False),
                methods=["GET", "POST", "PUT", "DELETE"],
            ),
        ]

    def _served(self, work: Work, batched: bool) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            refused = self._refused(request, batched)
            if refused is not None:
                return refused
            try:
                done = await work(request)
                return done if isinstance(done, Response) else self._answer(done)
            except Fault as fault:
                return self._answer({"Fault": fault.body()}, fault.status)

        return serve

    def _refused(self, request: Request, batched: bool) -> Response | None:
        if not self.oauth.accepts(request.headers.get("authorization", "")):
            return self._lower_case(
                401, "3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401", "AUTHENTICATION"
            )
        if request.path_params["realm"] != self.company.realm_id:
            words = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
            return self._lower_case(403, "3100", words, "SERVICE")
        throttles = [*self.throttles, self.batch_throttle] if batched else self.throttles
        if not all(throttle.lets_in() for throttle in throttles):
            message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
            fault = Fault("3001", message, "The request limit was reached.  Try again later", kind="SERVICE")
            return self._answer({"Fault": fault.body()}, 429)
        return None

    def _lower_case(self, status: int, code: str, message: str, kind: str) -> Response:
        """The gateway's body: lower-case keys, many nulls, `time` in epoch milliseconds (quickbooks.md 1.7)."""
        detail = "Token expired: the access token is not valid" if status == 401 else "ApplicationAuthorizationFailed"
        body: dict[str, Any] = {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [{"message": message, "detail": detail, "code": code, "element": None}], "type": kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(self.company.clock.now().timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
        headers = {"www-authenticate": 'Bearer realm="Intuit", error="invalid_token"'} if status == 401 else {}
        return Response(json.dumps(body), status, {**self._headers(), **headers}, "application/json")

    def _headers(self) -> dict[str, str]:
        return {
            "intuit_tid": f"1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}",
            "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
            "expires": "0",
            "date": format_datetime(self.company.clock.now(), usegmt=True),
        }

    def _answer(self, body: dict[str, Any], status: int = 200) -> Response:
        envelope = {**body, "time": wire.time(self.company.clock.now())}
        media = "application/json;charset=utf-8" if status == 200 else "application/json"
        return Response(wire.dumps(envelope), status, self._headers(), media)


def routes(company: Company, oauth: OAuth) -> list[Route]:
    """The routes of a company's API."""
    return [*Api(company, oauth).routes(), attachments_route(company)]


def attachments_route(company: Company) -> Route:
    """Where the short-lived download links lead: to a file, without a token (quickbooks.md 2.1)."""

    async def fetch(request: Request) -> Response:
        found = attachments.fetched(company, request.path_params["key"])
        return Response(found[0], media_type=found[1]) if found else Response("The link has expired.", 403)

    return Route("/attachments/{key}", fetch, methods=["GET"])


def endpoints(method: str, path: str, query: dict[str, str], body: bytes) -> list[str]:
    """The names by which faults know a request; a batch is followed by one name for each of its items."""
    if path == "/oauth2/v1/tokens/bearer":
        return ["token"]
    parts = path.strip("/").split("/")
    if parts[:2] != ["v3", "company"] or len(parts) < 4:
        return []
    name, rest = parts[3].lower(), parts[4:]
    if name == "batch":
        return ["batch", *_items(body)]
    if name in ("query", "cdc", "upload", "download") or (name == "preferences" and method == "GET"):
        return [name]
    if name in ("reports", "taxservice"):
        return [f"{name.removesuffix('s')}_{rest[0].lower()}" if rest else name]
    if rest[-1:] in (["send"], ["pdf"]):
        return [f"{rest[-1]}_{name}"]
    if method == "GET":
        return ["companyinfo" if name == "companyinfo" else f"read_{name}"]
    operation = "void" if query.get("include") == "void" else query.get("operation", "").lower()
    return [f"{operation or _create_or_update(body)}_{name}"]


def _create_or_update(body: bytes) -> str:
    try:
        return "update" if json.loads(body).get("Id") else "create"
    except (ValueError, AttributeError):
        return "create"


def _items(body: bytes) -> list[str]:
    try:
        items = json.loads(body)["BatchItemRequest"]
        return [
            "query" if "Query" in item else f"{batch.operation_of(item)}_{batch.entity_of(item).lower()}"
            for item in items
        ]
    except (ValueError, KeyError, TypeError, AttributeError, Fault):
        return []
