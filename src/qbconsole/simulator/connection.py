"""Cutting a client's connection."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope

_TRANSPORT = "simulator.transport"
_RESET_AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for zero seconds: closing sends a TCP RST."""


class Protocol(H11Protocol):
    """uvicorn's protocol, which leaves each connection where requests on it find it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the connection in the state that every ASGI scope gets a copy of."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


async def hang_up(scope: Scope, receive: Receive, how: str) -> None:
    """Cut a request's connection, and wait until it is cut.

    Args:
        scope: the request's.
        receive: tells when the connection is gone.
        how: `reset` with a TCP RST, `close` without another byte, `end` once what was written has gone out.
    """
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    if how == "reset" and not transport.is_closing():  # the client may have gone first
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    if how == "end":
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
