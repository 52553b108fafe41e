"""What faults do to HubSpot behind a client's back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from qbconsole.simulator.hubspot.limits import throttled
from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.hubspot.wire import refused

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.requests import Exchange

RETRY_MOVED = 5
"""Seconds after which to ask again while the account moves between data centres."""


class HubSpotMishaps:
    """The portal's side of the faults."""

    forms: tuple[str, ...] = ("json", "html", "locked", "moving", "edge")
    early: tuple[str, ...] = ("locked", "moving", "edge")
    collections: tuple[str, ...] = ("hubspot.",)

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def concerns(self, fault: str, exchange: Exchange) -> bool:
        """Searches and lists can be stale, writes duplicated; request ids and SyncTokens are not HubSpot's."""
        looks = all(name.startswith(("search_", "list_")) for name in exchange.endpoints)
        if fault == "stale_read":
            return looks
        if fault == "duplicate":
            return exchange.method != "GET" and not looks and not exchange.endpoints[-1].startswith("read_")
        return fault not in ("forget_requestids", "other_user")

    def throttled(self) -> Response:
        """The 429 of its rolling limit (hubspot.md 5)."""
        return refused(throttled("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING"))

    def failed(self, form: str) -> Response:
        """Any of its temporary answers: its own, which are JSON, or those of what stands before it (hubspot.md 5)."""
        match form:
            case "html":
                return _page(502, "Bad Gateway")
            case "edge":
                return _page(521, "Web server is down")
            case "locked":
                return refused(Refusal(423, "The resource is locked. Wait at least two seconds."))
            case "moving":
                text = "The account is being moved to another data centre."
                return refused(Refusal(477, text, headers={"retry-after": str(RETRY_MOVED)}))
            case _:
                return refused(Refusal(500, "internal error"))

    def end_grant(self) -> None:
        """The token is replaced by another, which the credentials tell."""
        self._portal.replace_token()

    def forget_request_ids(self) -> None:
        """It has none."""

    def change_first(self, exchange: Exchange) -> None:
        """It knows no SyncToken, so another user is never in the way."""


def _page(status: int, words: str) -> Response:
    title = f"{status} {words}"
    return HTMLResponse(f"<html><head><title>{title}</title></head><body>{title}</body></html>", status)
