"""The routes under /v3/company and what each of them does (quickbooks.md 2.1)."""

from __future__ import annotations

import json
import time as real_time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from qbconsole.simulator.quickbooks import batch, cdc, kinds, requestids, wire
from qbconsole.simulator.quickbooks.envelope import Envelopes
from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.gate import Gate
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.oauth import OAuth

Work = Callable[["Request"], Awaitable[dict[str, Any]]]
ROOT = "/v3/company/{realm}"
SUPPLIED = "Id should be a valid number. Supplied value:"


class Api:
    """Everything a realm answers."""

    def __init__(self, company: Company, oauth: OAuth) -> None:
        self.company = company
        self._envelopes = Envelopes(company.clock, company.switches)
        self._gate = Gate(company, oauth, self._envelopes)

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
        routes = [Route(ROOT + path, self._served(work), methods=[method]) for method, path, work in plain]
        return [
            *routes,
            Route(
                ROOT + "/{rest:path}",
                self._served(self._unknown),
                methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            ),
        ]

    def _served(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            began = real_time.monotonic()
            try:
                if (refusal := await self._gate.refusal(request)) is not None:
                    return refusal
                result = await work(request)
            except Fault as fault:
                return self._envelopes.refusal(request, fault)
            return self._envelopes.success(request, result, int((real_time.monotonic() - began) * 1000))

        return serve

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
        query = request.query_params
        to = query.get("sendTo", "")

        def work() -> dict[str, Any]:
            return {kind: self.company.send(kind, record_id, to)}

        return requestids.once(self.company, query.get("requestid", ""), ["send", kind, record_id, to], work)

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
        asked = [kind, operation, body]
        return requestids.once(
            self.company, query.get("requestid", ""), asked, lambda: batch.perform(self.company, kind, operation, body)
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
