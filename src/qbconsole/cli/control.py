"""Talking to a simulator's control on this machine."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping

LOST = (OSError, HTTPException, ValueError)
"""What becomes of a question to a simulator that is not there, or dies meanwhile."""
PATIENCE = 60.0
"""Seconds until an answer is given up: advancing a big business takes a while."""


class _Still(HTTPRedirectHandler):
    """Stays where it is sent away from."""

    def redirect_request(self, *_: object) -> None:
        """Nothing further to ask."""


_OPENER = build_opener(ProxyHandler({}))  # never through a proxy: it is on this machine


def control(url: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """What the control says to a question, or to a body that is posted.

    Raises:
        OSError, HTTPException, ValueError: no answer (`LOST`).
    """
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{url}/{path}", data=data, headers={"content-type": "application/json"})  # noqa: S310 - loopback
    with _OPENER.open(request, timeout=PATIENCE) as reply:
        return json.load(reply)


def led_to(page: str) -> str:
    """The address to which a page of the simulator's sends a browser on.

    Raises:
        OSError, HTTPException, ValueError: no answer (`LOST`), or it sends it nowhere.
    """
    try:
        with build_opener(ProxyHandler({}), _Still()).open(page, timeout=PATIENCE):
            pass
    except HTTPError as sent:
        with sent:
            if address := sent.headers.get("location"):
                return str(address)
            raise
    msg = "the page sends a browser nowhere"
    raise ValueError(msg)
