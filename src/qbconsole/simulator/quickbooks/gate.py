"""Who and what is let through to a company's API, in the vendor's order (quickbooks.md 1.7, 2, 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.grant import ACCOUNTING
from qbconsole.simulator.quickbooks.limits import Limits
from qbconsole.simulator.requests import EXCHANGE

if TYPE_CHECKING:
    from starlette.requests import Request

    from qbconsole.simulator.quickbooks.company import Company
    from qbconsole.simulator.quickbooks.envelope import Envelopes
    from qbconsole.simulator.quickbooks.oauth import OAuth
    from qbconsole.simulator.requests import Exchange

NEWEST_MINOR_VERSION = 75
"""Every older one is taken for this one (quickbooks.md 2.2)."""
_MEDIA = ("application/json", "application/text", "text/plain", "application/octet-stream", "multipart/form-data")
_TOO_LARGE = "<html><head><title>413 Request Entity Too Large</title></head><body>413</body></html>"


class Gate:
    """Stands before every route of a company."""

    def __init__(self, company: Company, oauth: OAuth, envelopes: Envelopes) -> None:
        self._company = company
        self._oauth = oauth
        self._envelopes = envelopes
        self._switches = company.switches
        self._limits = Limits(company.database, company.clock)

    async def refusal(self, request: Request) -> Response | None:
        """The answer to a request that is not let through; None for one that is.

        Raises:
            Fault: it came through, but the API cannot take it.
        """
        body = await request.body()
        if len(body) > self._switches.number("largest_request"):
            return HTMLResponse(_TOO_LARGE, 413)
        scopes = self._oauth.scopes_of(request.headers.get("authorization", ""))
        if not scopes:
            return self._envelopes.unauthenticated(request)
        if request.path_params["realm"] != self._company.realm_id or ACCOUNTING not in scopes:
            return self._envelopes.forbidden(request)
        if not self._within_limits(request):
            return self._envelopes.throttled()
        self._check_version(request)
        _check_body(request.headers.get("content-type", ""), body)
        return None

    def _within_limits(self, request: Request) -> bool:
        resource = request.url.path.split("/")[4].lower()
        exchange: Exchange | None = request.scope.get(EXCHANGE)
        at_once = exchange.at_once if exchange else 1
        return self._limits.let_in(resource, reads=request.method == "GET" or resource == "query", at_once=at_once)

    def _check_version(self, request: Request) -> None:
        asked = request.query_params.get("minorversion", "")
        newer = asked.isdecimal() and int(asked) > NEWEST_MINOR_VERSION
        if newer and self._switches["newer_minor_versions"] == "refused":
            raise Fault("500", "Unsupported Operation", f"Operation minorversion {asked} is not supported.")


def _check_body(kind: str, body: bytes) -> None:
    """A body is UTF-8 in one of the API's media types; XML is not read here (quickbooks.md 2.3, 7.4)."""
    media = kind.partition(";")[0].strip().lower()
    if not body or media == "multipart/form-data":
        return
    if media not in _MEDIA:
        raise Fault("1050", "Invalid content type", f"The content type {media or 'of nothing'} is not supported.")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise Fault("500", "Unsupported Operation", "Operation Invalid UTF-8 is not supported.") from None
