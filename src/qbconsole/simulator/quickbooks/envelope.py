"""What surrounds an answer: headers, JSON or XML, the moment, and the gateway's refusals (quickbooks.md 1.7, 2)."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qbconsole.simulator.quickbooks import wire, xml

if TYPE_CHECKING:
    from starlette.requests import Request

    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.quickbooks.fault import Fault
    from qbconsole.simulator.switches import Switches

VERSION = "1988.128"
"""The release that the recordings of 2022 name (quickbooks.md 2.3)."""
_THROTTLED = {
    "Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
    "Detail": "The request limit was reached.  Try again later",
    "code": "3001",
}
_PAGES = {"html": (502, "502 Bad Gateway"), "maintenance": (503, "503 Service Unavailable")}
_SOON = timedelta(seconds=2)
_NO_TIME = "2030"
"""The fault whose envelope tells no time (quickbooks.md 2.7)."""


def headers() -> dict[str, str]:
    """The headers of every answer, a trace of its own among them (quickbooks.md 2.3)."""
    trace = f"1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}"
    return {
        "intuit_tid": trace,
        "x-amzn-trace-id": f"Root={trace}",
        "x-spanid": str(uuid.uuid4()),
        "server": "nginx",
        "strict-transport-security": "max-age=15552000",
        "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
        "expires": "0",
    }


def wants_json(accept: str) -> bool:
    """Whether an Accept header asks for JSON; XML is the default (quickbooks.md 2.3)."""
    return "json" in accept.lower()


class Envelopes:
    """Writes the answers of one company."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches

    def success(self, request: Request, body: dict[str, Any], milliseconds: int) -> Response:
        """A 200, which alone tells the release and how long it took."""
        told = {"qbo-version": VERSION, "service-time": f"total={milliseconds}, db={milliseconds}"}
        return self._written(request, body, 200, told, "application/json;charset=utf-8")

    def refusal(self, request: Request, fault: Fault) -> Response:
        """A fault of the API."""
        return self._written(
            request, {"Fault": fault.body()}, fault.status, {}, "application/json", timed=fault.code != _NO_TIME
        )

    def unauthenticated(self, request: Request) -> Response:
        """401: the token is unknown, has run out or was revoked."""
        words = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
        challenge = {"www-authenticate": 'Bearer realm="Intuit", error="invalid_token"'}
        error = {"Message": words, "Detail": "Token expired: the access token is not valid", "code": "3200"}
        return self._gateway(request, 401, error, "AUTHENTICATION", challenge, lower=True)

    def forbidden(self, request: Request) -> Response:
        """403: the token is not for this realm, or not for its books."""
        words = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
        error = {"Message": words, "Detail": "ApplicationAuthorizationFailed", "code": "3100"}
        lower = self._switches["forbidden_body"] == "lower_case"
        return self._gateway(request, 403, error, "SERVICE", {}, lower=lower)

    def throttled(self) -> Response:
        """Too many requests: XML even for who asks for JSON, unless a switch says otherwise (quickbooks.md 5.2)."""
        status = int(self._switches["throttle_status"])
        told = headers() | self._retry_after()
        fault, now = {"Error": [_THROTTLED], "type": "SERVICE"}, wire.time(self._clock.shown())
        style = self._switches["throttle_body"]
        if style == "xml":
            return Response(xml.document({"Fault": fault}, now), status, told, "application/xml")
        body = {"Fault": fault, "time": now} if style == "json" else self._lower_case(_THROTTLED, "SERVICE")
        return Response(json.dumps(body), status, told, "application/json")

    def _retry_after(self) -> dict[str, str]:
        """The header, which no recording shows and no document forbids (quickbooks.md 2.3)."""
        after = self._switches["retry_after"]
        if after == "absent":
            return {}
        written = {"date": format_datetime(self._clock.now() + _SOON, usegmt=True), "nonsense": "in a moment"}
        return {"retry-after": written.get(after, after)}

    def failed(self, style: str) -> Response:
        """A failure of the server or its gateway, in one of its forms (quickbooks.md 2.6, 7.4)."""
        if style in _PAGES:
            status, title = _PAGES[style]
            page = f"<html><head><title>{title}</title></head><body>{title}</body></html>"
            return Response(page, status, media_type="text/html")
        error = {
            "Message": "An application error has occurred while processing your request",
            "Detail": "System Failure Error: Internal Server Error",
            "code": "10000",
        }
        body, now = {"Fault": {"Error": [error], "type": "SystemFault"}}, wire.time(self._clock.shown())
        if style == "xml":
            return Response(xml.document(body, now), 500, headers(), "application/xml")
        return Response(json.dumps({**body, "time": now}), 500, headers(), "application/json")

    def _gateway(
        self, request: Request, status: int, error: dict[str, str], kind: str, told: dict[str, str], *, lower: bool
    ) -> Response:
        if lower and wants_json(request.headers.get("accept", "")):
            body = self._lower_case(error, kind)
            return Response(json.dumps(body), status, headers() | told, "application/json")
        fault = {"Error": [error], "type": kind}
        return self._written(request, {"Fault": fault}, status, told, "application/json")

    def _lower_case(self, error: dict[str, str], kind: str) -> dict[str, Any]:
        """The gateway's body: lower-case keys, many nulls, `time` in epoch milliseconds (quickbooks.md 1.7)."""
        told = {"message": error["Message"], "detail": error["Detail"], "code": error["code"], "element": None}
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [told], "type": kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(self._clock.shown().timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }

    def _written(
        self,
        request: Request,
        body: dict[str, Any],
        status: int,
        told: dict[str, str],
        media: str,
        *,
        timed: bool = True,
    ) -> Response:
        now = wire.time(self._clock.shown()) if timed else ""
        if not wants_json(request.headers.get("accept", "")):
            return Response(xml.document(body, now), status, headers() | told, "application/xml;charset=UTF-8")
        envelope = {**body, "time": now} if timed else body
        return Response(wire.dumps(envelope), status, headers() | told, media)
