"""The routes under /v3/company: who may call, how often, and what an answer looks like (quickbooks.md 1.7, 2, 5.2)."""

from __future__ import annotations

import json
import time as real_time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from qbconsole.simulator.quickbooks import batch, cdc, kinds, wire
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.grant import ACCOUNTING
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.oauth import OAuth

Work = Callable[["Request"], Awaitable[dict[str, Any]]]
ROOT = "/v3/company/{realm}"
SUPPLIED = "Id should be a valid number. Supplied value:"


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
        plain: list[tuple[str, str, Work]] = [
            ("GET", "/query", self._query),
            ("POST", "/query", self._query),
            ("GET", "/cdc", self._cdc),
            ("POST", "/batch", self._batch),
            ("GET", "/preferences", self._preferences),
            ("POST", "/{kind}/{id}/send", self._send),
            ("GET", "/{kind}/{id}", self._read),
            ("POST", "/{kind}", self._write),
        ]
        routes = [
            Route(ROOT + path, self._served(work, path == "/batch"), methods=[method]) for method, path, work in plain
        ]
        return [
            *routes,
            Route(
                ROOT + "/{rest:path}",
                self._served(self._unknown, batched=False),
                methods=["GET", "POST", "PUT", "DELETE"],
            ),
        ]

    def _served(self, work: Work, batched: bool) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            refused = self._refused(request, batched)
            if refused is not None:
                return refused
            try:
                return self._answer(await work(request))
            except Fault as fault:
                return self._answer({"Fault": fault.body()}, fault.status)

        return serve

    def _refused(self, request: Request, batched: bool) -> Response | None:
        scopes = self.oauth.scopes_of(request.headers.get("authorization", ""))
        if not scopes:
            return self._lower_case(
                401, "3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401", "AUTHENTICATION"
            )
        if request.path_params["realm"] != self.company.realm_id or ACCOUNTING not in scopes:
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

    # --- what is answered ---------------------------------------------------------------------------------------------

    async def _query(self, request: Request) -> dict[str, Any]:
        posted = request.method == "POST"
        statement = _utf8(await request.body()) if posted else request.query_params.get("query", "")
        return {"QueryResponse": evaluate.answer(self.company, statement)}

    async def _cdc(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        return {"CDCResponse": cdc.answer(self.company, query.get("entities", ""), query.get("changedSince", ""))}

    async def _batch(self, request: Request) -> dict[str, Any]:
        body = await _json(request)
        request_id = request.query_params.get("requestid", "")
        return {"BatchItemResponse": batch.run(self.company, body, request_id)}

    async def _preferences(self, _request: Request) -> dict[str, Any]:
        return {"Preferences": self.company.read("Preferences", "1")}

    async def _send(self, request: Request) -> dict[str, Any]:
        kind, record_id = self._addressed(request)

        def work() -> dict[str, Any]:
            return {kind: self.company.send(kind, record_id, request.query_params.get("sendTo", ""))}

        return batch.once(self.company, request.query_params.get("requestid", ""), work)

    async def _read(self, request: Request) -> dict[str, Any]:
        kind, record_id = self._addressed(request)
        return {kind: self.company.read(kind, "1" if kind == "CompanyInfo" else record_id)}

    async def _write(self, request: Request) -> dict[str, Any]:
        kind = self._kind(request)
        body = await _json(request)
        query = request.query_params
        operation = query.get("operation", "").lower()
        if query.get("include") == "void":
            operation = "void"
        return batch.once(
            self.company, query.get("requestid", ""), lambda: batch.perform(self.company, kind, operation, body)
        )

    async def _unknown(self, request: Request) -> dict[str, Any]:
        path = request.url.path
        detail = f"Operation Could not find resource for relative : {path} of full path: {path} is not supported."
        raise Fault("500", "Unsupported Operation", detail)

    def _kind(self, request: Request) -> str:
        kind = kinds.BY_PATH.get(request.path_params["kind"].lower())
        if kind is None:
            detail = f"Operation Could not find resource for relative : {request.url.path} is not supported."
            raise Fault("500", "Unsupported Operation", detail)
        return kind

    def _addressed(self, request: Request) -> tuple[str, str]:
        kind, record_id = self._kind(request), request.path_params["id"]
        if not record_id.isdigit():
            raise Fault("2030", "Invalid ID", f"{SUPPLIED}{record_id}", "Id")
        return kind, record_id


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Fault("500", "Unsupported Operation", "Operation Invalid UTF-8 is not supported.") from None


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = wire.loads(await request.body())
    except ValueError as error:
        raise Fault("2010", "Request has invalid or unsupported property", f"Invalid JSON: {error}", "") from error
    if not isinstance(body, dict):
        raise Fault("2010", "Request has invalid or unsupported property", "A JSON object was expected.", "")
    return body


def routes(company: Company, oauth: OAuth) -> list[Route]:
    """The routes of a company's API."""
    return Api(company, oauth).routes()


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
    if name in ("query", "cdc", "preferences"):
        return [name]
    if rest[-1:] == ["send"]:
        return [f"send_{name}"]
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
