"""What each route under /v3/company does, apart from transport (quickbooks.md 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qbconsole.simulator.quickbooks import (
    attachments,
    batch,
    cdc,
    form,
    kinds,
    pdf,
    rates,
    recurring,
    reports,
    requestids,
    sending,
    shown,
    tax,
    wire,
)
from qbconsole.simulator.quickbooks.fault import Fault, unsupported
from qbconsole.simulator.quickbooks.query import evaluate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company

    Work = Callable[[Request], Awaitable[dict[str, Any] | Response]]

Body = dict[str, Any]
SUPPLIED = "Id should be a valid number. Supplied value:"


class Handlers:
    """The work behind the routes of one company; each answers a body without its `time`, or a whole response."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def table(self) -> list[tuple[str, str, Work]]:
        """(method, path, work), the most specific first."""
        return [
            ("GET", "/query", self._query),
            ("POST", "/query", self._query),
            ("GET", "/cdc", self._cdc),
            ("POST", "/batch", self._batch),
            ("POST", "/upload", self._upload),
            ("GET", "/download/{id}", self._download),
            ("GET", "/preferences", self._preferences),
            ("GET", "/exchangerate", self._exchange_rate),
            ("POST", "/taxservice/{what}", self._tax_service),
            ("GET", "/reports/{name}", self._report),
            ("POST", "/{kind}/{id}/send", self._send),
            ("GET", "/{kind}/{id}/pdf", self._pdf),
            ("GET", "/{kind}/{id}", self._read),
            ("POST", "/{kind}", self._write),
        ]

    async def _query(self, request: Request) -> Body:
        posted = request.method == "POST"
        statement = _utf8(await request.body()) if posted else request.query_params.get("query", "")
        found = evaluate.answer(self.company, statement)
        return {"QueryResponse": shown.page(self.company, found, _include(request), _base(request))}

    async def _cdc(self, request: Request) -> Body:
        query = request.query_params
        return {"CDCResponse": cdc.answer(self.company, query.get("entities", ""), query.get("changedSince", ""))}

    async def _batch(self, request: Request) -> Body:
        body = await _json(request)
        return {"BatchItemResponse": batch.run(self.company, body, request.query_params.get("requestid", ""))}

    async def _upload(self, request: Request) -> Body:
        media = request.headers.get("content-type", "")
        sending.check_subscribed(self.company)
        made = attachments.upload(self.company, media, await request.body())
        return {"AttachableResponse": made}

    async def _download(self, request: Request) -> Response:
        url = attachments.link(self.company, request.path_params["id"], _base(request))
        return Response(url, media_type="text/plain")

    async def _preferences(self, _request: Request) -> Body:
        return {"Preferences": self.company.read("Preferences", "1")}

    async def _exchange_rate(self, request: Request) -> Body:
        query = {name.lower(): value for name, value in request.query_params.items()}
        rate = rates.on_day(self.company, query.get("sourcecurrencycode", ""), query.get("asofdate", ""))
        return {"ExchangeRate": rate}

    async def _tax_service(self, request: Request) -> Body:
        if request.path_params["what"].lower() != "taxcode":
            return await unknown(request)
        body = await _json(request)
        form.check("TaxService", body)
        sending.check_subscribed(self.company)
        request_id, asked = request.query_params.get("requestid", ""), ["TaxService", "create", body]
        return requestids.once(self.company, request_id, asked, lambda: tax.add_code(self.company, body))

    async def _report(self, request: Request) -> Body:
        return reports.answer(self.company, request.path_params["name"], dict(request.query_params))

    async def _send(self, request: Request) -> Body:
        kind, record_id = self._addressed(request)
        query = request.query_params
        to = query.get("sendTo", "")

        def work() -> Body:
            sending.check_subscribed(self.company)
            return {kind: sending.send(self.company, kind, record_id, to)}

        return requestids.once(self.company, query.get("requestid", ""), ["send", kind, record_id, to], work)

    async def _pdf(self, request: Request) -> Response:
        kind, record_id = self._addressed(request)
        if kind not in kinds.SENDABLE:
            raise unsupported("pdf", kind)
        content = pdf.of(self.company, kind, self.company.read(kind, record_id))
        return Response(content, media_type="application/pdf")

    async def _read(self, request: Request) -> Body:
        kind, record_id = self._addressed(request)
        record = self.company.read(kind, "1" if kind in kinds.SINGLES else record_id)
        if kind == recurring.KIND:
            return {kind: recurring.wrapped(record)}
        answered = shown.record(self.company, kind, record, _include(request), _base(request))
        return {kinds.key(kind): answered}

    async def _write(self, request: Request) -> Body:
        kind = self._kind(request)
        body, query = await _json(request), request.query_params
        operation, include = query.get("operation", "").lower(), _include(request)
        if "void" in include:
            operation = "void"
        duplicates = batch.ALLOW_DUPLICATES in include
        answer = requestids.once(
            self.company,
            query.get("requestid", ""),
            [kind, operation, body],
            lambda: batch.perform(self.company, kind, operation, body, duplicates=duplicates),
        )
        if kind == recurring.KIND or operation == "delete":
            return answer
        return {
            key: shown.record(self.company, kind, record, include, _base(request)) for key, record in answer.items()
        }

    def _kind(self, request: Request) -> str:
        kind = kinds.BY_PATH.get(request.path_params["kind"].lower())
        if kind is None:
            raise _not_routed(request)
        return kind

    def _addressed(self, request: Request) -> tuple[str, str]:
        kind, record_id = self._kind(request), request.path_params["id"]
        if not record_id.isdigit():
            raise Fault("2030", "Invalid ID", f"{SUPPLIED}{record_id}", "Id")
        return kind, record_id


async def unknown(request: Request) -> Body:
    """Answer a route that does not exist."""
    raise _not_routed(request)


def _not_routed(request: Request) -> Fault:
    path = request.url.path
    detail = f"Operation Could not find resource for relative : {path} of full path: {request.url} is not supported."
    return Fault("500", "Unsupported Operation", detail)


def _include(request: Request) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in request.query_params.get("include", "").split(","))


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Fault("500", "Unsupported Operation", "Operation Invalid UTF-8 is not supported.") from None


async def _json(request: Request) -> Body:
    try:
        body = wire.loads(_utf8(await request.body()))
    except ValueError as error:
        raise Fault("2010", "Request has invalid or unsupported property", f"Invalid JSON: {error}", "") from error
    if not isinstance(body, dict):
        raise Fault("2010", "Request has invalid or unsupported property", "A JSON object was expected.", "")
    return body
