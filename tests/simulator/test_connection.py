"""Cutting connections."""

from __future__ import annotations

import asyncio

import pytest

from qbconsole.simulator.connection import _TRANSPORT, hang_up


@pytest.mark.parametrize("how", ["reset", "close", "end"])
async def test_a_connection_whose_client_has_gone_is_cut_without_a_fuss(how: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    transport, _ = await loop.create_connection(asyncio.Protocol, *server.sockets[0].getsockname())
    transport.abort()
    await asyncio.sleep(0)  # the socket is closed in the loop's next turn
    await asyncio.sleep(0)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    await hang_up({"state": {_TRANSPORT: transport}}, receive, how)
    server.close()
    await server.wait_closed()
