"""The routes under /v3/company and what each of them does (quickbooks.md 2.1)."""

from __future__ import annotations

import logging
import time as real_time
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from qbconsole.simulator.quickbooks import attachments, batch, wire
from qbconsole.simulator.quickbooks.envelope import Envelopes
from qbconsole.simulator.quickbooks.fault import Fault, failed
from qbconsole.simulator.quickbooks.gate import Gate
from qbconsole.simulator.quickbooks.handlers import Handlers, unknown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.handlers import Work
    from qbconsole.simulator.quickbooks.oauth import OAuth

log = logging.getLogger(__name__)
ROOT = "/v3/company/{realm}"


class Api:
    """Everything a realm answers."""

    def __init__(self, company: Company, oauth: OAuth) -> None:
        self.company = company
        self._envelopes = Envelopes(company.clock, company.switches)
        self._gate = Gate(company, oauth, self._envelopes)

    def routes(self) -> list[Route]:
        """The routes, the most specific first."""
        table = Handlers(self.company).table()
        routes = [Route(ROOT + path, self._served(work), methods=[method]) for method, path, work in table]
        return [
            *routes,
            Route(
                ROOT + "/{rest:path}",
                self._served(unknown),
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
            except Exception:  # whatever it was, the vendor answers in its own form
                log.exception("The simulated QuickBooks failed at %s %s", request.method, request.url.path)
                return self._envelopes.refusal(request, failed())
            if isinstance(result, Response):
                return result
            return self._envelopes.success(request, result, int((real_time.monotonic() - began) * 1000))

        return serve


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
        return "update" if wire.loads(body).get("Id") else "create"
    except (ValueError, AttributeError):
        return "create"


def _items(body: bytes) -> list[str]:
    try:
        items = wire.loads(body)["BatchItemRequest"]
        return [
            "query" if "Query" in item else f"{batch.operation_of(item)}_{batch.entity_of(item).lower()}"
            for item in items
        ]
    except (ValueError, KeyError, TypeError, AttributeError, Fault):
        return []
